"""Rows of lives for the account book: those of which it would take notice, when it would, as effects.

Lives are run to the end at once, and again when something reaches them. A row counts if it belongs to its
contact's latest life when the evaluation comes that is the first to see it; what an earlier evaluation has
seen is the same in all lives of the contact. Most rows change nothing in any group: they stay where they are
until one comes that does, or until the book asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.expr import Value
from journeyctl.graph.ops import Change
from journeyctl.results.record import KINDS
from journeyctl.semantics.buying_group import ENGAGED_FOR
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.reactions import fact_text
from journeyctl.simulate.account_rules import BookRules
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.group_members import COUNTED, EVENTS
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine import notice_rows as n
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.field_codes import Sort
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.lead_names import lead_name
from journeyctl.simulate.population_engine.lives import Lives
from journeyctl.simulate.population_engine.packed_rows import FACT
from journeyctl.simulate.population_engine.program_reads import updates

Integers = NDArray[int64]
News = Effect | tuple[str, "Value"]

_REMEMBERED: Final = "population engine: what the account book takes notice of"
_LEAST_ROOM: Final = 1 << 12
_MOST_GROUPS: Final = 60
"""Groups that have bits of their own; the others share one more."""
_AT_ONCE: Final = {Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.ACTIVATED}
"""Change fields or audiences, whoever asks for them."""
_NOBODY: Final = -1


class Notices:
    """What the book is to be told, evaluation by evaluation."""

    def __init__(self, inputs: Inputs, lives: Lives, book: AccountBook, people: KnownPeople) -> None:
        """`people` by number; it grows as newcomers are admitted."""
        self._lives, self._book, self._people = lives, book, people
        memory = inputs.world.memory
        world = memory.get(_REMEMBERED)
        if not isinstance(world, _World):
            world = memory[_REMEMBERED] = _World.of(inputs, book)
        self._world, self._shapes = world, _Shapes(inputs, book.rules, world)
        self._crowd = world.crowd.copy()
        """For each person -1 or the bits of its groups, and whether it is watched."""
        self._told = np.zeros(len(self._crowd), np.int64)
        """By person: rows before this second were told."""
        self._sifted, self._runs = 0, 0
        """So many rows and runs of lives have been looked at."""
        self._coming: list[list[tuple[int, int]]] = [[] for _ in range(len(book.times) + 1)]
        """By evaluation: persons and rows that it is the first to see, some of them stale."""
        self._found = np.empty((_LEAST_ROOM, n.ENTRY), np.int64)
        self._rows = np.empty((_LEAST_ROOM, n.UNTOLD), np.int64)
        book.rely_on(self)

    def take_in(self, first: int, *, since: int) -> None:
        """Rows from place `first` on have been written; they are looked at before the next evaluation."""

    def tell(self, evaluation: int) -> None:
        """Tells the book what this evaluation is the first to see."""
        self._look_at_new_rows(self._book.times[evaluation - 1] if evaluation else 0)
        if not evaluation:
            self._expect()
        coming = self._coming[evaluation]
        if not coming:
            return
        self._coming[evaluation] = []
        persons, places = np.array(coming, np.int64).T
        latest = self._lives.lived[persons]
        stale = (places < latest[:, life.W_ROWS]) | (places >= latest[:, life.W_ROWS_END])
        until = self._book.times[evaluation]
        for person, news in self._untold(list(dict.fromkeys(persons[~stale].tolist())), until).items():
            self._book.tell(self._people.key(person), news, until=until)

    def _expect(self) -> None:
        """As far as lives without any news tell, this is to whom something will happen, and when."""
        first: dict[int, int] = {}
        for evaluation, coming in enumerate(self._coming):
            for person, _ in coming:
                first.setdefault(person, self._book.times[evaluation])
        self._book.expect({self._people.key(person): time for person, time in first.items()})

    # --- satisfies `accounts.RowKeeper`

    def held_back(self, contact: str, before: int) -> Iterable[Effect]:
        """A contact's rows before a second that were not told yet, in the order of time; they count as told then."""
        found = self._untold([self._people.number_of(contact)], before)
        return [one for news in found.values() for one in news if isinstance(one, Effect)]

    def watch(self, contact: str, before: int) -> Iterable[Effect]:
        """From second `before` on every human act of the contact is told at once; answers those shortly before."""
        person, rows = self._people.number_of(contact), self._lives.rows
        first, after = self._lives.lived[person, [life.W_ROWS, life.W_ROWS_END]].tolist()
        span = np.array((first, after, before - ENGAGED_FOR, before), np.int64)
        count = self._with_room(
            lambda: n.engaging(rows.seconds, rows.codes, rows.start, self._shapes.sorts, person, span, self._rows)
        )
        acts = [self._shapes.told(shape).effect(time, "", 0) for _, time, shape, _ in self._rows[:count].tolist()]
        self._crowd[person, n.WATCHED] = 1
        self._sift(np.array([[person, first]]), first, min(after, self._sifted), before)
        return acts

    # --- which rows

    def _look_at_new_rows(self, since: int) -> None:
        if len(self._people) > len(self._crowd):
            self._admit()
        runs, written = self._lives.runs_after(self._runs), len(self._lives.rows)
        self._shapes.learn(self._lives.rows.shapes)
        self._sift(runs, self._sifted, written, since)
        self._sifted, self._runs = written, self._lives.run_count

    def _sift(self, runs: Integers, first: int, after: int, since: int) -> None:
        rows, coming, span = self._lives.rows, self._coming, np.zeros(n.SPAN, np.int64)
        span[[n.FIRST, n.AFTER, n.SINCE, n.START]] = first, after, since, rows.start
        while span[n.FIRST] < after:
            count = n.sift(
                rows.seconds, rows.codes, rows.values, runs, span, self._shapes.sorts, self._world.least,
                self._world.times, self._crowd, self._found,
            )  # fmt: skip
            for evaluation, person, place in self._found[:count].tolist():
                coming[evaluation].append((person, place))

    def _admit(self) -> None:
        """Newcomers, whom the book knows already."""
        first, book = len(self._crowd), self._book
        keys = [self._people.key(number) for number in range(first, len(self._people))]
        others = [_of_groups(book.groups_of(key), self._world.bits) for key in keys]
        self._crowd = np.concatenate([self._crowd, np.array(others, np.int64)])
        self._told = np.concatenate([self._told, np.zeros(len(others), np.int64)])

    def _untold(self, persons: Sequence[int], before: int) -> Mapping[int, list[News]]:
        """By person what was not told yet, in the order of time."""
        if not persons:
            return {}
        numbers, rows = np.array(persons, np.int64), self._lives.rows
        spans = self._lives.lived[numbers][:, [life.W_ROWS, life.W_ROWS_END]].astype(np.int64)
        count = self._with_room(
            lambda: n.untold(
                rows.seconds,
                rows.codes,
                rows.values,
                rows.start,
                self._shapes.sorts,
                spans,
                numbers,
                self._crowd,
                self._told,
                before,
                self._rows,
            )
        )
        news: dict[int, list[News]] = {}
        known = self._shapes.told
        for person, time, shape, value in self._rows[:count].tolist():
            told, own = known(shape), news.get(person)
            if own is None:
                own = news[person] = []
            lead = "" if told.lead is None else lead_name(self._people.key(person), *told.lead)
            own.append(told.effect(time, lead, value))
            if told.field is not None:
                own.append(told.field)
        return news

    def _with_room(self, read: Callable[[], int]) -> int:
        """How many rows there are, all of which are found."""
        count = read()
        if count > len(self._rows):
            self._rows = np.empty((2 * count, n.UNTOLD), np.int64)
            count = read()
        return count


