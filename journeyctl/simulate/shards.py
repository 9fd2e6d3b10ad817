"""An experiment that can be interrupted: every finished run is kept, and taken back instead of being run again.

A shard is one replication of one variant. Within a replication contacts meet at desks, so it is not divided
further; see docs/decisions/0012-shards.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from journeyctl import __version__
from journeyctl.results.shards import packed, read_shard, shard_path, write_shard
from journeyctl.simulate.contact_file import contact_digest
from journeyctl.simulate.run import scenario_of

if TYPE_CHECKING:
    from journeyctl.simulate.experiment import RunResult, Task, Work

Measured = TypeVar("Measured")


@dataclass(frozen=True, slots=True)
class Shards(Generic[Measured]):
    """The finished runs of an experiment in a folder."""

    folder: Path
    work: Work[Measured]

    def kept(self, task: Task) -> RunResult[Measured] | None:
        """The result of a run that is there, measured anew; `None` where it has to be run.

        Raises `UsageError` where the folder holds another experiment.
        """
        found = read_shard(self._path(task), run_of(self.work, task))
        if found is None:
            return None
        record, facts = found
        return self.work.result(task, record, facts)

    def write(self, task: Task, content: bytes) -> None:
        """Keeps a run. Raises `UsageError` where it cannot be written; runs that are there stay."""
        write_shard(self._path(task), content)

    def _path(self, task: Task) -> Path:
        return shard_path(self.folder, variant=task.variant, replication=task.replication)


@dataclass(frozen=True, slots=True)
class Packing(Generic[Measured]):
    """What a worker does: the run, and its file beside the result, so that packing is spread over workers."""

    work: Work[Measured]

    def __call__(self, task: Task) -> tuple[RunResult[Measured], bytes]:
        """One run with its file."""
        record, facts = self.work.rows(task)
        result = self.work.result(task, record, facts)
        return result, packed(record, run_of(self.work, task), digest=result.digest, facts=facts)


def run_of(work: Work[Measured], task: Task) -> dict[str, str]:
    """Everything that a run depends on, and the engine, which results name; values that were set change the hash."""
    variant = work.variants[task.variant]
    return {
        "journeyctl": __version__,
        "workspace_hash": variant.workspace.hash,
        "scenario": variant.scenario,
        "seed": str(work.seed),
        "engine": work.engine,
        "replication": str(task.replication),
        "share": str(work.shares.get(task.variant, "")),
        "contacts": contact_digest(variant.workspace, scenario_of(variant.workspace, variant.scenario)),
    }
