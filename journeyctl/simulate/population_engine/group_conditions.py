"""Conditions of buying groups in compiled code: those that ask for acts, scores and fields that last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy import int64
from numpy.typing import NDArray

from journeyctl.semantics.buying_group import worth
from journeyctl.simulate.accounts import rules_of
from journeyctl.simulate.group_members import LEFT_COMPANY, Standing
from journeyctl.simulate.population_engine import standing_rows as s
from journeyctl.simulate.population_engine.contact_state import scratch
from journeyctl.simulate.population_engine.field_codes import Interned
from journeyctl.simulate.population_engine.program_reads import forms
from journeyctl.simulate.reach import moving_fields

if TYPE_CHECKING:
    from journeyctl.graph.condition import Condition
    from journeyctl.simulate.account_rules import BookRules
    from journeyctl.simulate.population_engine.inputs import Inputs
    from journeyctl.simulate.population_engine.lives import Lives
    from journeyctl.simulate.population_engine.notice_rows import Lived
    from journeyctl.simulate.population_engine.program_tables import Tables
    from journeyctl.simulate.world import World

Integers = NDArray[int64]

_SCORE: Final = "score"
_PERSONS: Final = 64
"""About so many people answers have room at first."""
_ACTS: Final = 128
"""So many acts of one contact's 30 days have room at first."""


class Stance:
    """How a contact stands as of an evaluation."""

    __slots__ = ("_answers", "_roles", "engagement", "since")

    def __init__(
        self, answers: Sequence[Sequence[int]], roles: Sequence[Sequence[tuple[str, ...]]], engagement: int, since: int
    ) -> None:
        """`answers` are rows of `standing_rows.STANDING`, `roles` names of roles by bits, each by group."""
        self._answers, self._roles = answers, roles
        self.engagement = engagement
        """Hundredths of a point that its acts of the last 30 days earned."""
        self.since = None if since < 0 else since
        """Second of the first of these acts."""

    def to(self, group: int) -> Standing:
        """How it stands to the group of this number."""
        joins, bits, until = self._answers[group]
        return Standing(joins == 1, self._roles[group][bits], until or None)


def asked_of_groups(world: World) -> tuple[Condition, ...]:
    """The conditions of a world's groups where compiled code can ask all of them; none where it cannot.

    It knows what lives write and what people are like at the start, not what facts or journeys make of their fields.
    """
    if not world.scope.groups:
        return ()
    rules = rules_of(world)
    changing = {path for changes in world.facts.values() for _, path, _ in changes}
    if world.matched_audiences is not None:
        changing |= world.matched_audiences.changing
    moving = moving_fields(world.program, changing) - {_SCORE}
    read = (rules.noting.paths - {_SCORE}) | {world.program.meanings.get("country", "contact.country")}
    written = moving_fields(world.program, ())
    if rules.needs_every_row or read & moving or LEFT_COMPANY in written:
        return ()
    return tuple(condition for name in world.scope.groups for condition in world.program.groups[name].conditions())


@dataclass(frozen=True, slots=True)
class GroupConditions:
    """Where the instructions of all groups' conditions begin."""

    starts: Integers
    """Shape `(forms, groups, 1 + roles)`: of `joins`, then of each role; see `standing_rows`."""

    @classmethod
    def of(cls, world: World, tables: Tables) -> GroupConditions:
        """Writes the instructions behind those of the program. Raises `Unsupported` for what they cannot say."""
        groups = [world.program.groups[name] for name in world.scope.groups]
        most = max((len(group.roles) for group in groups), default=0)
        starts = np.full((len(tables.code), len(groups), 1 + most), s.NO_ROLE, np.int64)
        for form, code in enumerate(tables.code):
            for place, group in enumerate(groups):
                starts[form, place, 0] = code.condition(group.joins)
                starts[form, place, 1 : 1 + len(group.roles)] = [code.condition(role.when) for role in group.roles]
        return cls(starts)


class Standings:
    """Asks the conditions of groups in one replication."""

    def __init__(
        self, inputs: Inputs, lives: Lives, rules: BookRules, conditions: GroupConditions, events: Interned
    ) -> None:
        """Nobody has been asked about. `events` are those that count as engagement; more may come."""
        self._inputs, self._lives, self._conditions = inputs, lives, conditions
        self._roles = [_combinations([role.name for role in found.group.roles]) for found in rules.groups.values()]
        """By group and bits of roles: their names."""
        self._windows = _windows([found.windows or () for found in rules.groups.values()])
        self._events = events
        self._worth: Integers = np.zeros((len(conditions.starts), 0), np.int64)
        self._room = 1
        self._make_room()

    def of(self, rows: Lived, persons: Sequence[int], now: int) -> list[Stance]:
        """How each of these persons stands as of second `now`."""
        numbers, each = np.array(persons, np.int64), len(self._roles)
        crowd, places = self._lives.crowd_with(numbers)
        if self._worth.shape[1] < len(self._events):
            program = self._inputs.world.program
            of_forms = [[worth(program.scoring_for(form), name) for name in self._events.values]
                        for form in forms(program)]  # fmt: skip
            self._worth = np.array(of_forms, np.int64)
        count = len(numbers)
        while count > len(self._engaged) or count > s.stand(
            self._state, self._inputs.program, self._inputs.clock, rows, self._conditions.starts, self._windows,
            crowd.people, crowd.fields, self._worth, self._acts, numbers, places, now, self._found, self._engaged,
        ):  # fmt: skip
            self._room *= 2
            self._make_room()
        answers, roles = self._found[: count * each].tolist(), self._roles
        return [
            Stance(answers[place * each : place * each + each], roles, *own)
            for place, own in enumerate(self._engaged[:count].tolist())
        ]

    def _make_room(self) -> None:
        self._state = scratch(self._inputs.program, len(self._inputs.tables.codes), room=self._room)
        self._acts = np.empty((_ACTS * self._room, s.DONE), np.int64)
        self._found = np.empty((_PERSONS * self._room * len(self._roles), s.STANDING), np.int64)
        self._engaged = np.empty((_PERSONS * self._room, s.ENGAGED), np.int64)


def _combinations(roles: Sequence[str]) -> list[tuple[str, ...]]:
    """By bits: the roles of which these are set, in their order."""
    return [tuple(role for place, role in enumerate(roles) if bits >> place & 1) for bits in range(1 << len(roles))]


def _windows(of_groups: Sequence[Sequence[int]]) -> Integers:
    found = np.zeros((len(of_groups), max(1, *map(len, of_groups))), np.int64)
    for place, windows in enumerate(of_groups):
        found[place, : len(windows)] = windows
    return found
