"""Fields of contacts as whole numbers: which path stands in which column, and what its values are written as.

A column has one sort of value, found from the values that occur: persons' records, facts, defaults and
what journeys assign. A code is a whole number of 64 bits; codes of one column compare as their values do,
texts apart, whose codes are places in one table.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final

from journeyctl.calendars import utc_seconds
from journeyctl.expr import Value
from journeyctl.semantics.reactions import fact_text
from journeyctl.simulate.population_engine.instructions import MONTH
from journeyctl.units import Duration

UNKNOWN: Final = -(1 << 62)
"""The code of a value that nobody knows."""
BROKEN_MARK: Final = 1 << 32
_BROKEN: Final = "~broken"
_EXACT: Final = 1 << 53
_EPOCH: Final = datetime.date(1970, 1, 1).toordinal()
_ALL_BUT_SIGN: Final = (1 << 63) - 1


class Unsupported(Exception):  # noqa: N818  (a reason to take the other engine, no mistake of anybody)
    """The population engine cannot carry something; the message says what."""


class Sort(Enum):
    """What a code stands for."""

    NOTHING = "nothing"
    """Always unknown."""
    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    MOMENT = "date-time"
    LIST = "list of text"
    DURATION = "duration"


_SORTS: Final[Mapping[type, Sort]] = {
    bool: Sort.BOOLEAN, int: Sort.NUMBER, float: Sort.NUMBER, str: Sort.TEXT, datetime.date: Sort.DATE,
    datetime.datetime: Sort.MOMENT, tuple: Sort.LIST,
}  # fmt: skip


def number_code(value: int | float) -> int:
    """A number in the order of its values: the bits of its double, those of negative ones turned round."""
    if isinstance(value, int) and abs(value) > _EXACT:
        raise Unsupported(f"the number {value}, which is beyond 2^53")
    bits: int = struct.unpack("<q", struct.pack("<d", float(value) + 0.0))[0]
    return bits if bits >= 0 else bits ^ _ALL_BUT_SIGN


def number_of(code: int) -> float:
    """The number that a code stands for."""
    bits = code if code >= 0 else code ^ _ALL_BUT_SIGN
    value: float = struct.unpack("<d", struct.pack("<q", bits))[0]
    return value


def group_path(group: str, name: str) -> str:
    """The pseudo field that holds what a contact knows of a buying group."""
    return f"group({group}).{name}"


def duration_code(duration: Duration) -> int:
    """A duration without business days as one number."""
    if duration.business_days:
        raise Unsupported("business days in a condition")
    return duration.months * MONTH + duration.seconds


class Interned:
    """Values numbered in the order in which they come, each once."""

    __slots__ = ("numbers", "values")

    def __init__(self, *first: str) -> None:
        self.values: list[str] = list(first)
        self.numbers: dict[str, int] = {value: number for number, value in enumerate(first)}

    def __len__(self) -> int:
        return len(self.values)

    def __call__(self, value: str) -> int:
        """The number of a value, a new one where it is new."""
        found = self.numbers.get(value)
        if found is None:
            found = self.numbers[value] = len(self.values)
            self.values.append(value)
        return found


class FieldCodes:
    """Columns, sorts and codes of all fields that a program reads or writes."""

    def __init__(self, paths: Iterable[str]) -> None:
        """A column for each path."""
        self.paths: list[str] = []
        self.columns: dict[str, int] = {}
        self.sorts: list[Sort] = []
        self._whole: list[set[bool]] = []
        self._seen: list[dict[str, None]] = []
        self.computed: set[int] = set()
        """Columns to which expressions are assigned."""
        self.texts = Interned("")
        self.lists: dict[tuple[str, ...], int] = {}
        self.closed = False
        self.companions: dict[int, int] = {}
        """Columns of numbers of both kinds: which other column says that theirs are broken ones."""
        for path in paths:
            self.add(path)

    def __len__(self) -> int:
        return len(self.paths)

    def add(self, path: str) -> int:
        """The column of a path, a new one where it has none."""
        if path not in self.columns:
            self.columns[path] = len(self.paths)
            self.paths.append(path)
            self.sorts.append(Sort.NOTHING)
            self._whole.append(set())
            self._seen.append({})
        return self.columns[path]

    def column(self, path: str) -> int:
        """The column of a path; -1 where nobody reads or writes it."""
        return self.columns.get(path, -1)

    def learn(self, path: str, value: Value) -> None:
        """A value that can occur at a path."""
        column = self.columns.get(path)
        if column is None or value is None:
            return
        sort = _SORTS.get(value.__class__)
        if sort is None:
            raise Unsupported(f"a value of '{path}' that is a {value.__class__.__name__}")
        self.be(column, sort)
        if sort is Sort.NUMBER:
            self._whole[column].add(isinstance(value, int))
        if isinstance(value, str):
            self._seen[column][value] = None
        self._code(path, value)

    def be(self, column: int, sort: Sort) -> None:
        """A column has values of this sort."""
        if self.sorts[column] not in (Sort.NOTHING, sort):
            raise Unsupported(f"'{self.paths[column]}', which is sometimes {self.sorts[column].value}, "
                              f"sometimes {sort.value}")  # fmt: skip
        self.sorts[column] = sort

    def accompany(self, column: int) -> None:
        """Gives a column of numbers another one that says which of them are broken ones, as 5.0 is beside 5."""
        if column not in self.companions:
            companion = self.add(f"{self.paths[column]}{_BROKEN}")
            self.companions[column] = companion
            self.be(companion, Sort.BOOLEAN)

    @staticmethod
    def source_of(path: str) -> str:
        """The field whose value says what stands in a path's column."""
        return path.removesuffix(_BROKEN)

    def own(self, path: str, fields: Mapping[str, Value]) -> Value:
        """What stands in a path's column for an entity with these fields."""
        if path.endswith(_BROKEN):
            return isinstance(fields.get(path.removesuffix(_BROKEN)), float)
        return fields.get(path)

    def changed_column(self, path: str, value: Value) -> int:
        """How a new value names its column to a life: with a mark where it is a broken number beside whole ones."""
        column = self.column(path)
        return column + BROKEN_MARK if column in self.companions and isinstance(value, float) else column

    def learn_whole(self, column: int, *, whole: bool | None) -> None:
        """What numbers an expression puts into a column: ints where they are whole, floats, or (`None`) both."""
        self._whole[column] |= {True, False} if whole is None else {whole}

    def is_whole(self, column: int) -> bool | None:
        """True where all numbers seen are ints, false where all are floats; `None` for a mixture."""
        kinds = self._whole[column]
        return None if len(kinds) > 1 else kinds != {False}

    def code(self, path: str, value: Value) -> int:
        """The code of a value; of the sort that its column has."""
        return UNKNOWN if value is None else self._code(path, value)

    def _code(self, path: str, value: Value) -> int:
        match value:
            case bool():
                return int(value)
            case int() | float():
                return number_code(value)
            case str():
                return self.text(value)
            case datetime.datetime():
                if value.tzinfo is None or value.microsecond:
                    raise Unsupported(f"a moment of '{path}' without a zone or with parts of a second")
                return utc_seconds(value)
            case datetime.date():
                return value.toordinal() - _EPOCH
            case tuple():
                return self.list_of(path, value)
        raise Unsupported(f"a value of '{path}' that is a {value.__class__.__name__}")

    def text(self, text: str) -> int:
        """The code of a text."""
        if self.closed and text not in self.texts.numbers:
            raise Unsupported(f"the text '{text}', which nobody knew when the tables were made")
        return self.texts(text)

    def list_of(self, path: str, value: tuple[Value, ...]) -> int:
        """The code of a list of texts."""
        members = tuple(member for member in value if isinstance(member, str))
        if len(members) != len(value):
            raise Unsupported(f"a list in '{path}' of other things than text")
        for member in members:
            self.text(member)
        if members not in self.lists:
            if self.closed:
                raise Unsupported(f"a list in '{path}' that nobody knew when the tables were made")
            self.lists[members] = len(self.lists)
        return self.lists[members]

    def texts_of(self, column: int) -> tuple[str, ...]:
        """All texts that were seen in a column, or all there are where expressions are assigned to it."""
        if column < 0:
            return ()
        return tuple(self.texts.values) if column in self.computed else tuple(self._seen[column])

    def value(self, column: int, code: int, *, broken: bool = False) -> Value:
        """The value that a code stands for; the inverse of `code`. `broken`: a whole number is written as 5.0."""
        if code == UNKNOWN:
            return None
        match self.sorts[column]:
            case Sort.BOOLEAN:
                return bool(code)
            case Sort.NUMBER:
                number = number_of(code)
                return int(number) if number.is_integer() and not broken else number
            case Sort.TEXT:
                return self.texts.values[code]
            case Sort.DATE:
                return datetime.date.fromordinal(code + _EPOCH)
            case Sort.MOMENT:
                return datetime.datetime.fromtimestamp(code, datetime.UTC)
            case Sort.LIST:
                return next(members for members, number in self.lists.items() if number == code)
            case _:
                return None

    def fact_text(self, marked: int, code: int) -> str:
        """How the record writes that a field has a new value; `marked`: twice the column, plus 1 for broken numbers."""
        column = marked >> 1
        return f"{self.paths[column]}={fact_text(self.value(column, code, broken=bool(marked & 1)))}"
