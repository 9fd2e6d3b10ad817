"""JC102 duplicate-name: two things that are told apart by their names have the same one.

Why
---
Steps, caps, suppressions and comparisons are found by name, items by name over all houses. Of two with one
name a reader means one and the product takes the other. A name that the product itself uses for an event or
a field counts as taken.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics}
      - {id: pause, wait: 7d}
      - {id: first, send: reading-basics}    # JC102

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics}
      - {id: pause, wait: 7d}
      - {id: second, send: reading-basics}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journeyctl.diagnostics import Finding, Label, Origin, Part, Severity
from journeyctl.model.specification import RawDocument, Workspace
from journeyctl.model.values import BUILT_IN_EVENTS
from journeyctl.rules.base import Subject, model_rule
from journeyctl.spec.inherit import entry_name, unmoved
from journeyctl.spec.scopes import DELIVERABLE, profile_fields

_Declaration = tuple[str, Origin]


@model_rule(Severity.ERROR)
def duplicate_name(subject: Subject) -> Iterator[Finding]:
    """One finding per further thing with a name that is taken."""
    workspace = subject.workspace
    for journey in subject.journeys:
        yield from _twice("step", ((step.id, step.origin.child("id")) for step in journey.steps))
    yield from _items(workspace)
    yield from _listed(workspace)
    yield from _built_in(workspace)


def _twice(kind: str, declarations: Iterable[_Declaration], *, part: Part = Part.VALUE) -> Iterator[Finding]:
    first: dict[str, Origin] = {}
    for name, origin in declarations:
        if first.setdefault(name, origin) != origin:
            article = "an" if kind[0] in "aeiou" else "a"
            yield duplicate_name.finding(
                origin,
                f"there is {article} {kind} '{name}' already",
                part=part,
                labels=(Label(first[name], "declared here first", part),),
                help="choose another name, or delete one of the two",
            )


def _items(workspace: Workspace) -> Iterator[Finding]:
    """Steps and tests name items without their house, so that two houses may not share a name."""
    houses = workspace.catalogs.values()
    yield from _twice(
        "item", ((item.name, item.origin) for house in houses for item in house.items.values()), part=Part.KEY
    )
    for house in houses:
        levels = ((level, house.origin.child("levels", position)) for position, level in enumerate(house.levels))
        yield from _twice("level", levels)
        for item in house.items.values():
            named = ((variant.name, variant.origin.child("name")) for variant in item.variants if variant.name)
            yield from _twice("variant", named)


def _listed(workspace: Workspace) -> Iterator[Finding]:
    policies = workspace.policies
    yield from _twice("cap", ((cap.name, cap.origin.child("name")) for cap in policies.caps))
    found = ((suppression.name, suppression.origin.child("name")) for suppression in policies.suppressions)
    yield from _twice("suppression", found)
    for (kind, _), raw in workspace.raw.items():
        if kind == "scenario":
            yield from _twice("comparison", _comparisons(raw))
    for desk in workspace.desks.values():
        yield from _twice("task", ((task.task, task.origin.child("task")) for task in desk.process))


def _comparisons(scenario: RawDocument) -> Iterator[_Declaration]:
    """As written: what a scenario takes over from another it may name again, to change it."""
    entries, place = unmoved(scenario.value.get("compare"), scenario.origin.child("compare"))
    for position, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = entry_name(entry)
        if name is not None:
            yield name, unmoved(entry, place.child(position))[1].child("name")


def _built_in(workspace: Workspace) -> Iterator[Finding]:
    """Events and fields that every workspace has."""
    for name, event in workspace.profile.events.items():
        if name in BUILT_IN_EVENTS:
            yield _taken(event.origin, f"the event '{name}' is built in")
    for path, field in profile_fields(workspace):
        if path == DELIVERABLE:
            yield _taken(field.origin, f"the field '{path}' is built in")


def _taken(origin: Origin, message: str) -> Finding:
    return duplicate_name.finding(origin, message, part=Part.KEY, help="choose another name, or delete the line")
