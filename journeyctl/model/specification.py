"""The whole specification: all documents of a workspace by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from journeyctl.diagnostics import Origin, Part
from journeyctl.model.audiences import Audience, Audiences
from journeyctl.model.behaviour import Behaviour
from journeyctl.model.buying_group import BuyingGroup
from journeyctl.model.catalog import Catalog, Item
from journeyctl.model.desk import Desk
from journeyctl.model.journey import Journey
from journeyctl.model.journey_test import JourneyTest
from journeyctl.model.overlay import Overlay
from journeyctl.model.policies import Policies
from journeyctl.model.profile import Profile
from journeyctl.model.scenario import Scenario
from journeyctl.model.scoring import Scoring
from journeyctl.model.workspace import Settings

AnyDocument: TypeAlias = (
    Settings
    | Profile
    | Audiences
    | Policies
    | Catalog
    | Journey
    | Scoring
    | Desk
    | BuyingGroup
    | Overlay
    | Behaviour
    | Scenario
    | JourneyTest
)


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One kind of document: its class, its plural in paths, where its files lie."""

    name: str
    of: type[AnyDocument]
    plural: str
    place: str
    """Folder below the workspace's root for kinds with several documents, else the file."""

    @property
    def single(self) -> bool:
        """Whether the workspace has exactly one; its paths have no name then."""
        return self.place.endswith(".yaml")


DOCUMENT_KINDS: Mapping[str, DocumentKind] = {
    kind.name: kind
    for kind in (
        DocumentKind("workspace", Settings, "workspace", "journey_specs/workspace.yaml"),
        DocumentKind("profile", Profile, "profile", "journey_specs/profile.yaml"),
        DocumentKind("audiences", Audiences, "audiences", "journey_specs/audiences.yaml"),
        DocumentKind("policies", Policies, "policies", "journey_specs/policies.yaml"),
        DocumentKind("scoring", Scoring, "scoring", "journey_specs/scoring.yaml"),
        DocumentKind("catalog", Catalog, "catalogs", "content_catalog"),
        DocumentKind("journey", Journey, "journeys", "journey_specs/journeys"),
        DocumentKind("desk", Desk, "desks", "journey_specs/desks"),
        DocumentKind("buying_group", BuyingGroup, "buying_groups", "journey_specs/buying_groups"),
        DocumentKind("overlay", Overlay, "overlays", "journey_specs/overlays"),
        DocumentKind("behaviour", Behaviour, "behaviours", "journey_specs/behaviour"),
        DocumentKind("scenario", Scenario, "scenarios", "journey_specs/scenarios"),
        DocumentKind("journey_test", JourneyTest, "tests", "journey_specs/tests"),
    )
}
"""All kinds in the order of the language reference."""


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document as read: plain mappings, lists and scalars, before decoding."""

    kind: str
    name: str
    """Empty for kinds that exist once."""
    value: Mapping[str, object]
    origin: Origin


@dataclass(frozen=True, slots=True)
class NameUse:
    """One place at which a name refers to something."""

    to: str
    """What is named, as in the field table: a document kind, or `audience`, `item`, `step` and so on."""
    name: str
    document: tuple[str, str]
    """Kind and name of the document in which it stands."""
    origin: Origin
    part: Part = Part.VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything that a workspace says, decoded, with overlays kept per country.

    Immutable; `spec.with_set` makes another one. What several consumers ask for is looked up here:
    an item's catalog, the condition of an audience, the policies of a country.
    """

    settings: Settings
    profile: Profile
    audiences: Audiences
    policies: Policies
    scoring: Scoring | None
    """`None` where no points are given; the score then stays 0 and no MQL occurs."""
    catalogs: Mapping[str, Catalog]
    journeys: Mapping[str, Journey]
    desks: Mapping[str, Desk]
    buying_groups: Mapping[str, BuyingGroup]
    overlays: Mapping[str, Overlay]
    behaviours: Mapping[str, Behaviour]
    """With what each extends filled in; `default` ships with the product."""
    scenarios: Mapping[str, Scenario]
    """With what each is `like` filled in."""
    tests: Mapping[str, JourneyTest]
    """Every test and case, cases as `<test>/<case>`."""
    root: str
    """Absolute path of the workspace's folder."""
    hash: str
    """BLAKE2b-128 of all documents, independent of file names and order, in hexadecimal digits."""
    raw: Mapping[tuple[str, str], RawDocument]
    """Every document as written, by kind and name."""
    uses: Mapping[tuple[str, str], tuple[NameUse, ...]] = field(default_factory=dict)
    """Names that each document refers to, by kind and name of the document."""
    incomplete: frozenset[str] = frozenset()
    """Kinds of which some file could not be read, so that a missing name may not be a mistake."""
    variants: Mapping[str, Workspace] = field(default_factory=dict)
    """By country: the workspace as it is for that country's contacts, where overlays change it."""

    def for_country(self, country: str | None) -> Workspace:
        """The workspace as it is for contacts of this country; itself where no overlay applies."""
        return self.variants.get(country, self) if country else self

    def audience(self, name: str) -> Audience:
        """One audience by name. `KeyError` where there is none."""
        return self.audiences.audiences[name]

    def item(self, name: str, *, house: str | None = None) -> tuple[Catalog, Item]:
        """An item and its catalog, looked up in one house or in all. `KeyError` where there is none."""
        for catalog in self.catalogs.values():
            if name in catalog.items and house in (None, catalog.name):
                return catalog, catalog.items[name]
        raise KeyError(name)
