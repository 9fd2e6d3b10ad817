"""Buying groups in the form that account evaluations use."""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.graph.group import BuyingGroup, GroupFill, GroupRole, Readiness
from journeyctl.graph.lowering.values import optional_condition
from journeyctl.model import buying_group as written
from journeyctl.model.specification import Workspace

ACCOUNT_LEVELS = ("clinic", "hospital", "umbrella")
"""Levels of accounts from the nearest up."""
ACCOUNT_FACTS = ("score", "asked")
"""Fields that every account has without a line in the profile, written by account evaluations."""


def lower_group(group: written.BuyingGroup) -> BuyingGroup:
    """One buying group. Raises `SpecError` for conditions that do not parse."""
    ready, fill = group.ready, group.fill
    return BuyingGroup(
        name=group.name,
        interest=group.interest,
        scope=group.scope,
        roles=tuple(
            GroupRole(role.name, role.need, role.weight, optional_condition(role.when)) for role in group.roles.values()
        ),
        joins=optional_condition(group.joins),
        ready=None if ready is None else Readiness(ready.completeness, ready.engagement, ready.handoff, ready.again),
        fill=None if fill is None else GroupFill(fill.audience_on, fill.below),
    )


def account_facts(workspace: Workspace) -> Iterator[str]:
    """Paths of the built-in fields of accounts; a field of the profile with the same name takes its place."""
    for level in ACCOUNT_LEVELS:
        own = getattr(workspace.profile, level)
        yield from (f"{level}.{name}" for name in ACCOUNT_FACTS if name not in own)
