"""The event record: one flat row per event, the only source of every measure.

Names are kept once and columns hold their numbers, so that a row costs some dozens of bytes; a column
in which nothing was ever written costs nothing. `LOG_VERSION` changes with the columns or the kinds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from journeyctl.results import row_choice, row_parts
from journeyctl.results.causes import cause_parts, cause_text
from journeyctl.results.name_table import NameTable
from journeyctl.results.row_codes import Stretches
from journeyctl.results.row_lives import Lives
from journeyctl.results.row_order import file_order, text_order, time_order
from journeyctl.results.row_parts import Part, joined_parts, plain_part, spread, type_of
from journeyctl.results.row_pieces import Pieces
from journeyctl.semantics.effects import Kind

Integers: TypeAlias = row_parts.Integers
"""A column: whole numbers, one per row; for a column of names the number of the name."""
Mask = NDArray[np.bool_]

LOG_VERSION: Final = 1
COLUMNS: Final = (
    "replication", "time", "kind", "contact", "clinic", "hospital", "umbrella", "group", "journey", "visit", "step",
    "op", "item", "channel", "send", "lead", "desk", "team", "worker", "opportunity", "line", "reason", "who",
    "value", "cause", "source",
)  # fmt: skip
"""The columns of log version 1, in the order of files and of `EventRow`."""
NUMBERS: Final = ("replication", "time", "visit", "send", "worker", "value")
"""Columns of whole numbers. `kind` is the position in `KINDS`; all others hold names."""
WIDE: Final = ("time", "value")
"""Of these, the ones that need 64 bits; the others fit 32."""
NAMES: Final = tuple(column for column in COLUMNS if column not in (*NUMBERS, "kind"))
_OF_NAMES: Final = frozenset(NAMES)
KINDS: Final = tuple(Kind)
KIND_NUMBER: Final[Mapping[Kind, int]] = {kind: number for number, kind in enumerate(KINDS)}
_KIND_OF_WORD: Final[Mapping[str, int]] = {kind.value: number for number, kind in enumerate(KINDS)}
_INNER: Final = (*COLUMNS, "cause_time")
TYPES: Final = row_parts.TYPES
"""Of the columns that are not of 32 bits."""
_MADE_WHOLE: Final = 1 << 22
"""Up to so many rows, a column of which a fourth was asked for is made whole."""
_CHUNK: Final = 1 << 16
AT_THE_DESK: Final = frozenset(
    (
        Kind.ROUTED, Kind.ENRICHED, Kind.ATTEMPTED, Kind.CONNECTED, Kind.QUALIFIED, Kind.ACCEPTED, Kind.REJECTED,
        Kind.RECYCLED, Kind.UNREACHABLE, Kind.EXPIRED, Kind.MET, Kind.SQL, Kind.OPPORTUNITY, Kind.WON, Kind.LOST,
    )
)  # fmt: skip
"""What happens to a lead after its journey has handed it over."""
_AT_DESK: Final = np.isin(np.arange(len(KINDS)), [KIND_NUMBER[kind] for kind in AT_THE_DESK])


class Recorded(Protocol):
    """Whom an event concerns: a contact with its three account levels, by entity path."""

    @property
    def key(self) -> str:
        """The contact's own path, such as `u17/h2/c1/p3`."""
        ...

    @property
    def clinic(self) -> str:
        """Path of the clinic."""
        ...

    @property
    def hospital(self) -> str:
        """Path of the hospital."""
        ...

    @property
    def umbrella(self) -> str:
        """Path of the umbrella."""
        ...

    @property
    def source(self) -> str:
        """Name of the inflow that brought the contact; empty for the population at the start."""
        ...


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event with its names spelled out. Empty texts and zeros stand for what does not apply."""

    replication: int
    time: int
    """UTC seconds."""
    kind: Kind
    contact: str
    clinic: str
    hospital: str
    umbrella: str
    group: str
    journey: str
    visit: int
    step: str
    op: str
    item: str
    channel: str
    send: int
    """Which send of `item` to `contact`, from 1."""
    lead: str
    desk: str
    team: str
    worker: int
    opportunity: str
    line: str
    reason: str
    who: str
    value: int
    """Kind's own number: UTC second, hundredths of a point, seconds of work or cents."""
    cause: str
    """Event behind it and its UTC second, as `mql@1767600000`."""
    source: str


