"""How complete a buying group is, and which of its members take which role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

_ALL = Fraction(1)
_Member = TypeVar("_Member")


@dataclass(frozen=True, slots=True)
class Completeness:
    """A group's state at one account evaluation. Exact shares in 0..1, because thresholds are held against them."""

    by_role: Mapping[str, Fraction]
    """min(1, assigned / needed) for each role."""
    overall: Fraction
    """Plain mean over the roles."""
    weighted: Fraction
    """Mean over the roles by their weights."""
    missing: tuple[str, ...]
    """Roles that still need people, in the group's order."""


def completeness(need: Mapping[str, int], assigned: Mapping[str, int], weights: Mapping[str, float]) -> Completeness:
    """Completeness of a group that needs `need` people per role and has `assigned`. More than needed adds nothing."""
    by_role = {
        role: min(_ALL, Fraction(assigned.get(role, 0), wanted)) if wanted else _ALL for role, wanted in need.items()
    }
    exact = {role: as_written(weights.get(role, 1.0)) for role in need}
    total = sum(exact.values())
    return Completeness(
        by_role=by_role,
        overall=sum(by_role.values(), Fraction()) / len(by_role) if by_role else _ALL,
        weighted=sum((by_role[role] * exact[role] for role in need), Fraction()) / total if total else _ALL,
        missing=tuple(role for role, wanted in need.items() if assigned.get(role, 0) < wanted),
    )


def fewest(need: Mapping[str, int], overall: Fraction) -> int:
    """The least number of people with a role who make a group as complete as this, with as many as it needs at most."""
    shares = sorted((Fraction(1, wanted) for wanted in need.values() for _ in range(wanted)), reverse=True)
    left, count = overall * len(need) - sum(not wanted for wanted in need.values()), 0
    while left > 0 and count < len(shares):
        left, count = left - shares[count], count + 1
    return count


@lru_cache(maxsize=256)
def as_written(number: float) -> Fraction:
    """The number that a file says, exactly: 0.7 is seven tenths."""
    return Fraction(str(number))


def assign_roles(need: Mapping[str, int], fits: Sequence[tuple[_Member, Sequence[str]]]) -> dict[_Member, str]:
    """Gives every member the first of its fitting roles that still has need, else the first fitting one.

    `fits` lists members in the order in which they joined (then by key), each with the roles whose
    condition holds for it, in the group's order. Members without a fitting role are left out.
    """
    taken = dict.fromkeys(need, 0)
    roles: dict[_Member, str] = {}
    for member, fitting in fits:
        if not fitting:
            continue
        role = next((name for name in fitting if taken[name] < need[name]), fitting[0])
        taken[role] += 1
        roles[member] = role
    return roles
