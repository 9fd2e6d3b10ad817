"""Made-up workspaces: small, valid, different in everything that the language can say, each from one number."""

from __future__ import annotations

import importlib.resources
from dataclasses import replace
from functools import lru_cache

from journeyctl.diagnostics import Finding, Origin, Severity
from journeyctl.draws import Draws
from journeyctl.model.specification import DOCUMENT_KINDS, RawDocument, Workspace
from journeyctl.rules.base import run_rules
from journeyctl.simulate.run import world_of
from journeyctl.simulate.world import World
from journeyctl.spec.build import build
from journeyctl.spec.yaml_reader import read_document
from tests.agreement import people
from tests.agreement.chances import Chances, Document, part
from tests.agreement.desks import desk
from tests.agreement.flows import ADDS, SETS, UPDATES, Surroundings, journey
from tests.agreement.frames import SCENARIO, Frame, buying_group, frame_of, overlays, scenario

BUYING_GROUPS = True
"""Whether workspaces have buying groups."""
SHIPPED = "journeyctl/spec/defaults/behaviour.yaml"


class InvalidWorkspaceError(Exception):
    """The generator wrote something that the language refuses: a mistake of the generator."""


def generated_documents(number: int, *, groups: bool = BUYING_GROUPS) -> list[Document]:
    """Every document of the workspace with this number, as files would say them."""
    frame = frame_of(number)
    journeys = _journeys(number, frame, group="circle" if groups else "")
    patches = overlays(Chances(number, "overlay"), frame, journeys)
    return [
        people.workspace(Chances(number, "workspace"), frame.countries),
        people.PROFILE,
        people.audiences(),
        people.policies(Chances(number, "policies"), frame.countries),
        people.scoring(Chances(number, "scoring")),
        people.behaviour(Chances(number, "behaviour")),
        *(found.document for found in frame.houses),
        *(desk(Chances(number, name), name) for name in frame.desks),
        *([buying_group(Chances(number, "group"), frame)] if groups else []),
        *journeys,
        *patches,
        scenario(Chances(number, "scenario"), frame, journeys, has_overlay=bool(patches)),
    ]


def generated_workspace(number: int, *, groups: bool = BUYING_GROUPS) -> tuple[Workspace, str]:
    """The workspace with this number, and the name of its scenario. The same number makes the same workspace.

    It comes from documents by way of the product's decoder. Raises `InvalidWorkspaceError` where it has errors.
    """
    raws = {("behaviour", "default"): _default_behaviour()}
    for document in generated_documents(number, groups=groups):
        kind = DOCUMENT_KINDS[str(document["kind"])]
        name = "" if kind.single else str(document["name"])
        place = kind.place if kind.single else f"{kind.place}/{name}.yaml"
        raws[kind.name, name] = RawDocument(kind.name, name, document, Origin(place))
    built = build(raws, root="")
    errors = [*built.findings, *(run_rules(built.workspace) if built.workspace is not None else ())]
    errors = [finding for finding in errors if finding.severity is Severity.ERROR]
    if errors or built.workspace is None:
        raise InvalidWorkspaceError(f"workspace {number}:\n" + "\n".join(map(_sentence, errors)))
    return built.workspace, SCENARIO


def generated_world(number: int, *, groups: bool = BUYING_GROUPS) -> tuple[World, Draws]:
    """The scenario of a made-up workspace, ready to run, and the draws of one replication."""
    workspace, name = generated_workspace(number, groups=groups)
    draws = Draws(workspace.scenarios[name].seed, number % 7)
    return world_of(workspace, name, draws), draws


def _sentence(finding: Finding) -> str:
    place = ".".join(str(part) for part in finding.origin.route)
    return f"  {finding.origin.file} {place}: {finding.message} [{finding.code}]"


@lru_cache(maxsize=1)
def _default_behaviour() -> RawDocument:
    content = importlib.resources.files("journeyctl.spec").joinpath("defaults/behaviour.yaml").read_bytes()
    value = read_document(SHIPPED, content).value
    assert isinstance(value, dict), "the behaviour that ships with the product is a mapping"
    return RawDocument("behaviour", "default", value, Origin(SHIPPED))


def _journeys(number: int, frame: Frame, *, group: str) -> list[Document]:
    """Three to five journeys for everybody's audiences, and up to two that they enter."""
    chances = Chances(number, "journeys")
    # Fields of whole and broken numbers are rare: not every engine can carry them.
    numbers = (*ADDS, *SETS) if chances.happens(3) else chances.one((ADDS, SETS))
    updates = (*UPDATES, *numbers)
    children = ("child-a", "child-b")[: chances.whole(0, 2)]
    around = Surroundings(frame.houses, frame.desks, children, group, updates)
    found = [
        journey(Chances(number, name), name, replace(around, children=children[k + 1 :], group=""), child=True)
        for k, name in enumerate(children)
    ]
    for k in range(chances.whole(3, 5)):
        made = journey(Chances(number, f"journey-{k}"), f"journey-{k}", around)
        if k < 2:
            # Two that take nearly everybody: most contacts are in several journeys at once.
            made["entry"] = part(made, "entry") | {"audience": "everybody", "when": "continuous"}
        found.append(made)
    return found
