"""Runs that can be interrupted: every finished one is kept, and taken back instead of being run again.

A shard is one replication of one variant, or of one draw of the parameters. Within a replication contacts meet
at desks, so it is not divided further; see docs/decisions/0012-shards.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from journeyctl import __version__
from journeyctl.model.specification import Workspace
from journeyctl.results.record import EventRecord
from journeyctl.results.shards import check_can_keep, packed, read_shard, shard_path, write_shard
from journeyctl.simulate.contact_file import contact_digest
from journeyctl.simulate.run import scenario_of


class Replicated(Protocol):
    """A run of something."""

    @property
    def replication(self) -> int:
        """Its number."""


Task = TypeVar("Task", bound=Replicated)
Asked_contra = TypeVar("Asked_contra", bound=Replicated, contravariant=True)
Result = TypeVar("Result")
Answer_co = TypeVar("Answer_co", covariant=True)


class Keepable(Protocol[Asked_contra, Answer_co]):
    """Work whose runs can be kept."""

    def rows(self, task: Asked_contra, /) -> tuple[EventRecord, Mapping[str, Any]]:
        """Does a run: its rows, and facts that they do not hold, as JSON holds them."""

    def result(self, task: Asked_contra, record: EventRecord, facts: Mapping[str, Any], /) -> Answer_co:
        """What is made of them."""

    def run_of(self, task: Asked_contra, /) -> dict[str, str]:
        """Everything that a run depends on."""

    def name_of(self, task: Asked_contra, /) -> str:
        """What of its experiment it is a replication of."""


class Shards(Generic[Task, Result]):
    """The finished runs of an experiment in a folder. Raises `UsageError` where none can be kept."""

    def __init__(self, folder: Path, work: Keepable[Task, Result]) -> None:
        check_can_keep()
        self.folder, self.work, self.packing = folder, work, Packing(work)

    def kept(self, task: Task) -> Result | None:
        """The result of a run that is there, measured anew; `None` where it has to be run.

        Raises `UsageError` where the folder holds another experiment.
        """
        found = read_shard(self._path(task), self.work.run_of(task))
        return None if found is None else self.work.result(task, *found)

    def keep(self, task: Task, found: tuple[Result, bytes]) -> Result:
        """Keeps what a worker found by `packing`. Raises `UsageError` where it cannot be; what is there stays."""
        result, content = found
        write_shard(self._path(task), content)
        return result

    def _path(self, task: Task) -> Path:
        return shard_path(self.folder, variant=self.work.name_of(task), replication=task.replication)


@dataclass(frozen=True, slots=True)
class Packing(Generic[Task, Result]):
    """What a worker does: the run, and its file beside the result, so that packing is spread over workers."""

    work: Keepable[Task, Result]

    def __call__(self, task: Task) -> tuple[Result, bytes]:
        """One run with its file."""
        record, facts = self.work.rows(task)
        result = self.work.result(task, record, facts)
        return result, packed(record, self.work.run_of(task), digest=record.digest(), facts=facts)


def run_in(workspace: Workspace, scenario: str, *, seed: int, engine: str, replication: int) -> dict[str, str]:
    """What every run depends on, and the engine, which results name; values that were set change the hash."""
    return {
        "journeyctl": __version__,
        "workspace_hash": workspace.hash,
        "scenario": scenario,
        "seed": str(seed),
        "engine": engine,
        "replication": str(replication),
        "contacts": contact_digest(workspace, scenario_of(workspace, scenario)),
    }
