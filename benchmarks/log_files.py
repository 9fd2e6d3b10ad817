"""Measures what a large event record costs as a file: putting it in order, writing it, reading it back.

`python -m benchmarks.log_files [ROWS]`; about 9,200,000 rows without a number. The rows are those of journey M, as the
population engine leaves them. Nothing is asserted. Each line names processor seconds of this process, and the file's
size where there is one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from benchmarks.measuring import journey_m
from journeyctl.draws import Draws
from journeyctl.results.log_csv import write_csv
from journeyctl.results.log_parquet import read_parquet, write_parquet
from journeyctl.results.record import EventRecord, empty_record
from journeyctl.simulate import population_engine

Result = TypeVar("Result")

ROWS = 9_200_000
ROWS_OF_A_CONTACT = 33.458
"""What journey M writes on average."""


def main(arguments: Sequence[str]) -> int:
    """Prints the table; 2 for a size that is no number of rows."""
    if len(arguments) > 1 or not all(word.isascii() and word.isdigit() and int(word) > 0 for word in arguments):
        print("usage: python -m benchmarks.log_files [ROWS]", file=sys.stderr)
        return 2
    rows = int(arguments[0]) if arguments else ROWS
    print(f"{'':32}{'rows':>12}{'CPU s':>8}{'MB':>8}")
    record = recorded(rows)
    with TemporaryDirectory() as folder:
        measure(Path(folder), record)
    return 0


def measure(folder: Path, record: EventRecord) -> None:
    """Prints a line for every step."""
    path, text = folder / "log.parquet", folder / "log.csv"
    # Loading the library is told apart from using it.
    _timed("load pyarrow", 0, lambda: write_parquet(empty_record(), path))
    ordered = _timed("put in file order", len(record), record.in_file_order)
    _timed("write Parquet", len(record), lambda: write_parquet(ordered, path), path)
    contact = ordered.texts("contact", slice(len(record) // 2, None))[0]
    _timed("read one contact", len(record), lambda: read_parquet(path, contact=contact))
    _timed("read everything", len(record), lambda: read_parquet(path))
    tenth = ordered.take(np.arange(max(1, len(record) // 10)))
    _timed("write CSV, a tenth of the rows", len(tenth), lambda: write_csv(tenth, text), text)


def writing(rows: int) -> tuple[float, int]:
    """CPU seconds of putting about so many rows in order and writing them, pyarrow being loaded; bytes of the file."""
    record = recorded(rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        write_parquet(empty_record(), path)
        begun = time.process_time()
        write_parquet(record.in_file_order(), path)
        return time.process_time() - begun, path.stat().st_size


def recorded(rows: int) -> EventRecord:
    """A run of journey M with about so many rows."""
    world = journey_m(max(1, round(rows / ROWS_OF_A_CONTACT)))
    return population_engine.simulate(world, Draws(7, 0)).record.record()


def _timed(what: str, rows: int, act: Callable[[], Result], path: Path | None = None) -> Result:
    begun = time.process_time()
    found = act()
    spent = time.process_time() - begun
    size = "" if path is None else f"{path.stat().st_size / 1e6:8.1f}"
    print(f"{what:32}{f'{rows:,}' if rows else '':>12}{spent:8.2f}{size}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