class _Told(NamedTuple):
    """How rows of one shape are told."""

    before: tuple[Kind, str, int, str, str, str, str, int]
    """Columns of an effect from its kind to its send."""
    lead: tuple[str, int] | None
    """Place and number of the lead."""
    between: tuple[str, str, int, str, str, str, str]
    """From the desk to who did it."""
    group: str
    field: tuple[str, Value] | None
    """Path and new value where a journey has set a field."""

    def effect(self, time: int, lead: str, value: int) -> Effect:
        return Effect(time, *self.before, lead, *self.between, value, "", self.group)


class _Shapes:
    """What rows of each shape are to the book. Shapes of one replication come as they occur."""

    def __init__(self, inputs: Inputs, rules: BookRules, world: _World) -> None:
        """None has occurred yet."""
        self._inputs, self._rules, self._world = inputs, rules, world
        self._columns: Integers = np.zeros((0, FACT + 1), np.int64)
        self._told: dict[int, _Told] = {}
        self.sorts: Integers = np.zeros((0, n.SHAPE_COLUMNS), np.int64)
        """By shape, shape `(shapes, SHAPE_COLUMNS)`."""

    def learn(self, shapes: Integers) -> None:
        """All shapes that there are by now."""
        before = len(self.sorts)
        if len(shapes) > before:
            self._columns = shapes.copy()
            others = [self._known_sort(tuple(columns)) for columns in shapes[before:].tolist()]
            self.sorts = np.concatenate([self.sorts, np.array(others, np.int64)])

    def told(self, shape: int) -> _Told:
        """How rows of a shape are told."""
        found = self._told.get(shape)
        if found is None:
            columns = tuple(self._columns[shape].tolist())
            found = self._told[shape] = self._world.told.get(columns) or self._as_told(columns)
            self._world.told[columns] = found
        return found

    def _known_sort(self, columns: tuple[int, ...]) -> tuple[int, int]:
        found = self._world.sorts.get(columns)
        if found is None:
            found = self._world.sorts[columns] = self._sort(columns)
        return found

    def _sort(self, columns: Sequence[int]) -> tuple[int, int]:
        kind, noting = KINDS[columns[r.KIND]], self._rules.noting
        if kind not in noting.kinds:
            return 0, 0
        names = self._inputs.tables.names.values
        item, human = names[columns[r.ITEM]], names[columns[r.WHO]] == "human"
        sets_field = kind is Kind.FACT and bool(self._journey(columns))
        engages = kind is Kind.FACT if kind not in EVENTS else human
        counted = kind in COUNTED and COUNTED[kind] in noting.history and item in noting.items.get(kind, (item,))
        noted = counted or sets_field or (kind not in COUNTED and kind not in EVENTS and kind is not Kind.FACT)
        if not (noted or engages or self._rules.needs_every_row):
            return 0, 0
        sort = (n.ENGAGES if engages else 0) | (n.SCORES if kind is Kind.SCORED else 0)
        sort |= n.NOTED if noted or self._rules.needs_every_row else 0
        if self._rules.needs_every_row or sets_field or kind in _AT_ONCE:
            sort |= n.PROMPT
        return sort, self._wakes(kind, item)

    def _wakes(self, kind: Kind, item: str) -> int:
        """Groups that such a row wakes; scores and fields are looked at for themselves."""
        if kind is Kind.SCORED or kind is Kind.FACT:
            return 0
        return _of_groups(
            [
                name
                for name, noting in self._rules.noting_of.items()
                if kind in noting.waking and item in noting.items.get(kind, (item,))
            ],
            self._world.bits,
        )[0]

    def _journey(self, columns: Sequence[int]) -> str:
        return self._world.journeys[columns[r.OP]] or self._inputs.tables.names.values[columns[r.JOURNEY]]

    def _as_told(self, columns: Sequence[int]) -> _Told:
        names, kind, journey = self._inputs.tables.names.values, KINDS[columns[r.KIND]], self._journey(columns)
        reason = columns[r.REASON]
        text = self._written(-reason - 1, columns[FACT]) if reason < 0 else names[reason]
        field = self._world.values[text] if kind is Kind.FACT and journey else None
        place = columns[r.LEAD_PLACE]
        return _Told(
            (kind, journey, 0, "", "", names[columns[r.ITEM]], names[columns[r.CHANNEL]], 0),
            (names[place], columns[r.LEAD_NUMBER]) if place else None,
            (names[columns[r.DESK]], "", 0, "", "", text, names[columns[r.WHO]]), names[columns[r.GROUP]], field,
        )  # fmt: skip

    def _written(self, marked: int, code: int) -> str:
        """How the record writes a field's new value, which is remembered under that."""
        codes, column = self._inputs.tables.codes, marked >> 1
        text = codes.fact_text(marked, code)
        self._world.values[text] = codes.paths[column], codes.value(column, code, broken=bool(marked & 1))
        return text


