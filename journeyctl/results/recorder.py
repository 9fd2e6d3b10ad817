"""Rows as they happen, one effect after the other, and the event record that they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from journeyctl.results.causes import cause_parts
from journeyctl.results.record import KIND_NUMBER, NUMBERS, TYPES, EventRecord, Recorded, without_blanks
from journeyctl.semantics.effects import Effect

_STRETCH: Final = 1 << 13
"""Rows that become columns together: what they hold is looked at once for each column, and stays at hand for it."""


@dataclass(frozen=True, slots=True)
class _Nobody:
    key: str = ""
    clinic: str = ""
    hospital: str = ""
    umbrella: str = ""
    source: str = ""


_NOBODY: Final = _Nobody()


class Recorder:
    """Collects the effects of one replication while it runs; columns are made when it is over."""

    __slots__ = ("_by_time", "_events", "replication")

    def __init__(self, replication: int = 0) -> None:
        self.replication = replication
        self._events: list[tuple[Recorded, Effect]] = []
        self._by_time = False

    def __len__(self) -> int:
        return len(self._events)

    def add(self, person: Recorded | None, effect: Effect) -> None:
        """One event of `person`; `None` where it concerns nobody by name."""
        self._events.append((person or _NOBODY, effect))

    def extend(self, person: Recorded | None, effects: Iterable[Effect]) -> None:
        """Several events of one person, in their order."""
        whom = person or _NOBODY
        self._events.extend([(whom, effect) for effect in effects])

    def record(self) -> EventRecord:
        """Everything so far, in the order of recording; once `sort` was called, in the order of time."""
        found = _Columns(len(self._events), self.replication).of(self._events)
        return found.by_time() if self._by_time else found

    def sort(self) -> None:
        """Asks for rows in the order of time, for engines that let contacts run ahead of each other.

        Rows of one second stay in the order of recording.
        """
        self._by_time = True


class _Numbers(dict[str, int]):
    """Names in the order in which they were first asked for, with their numbers."""

    def __missing__(self, name: str) -> int:
        number = self[name] = len(self)
        return number


class _Columns:
    """The columns of some rows while they are made."""

    def __init__(self, length: int, replication: int) -> None:
        self._length = length
        self._numbers = _Numbers({"": 0})
        self._columns = {name: np.zeros(length, TYPES.get(name, np.int32)) for name in (*Effect._fields, "cause_time")}
        self._columns["replication"] = np.full(length, replication, np.int32)
        self._persons: dict[int, tuple[int, Recorded]] = {}
        """By identity: which one it is in the order of occurrence, and who."""
        self._person = np.empty(length, np.int32)

    def of(self, events: Sequence[tuple[Recorded, Effect]]) -> EventRecord:
        """The record of all of them."""
        for start in range(0, self._length, _STRETCH):
            part = slice(start, min(start + _STRETCH, self._length))
            persons, effects = zip(*events[part], strict=True)
            self._note_persons(part, persons)
            for name, cells in zip(Effect._fields, zip(*effects, strict=True), strict=True):
                # Most columns are empty in most rows, and seeing that is much faster than numbering the empty name.
                if any(cells):
                    self._note(part, name, cells)
        self._spread_persons()
        return EventRecord(without_blanks(self._columns), tuple(self._numbers), length=self._length)

    def _note_persons(self, part: slice, persons: Sequence[Recorded]) -> None:
        known = self._persons
        for person in {id(person): person for person in persons}.values():
            known.setdefault(id(person), (len(known), person))
        self._person[part] = [known[id(person)][0] for person in persons]

    def _note(self, part: slice, name: str, cells: Sequence[Any]) -> None:
        numbers: Iterable[int]
        if name == "kind":
            numbers = map(KIND_NUMBER.__getitem__, cells)
        elif name in NUMBERS:
            numbers = cells
        elif name == "cause":
            self._note_causes(part, cells)
            return
        else:
            numbers = map(self._numbers.__getitem__, cells)
        self._columns[name][part] = np.fromiter(numbers, self._columns[name].dtype, len(cells))

    def _note_causes(self, part: slice, texts: Sequence[str]) -> None:
        parts = {text: cause_parts(text) for text in dict.fromkeys(texts)}
        self._columns["cause"][part] = [self._numbers[parts[text][0]] for text in texts]
        self._columns["cause_time"][part] = [parts[text][1] for text in texts]

    def _spread_persons(self) -> None:
        persons = [person for _, person in self._persons.values()]
        named = {
            "contact": [person.key for person in persons],
            "clinic": [person.clinic for person in persons],
            "hospital": [person.hospital for person in persons],
            "umbrella": [person.umbrella for person in persons],
            "source": [person.source for person in persons],
        }
        for name, texts in named.items():
            self._columns[name] = np.array([self._numbers[text] for text in texts], np.int32)[self._person]
