"""Rows of lives for the account book: those of which it would take notice, when it would, as effects.

Lives are run to the end at once, and again when something reaches them. A row counts if it belongs to its
contact's latest life when the evaluation comes that is the first to see it; what an earlier evaluation has
seen is the same in all lives of the contact. Most rows change nothing in any group: they stay where they are
until one comes that does, or until the book asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.expr import Value
from journeyctl.graph.ops import Change
from journeyctl.results.record import KIND_NUMBER, KINDS
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.reactions import fact_text
from journeyctl.simulate.account_rules import BookRules
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.group_members import COUNTED, EVENTS
from journeyctl.simulate.people import Person
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.field_codes import Sort
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.lives import Lives
from journeyctl.simulate.population_engine.notice_rows import (
    ENGAGES,
    ENTRY,
    PROMPT,
    WANTED,
    Senses,
    sift,
    untold,
)
from journeyctl.simulate.population_engine.program_reads import updates
from journeyctl.simulate.population_engine.rows import lead_name

Integers = NDArray[int64]

_SENSES: Final = "population engine: what the account book takes notice of"
_LEAST_ROOM: Final = 1 << 12
_MOST_GROUPS: Final = 60
"""Groups that have bits of their own; the others share one more."""
_AT_ONCE: Final = {Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.ACTIVATED}
"""Change fields or audiences, whoever asks for them."""
_NOBODY: Final = -1


class Notices:
    """What the book is to be told, evaluation by evaluation."""

    def __init__(self, inputs: Inputs, lives: Lives, book: AccountBook, people: Sequence[Person]) -> None:
        """`people` by number; it grows as newcomers are admitted."""
        self._inputs, self._lives, self._book, self._people = inputs, lives, book, people
        memory = inputs.world.memory
        known = memory.get(_SENSES)
        if not isinstance(known, _Known):
            known = memory[_SENSES] = _Known.of(inputs, book)
        self._world = known
        self._crowd = known.crowd.copy()
        """For each person -1 or the bits of its groups, and whether it is watched."""
        self._numbers = dict(known.numbers)
        self._told = np.zeros(len(self._crowd), np.int64)
        """By person: rows before this second were told."""
        self._scanned = 0
        self._coming: list[list[tuple[int, int]]] = [[] for _ in range(len(book.times) + 1)]
        """By evaluation: persons and rows that it is the first to see, some of them stale."""
        self._found = np.empty((_LEAST_ROOM, ENTRY), np.int64)
        self._rows = np.empty(_LEAST_ROOM, np.int64)
        names = inputs.tables.names.values
        self._journeys = [*(names[number] for number in inputs.tables.op_names[:, 0].tolist()), ""]
        """By op; the last one is that of rows without any."""
        book.rely_on(self)

    def take_in(self, first: int, *, since: int) -> None:
        """Rows from place `first` on have been written; they are looked at before the next evaluation."""

    def tell(self, evaluation: int) -> None:
        """Tells the book what this evaluation is the first to see."""
        self._look_at_new_rows(self._book.times[evaluation - 1] if evaluation else 0)
        coming = self._coming[evaluation]
        if not coming:
            return
        self._coming[evaluation] = []
        lived = self._lives.lived
        persons = {
            person: None for person, row in coming if lived[person, life.W_ROWS] <= row < lived[person, life.W_ROWS_END]
        }
        until = self._book.times[evaluation]
        for person, news in self._untold(list(persons), until):
            self._book.tell(self._people[person].key, news, until=until)

    # --- satisfies `accounts.RowKeeper`

    def held_back(self, contact: str, before: int) -> Iterable[Effect]:
        """A contact's rows before a second that were not told yet, in the order of time; they count as told then."""
        for _, news in self._untold([self._numbers[contact]], before):
            return [one for one in news if isinstance(one, Effect)]
        return ()

    def watch(self, contact: str) -> None:
        """From the latest evaluation on every human act of the contact matters."""
        person = self._numbers[contact]
        self._crowd[person, 1] = 1
        first, after = self._lives.lived[person, [life.W_ROWS, life.W_ROWS_END]].tolist()
        self._sift(first, min(after, self._scanned), int(self._told[person]))

    # --- which rows

    def _look_at_new_rows(self, since: int) -> None:
        if len(self._people) > len(self._crowd):
            self._admit()
        written = int(self._lives.rows.count[r.ROWS])
        self._sift(self._scanned, written, since)
        self._scanned = written

    def _sift(self, first: int, after: int, since: int) -> None:
        span, coming = np.array((first, after, since), np.int64), self._coming
        while span[0] < after:
            count = sift(self._lives.rows, span, self._world.senses, self._crowd, self._found)
            for evaluation, person, row in self._found[:count].tolist():
                coming[evaluation].append((person, row))

    def _admit(self) -> None:
        """Newcomers, whom the book knows already."""
        first = len(self._crowd)
        others = [_of_person(self._book, self._world.bits, person.key) for person in self._people[first:]]
        self._crowd = np.concatenate([self._crowd, np.array(others, np.int64).reshape(-1, 2)])
        self._told = np.concatenate([self._told, np.zeros(len(others), np.int64)])
        self._numbers.update((person.key, first + place) for place, person in enumerate(self._people[first:]))

    def _untold(self, persons: Sequence[int], before: int) -> Iterator[tuple[int, list[Effect | tuple[str, Value]]]]:
        """By person what was not told yet, in the order of time."""
        if not persons:
            return
        numbers = np.array(persons, np.int64)
        spans = self._lives.lived[numbers][:, [life.W_ROWS, life.W_ROWS_END]]
        while True:
            count = untold(self._lives.rows, spans, self._world.senses, numbers, self._told, before, self._rows)
            if count <= len(self._rows):
                break
            self._rows = np.empty(2 * count, np.int64)
        news: dict[int, list[Effect | tuple[str, Value]]] = {}
        for person, row in self._effects(self._rows[:count]):
            own = news.setdefault(person, [])
            own.append(row)
            if row.kind is Kind.FACT and row.journey:
                own.append(self._field(row))
        yield from news.items()

    # --- as effects

    def _effects(self, places: Integers) -> Iterable[tuple[int, Effect]]:
        names = self._inputs.tables.names.values
        wide, narrow = self._lives.rows.wide[places].tolist(), self._lives.rows.narrow[places].tolist()
        for numbers, cells in zip(wide, narrow, strict=True):
            reason, value, lead = cells[r.REASON], numbers[r.VALUE], ""
            if cells[r.LEAD_PLACE]:
                key = self._people[cells[r.PERSON]].key
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
            yield cells[r.PERSON], Effect(*columns)

    def _written(self, marked: int, code: int) -> str:
        """How the record writes a field's new value, which is remembered under that."""
        codes, column = self._inputs.tables.codes, marked >> 1
        text = codes.fact_text(marked, code)
        self._world.values[text] = codes.paths[column], codes.value(column, code, broken=bool(marked & 1))
        return text

    def _field(self, row: Effect) -> tuple[str, Value]:
        return self._world.values[row.reason]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same in all replications of a world."""

    senses: Senses
    bits: Mapping[str, int]
    """By group."""
    crowd: Integers
    """For each person -1 or the bits of its groups, and 0: nobody is watched yet."""
    numbers: Mapping[str, int]
    """By key."""
    values: dict[str, tuple[str, Value]]
    """Path and value of what a journey may set a field to, by how the record writes it."""

    @classmethod
    def of(cls, inputs: Inputs, book: AccountBook) -> _Known:
        """Everybody who is there from the start."""
        rules = book.rules
        bits = {name: 1 << min(number, _MOST_GROUPS) for number, name in enumerate(rules.groups)}
        crowd = [_of_person(book, bits, person.key) for person in inputs.everybody]
        numbers = {person.key: number for number, person in enumerate(inputs.everybody)}
        return cls(_senses(inputs, rules, bits), bits, np.array(crowd, np.int64).reshape(-1, 2), numbers,
                   _values_of_facts(inputs))  # fmt: skip


def _of_person(book: AccountBook, bits: Mapping[str, int], contact: str) -> tuple[int, int]:
    groups = book.groups_of(contact)
    return (_NOBODY, 0) if groups is None else (sum({bits[name] for name in groups}), 0)


def _senses(inputs: Inputs, rules: BookRules, bits: Mapping[str, int]) -> Senses:
    sorts, any_item, slots = (np.zeros(len(KINDS), np.int64) for _ in range(3))
    for kind in rules.noting.kinds:
        prompt = PROMPT if rules.needs_every_row or kind in _AT_ONCE else 0
        sorts[KIND_NUMBER[kind]] = WANTED | prompt | (ENGAGES if kind in EVENTS else 0)
    for place, kind in enumerate(COUNTED, 1):
        slots[KIND_NUMBER[kind]] = place
    by_item = np.zeros((len(COUNTED) + 1, len(inputs.tables.names)), np.int64)
    least = np.full(_MOST_GROUPS + 1, np.iinfo(np.int64).max)
    for name, noting in rules.noting_of.items():
        for kind in noting.waking - {Kind.SCORED, Kind.FACT}:
            if kind not in noting.items:
                any_item[KIND_NUMBER[kind]] |= bits[name]
            else:
                items = [inputs.tables.names(item) for item in sorted(noting.items[kind])]
                by_item[slots[KIND_NUMBER[kind]], items] |= bits[name]
        if Kind.SCORED in noting.waking:
            place = bits[name].bit_length() - 1
            least[place] = min(least[place], noting.least_score)
    return Senses(
        sorts, any_item, slots, by_item, least[: len(bits)], np.array(rules.times, np.int64),
        inputs.tables.names("human"), KIND_NUMBER[Kind.SCORED], KIND_NUMBER[Kind.FACT],
    )  # fmt: skip


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