class EventRecord:
    """Rows as columns of whole numbers over one table of names. A value: nothing in it may be written to."""

    __slots__ = (
        "_asked", "_by_kind", "_by_time", "_filled", "_given", "_known", "_length", "_of_kinds", "_order", "_parts",
        "names",
    )  # fmt: skip

    def __init__(self, columns: Mapping[str, Integers], names: Sequence[str], *, length: int) -> None:
        """`columns` may leave out what is zero in every row; `names[0]` is the empty name.

        Besides `COLUMNS` there may be `cause_time`, the UTC seconds of causes (`causes.NO_TIME`: none).
        Raises `ValueError` for unknown columns, other lengths, or names that repeat.
        """
        unknown = sorted(set(columns) - set(_INNER))
        if unknown or any(len(column) != length for column in columns.values()):
            raise ValueError(f"a record of {length} rows cannot have these columns: {unknown or 'lengths differ'}")
        listed = tuple(names)
        if listed[:1] != ("",) or len(frozenset(listed)) != len(listed):
            raise ValueError("the names of a record begin with the empty one and do not repeat")
        self._hold((plain_part(columns, length),), NameTable(listed), by_time=False)

    @classmethod
    def of_parts(
        cls, parts: Sequence[Part], names: NameTable, *, by_time: bool = False, order: Integers | Pieces | None = None
    ) -> EventRecord:
        """The rows of one part after the other or, `by_time`, in the order of time, those of one second as they lie.

        `order` says instead where each row lies, counted through all parts. `names` begin with the empty one and
        hold every number in the columns of names.
        """
        made = object.__new__(cls)
        made._hold(tuple(parts), names, by_time=by_time, order=order)
        return made

    def _hold(
        self, parts: tuple[Part, ...], names: NameTable, *, by_time: bool, order: Integers | Pieces | None = None
    ) -> None:
        self._parts, self._by_time, self._given = parts, by_time, order
        self._order = None if isinstance(order, Pieces) else order
        self.names = names
        """By number; made when they are asked for where there are very many."""
        self._length = sum(part.length for part in parts)
        self._filled = frozenset(name for part in parts for name in part.columns)
        self._known: dict[str, Integers] = {}
        self._by_kind: tuple[Integers, Integers] | None = None
        self._of_kinds: dict[tuple[Kind, ...], Integers] = {}
        self._asked: dict[str, int] = {}

    def __len__(self) -> int:
        return self._length

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._parts, self.names, self._by_time, self._given)

    def column(self, name: str) -> Integers:
        """One column, shape `(rows,)`, read-only. Names and kinds are numbers, see `names` and `KINDS`.

        Made when it is first asked for; `cells` makes less where only some rows matter.
        """
        found = self._known.get(name)
        if found is not None:
            return found
        if name not in _INNER:
            raise KeyError(name)
        kind = type_of(name)
        if name not in self._filled:
            return np.broadcast_to(np.zeros((), kind), (self._length,))
        found = joined_parts(self._parts, name, kind)
        if not self._as_they_lie:
            found = found.take(self._places())
        self._known[name] = found = _read_only(found)
        return found

    def cells(self, name: str, rows: Integers | slice) -> Integers:
        """The cells of a column in some rows, by position, in their order. Asked of often, it is made whole."""
        if isinstance(rows, slice) or rows.dtype == np.bool_ or self._is_whole(name, len(rows)):
            column = self.column(name)
            return column[rows] if isinstance(rows, slice) or rows.dtype == np.bool_ else column.take(rows)
        return spread(self._parts, rows if self._as_they_lie else self._places()[rows], name, type_of(name))

    def stretches(self) -> Stretches:
        """The rows for readers who go through all of them, as a writer of files does; makes no whole columns."""
        if self._as_they_lie:
            return Stretches(self._parts, None)
        return Stretches(self._parts, self._given if isinstance(self._given, Pieces) else self._places())

    def _is_whole(self, name: str, more: int) -> bool:
        asked = self._asked[name] = self._asked.get(name, 0) + more
        return (asked > self._length // 4 and self._length <= _MADE_WHOLE) or name in self._known or self.is_blank(name)

    @property
    def _as_they_lie(self) -> bool:
        return not self._by_time and self._given is None

    def _places(self) -> Integers:
        """Where each row lies in the parts, where they do not simply come as they lie."""
        if self._order is None:
            if isinstance(self._given, Pieces):
                self._order = self._given.rows()
            else:
                self._order = time_order(joined_parts(self._parts, "time", np.int64))
        return self._order

    def is_blank(self, name: str) -> bool:
        """True where the column was never written to."""
        return name not in self._filled

    def number_of(self, name: str) -> int:
        """The number of a name; -1, which no row holds, where the record does not know it."""
        return self.names.number_of(name)

    def texts(self, name: str, rows: Integers | slice = slice(None)) -> list[str]:
        """A column of names, spelled out, for all or some rows; causes with their moment."""
        texts = self.names.spelled(self.cells(name, rows))
        if name == "cause" and not self.is_blank("cause"):
            times = self.cells("cause_time", rows).tolist()
            return [cause_text(text, at) for text, at in zip(texts, times, strict=True)]
        return texts

    def rows_of(self, *kinds: Kind) -> Integers:
        """Positions of the rows of these kinds, ascending."""
        if self._by_kind is None:
            # Remembered, because every measure asks; stable sorting of small numbers is one pass over them.
            order: Integers = np.argsort(self.column("kind"), kind="stable")
            bounds = np.concatenate(([0], np.cumsum(np.bincount(self.column("kind"), minlength=len(KINDS)))))
            self._by_kind = order, bounds
        if kinds not in self._of_kinds:
            sorted_rows, starts = self._by_kind
            numbers = [KIND_NUMBER[kind] for kind in kinds]
            parts = [sorted_rows[starts[number] : starts[number + 1]] for number in numbers]
            # Ascending parts are merged, which is what stable sorting does where it finds such.
            self._of_kinds[kinds] = parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts), kind="stable")
        return self._of_kinds[kinds]

    def rows(self) -> Iterator[EventRow]:
        """Every row in turn, for readers; slow beside the columns."""
        for start in range(0, self._length, _CHUNK):
            part = slice(start, start + _CHUNK)
            cells: list[Iterable[Any]] = []
            for name in COLUMNS:
                if name == "kind":
                    cells.append([KINDS[number] for number in self.column("kind")[part].tolist()])
                else:
                    cells.append(self.column(name)[part].tolist() if name in NUMBERS else self.texts(name, part))
            yield from map(EventRow, *cells)

    def take(self, rows: Integers | Mask) -> EventRecord:
        """The record of some rows, by position or mask, with the same names."""
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64, copy=False)
        columns = {str(name): _read_only(self.cells(name, places)) for name in _INNER if name in self._filled}
        return EventRecord.of_parts((plain_part(columns, len(places)),), self.names)

    def renumbered(self, numbers: NDArray[np.int32]) -> dict[str, Integers]:
        """All columns that were written to, with other numbers for the names: those at the places of the old ones."""
        found = {str(name): self.column(name) for name in _INNER if name in self._filled}
        return {name: numbers[column] if name in _OF_NAMES else column for name, column in found.items()}

    def of_kinds(self, kinds: Collection[Kind], *, lying: Collection[Kind] = ()) -> EventRecord:
        """The rows of these kinds in their order, with the same names, moved together for whoever reads them often.

        Rows of the kinds `lying` may follow behind all others, as they lie: one contact after the other.
        """
        if self._given is not None:
            return self.take(self.rows_of(*kinds, *lying))
        numbers, others = ([KIND_NUMBER[kind] for kind in some] for some in (kinds, lying))
        parts, order = row_choice.of_kinds(self._parts, numbers, lying=others, by_time=self._by_time)
        return EventRecord.of_parts(parts, self.names, order=order)

    def replications(self) -> tuple[int, ...]:
        """The replications that have rows, ascending."""
        return tuple(sorted({number for part in self._parts if part.length for number in part.numbers("replication")}))

    def of_replication(self, replication: int) -> EventRecord:
        """The rows of one replication, in their order."""
        if self.replications() == (replication,):
            return self
        return self.take(self.column("replication") == replication)

    def by_time(self) -> EventRecord:
        """The rows in the order of time, those of one second as they lie in the parts."""
        return EventRecord.of_parts(self._parts, self.names, by_time=True)

    def in_file_order(self) -> EventRecord:
        """One contact after the other, each in time order; the order of log files.

        Sorted by replication, contact (by code points), second, journeys before desk, and lead at the
        desk. Rows that agree in all of these keep the order in which they happened to the contact,
        so the result does not depend on how an engine interleaved contacts and desk.
        """
        # Rows of one second come by time as they lie, so those of a run need not be sorted by time before.
        rows = self if self._given is not None else EventRecord.of_parts(self._parts, self.names)
        pieces = rows._order_of_lives() if self._given is None else None
        if pieces is not None:
            is_kept = self._as_they_lie and pieces.are_as_they_lie()
            return self if is_kept else EventRecord.of_parts(self._parts, self.names, order=pieces)
        order = rows._order_row_by_row()
        if self._as_they_lie and np.array_equal(order, np.arange(self._length)):
            return self
        lying = order if self._given is None else self._places()[order]
        return EventRecord.of_parts(self._parts, self.names, order=lying)

    def _order_of_lives(self) -> Pieces | None:
        """The file order where one part holds one life after the other; the rows of all others are few."""
        lives = Lives.among(self._parts, _AT_DESK) if len(self.replications()) == 1 else None
        if lives is None:
            return None
        others = np.concatenate((np.arange(lives.start), np.arange(lives.end, self._length)))
        contact, time, kind = (self.cells(name, others) for name in ("contact", "time", "kind"))
        ranks, at_desk = self._ranks(np.concatenate((lives.contacts, contact))), _AT_DESK[kind]
        lead = np.zeros(len(others), np.int64)
        lead[at_desk] = self._lead_ranks(others[at_desk])
        order = np.lexsort((lead, at_desk, time, ranks[contact]))
        comes_first = (others < lives.start) & ~at_desk
        return lives.order(ranks, others[order], contact[order], time[order], comes_first[order])

    def _order_row_by_row(self) -> Integers:
        contact, replication = self.column("contact"), self.column("replication")
        place = self._ranks(contact)[contact]
        if replication.any():
            place += replication * np.int64(place.max() + 1)
        return file_order(place, self.column("time"), _AT_DESK[self.column("kind")], self._lead_ranks)

    def _lead_ranks(self, rows: Integers) -> Integers:
        lead = self.cells("lead", rows)
        return self._ranks(lead)[lead]

    def _ranks(self, numbers: Integers) -> Integers:
        """By number, the rank by code points of each of these names; 0 for all others."""
        used = np.flatnonzero(np.bincount(numbers, minlength=len(self.names)))
        ranks = np.zeros(len(self.names), np.int64)
        ranks[used[text_order(self.names.spelled(used))]] = np.arange(len(used))
        return ranks

    def digest(self) -> str:
        """16 hex digits over the rows whatever their order: the sum modulo 2^64 of all `row_hashes`."""
        return f"{sum(int(found.sum(dtype=np.uint64)) for found in self._hashes()) % 2**64:016x}"

    def row_hashes(self) -> NDArray[np.uint64]:
        """A number of 64 bits for each row, shape `(rows,)`, that follows from its cells alone.

        Each cell, a name being its `name_hash`, is multiplied by its column's number (`factor_of`); their sum
        modulo 2^64 with that of the empty name is `mixed`. So nothing depends on how names were numbered, and
        what many rows have in common is worked out once. Not against somebody who wants two records to agree.
        """
        found = np.concatenate([np.zeros(0, np.uint64), *self._hashes()])
        return found if self._as_they_lie else found[self._places()]

    def _hashes(self) -> Iterator[NDArray[np.uint64]]:
        names = self.names.hashes()
        for part in self._parts:
            yield from part.hashes(names, _OF_NAMES)


