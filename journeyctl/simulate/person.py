"""One record of a contact, and many of them as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.simulate import coded, record_keys
from journeyctl.simulate.coded import Coded, Combinations, answers, combinations, distinct
from journeyctl.simulate.record_keys import Keys

if TYPE_CHECKING:
    from journeyctl.expr import Value

_Answer = TypeVar("_Answer")

_PART = 4_096
"""Persons that are made together when all are gone through."""


@dataclass(frozen=True, slots=True)
class Person:
    """One record of a contact as the CRM has it."""

    key: str
    """Stable name and address of all draws about the record."""
    umbrella: str
    hospital: str
    clinic: str
    """Entity paths: `u17`, `u17/h2`, `u17/h2/c1`."""
    fields: Mapping[str, Value]
    """By path; what is unknown is absent. Records of the same fields may share them."""
    at: int = 0
    """UTC seconds when the contact becomes known; the start of the run for the first population."""
    source: str = ""
    """The inflow that brought it; empty for the first population."""
    duplicate_of: str = ""
    """Key of the same person's first record."""
    invalid_email: bool = False
    sign_ups: tuple[str, ...] = ()
    """Purposes the person agreed to, before any confirmation."""
    confirmed: bool = True
    """False where a double opt-in was asked for and never answered."""

    @property
    def person(self) -> str:
        """The name by which traits are drawn: one for all records of a person."""
        return self.duplicate_of or self.key


OWN = ("umbrella", "hospital", "clinic", "source", "duplicate_of", "invalid_email", "sign_ups", "confirmed")
"""What `People` holds of persons besides keys, fields and the second from which they are known."""


