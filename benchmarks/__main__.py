"""Prints the tables: both engines beside hand-written loops of the same journey, growth with size, and `validate`.

`python -m benchmarks [CONTACTS ...]`; without numbers 1,000 and 5,000 contacts, and the population engine
alone up to 100,000. Nothing is asserted: compare the ratios of one run, not seconds of different days.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks.measuring import (
    PEERS,
    Measured,
    alone,
    by_ciw,
    by_hand,
    by_hand_without_collector,
    engine,
    floor,
    population,
    preparing,
    validating,
)

SIZES = (1_000, 5_000)
GROWTH = (10_000, 100_000)
"""Sizes at which the population engine is measured by itself, where none are asked for."""
MOST_FOR_CIW = 5_000
"""Its cost rises with the square of the contacts."""


def main(arguments: Sequence[str]) -> int:
    """Measures at each size and prints; 2 for a size that is no number of contacts."""
    if not all(word.isascii() and word.isdigit() and int(word) > 0 for word in arguments):
        print("usage: python -m benchmarks [CONTACTS ...]", file=sys.stderr)
        return 2
    print(
        f"{'':42}{'contacts':>10}{'rows':>12}{'CPU s':>8}{'contacts/s':>12}{'rows/s':>13}{'per row':>9}{'peak MB':>9}"
    )
    for size in map(int, arguments) if arguments else SIZES:
        yardstick = alone(by_hand, size)
        print(line(yardstick, yardstick))
        ciw = (by_ciw,) if size <= MOST_FOR_CIW and (PEERS / "ciw").is_dir() else ()
        for measure in (by_hand_without_collector, *ciw, floor, engine, population):
            print(line(alone(measure, size), yardstick))
        ready = alone(preparing, size)
        print(f"{ready.what:42}{ready.contacts:10,}{'':12}{ready.cpu:8.2f}{'':34}{ready.peak:9}")
    for size in () if arguments else GROWTH:
        print(line(alone(population, size), yardstick))
        print(line(alone(floor, size), yardstick))
    checked = alone(validating, 0)
    print(f"{checked.what:42}{'':22}{checked.cpu:8.2f}{'':34}{checked.peak:9}")
    print("\n'per row' is CPU time per row of the event record, as a multiple of the loop's first line.")
    return 0


def line(found: Measured, yardstick: Measured) -> str:
    """One line of the table; its ratio is against the loop written by hand."""
    per_row = (found.cpu / max(1, found.rows)) / (yardstick.cpu / max(1, yardstick.rows))
    seconds = max(found.cpu, 1e-9)
    return (
        f"{found.what:42}{found.contacts:10,}{found.rows:12,}{found.cpu:8.2f}{found.contacts / seconds:12,.0f}"
        f"{found.rows / seconds:13,.0f}{per_row:8.1f}x{found.peak:9}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