def empty_record() -> EventRecord:
    """A record without rows."""
    return EventRecord({}, ("",), length=0)


def joined(records: Sequence[EventRecord]) -> EventRecord:
    """The rows of several records, one after the other, over one table of names."""
    names, found = NameTable(("",)), []
    for record in records:
        names, numbers = names.with_numbers(record.names)
        found.append(record.renumbered(numbers))
    columns: dict[str, Integers] = {}
    for name in dict.fromkeys(name for own in found for name in own):
        blanks = (np.zeros(len(record), type_of(name)) for record in records)
        columns[name] = np.concatenate([own.pop(name, blank) for own, blank in zip(found, blanks, strict=True)])
    return EventRecord.of_parts((plain_part(columns, sum(map(len, records))),), names)


def record_of_texts(columns: Mapping[str, Sequence[str] | Sequence[int]], *, length: int) -> EventRecord:
    """A record from columns as files hold them: names and causes as text, kinds as their words.

    Raises `ValueError` for a kind or number that is none.
    """
    numbers: dict[str, int] = {"": 0}
    inner: dict[str, Integers] = {}
    for name, cells in columns.items():
        if name in NUMBERS:
            inner[name] = np.array([int(cell) for cell in cells], type_of(name))
        elif name == "kind":
            inner[name] = np.array([KIND_NUMBER[Kind(cell)] for cell in cells], np.uint8)
        elif name == "cause":
            inner.update(_causes(map(str, cells), numbers, length))
        else:
            inner[name] = _numbered(map(str, cells), numbers, length)
    return EventRecord(without_blanks(inner), tuple(numbers), length=length)


