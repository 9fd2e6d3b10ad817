"""Built-in fields of accounts: the score rolled up from contacts, and whether anybody has asked for sales."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from journeyctl.graph.program import Program
from journeyctl.semantics.buying_group import account_score
from journeyctl.semantics.stimuli import FieldChanged, Stimulus
from journeyctl.simulate.group_members import KnownContact

if TYPE_CHECKING:
    from journeyctl.expr import Value


class AccountFacts:
    """The fields that journeys read, of all accounts with somebody to whom anything has happened."""

    def __init__(self, program: Program, paths: Sequence[str]) -> None:
        """`paths` such as `clinic.score`; without any, nothing is kept."""
        self._program = program
        self._paths = tuple((level, name) for level, _, name in (path.partition(".") for path in paths))
        self._levels = tuple(dict.fromkeys(level for level, _ in self._paths))
        self._contacts: dict[tuple[str, str], list[KnownContact]] = {}
        self._awake: set[tuple[str, str]] = set()
        self._shown: dict[tuple[str, str], Value] = {}
        """By field and contact: what it was last told."""

    def admit(self, known: KnownContact) -> None:
        """A contact of the accounts."""
        for level in self._levels:
            self._contacts.setdefault((level, str(getattr(known.person, level))), []).append(known)

    def touch(self, known: KnownContact) -> None:
        """Something has happened to the contact: its accounts are looked at in every evaluation from now on."""
        for level in self._levels:
            self._awake.add((level, str(getattr(known.person, level))))

    def changes(self, now: int) -> Iterable[tuple[str, int, Stimulus]]:
        """What contacts learn of their accounts: fields that are not as they were told."""
        for level, account in sorted(self._awake):
            contacts = [known for known in self._contacts[level, account] if known.person.at <= now]
            for path, value in self._values(level, contacts, now):
                for known in contacts:
                    if self._shown.get((path, known.person.key)) != value:
                        self._shown[path, known.person.key] = value
                        known.set_field(path, value)
                        yield known.person.key, now, FieldChanged(path, value)

    def _values(self, level: str, contacts: Sequence[KnownContact], now: int) -> Iterable[tuple[str, Value]]:
        for place, name in self._paths:
            if place != level:
                continue
            if name == "asked":
                yield f"{level}.asked", any(known.asked for known in contacts)
            else:
                how = self._program.scoring.account if self._program.scoring is not None else "max"
                yield f"{level}.score", account_score(how, (known.score(now) for known in contacts)) / 100
