"""Measures what a large event record costs as a file: putting it in order, writing it, reading it back.

`python -m benchmarks.log_files [ROWS]`; 9,200,000 rows without a number. The rows are those of journey M, run once
for 2,000 contacts and then repeated under other names at other seconds, so that a name occurs as often as it would.
Nothing is asserted. Each line names processor seconds of this process, and the file's size where there is one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from journeyctl.draws import Draws
from journeyctl.results.log_csv import write_csv
from journeyctl.results.log_parquet import read_parquet, write_parquet
from journeyctl.results.record import COLUMNS, NAMES, EventRecord
from journeyctl.simulate.run import run, world_of
from journeyctl.spec import load, with_set

Result = TypeVar("Result")

ROWS = 9_200_000
CONTACTS = 2_000
MOVED = ("contact", "clinic", "hospital", "umbrella", "lead")
"""Columns whose names are other ones in every repetition."""


def main(arguments: Sequence[str]) -> int:
    """Prints the table; 2 for a size that is no number of rows."""
    if len(arguments) > 1 or not all(word.isascii() and word.isdigit() and int(word) > 0 for word in arguments):
        print("usage: python -m benchmarks.log_files [ROWS]", file=sys.stderr)
        return 2
    rows = int(arguments[0]) if arguments else ROWS
    print(f"{'':32}{'rows':>12}{'CPU s':>8}{'MB':>8}")
    record = repeated(_sample(min(CONTACTS, rows)), rows)
    with TemporaryDirectory() as folder:
        measure(Path(folder), record)
    return 0


def measure(folder: Path, record: EventRecord) -> None:
    """Prints a line for every step."""
    path, text = folder / "log.parquet", folder / "log.csv"
    # Loading the library is told apart from using it.
    _timed("load pyarrow", 0, lambda: write_parquet(record.take(np.arange(1)), path))
    ordered = _timed("put in file order", len(record), record.in_file_order)
    _timed("write Parquet", len(record), lambda: write_parquet(ordered, path), path)
    contact = ordered.texts("contact", slice(len(record) // 2, None))[0]
    _timed("read one contact", len(record), lambda: read_parquet(path, contact=contact))
    _timed("read everything", len(record), lambda: read_parquet(path))
    tenth = ordered.take(np.arange(max(1, len(record) // 10)))
    _timed("write CSV, a tenth of the rows", len(tenth), lambda: write_csv(tenth, text), text)


def writing(rows: int) -> tuple[float, int]:
    """CPU seconds of putting so many rows in order and writing them, the library loaded before; bytes of the file."""
    record = repeated(_sample(min(CONTACTS, rows)), rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        write_parquet(record.take(np.arange(1)), path)
        begun = time.process_time()
        write_parquet(record.in_file_order(), path)
        return time.process_time() - begun, path.stat().st_size


def repeated(record: EventRecord, rows: int) -> EventRecord:
    """The rows again and again, each time with other contacts and 37 s later, in the order of time."""
    times = -(-rows // len(record))
    moved = sorted({number for name in MOVED for number in np.unique(record.column(name)).tolist()} - {0})
    names = list(record.names)
    places = [np.arange(len(names), dtype=np.int32)]
    for turn in range(1, times):
        place = places[0].copy()
        place[moved] = np.arange(len(names), len(names) + len(moved))
        names.extend(_moved(record.names[number], turn) for number in moved)
        places.append(place)
    columns = {}
    for name in (*COLUMNS, "cause_time"):
        if record.is_blank(name):
            continue
        column = record.column(name)
        parts = [
            places[turn][column] if name in NAMES else column + 37 * turn if name == "time" else column
            for turn in range(times)
        ]
        columns[name] = np.concatenate(parts)[:rows]
    return _by_time(EventRecord(columns, names, length=rows))


def _by_time(record: EventRecord) -> EventRecord:
    return record.take(np.argsort(record.column("time"), kind="stable"))


def _moved(name: str, turn: int) -> str:
    """Another umbrella with the same accounts below it; names that are no entity path get a number."""
    top, slash, below = name.partition("/")
    return f"{top}x{turn}{slash}{below}"


def _sample(contacts: int) -> EventRecord:
    sizes: Sequence[tuple[str, object]] = (("population.accounts.contacts", contacts), ("desks.sdr.teams.sdr.sdrs", 1))
    world = world_of(with_set(load(Path(__file__).parent / "journey_m"), sizes, scenario="m"), "m", Draws(7))
    return run(world, Draws(7, 0), engine="reference").record.record()


def _timed(what: str, rows: int, act: Callable[[], Result], path: Path | None = None) -> Result:
    begun = time.process_time()
    found = act()
    spent = time.process_time() - begun
    size = "" if path is None else f"{path.stat().st_size / 1e6:8.1f}"
    print(f"{what:32}{f'{rows:,}' if rows else '':>12}{spent:8.2f}{size}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