def record_of_codes(
    numbers: Mapping[str, Integers], coded: Mapping[str, tuple[Integers, Sequence[str]]], *, length: int
) -> EventRecord:
    """A record from columns whose cells are places in a list of words of their own, besides columns of numbers.

    Raises `ValueError` for a kind that is none.
    """
    names: dict[str, int] = {"": 0}
    columns = dict(numbers)
    for name, (places, words) in coded.items():
        if name == "kind":
            unknown = [word for word in words if word not in _KIND_OF_WORD]
            if unknown:
                raise ValueError(f"'{unknown[0]}' in column 'kind', which is no kind of event")
            columns[name] = np.array([_KIND_OF_WORD[word] for word in words], np.uint8)[places]
        elif name == "cause":
            inner = _causes(words, names, len(words))
            columns.update({part: column[places] for part, column in inner.items()})
        else:
            columns[name] = _numbered(words, names, len(words))[places]
    return EventRecord(without_blanks(columns), tuple(names), length=length)


def _numbered(texts: Iterable[str], numbers: dict[str, int], length: int) -> Integers:
    column = list(texts)
    # Every name is numbered once and rows look it up, which runs without a line of Python per row.
    for text in dict.fromkeys(column):
        numbers.setdefault(text, len(numbers))
    return np.fromiter(map(numbers.__getitem__, column), np.int32, length)


def _causes(texts: Iterable[str], numbers: dict[str, int], length: int) -> dict[str, Integers]:
    column = list(texts)
    parts = {text: cause_parts(text) for text in dict.fromkeys(column)}
    return {
        "cause": _numbered([parts[text][0] for text in column], numbers, length),
        "cause_time": np.fromiter((parts[text][1] for text in column), np.int64, length),
    }


def without_blanks(columns: Mapping[str, Integers]) -> dict[str, Integers]:
    """The columns in which anything was written."""
    return {name: column for name, column in columns.items() if column.any()}


def _read_only(column: Integers) -> Integers:
    view = column.view()
    view.flags.writeable = False
    return view


def _rebuilt(
    parts: Sequence[Part],
    names: NameTable,
    by_time: bool,  # noqa: FBT001  (what was kept)
    order: Integers | None,
) -> EventRecord:
    return EventRecord.of_parts(parts, names, by_time=by_time, order=order)