class People(Sequence[Person]):
    """Many persons as columns. Each `Person` is made when it is asked for, and then kept.

    Equal to any sequence of the same persons.
    """

    __slots__ = ("_alike", "_everybody", "_made", "_shared", "at", "fields", "keyed", "keys", "own")

    def __init__(
        self,
        keys: Keys,
        at: NDArray[int64],
        own: Mapping[str, Coded[Any]],
        fields: Mapping[str, Coded[Value]],
        *,
        keyed: str = "",
    ) -> None:
        """`own` by the names of `OWN`, `fields` by path; `keyed` is a further field that holds each person's key."""
        self.keys, self.at, self.own, self.fields, self.keyed = keys, at, own, fields, keyed
        self._made: dict[int, Person] = {}
        self._everybody: list[Person] = []
        self._alike: Combinations | None = None
        self._shared: dict[int, Mapping[str, Value]] = {}

    @classmethod
    def of(cls, persons: Iterable[Person]) -> People:
        """Columns of any persons."""
        if isinstance(persons, People):
            return persons
        found = tuple(persons)
        paths = dict.fromkeys(path for person in found for path in person.fields)
        made = cls(
            Keys.of(tuple(person.key for person in found)),
            np.array([person.at for person in found], np.int64),
            {name: Coded.of(getattr(person, name) for person in found) for name in OWN},
            {path: Coded.of(person.fields.get(path) for person in found) for path in paths},
        )
        made._made.update(enumerate(found))
        return made

    # --- as persons

    def __len__(self) -> int:
        return len(self.at)

    @overload
    def __getitem__(self, place: int) -> Person: ...
    @overload
    def __getitem__(self, place: slice) -> People: ...
    def __getitem__(self, place: int | slice) -> Person | People:
        if isinstance(place, slice):
            return self.take(np.arange(len(self), dtype=np.int64)[place])
        number = range(len(self))[place]
        found = self._made.get(number)
        return self._make(number, number + 1)[0] if found is None else found

    def __iter__(self) -> Iterator[Person]:
        if len(self._made) == len(self) > len(self._everybody):
            self._everybody = [self._made[number] for number in range(len(self))]
        if self._everybody:
            yield from self._everybody
            return
        for start in range(0, len(self), _PART):
            yield from self._make(start, min(start + _PART, len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to plain sequences, whose fields have no hash either

    def some(self, records: Sequence[int], keys: Sequence[str] | None = None) -> list[Person]:
        """A few of the persons, under these keys where such are given; each is made anew, with fields of its own."""
        rows = np.array(records, np.int64)
        named = list(self.keys.take(rows)) if keys is None else keys
        own = [self.own[name] for name in OWN]
        columns, found = [_of(column, rows) for column in own], []
        rest = zip(named, self.at[rows].tolist(), self._known(rows), zip(*columns, strict=True), strict=True)
        for key, time, known, about in rest:
            if self.keyed:
                known[self.keyed] = key
            umbrella, hospital, clinic, *others = about
            found.append(Person(key, umbrella, hospital, clinic, known, time, *others))
        return found

    def _make(self, first: int, after: int) -> list[Person]:
        part = slice(first, after)
        columns = {name: [column.values[code] for code in column.codes[part].tolist()]
                   for name, column in self.own.items()}  # fmt: skip
        rows = zip(
            range(first, after), self.keys[part], columns["umbrella"], columns["hospital"], columns["clinic"],
            self._fields(first, after), self.at[part].tolist(), columns["source"], columns["duplicate_of"],
            columns["invalid_email"], columns["sign_ups"], columns["confirmed"], strict=True,
        )  # fmt: skip
        # What was made before stays, so that a person is always the same object.
        return [self._made.get(row[0]) or self._made.setdefault(row[0], Person(*row[1:])) for row in rows]

    def _fields(self, first: int, after: int) -> Iterable[Mapping[str, Value]]:
        if self._alike is None:
            self._alike = combinations(tuple(self.fields.values()), len(self))
        numbers, shared = self._alike.of[first:after].tolist(), self._shared
        new = [number for number in dict.fromkeys(numbers) if number not in shared]
        if new:
            shared.update(zip(new, self._known(self._alike.first[new]), strict=True))
        if not self.keyed:
            return [shared[number] for number in numbers]
        keys = self.keys[first:after]
        return [{**shared[number], self.keyed: key} for number, key in zip(numbers, keys, strict=True)]

    def _known(self, records: NDArray[int64]) -> list[dict[str, Value]]:
        """Fields of some records, as far as they are known."""
        paths, columns = tuple(self.fields), [_of(column, records) for column in self.fields.values()]
        rows = zip(*columns, strict=True) if columns else [()] * len(records)
        return [{path: value for path, value in zip(paths, row, strict=True) if value is not None} for row in rows]

    # --- as columns

    def take(self, records: NDArray[int64]) -> People:
        """Some of the persons, in this order."""
        made = People(
            self.keys.take(records),
            self.at[records],
            {name: column.take(records) for name, column in self.own.items()},
            {path: column.take(records) for path, column in self.fields.items()},
            keyed=self.keyed,
        )
        if self._made:
            before = ((number, self._made.get(record)) for number, record in enumerate(records.tolist()))
            made._made.update((number, person) for number, person in before if person is not None)
        return made

    def where(self, mask: NDArray[np.bool_]) -> People:
        """The persons for whom it is true."""
        return self if mask.all() else self.take(np.flatnonzero(mask))

    def with_keys(self, path: str) -> People:
        """The same persons with their keys in a field at `path`."""
        return People(self.keys, self.at, self.own, self.fields, keyed=path)

    def asked(self, paths: Iterable[str], question: Callable[[Mapping[str, Value]], _Answer]) -> Coded[_Answer]:
        """What follows from the fields at `paths`, worked out once for all persons who agree in them."""
        read = {path: self.fields[path] for path in sorted(paths) if path in self.fields}
        alike = combinations(tuple(read.values()), len(self))
        made = []
        for record in alike.first.tolist():
            values = ((path, column.values[column.codes[record]]) for path, column in read.items())
            made.append(question({path: value for path, value in values if value is not None}))
        return answers(alike, made)

    def clinics(self) -> tuple[tuple[str, str, str], ...]:
        """Umbrella, hospital and clinic of everybody, each clinic once."""
        own = [self.own[level] for level in ("umbrella", "hospital", "clinic")]
        return tuple(tuple(column[record] for column in own) for record in combinations(own, len(self)).first.tolist())

    def field(self, path: str) -> Coded[Value]:
        """One field of all persons; `None` where it is unknown."""
        return self.fields[path] if path in self.fields else Coded.always(None, len(self))


def _of(column: Coded[Any], records: NDArray[int64]) -> list[Any]:
    """The values of some records."""
    return list(map(column.values.__getitem__, column.codes[records].tolist()))


class FieldQuestion(Generic[_Answer]):
    """A question whose answer follows from the fields at `paths` alone: answered once for all who agree in them."""

    __slots__ = ("_answer", "_known", "paths")

    def __init__(self, paths: Iterable[str], answer: Callable[[Mapping[str, Value]], _Answer]) -> None:
        self.paths = tuple(sorted(paths))
        self._answer = answer
        self._known: dict[tuple[object, ...], _Answer] = {}

    def __call__(self, fields: Mapping[str, Value]) -> _Answer:
        """The answer for somebody with these fields."""
        read = [fields.get(path) for path in self.paths]
        key = distinct(read)
        if key not in self._known:
            known = zip(self.paths, read, strict=True)
            self._known[key] = self._answer({path: value for path, value in known if value is not None})
        return self._known[key]

    def of(self, people: People) -> Coded[_Answer]:
        """Everybody's answer."""
        return people.asked(self.paths, self)


def together(parts: Sequence[People]) -> People:
    """The persons of one part after the other."""
    filled = [part for part in parts if len(part)] or list(parts[:1])
    if len(filled) == 1:
        return filled[0]
    paths = dict.fromkeys(path for part in filled for path in part.fields)
    made = People(
        record_keys.joined([part.keys for part in filled]),
        np.concatenate([part.at for part in filled]),
        {name: coded.joined([part.own[name] for part in filled]) for name in OWN},
        {path: coded.joined([part.field(path) for part in filled]) for path in paths},
        keyed=filled[0].keyed,
    )
    start = 0
    for part in filled:
        made._made.update((start + number, person) for number, person in part._made.items())
        start += len(part)
    return made


NOBODY = People.of(())
