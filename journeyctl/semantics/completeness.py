"""How complete a buying group is, and which of its members take which role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Completeness:
    """A group's state at one account evaluation. Shares in 0..1."""

    by_role: Mapping[str, float]
    """min(1, assigned / needed) for each role."""
    overall: float
    """Plain mean over the roles."""
    weighted: float
    """Mean over the roles by their weights."""
    missing: tuple[str, ...]
    """Roles that still need people, in the group's order."""


def completeness(need: Mapping[str, int], assigned: Mapping[str, int], weights: Mapping[str, float]) -> Completeness:
    """Completeness of a group that needs `need` people per role and has `assigned`. More than needed adds nothing."""
    by_role = {role: min(1.0, assigned.get(role, 0) / wanted) if wanted else 1.0 for role, wanted in need.items()}
    total = sum(weights.get(role, 1.0) for role in need)
    return Completeness(
        by_role=by_role,
        overall=sum(by_role.values()) / len(by_role) if by_role else 1.0,
        weighted=sum(share * weights.get(role, 1.0) for role, share in by_role.items()) / total if total else 1.0,
        missing=tuple(role for role, wanted in need.items() if assigned.get(role, 0) < wanted),
    )


def assign_roles(need: Mapping[str, int], fits: Sequence[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Gives every member the first of its fitting roles that still has need, else the first fitting one.

    `fits` lists members in the order in which they joined (then by key), each with the roles whose
    condition holds for it, in the group's order. Members without a fitting role are left out.
    """
    taken = dict.fromkeys(need, 0)
    roles: dict[str, str] = {}
    for member, fitting in fits:
        if not fitting:
            continue
        role = next((name for name in fitting if taken[name] < need[name]), fitting[0])
        taken[role] += 1
        roles[member] = role
    return roles
