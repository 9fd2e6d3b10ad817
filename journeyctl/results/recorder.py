"""Rows as they happen, one effect after the other, and the event record that they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from journeyctl.results.causes import cause_parts
from journeyctl.results.record import KIND_NUMBER, NUMBERS, TYPES, EventRecord, Recorded, without_blanks
from journeyctl.semantics.effects import Effect

_STRETCH: Final = 1 << 13
"""Rows that become columns together: what they hold is looked at once for each column, and stays at hand for it."""
_SHARED: Final = Effect._fields[1:17]
"""Columns in which rows agree with many others: all but the time, the value, the cause and the group."""
_shared: Final = itemgetter(slice(1, 17))
Cells = NDArray[Any]
"""Some cells of one column."""


@dataclass(frozen=True, slots=True)
class _Nobody:
    key: str = ""
    clinic: str = ""
    hospital: str = ""
    umbrella: str = ""
    source: str = ""


_NOBODY: Final = _Nobody()


class Recorder:
    """Collects the effects of one replication while it runs.

    A few thousand rows at a time become columns: they are still at hand then, and no run holds more of them.
    """

    __slots__ = ("_by_time", "_columns", "_effects", "_of_each", "_whom", "replication")

    def __init__(self, replication: int = 0) -> None:
        self.replication = replication
        self._effects: list[Effect] = []
        self._whom: list[Recorded] = []
        self._of_each: list[int] = []
        """Whom the effects concern, one after the other, and how many of them."""
        self._columns = _Columns()
        self._by_time = False

    def __len__(self) -> int:
        return self._columns.length + len(self._effects)

    def add(self, person: Recorded | None, effect: Effect) -> None:
        """One event of `person`; `None` where it concerns nobody by name."""
        self.extend(person, (effect,))

    def extend(self, person: Recorded | None, effects: Sequence[Effect]) -> None:
        """Several events of one person, in their order."""
        if effects:
            self._whom.append(person or _NOBODY)
            self._of_each.append(len(effects))
            self._effects.extend(effects)
            if len(self._effects) >= _STRETCH:
                self._encode()

    def record(self) -> EventRecord:
        """Everything so far, in the order of recording; once `sort` was called, in the order of time."""
        self._encode()
        found = self._columns.record(self.replication)
        return found.by_time() if self._by_time else found

    def sort(self) -> None:
        """Asks for rows in the order of time, for engines that let contacts run ahead of each other.

        Rows of one second stay in the order of recording.
        """
        self._by_time = True

    def _encode(self) -> None:
        self._columns.extend(self._effects, self._whom, self._of_each)
        self._effects, self._whom, self._of_each = [], [], []


_Word = TypeVar("_Word")


class _Numbers(dict[_Word, int]):
    """Words in the order in which they were first asked for, with their numbers."""

    def __missing__(self, word: _Word) -> int:
        number = self[word] = len(self)
        return number


class _Columns:
    """Rows as columns, some rows at a time."""

    def __init__(self) -> None:
        self.length = 0
        """Rows so far."""
        self._names = _Numbers({"": 0})
        self._alike = _Numbers[tuple[Any, ...]]()
        """What rows say in the columns `_SHARED`: most say what many others say."""
        self._parts: dict[str, list[tuple[int, Cells]]] = {}
        """Of each column that is not empty, where some rows of it begin, and their cells."""
        self._persons: dict[int, Recorded] = {}
        self._person_numbers = _Numbers[int]()
        """By identity: who it is, and which one in the order of occurrence."""

    def extend(self, effects: Sequence[Effect], whom: Sequence[Recorded], of_each: Sequence[int]) -> None:
        """Some more rows; whom they concern, one after the other, and how many of them."""
        if not effects:
            return
        identities = list(map(id, whom))
        # Persons are kept, so that no other ever gets the identity of one of them.
        self._persons.update(zip(identities, whom, strict=True))
        persons = np.fromiter(map(self._person_numbers.__getitem__, identities), np.int32, len(identities))
        self._put("person", np.repeat(persons, of_each))
        self._put("alike", np.fromiter(map(self._alike.__getitem__, map(_shared, effects)), np.int32, len(effects)))
        for name in ("time", "value"):
            self._put(name, np.fromiter(map(attrgetter(name), effects), np.int64, len(effects)))
        for name in ("cause", "group"):
            texts = list(map(attrgetter(name), effects))
            if any(texts):
                self._note(name, texts)
        self.length += len(effects)

    def record(self, replication: int) -> EventRecord:
        """The record of all rows so far."""
        columns = {name: self._whole(name) for name in self._parts if name not in {"person", "alike"}}
        columns["replication"] = np.full(self.length, replication, np.int32)
        columns |= self._of_alike() | self._of_persons()
        return EventRecord(without_blanks(columns), tuple(self._names), length=self.length)

    def _put(self, name: str, cells: Cells) -> None:
        self._parts.setdefault(name, []).append((self.length, cells))

    def _whole(self, name: str) -> Cells:
        column = np.zeros(self.length, TYPES.get(name, np.int32))
        for start, cells in self._parts.get(name, ()):
            column[start : start + len(cells)] = cells
        return column

    def _note(self, name: str, texts: Sequence[str]) -> None:
        """One column of texts, empty in nearly all rows."""
        places = [place for place, text in enumerate(texts) if text]
        found = [texts[place] for place in places]
        if name == "cause":
            parts = [cause_parts(text) for text in found]
            found = [text for text, _ in parts]
            self._put("cause_time", self._spread([time for _, time in parts], places, np.zeros(len(texts), np.int64)))
        numbers = [self._names[text] for text in found]
        self._put(name, self._spread(numbers, places, np.zeros(len(texts), np.int32)))

    @staticmethod
    def _spread(numbers: Sequence[int], places: Sequence[int], cells: Cells) -> Cells:
        cells[places] = numbers
        return cells

    def _of_alike(self) -> dict[str, Cells]:
        places, found = self._whole("alike"), {}
        for name, cells in zip(_SHARED, zip(*self._alike, strict=True), strict=False):
            numbers: Iterable[int]
            if name == "kind":
                numbers = map(KIND_NUMBER.__getitem__, cells)
            else:
                numbers = cells if name in NUMBERS else map(self._names.__getitem__, cells)
            found[name] = np.fromiter(numbers, TYPES.get(name, np.int32), len(cells))[places]
        return found

    def _of_persons(self) -> dict[str, Cells]:
        persons, places = list(self._persons.values()), self._whole("person")
        named = {
            "contact": [person.key for person in persons],
            "clinic": [person.clinic for person in persons],
            "hospital": [person.hospital for person in persons],
            "umbrella": [person.umbrella for person in persons],
            "source": [person.source for person in persons],
        }
        return {
            name: np.array([self._names[text] for text in texts], np.int32)[places] for name, texts in named.items()
        }
