"""Rows of lives for the account book: those of which it would take notice, when it would, as effects.

Lives are run to the end at once, and again when something reaches them. A row counts if it belongs to its
contact's latest life when the evaluation comes that is the first to see it; what an earlier evaluation has
seen is the same in all lives of the contact. Most rows change nothing in any group: they stay where they are
until one comes that does, or until the book asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

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
from journeyctl.simulate.group_members import COUNTED, EVENTS, Standing
from journeyctl.simulate.population_engine import notice_rows as n
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine.field_codes import Interned, Sort
from journeyctl.simulate.population_engine.first_wakes import FIRST, first_wakes
from journeyctl.simulate.population_engine.group_conditions import Stance, Standings
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.instructions import ACTS
from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.lead_names import lead_name
from journeyctl.simulate.population_engine.lives import Lives
from journeyctl.simulate.population_engine.packed_rows import FACT
from journeyctl.simulate.population_engine.program_reads import updates

Integers = NDArray[int64]
News = Effect | tuple[str, "Value"]
_Number = TypeVar("_Number", bound=np.integer[Any])

_REMEMBERED: Final = "population engine: what the account book takes notice of"
_FURTHER: Final = 64
_LEAST_ROOM: Final = 1 << 12
_MOST_GROUPS: Final = 60
"""Groups that have bits of their own; the others share one more."""
_AT_ONCE: Final = {Kind.UNSUBSCRIBED, Kind.BOUNCED, Kind.ACTIVATED}
"""Change fields or audiences, whoever asks for them."""
_NOBODY: Final = -1
_NOT_YET: Final = -1
_NOTHING: Final = (0, 0, -1, -1, -1, 0, -1)
"""What rows are to the book of which it takes no notice."""


class Notices:
    """What the book is to be told, evaluation by evaluation."""

    def __init__(self, inputs: Inputs, lives: Lives, book: AccountBook, people: KnownPeople) -> None:
        """`people` by number; it grows as newcomers are admitted."""
        self._lives, self._book, self._people = lives, book, people
        memory = inputs.world.memory
        world = memory.get(_REMEMBERED)
        if not isinstance(world, _World):
            world = memory[_REMEMBERED] = _World.of(inputs, book)
        conditions = inputs.group_conditions
        self._standings = Standings(inputs, lives, book.rules, conditions, world.events) if conditions else None
        self._stances: dict[str, Stance] = {}
        """How contacts stand as of the evaluation at hand, as far as it has had to know."""
        self._attending: list[int] = []
        """To whom the book has begun to attend in the last evaluation."""
        self._world, self._shapes = world, _Shapes(inputs, book.rules, world)
        self._crowd = world.crowd.copy()
        """What the book is to each person."""
        self._due = np.full(len(self._crowd), len(book.times), np.int32)
        """By person: the number of the evaluation that has to be told next; that of none for nobody."""
        self._runs = 0
        """So many runs of lives have been looked at."""
        self._found = np.empty((_LEAST_ROOM, n.UNTOLD), np.int64)
        self._rows = self._lived()
        book.rely_on(self)

    def tell(self, evaluation: int) -> None:
        """Tells the book what this evaluation is the first to see."""
        self._look_at_new_rows(self._book.times[evaluation - 1] if evaluation else 0)
        if not evaluation:
            self._book.expect(self._waking())
        until = self._book.times[evaluation]

        self._attend(evaluation)
        self._stances = {}
        asks = int(self._standings is not None)

        def found(first: int) -> tuple[int, int]:
            return n.tell(self._rows, self._crowd, self._due, evaluation, asks, first, self._found)

        for person, news in self._news(found, len(self._due), until):
            self._book.tell(self._people.key(person), news, until=until)
        self._ask(self._book.coming(until), until)

    def _attend(self, evaluation: int) -> None:
        """From the evaluation before this one on every act matters of those to whom it has given their attention."""
        if self._attending:
            persons, since = np.array(self._attending, np.int64), self._book.times[evaluation - 1]
            n.attend(self._rows, persons, self._crowd, self._due, since)
            self._attending.clear()

    def _ask(self, contacts: Sequence[str], now: int) -> None:
        """Finds out how these contacts stand as of a second; all at once takes hardly longer than one."""
        known = self._stances
        unknown = [contact for contact in contacts if contact not in known]
        if self._standings is not None and unknown:
            numbers = [self._people.number_of(contact) for contact in unknown]
            known.update(zip(unknown, self._standings.of(self._rows, numbers, now), strict=True))

    def _wake(self, woken: Sequence[Sequence[int]], until: int) -> None:
        """Tells the book whose rows wake groups, and how these stand to them."""
        assert self._standings is not None, "rows are told where conditions are not asked here"
        key, wake, known = self._people.key, self._book.wake, self._stances
        # Who becomes known is asked about in the same call.
        coming = self._book.coming(until)
        persons = [*(row[n.U_PERSON] for row in woken), *map(self._people.number_of, coming)]
        stances = self._standings.of(self._rows, persons, until)
        known.update(zip(coming, stances[len(woken) :], strict=True))
        for (person, _, _, bits), stance in zip(woken, stances, strict=False):
            contact = key(person)
            known[contact] = stance
            standings = {name: stance.to(place) for place, name in self._groups_in(bits)}
            wake(contact, standings, stirs=bits >= n.STIRS)

    def _groups_in(self, bits: int) -> Sequence[tuple[int, str]]:
        """The groups of these bits, each with its number."""
        known = self._world.woken.get(bits)
        if known is None:
            known = [(place, name) for place, (name, bit) in enumerate(self._world.bits.items()) if bits & bit]
            self._world.woken[bits] = known
        return known

    def _waking(self) -> Iterator[tuple[str, str, int]]:
        """As far as lives without any news tell, who will wake which group, and the evaluation that sees it first."""
        times, key, following = self._book.times, self._people.key, 0
        while following < len(self._due):
            count, following = first_wakes(self._rows, self._crowd, self._due, following, self._found)
            for person, bit, evaluation in self._found[:count, :FIRST].tolist():
                for _, name in self._groups_in(1 << bit):
                    yield key(person), name, times[evaluation]

    # --- satisfies `group_members.HeldBack`

    def held_back(self, contact: str, before: int) -> Iterable[Effect]:
        """A contact's rows before a second that were not told yet, in the order of time; they count as told then."""
        person = self._people.number_of(contact)
        while (count := n.held_back(self._rows, person, self._crowd, before, self._found)) < 0:
            self._found = np.empty((2 * len(self._found), n.UNTOLD), np.int64)
        return [one for _, news in self._told(self._found[:count].tolist()) for one in news if isinstance(one, Effect)]

    def watch(self, contacts: Sequence[str], before: int) -> Iterable[tuple[str, Iterable[Effect]]]:
        """From second `before` on every human act of these contacts is told at once; answers what was not told yet.

        Or the book is told that there was one, where compiled code knows what they are worth.
        """
        if self._standings is not None:
            self._ask(contacts, before)
            self._attending += map(self._people.number_of, contacts)
            return
        persons = np.array([self._people.number_of(contact) for contact in contacts], np.int64)

        def found(first: int) -> tuple[int, int]:
            engaged = before - ENGAGED_FOR
            return n.watch(self._rows, persons, first, self._crowd, self._due, engaged, before, self._found)

        for person, news in self._news(found, len(persons)):
            yield self._people.key(person), [one for one in news if isinstance(one, Effect)]

    def standing(self, contact: str, group: str, now: int) -> Standing | None:
        """How a contact stands to a group in the evaluation at hand, where compiled code asks its conditions."""
        return None if self._standings is None else self._stance(contact, now).to(self._world.places[group])

    def foresee(self, contacts: Iterable[str], now: int) -> None:
        """Finds out how these contacts stand, since the evaluation at hand will probably ask."""
        self._ask(tuple(contacts), now)

    def engagement(self, contact: str, now: int) -> tuple[int, int | None] | None:
        """What a contact's acts have earned, and since when, where compiled code knows that."""
        if self._standings is None:
            return None
        found = self._stance(contact, now)
        return found.engagement, found.since

    def _stance(self, contact: str, now: int) -> Stance:
        if contact not in self._stances:
            self._ask((contact,), now)
        return self._stances[contact]

    # --- which rows

    def _lived(self) -> n.Lived:
        rows, world = self._lives.rows, self._world
        return n.Lived(
            rows.seconds, rows.codes, rows.values, self._lives.lived, self._shapes.sorts, world.least, world.times,
            rows.start,
        )  # fmt: skip

    def _look_at_new_rows(self, since: int) -> None:
        if self._lives.run_count == self._runs:
            return
        if len(self._people) > len(self._crowd):
            self._admit()
        runs, written = self._lives.runs_after(self._runs), len(self._lives.rows)
        self._shapes.learn(self._lives.rows.shapes)
        self._rows = self._lived()
        n.sift(self._rows, runs, written, since, self._crowd, self._due)
        self._runs = self._lives.run_count

    def _admit(self) -> None:
        """Newcomers, whom the book knows already."""
        first, after, book = len(self._crowd), len(self._people), self._book
        keys = map(self._people.key, range(first, after))
        others = [_of_groups(book.groups_of(key), self._world.bits) for key in keys]
        self._crowd, self._due = longer(self._crowd, after), longer(self._due, after)
        self._crowd[first:], self._due[first:] = others, len(book.times)

    def _news(
        self, find: Callable[[int], tuple[int, int]], everybody: int, until: int = -1
    ) -> Iterator[tuple[int, list[News]]]:
        """By person what is found, a roomful at a time; `find` goes on from somebody and answers who comes next.

        Whose rows only wake groups by second `until`, of these the book learns no more than that.
        """
        following = 0
        while following < everybody:
            count, following = find(following)
            if not count and following < everybody:
                self._found = np.empty((2 * len(self._found), n.UNTOLD), np.int64)
            rows = self._found[:count].tolist()
            woken = [row for row in rows if row[n.U_SHAPE] == n.WOKEN]
            if woken:
                self._wake(woken, until)
            if len(woken) < len(rows):
                yield from self._told([row for row in rows if row[n.U_SHAPE] != n.WOKEN])

    def _told(self, rows: Iterable[Sequence[int]]) -> Iterator[tuple[int, list[News]]]:
        """By person the rows that were found, in the order of time."""
        known, whose, news = self._shapes.told, _NOBODY, list[News]()
        for person, time, shape, value in rows:
            if person != whose:
                if news:
                    yield whose, news
                whose, news = person, []
            told = known(shape)
            lead = "" if told.lead is None else lead_name(self._people.key(person), *told.lead)
            news.append(told.effect(time, lead, value))
            if told.field is not None:
                news.append(told.field)
        if news:
            yield whose, news


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
        return Effect._make((time, *self.before, lead, *self.between, value, "", self.group))


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
            self._columns = shapes
            world, spelled = self._world, _spelled(np.ascontiguousarray(shapes[before:]))
            numbers = [world.sorts.get(columns, _NOT_YET) for columns in spelled]
            if _NOT_YET in numbers:
                for place, columns in enumerate(spelled):
                    if numbers[place] == _NOT_YET:
                        numbers[place] = world.sort(columns, self._sort(shapes[before + place].tolist()))
            self.sorts = longer(self.sorts, len(shapes))
            self.sorts[before:] = world.sort_rows[0].take(numbers, axis=0)

    def told(self, shape: int) -> _Told:
        """How rows of a shape are told."""
        found = self._told.get(shape)
        if found is None:
            columns = self._columns[shape]
            spelled = columns.tobytes()
            found = self._told[shape] = self._world.told.get(spelled) or self._as_told(columns.tolist())
            self._world.told[spelled] = found
        return found

    def _sort(self, columns: Sequence[int]) -> tuple[int, ...]:
        """A row of `notice_rows.SHAPE_COLUMNS`."""
        kind, noting = KINDS[columns[r.KIND]], self._rules.noting
        if kind not in noting.kinds:
            return _NOTHING
        names = self._inputs.tables.names.values
        item, human = names[columns[r.ITEM]], names[columns[r.WHO]] == "human"
        sets_field = kind is Kind.FACT and bool(self._journey(columns))
        engages = kind is Kind.FACT if kind not in EVENTS else human
        counted = kind in COUNTED and COUNTED[kind] in noting.history and item in noting.items.get(kind, (item,))
        noted = counted or sets_field or (kind not in COUNTED and kind not in EVENTS and kind is not Kind.FACT)
        if not (noted or engages or self._rules.needs_every_row):
            return _NOTHING
        sort = (n.ENGAGES if engages else 0) | (n.SCORES if kind is Kind.SCORED else 0)
        sort |= n.NOTED if noted or self._rules.needs_every_row else 0
        # Where compiled code asks the conditions, no field that a journey sets is among what they read.
        at_once = kind is Kind.ACTIVATED if self._inputs.group_conditions else sets_field or kind in _AT_ONCE
        if self._rules.needs_every_row or at_once:
            sort |= n.PROMPT
        act = ACTS.index(COUNTED[kind]) if counted else -1
        of_item, of_journey = self._world.items.get(item, -1), self._world.graphs.get(self._journey(columns), -1)
        event = self._event(kind, columns[r.REASON]) if engages else -1
        return sort, self._wakes(kind, item), act, of_item, of_journey, int(human), event

    def _event(self, kind: Kind, reason: int) -> int:
        """The number of the event that counts as engagement; -1 for a field that has changed."""
        if kind in EVENTS:
            return self._world.events(EVENTS[kind])
        text = self._inputs.tables.names.values[reason] if reason >= 0 else "="
        return -1 if "=" in text else self._world.events(text)

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
    """For each person who is there from the start what the book is to it; nobody is watched or was told of yet."""
    least: Integers
    """By bit: hundredths of a point from which on a score wakes the group."""
    times: Integers
    """Seconds of all evaluations."""
    journeys: Sequence[str]
    """By op; the last one is that of rows without any."""
    values: dict[str, tuple[str, Value]]
    """Path and value of what a journey may set a field to, by how the record writes it."""
    items: Mapping[str, int]
    """Numbers of items and journeys in tables of acts."""
    graphs: Mapping[str, int]
    events: Interned
    """Those that count as engagement, as far as they have occurred."""
    places: Mapping[str, int]
    """Number of each group."""
    woken: dict[int, Sequence[tuple[int, str]]]
    """Numbers and names of groups by their bits, as far as somebody asked."""
    told: dict[bytes, _Told]
    """How rows of a shape are told, by its columns."""
    sorts: dict[bytes, int]
    """By the same columns as bytes: where it stands what such rows are to the book."""
    sort_rows: list[Integers]
    """One array of that, with rows of `notice_rows.SHAPE_COLUMNS`."""

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
            items={name: place for place, name in enumerate(inputs.tables.items)},
            graphs={name: place for place, name in enumerate(sorted(inputs.world.program.journeys))},
            events=Interned(), places={name: place for place, name in enumerate(bits)}, woken={}, told={}, sorts={},
            sort_rows=[np.zeros((0, n.SHAPE_COLUMNS), np.int64)],
        )  # fmt: skip

    def sort(self, spelled: bytes, row: Sequence[int]) -> int:
        """Remembers what rows of a shape are to the book; answers where that stands."""
        number = self.sorts[spelled] = len(self.sorts)
        self.sort_rows[0] = longer(self.sort_rows[0], number + 1)
        self.sort_rows[0][number] = row
        return number


def longer(array: NDArray[_Number], count: int) -> NDArray[_Number]:
    """The rows of an array with as many more behind them, not yet written, as make so many; with room for others.

    The array is whole, or was made here.
    """
    before, room = len(array), array if array.base is None else array.base
    if count > len(room):
        room = np.empty((count + (count >> 3) + _FURTHER, *array.shape[1:]), array.dtype)
        room[:before] = array
    return room[:count]


def _spelled(shapes: Integers) -> list[bytes]:
    """The columns of each shape as a key."""
    width, spelled = shapes.itemsize * shapes.shape[1], shapes.tobytes()
    return [spelled[first : first + width] for first in range(0, len(spelled), width)]


def _of_groups(groups: Iterable[str] | None, bits: Mapping[str, int]) -> tuple[int, int, int]:
    """A row of `notice_rows.PERSON_COLUMNS`."""
    return (_NOBODY if groups is None else sum({bits[name] for name in groups})), 0, 0


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
