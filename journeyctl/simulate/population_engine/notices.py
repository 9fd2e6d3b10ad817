"""Rows of lives for the account book: which ones it wants, in the order of evaluations, as effects.

Lives are run to the end at once, and again when something reaches them. A row counts if it belongs to its
contact's latest life when the evaluation comes that is the first to see it; what an earlier evaluation has
seen is the same in all lives of the contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.expr import Value
from journeyctl.graph.ops import Change
from journeyctl.results.record import KIND_NUMBER, KINDS
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.reactions import fact_text
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.people import Person
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.field_codes import Sort
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.lives import Lives
from journeyctl.simulate.population_engine.program_reads import updates
from journeyctl.simulate.population_engine.rows import lead_name

Integers = NDArray[int64]


class Notices:
    """What the book is to be told, evaluation by evaluation."""

    def __init__(self, inputs: Inputs, lives: Lives, book: AccountBook, people: Sequence[Person]) -> None:
        """`people` by number; it grows as newcomers are admitted."""
        self._inputs, self._lives, self._book, self._people = inputs, lives, book, people
        self._times = np.array(book.times, np.int64)
        self._wanted = np.zeros(len(KINDS), np.bool_)
        self._wanted[[KIND_NUMBER[kind] for kind in book.kinds]] = True
        self._coming: list[list[Integers]] = [[] for _ in range(len(book.times) + 1)]
        """By evaluation: rows that it is the first to see, some of them stale."""
        self._values = _values_of_facts(inputs)
        names = inputs.tables.names.values
        self._journeys = [*(names[number] for number in inputs.tables.op_names[:, 0].tolist()), ""]
        """By op; the last one is that of rows without any."""

    def take_in(self, first: int, *, since: int) -> None:
        """Rows from place `first` on have been written; those before second `since` have been told already."""
        rows = self._lives.rows
        found = np.flatnonzero(self._wanted[rows.shapes[:, r.KIND]][rows.codes[first:]])
        times = rows.times_of(found + first)
        found, times = found[times >= since], times[times >= since]
        if not found.size:
            return
        seen = np.searchsorted(self._times, times, side="right")
        order = np.argsort(seen, kind="stable")
        places, bounds = np.unique(seen[order], return_index=True)
        for place, part in zip(places.tolist(), np.split(found[order] + first, bounds[1:]), strict=True):
            self._coming[place].append(part)

    def tell(self, evaluation: int) -> None:
        """Tells the book what this evaluation is the first to see."""
        parts = self._coming[evaluation]
        if not parts:
            return
        rows = np.concatenate(parts)
        lived = self._lives.lived[self._lives.persons_of(rows)]
        rows = rows[(rows >= lived[:, life.W_ROWS]) & (rows < lived[:, life.W_ROWS_END])]
        self._coming[evaluation] = []
        for person, row in self._effects(rows):
            key = self._people[person].key
            self._book.note(key, row)
            if row.kind is Kind.FACT and row.journey:
                path, value = self._field(row)
                self._book.set_field(key, row.time, path, value)

    def _effects(self, places: Integers) -> Iterable[tuple[int, Effect]]:
        names = self._inputs.tables.names.values
        persons, rows = self._lives.persons_of(places).tolist(), self._lives.rows.rows_at(places)
        for person, numbers, cells in zip(persons, rows.wide.tolist(), rows.narrow.tolist(), strict=True):
            reason, value, lead = cells[r.REASON], numbers[r.VALUE], ""
            if cells[r.LEAD_PLACE]:
                key = self._people[person].key
                lead = lead_name(key, names[cells[r.LEAD_PLACE]], cells[r.LEAD_NUMBER])
            if reason < 0:
                text, value = self._written(-reason - 1, value), 0
            else:
                text = names[reason]
            journey = self._journeys[cells[r.OP]] or names[cells[r.JOURNEY]]
            columns = (
                numbers[r.TIME], KINDS[cells[r.KIND]], journey, 0, "", "", names[cells[r.ITEM]],
                names[cells[r.CHANNEL]], 0, lead, names[cells[r.DESK]], "", 0, "", "", text, names[cells[r.WHO]],
                value, "", names[cells[r.GROUP]],
            )  # fmt: skip
            yield person, Effect(*columns)

    def _written(self, marked: int, code: int) -> str:
        """How the record writes a field's new value, which is remembered under that."""
        codes, column = self._inputs.tables.codes, marked >> 1
        text = codes.fact_text(marked, code)
        self._values[text] = codes.paths[column], codes.value(column, code, broken=bool(marked & 1))
        return text

    def _field(self, row: Effect) -> tuple[str, Value]:
        return self._values[row.reason]


def _values_of_facts(inputs: Inputs) -> dict[str, tuple[str, Value]]:
    """What fields have by how the record writes it, for all values that compiled code has names for."""
    codes = inputs.tables.codes
    found: dict[str, tuple[str, Value]] = {}
    known: Mapping[str, list[Value]] = {path: [None] for path in codes.paths}
    for op in updates(inputs.world.program):
        for assignment in op.assignments:
            if assignment.change is not Change.EVALUATE and assignment.path in known:
                known[assignment.path].append(assignment.value)
    for path, values in known.items():
        truths = [True, False] if codes.sorts[codes.column(path)] is Sort.BOOLEAN else []
        found |= {f"{path}={fact_text(value)}": (path, value) for value in (*values, *truths)}
    return found
