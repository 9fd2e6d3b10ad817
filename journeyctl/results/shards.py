"""Finished runs in a folder: each is a Parquet log that says which run it is of, and appears whole or not at all.

Measures are not kept, because they follow from the rows. A run is taken back only where everything it depends
on is the same; rows that do not have the digest they were written with are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from journeyctl.diagnostics import UsageError
from journeyctl.output_file import write_atomically
from journeyctl.results.log_parquet import metadata_of_parquet, parquet_bytes, read_parquet
from journeyctl.results.record import EventRecord

_RUN: Final = "run"
_FACTS: Final = "facts"
_DIGEST: Final = "digest"
_WORDS: Final = {
    "journeyctl": "journeyctl", "workspace_hash": "a workspace with the hash", "scenario": "the scenario",
    "seed": "seed", "replication": "replication", "share": "the share", "engine": "the engine",
    "contacts": "a file of contacts with the hash", "parameters": "a draw of parameters with the hash",
}  # fmt: skip
_ELSEWHERE: Final = "name another folder for this experiment, or delete that one"


def shard_path(folder: Path, *, variant: str, replication: int) -> Path:
    """Where a run is kept; names of variants may hold anything."""
    return folder / f"{quote(variant, safe='')}-{replication:05}.parquet"


def check_can_keep() -> None:
    """Raises `UsageError` before anything is run where finished runs could not be kept."""
    if find_spec("pyarrow") is None:
        raise UsageError(
            "finished runs are kept as Parquet logs, which need the extra 'parquet'",
            "pip install 'journeyctl[parquet]'",
        )


def packed(record: EventRecord, run: Mapping[str, str], *, digest: str, facts: Mapping[str, Any]) -> bytes:
    """A run's file. `run` is everything that it depends on; `facts` are further results, as JSON holds them.

    Rows stay in the order in which they were recorded. Raises `UsageError` without the extra `parquet`.
    """
    said = {name: text for name, text in run.items() if name in ("workspace_hash", "seed", "journeyctl")}
    return parquet_bytes(record, metadata=said | {_RUN: _json(run), _FACTS: _json(facts), _DIGEST: digest})


def write_shard(path: Path, content: bytes) -> None:
    """Puts a packed run in its place. Raises `UsageError` where the folder cannot be made or the disk is full."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"'{path.parent}' cannot be made: {(error.strerror or str(error)).lower()}", "name another folder"
        ) from error
    write_atomically(path, content)


def read_shard(path: Path, run: Mapping[str, str]) -> tuple[EventRecord, Mapping[str, Any]] | None:
    """Rows and facts of a run, or `None` where it is not there.

    Raises `UsageError` where the file is of another run, or not what was written.
    """
    if not path.exists():
        return None
    said = metadata_of_parquet(path)
    if _RUN not in said or _FACTS not in said:
        raise UsageError(f"'{path}' is not a run that was kept", _ELSEWHERE)
    kept: Mapping[str, str] = json.loads(said[_RUN])
    for name, text in run.items():
        if kept.get(name) != text:
            word = _WORDS.get(name, name)
            raise UsageError(f"'{path}' is of {word} {kept.get(name, 'unknown')}, not {text}", _ELSEWHERE)
    record = read_parquet(path)
    if record.digest() != said.get(_DIGEST):
        raise UsageError(f"'{path}' is damaged: its rows are not those that were written", "delete that file")
    facts: Mapping[str, Any] = json.loads(said[_FACTS])
    return record, facts


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False)
