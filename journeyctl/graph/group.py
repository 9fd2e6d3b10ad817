"""A lowered buying group: roles, who joins, when it is handed to a desk, how missing roles are looked for."""

from __future__ import annotations

from dataclasses import dataclass

from journeyctl.graph.condition import Condition
from journeyctl.units import Duration


@dataclass(frozen=True, slots=True)
class GroupRole:
    """A part that people play in a decision."""

    name: str
    need: int
    """People needed in it."""
    weight: float
    when: Condition | None
    """Who can play it; `None`: every member."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """From when on a group is handed over, and to whom."""

    completeness: float
    """Least completeness, 0..1."""
    engagement: float
    """Least weighted engagement, 0..100."""
    desk: str
    again: Duration | None
    """Time from the end of the group's lead until another; `None`: never."""


@dataclass(frozen=True, slots=True)
class GroupFill:
    """A matched audience that looks for missing roles."""

    audience_on: str
    """The advertising platform."""
    below: float
    """Only while completeness is below this, 0..1."""


@dataclass(frozen=True, slots=True)
class BuyingGroup:
    """People of one account who decide together. Every account of the scope may have one."""

    name: str
    interest: str
    """Topic of the solution."""
    scope: str
    """clinic, hospital or umbrella."""
    roles: tuple[GroupRole, ...]
    """In the order in which they are given."""
    joins: Condition | None
    """What makes a person a member, beside a role's own condition; `None`: the role is enough."""
    ready: Readiness | None = None
    fill: GroupFill | None = None

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the group."""
        own = (self.joins, *(role.when for role in self.roles))
        return tuple(condition for condition in own if condition is not None)
