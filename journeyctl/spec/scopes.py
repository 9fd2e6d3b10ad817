"""What conditions may talk about, by the place where they stand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from journeyctl.expr import Field, Scope, Type
from journeyctl.expr.scope import ALL_ROOTS, PROFILE_ROOTS
from journeyctl.model.audiences import Audience
from journeyctl.model.behaviour import Interest
from journeyctl.model.buying_group import BuyingGroup, Role
from journeyctl.model.catalog import ContentVariant, Item
from journeyctl.model.desk import Route
from journeyctl.model.journey import Exit
from journeyctl.model.policies import Cap, Suppression
from journeyctl.model.population import GivenArm
from journeyctl.model.profile import ProfileField
from journeyctl.model.scoring import Scoring
from journeyctl.model.specification import Workspace
from journeyctl.model.steps import Activate, Arm, Compute, FromTopic, Ladder, Wait

DELIVERABLE = "contact.deliverable"
"""The field that every contact has without a line in the profile: false after a hard bounce."""

_PERSON = ALL_ROOTS - {"item", "journey"}
_IN_JOURNEY = ALL_ROOTS - {"item"}
_AT_ITEM = ALL_ROOTS

ROOTS: Mapping[tuple[type[Any], str], frozenset[str]] = {
    (Audience, "when"): _PERSON,
    (Exit, "when"): _IN_JOURNEY,
    (Wait, "until"): _IN_JOURNEY,
    (Arm, "when"): _IN_JOURNEY,
    (Compute, "expr"): _IN_JOURNEY,
    (FromTopic, "topic"): _IN_JOURNEY,
    (Activate, "when"): _IN_JOURNEY,
    (Ladder, "only"): _AT_ITEM,
    (Item, "when"): _AT_ITEM,
    (ContentVariant, "when"): _AT_ITEM,
    (Suppression, "when"): _AT_ITEM,
    (Cap, "applies"): _AT_ITEM,
    # The grade is what these conditions decide, so they cannot ask for it.
    (Scoring, "fit"): _PERSON - {"fit"},
    # Nor can a group be asked who belongs to it.
    (Role, "when"): _PERSON - {"group"},
    (BuyingGroup, "joins"): _PERSON - {"group"},
    (Route, "when"): _PERSON,
    # Before the run begins there is nothing but fields.
    (Interest, "when"): PROFILE_ROOTS,
    (GivenArm, "when"): PROFILE_ROOTS,
}
"""First words of names at hand, by the class and key under which a condition stands."""


def profile_fields(workspace: Workspace) -> Iterator[tuple[str, ProfileField]]:
    """Every declared field with its path, `contact.role` or `clinic.is_customer`."""
    profile = workspace.profile
    for level in ("contact", "clinic", "hospital", "umbrella"):
        for name, field in getattr(profile, level).items():
            yield f"{level}.{name}", field


def scopes(workspace: Workspace) -> Mapping[frozenset[str], Scope]:
    """One scope for every set of first words that `ROOTS` names.

    Names of kinds of which a file could not be read are not checked.
    """
    everything = _scope(workspace)
    return {roots: dataclasses.replace(everything, roots=roots) for roots in set(ROOTS.values())}


def _scope(workspace: Workspace) -> Scope:
    items = [item for catalog in workspace.catalogs.values() for item in catalog.items.values()]
    unread = workspace.incomplete

    def known(kind: str, names: Iterable[str]) -> frozenset[str] | None:
        return None if kind in unread else frozenset(name for name in names if name)

    return Scope(
        fields=_fields(workspace),
        items=known("catalog", (item.name for item in items)),
        topics=known("catalog", (topic for catalog in workspace.catalogs.values() for topic in catalog.topics)),
        levels=known("catalog", (level for catalog in workspace.catalogs.values() for level in catalog.levels)),
        lines=known("catalog", (item.line for item in items)),
        journeys=known("journey", workspace.journeys),
        audiences=known("audiences", workspace.audiences.audiences),
        groups=known("buying_group", workspace.buying_groups),
    )


def _fields(workspace: Workspace) -> dict[str, Field]:
    fields = {path: _field(declared) for path, declared in profile_fields(workspace)}
    fields.setdefault(DELIVERABLE, Field(Type.BOOLEAN))
    for level in ("clinic", "hospital", "umbrella"):
        fields.setdefault(f"{level}.score", Field(Type.NUMBER))
        fields.setdefault(f"{level}.asked", Field(Type.BOOLEAN))
    if workspace.scoring is not None and "scoring" not in workspace.incomplete:
        fields["fit"] = Field(Type.TEXT, tuple(workspace.scoring.fit))
    return fields


def _field(declared: ProfileField) -> Field:
    values = declared.values or ()
    return Field(Type(declared.type), tuple(value for value in values if isinstance(value, str)))