@dataclass(frozen=True, slots=True)
class _World:
    """What is the same in all replications of a world."""

    bits: Mapping[str, int]
    """By group."""
    crowd: Integers
    """For each person who is there from the start -1 or the bits of its groups, and 0: nobody is watched yet."""
    least: Integers
    """By bit: hundredths of a point from which on a score wakes the group."""
    times: Integers
    """Seconds of all evaluations."""
    journeys: Sequence[str]
    """By op; the last one is that of rows without any."""
    values: dict[str, tuple[str, Value]]
    """Path and value of what a journey may set a field to, by how the record writes it."""
    told: dict[tuple[int, ...], _Told]
    """How rows of a shape are told, by its columns."""
    sorts: dict[tuple[int, ...], tuple[int, int]]
    """What such rows are to the book."""

    @classmethod
    def of(cls, inputs: Inputs, book: AccountBook) -> _World:
        """Worked out once."""
        rules, names = book.rules, inputs.tables.names.values
        bits = {name: 1 << min(number, _MOST_GROUPS) for number, name in enumerate(rules.groups)}
        crowd = [_of_groups(book.groups_of(key), bits) for key in inputs.keys]
        least = np.full(min(len(bits), _MOST_GROUPS + 1), np.iinfo(np.int64).max)
        for name, noting in rules.noting_of.items():
            if Kind.SCORED in noting.waking:
                place = bits[name].bit_length() - 1
                least[place] = min(int(least[place]), noting.least_score)
        return cls(
            bits, np.array(crowd, np.int64).reshape(-1, n.PERSON_COLUMNS), least, np.array(rules.times, np.int64),
            [*(names[number] for number in inputs.tables.op_names[:, 0].tolist()), ""], _values_of_facts(inputs),
            told={}, sorts={},
        )  # fmt: skip


def _of_groups(groups: Iterable[str] | None, bits: Mapping[str, int]) -> tuple[int, int]:
    return (_NOBODY, 0) if groups is None else (sum({bits[name] for name in groups}), 0)


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
