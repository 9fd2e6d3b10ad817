"""The speed that this project holds itself to: each bar beside what this run measured.

`python -m benchmarks.bars [CONTACTS]`; 1,000,000 contacts without a number, which takes a quarter of an hour, most of
it the loop written by hand while the garbage collector is on. A ratio compares two measurements of the same
run; where a bar is in seconds, it holds for the machine at hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

from benchmarks import log_files
from benchmarks.measuring import (
    REFERENCE,
    Measured,
    alone,
    by_hand,
    by_hand_without_collector,
    engine,
    floor,
    population,
    preparing,
)

CONTACTS: Final = 1_000_000
SMALL, GREAT = 100, 4
"""The population engine is also measured at a hundredth of the contacts, and at four times as many."""
OF_REFERENCE: Final = 10_000
RUNS: Final = 2
"""Everything is measured so often and the least counts: whatever else the machine does can only add to it."""
SHORT, SHORT_RUNS = 1.0, 5
"""What takes less than so many CPU seconds is measured more often, since little can add much to it; so is what is held
to few seconds, not to another measurement."""
QUESTION: Final = ("simulate", "us-pilot", "--replications", "20", "--quiet")
"""With the comparisons that its scenario asks for, each of as many replications."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the table."""

    what: str
    measured: float
    bar: float | None
    """`None` for what is told beside the others and held to nothing, as its aim."""
    aim: float | None
    unit: str = "s"
    least: bool = False
    """The bar is the least that will do; else the most."""

    @property
    def state(self) -> str:
        """Whether aim or bar are reached."""
        if self.bar is None or self.aim is None:
            return "-"
        for name, limit in (("aim", self.aim), ("bar", self.bar)):
            if self.measured >= limit if self.least else self.measured <= limit:
                return name
        return "missed"

    def __str__(self) -> str:
        return (
            f"{self.what:62}{_number(self.measured):>9}{_number(self.bar):>9}{_number(self.aim):>9} "
            f"{self.unit:4}{self.state}"
        )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def of_engine(contacts: int) -> Iterator[Bar]:
    """The population engine beside the loops written by hand, the floor and itself at other sizes; CPU seconds."""
    measures = (by_hand, by_hand_without_collector, floor, population, preparing)
    with_collector, without, least, own, _ = (_least(measure, contacts) for measure in measures)
    size = f"{contacts:,} contacts"
    yield Bar(f"SimPy by hand / population engine, {size}", ratio(with_collector, own), 60, 300, "x", least=True)
    yield Bar("the same with the collector off", ratio(without, own), 20, 100, "x", least=True)
    yield Bar("population engine / drawing and writing the raw log", ratio(own, least), 30, 6, "x")
    small = _least(population, max(1, contacts // SMALL))
    great = _least(population, contacts * GREAT)
    costs = [found.cpu / found.contacts for found in (small, own, great)]
    growth = f"from {small.contacts:,} to {great.contacts:,} contacts"
    yield Bar(f"cost of a contact {growth}", max(costs) / max(1e-12, min(costs)), 1.3, 1.0, "x")
    yield Bar(f"memory, {size}", own.peak, 500, 300, "MB")


def of_reference(contacts: int) -> Bar:
    """The reference engine; CPU seconds."""
    return Bar(f"reference engine, {contacts:,} contacts", _least(engine, contacts).cpu, 3, 1)


def of_question(command: Sequence[str], *, bar: float | None = 3, aim: float | None = 0.7) -> Bar:
    """A question of a planning workshop, from the command to the table; seconds on the clock."""
    line = [sys.executable, "-m", "journeyctl", *command]
    # Whoever asks has Python's compiled files; without them every source would be compiled anew each time.
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seconds = []
    for _ in range(RUNS if bar is None else SHORT_RUNS):
        before, begun = getrusage(RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(line, cwd=REFERENCE, check=True, stdout=subprocess.DEVNULL, env=surroundings)
        seconds.append(time.perf_counter() - begun)
        after = getrusage(RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"journeyctl {' '.join(command)}: {seconds[-1]:.1f} s, {cpu:.1f} CPU s", file=sys.stderr)
    return Bar(" ".join(command), min(seconds), bar, aim)


def of_parquet(rows: int) -> Iterator[Bar]:
    """Writing a large record; CPU seconds of putting it in order and encoding it, and the file's size."""
    spent, size = min(log_files.writing(rows) for _ in range(SHORT_RUNS))
    yield Bar(f"event record of {rows:,} rows to Parquet", spent, 1, 0.3)
    yield Bar("its size", size / 1e6, 60, 40, "MB")


def ratio(one: Measured, other: Measured) -> float:
    """How many times as long the first takes."""
    return one.cpu / max(1e-9, other.cpu)


def _least(measure: Callable[[int], Measured], contacts: int) -> Measured:
    found = [alone(measure, contacts)]
    runs = RUNS if found[0].cpu >= SHORT else SHORT_RUNS
    found += [alone(measure, contacts) for _ in range(runs - 1)]
    for one in found:
        print(
            f"{one.what}: {one.contacts:,} contacts, {one.rows:,} rows, {one.cpu:.2f} CPU s, {one.peak:,} MB",
            file=sys.stderr,
        )
    return min(found, key=lambda one: one.cpu)


def main(arguments: Sequence[str]) -> int:
    """Measures everything and prints the table; 2 for a size that is no number of contacts."""
    if len(arguments) > 1 or not all(word.isascii() and word.isdigit() and int(word) > 0 for word in arguments):
        print("usage: python -m benchmarks.bars [CONTACTS]", file=sys.stderr)
        return 2
    contacts = int(arguments[0]) if arguments else CONTACTS
    print(f"{'':62}{'measured':>9}{'bar':>9}{'aim':>9}")
    for bar in of_engine(contacts):
        print(bar, flush=True)
    print(of_question((*QUESTION, "--compare", "none")), flush=True)
    print(of_question(QUESTION, bar=None, aim=None), flush=True)
    print(of_reference(min(contacts, OF_REFERENCE)), flush=True)
    for bar in of_parquet(min(9 * contacts, log_files.ROWS)):
        print(bar, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
