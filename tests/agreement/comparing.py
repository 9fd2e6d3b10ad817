"""Holds the records of two runs against each other: equal as sets of rows, or the first rows that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from journeyctl.results.record import COLUMNS, EventRecord, EventRow

_ALWAYS = ("time", "kind", "journey", "op", "reason")
"""Columns that help to recognise a row; others are shown where they are filled."""
_OF_CONTACT = ("replication", "contact", "clinic", "hospital", "umbrella")
Row = tuple[object, ...]


def differences(left: EventRecord, right: EventRecord, *, contacts: int = 3, rows: int = 4) -> str:
    """The first differing rows of the first differing contacts, side by side; empty where both hold the same rows.

    Rows of a contact that both have, in whatever order, are no difference.
    """
    if left.digest() == right.digest():
        return ""
    mine, yours = _by_contact(left), _by_contact(right)
    names = [name for name in sorted(mine.keys() | yours.keys()) if mine.get(name) != yours.get(name)]
    lines = [f"{len(left)} rows against {len(right)}; {len(names)} contacts differ"]
    for name in names[:contacts]:
        lines += _of_contact(name or "(nobody)", mine.get(name, Counter()), yours.get(name, Counter()), rows=rows)
    return "\n".join(lines)


def _by_contact(record: EventRecord) -> dict[str, Counter[Row]]:
    place = COLUMNS.index("contact")
    found: dict[str, Counter[Row]] = {}
    for row in record.rows():
        cells = _cells(row)
        found.setdefault(str(cells[place]), Counter())[cells] += 1
    return found


def _cells(row: EventRow) -> Row:
    return tuple(getattr(row, column) for column in COLUMNS)


def _of_contact(name: str, mine: Counter[Row], yours: Counter[Row], *, rows: int) -> Iterator[str]:
    only_mine, only_yours = _in_time(mine - yours), _in_time(yours - mine)
    yield f"{name}: {len(only_mine)} rows on the left only, {len(only_yours)} on the right only"
    for left, right in list(zip_longest(only_mine, only_yours))[:rows]:
        yield f"  left   {_words(left)}"
        yield f"  right  {_words(right)}"


def _in_time(rows: Counter[Row]) -> list[Row]:
    time = COLUMNS.index("time")
    return sorted(rows.elements(), key=lambda cells: (cells[time], str(cells)))


def _words(cells: Row | None) -> str:
    if cells is None:
        return "-"
    return " ".join(_pairs(zip(COLUMNS, cells, strict=True)))


def _pairs(cells: Iterable[tuple[str, object]]) -> Iterator[str]:
    for column, cell in cells:
        if column in _ALWAYS or (column not in _OF_CONTACT and cell):
            yield f"{column}={getattr(cell, 'value', cell)}"
