"""JC101 unknown-reference: a name refers to something that does not exist.

Why
---
Names are the only threads between files. One that leads nowhere is a mail that is never sent, a call that is
never made, or an assumption that is never read, and nothing else would say so.

Names are looked for where they can be declared: steps in their journey, arms in their split, teams in their
desk, items in the house that a ladder walks. While a file that may declare a name cannot be read, the name is
not called unknown. A name that is used several times and exists nowhere is told once, with the other places
beside it.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basic}    # JC101
      - {id: pause, wait: 7d, next: last}
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics}
      - {id: pause, wait: 7d, next: last}
      - {id: last, end: done}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from journeyctl.diagnostics import Finding, Fix, Label, Origin, Part, Severity
from journeyctl.expr import nearest
from journeyctl.model.catalog import Catalog
from journeyctl.model.specification import NameUse, Workspace
from journeyctl.model.steps import FromItem, Ladder, Split
from journeyctl.rules.base import Subject, UnknownName, all_rules, model_rule
from journeyctl.spec.inherit import BASE_KEYS, plain
from journeyctl.spec.scopes import DELIVERABLE, profile_fields

_MOST_LISTED = 8
"""Names that one message lists at most."""
_GUESSED = frozenset({"platform"})
"""Kinds of names that only assumptions declare: a strange one is a mistake only where it looks like a slip."""


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A name that nothing has, the place where it stands, and what could stand there."""

    kind: str
    """In words: `step`, `buying group`, `field`."""
    name: str
    origin: Origin
    part: Part
    known: tuple[str, ...]
    declared: Callable[[str], Label | None] = lambda _: None
    """The place of one of the known names, where it may be far away."""
    where: str = ""
    """` in house 'radiology'`, where only that would do."""


@model_rule(Severity.ERROR)
def unknown_reference(subject: Subject) -> Iterator[Finding]:
    """One finding per name and document."""
    groups: dict[tuple[str, str, str], list[_Unknown]] = {}
    for unknown in _all(subject):
        groups.setdefault((unknown.kind, unknown.name, unknown.origin.file), []).append(unknown)
    for group in groups.values():
        yield _finding(group[0], group[1:])


def _finding(unknown: _Unknown, others: Iterable[_Unknown]) -> Finding:
    article = "an" if unknown.kind[0] in "aeiou" else "a"
    close = nearest(unknown.name, unknown.known)
    labels = [Label(other.origin, "and here", other.part) for other in others]
    declared = unknown.declared(close) if close is not None else None
    listed = ", ".join(unknown.known[:_MOST_LISTED]) + (", .." if len(unknown.known) > _MOST_LISTED else "")
    choice = f"write one of {listed}" if unknown.known else f"declare {article} {unknown.kind} with this name"
    return unknown_reference.finding(
        unknown.origin,
        f"there is no {unknown.kind} '{unknown.name}'{unknown.where}",
        part=unknown.part,
        labels=(*([declared] if declared else []), *labels),
        help=f"did you mean '{close}'?" if close else choice,
        fix=Fix(f"write '{close}'", close, safe=True) if close else None,
    )


def _all(subject: Subject) -> Iterator[_Unknown]:
    for found in subject.unknown_names:
        if found.use.to in BASE_KEYS and found.use.origin.route[-1:] == (BASE_KEYS[found.use.to],):
            continue  # inheritance has told that already
        if found.use.to in _GUESSED and nearest(found.use.name, found.known) is None:
            continue
        yield _named(subject.workspace, found)
    yield from _fields(subject)
    yield from _ladders(subject)
    yield from _arms(subject.workspace)
    yield from _weighed_rules(subject.workspace)


_WORDS = {"send": "send step or item", "catalog": "content house"}


def _named(workspace: Workspace, found: UnknownName) -> _Unknown:
    use = found.use
    kind = _WORDS.get(use.to, use.to.replace("_", " "))
    return _Unknown(kind, use.name, use.origin, use.part, found.known, partial(_declared, workspace, use))


def _declared(workspace: Workspace, use: NameUse, name: str) -> Label | None:
    """The place where a name is declared, for the kinds that have a line of their own for it."""
    message = f"'{name}' is declared here"
    for kind in _KINDS.get(use.to, use.to).split(" or "):
        journey = workspace.journeys.get(use.document[1]) if kind == "step" else None
        for step in journey.steps if journey else ():
            if step.id == name:
                return Label(step.origin.child("id"), message)
        origin = _origin(workspace, kind, name)
        if origin is not None:
            return Label(origin, message, Part.KEY)
        if (kind, name) in workspace.raw:
            return Label(workspace.raw[kind, name].origin.child("name"), message)
    return None


_KINDS = {"send": "step or item"}


def _origin(workspace: Workspace, kind: str, name: str) -> Origin | None:
    match kind:
        case "audience":
            audience = workspace.audiences.audiences.get(name)
            return audience.origin if audience else None
        case "event":
            event = workspace.profile.events.get(name)
            return event.origin if event else None
        case "item":
            houses = workspace.catalogs.values()
            return next((house.items[name].origin for house in houses if name in house.items), None)
        case _:
            return None


def _fields(subject: Subject) -> Iterator[_Unknown]:
    declared = dict(profile_fields(subject.workspace))

    def label(path: str) -> Label | None:
        field = declared.get(path)
        return Label(field.origin, f"'{path}' is declared here", Part.KEY) if field else None

    known = (*declared, DELIVERABLE)
    present = frozenset((*known, "score"))
    for use in subject.uses.fields:
        if use.path not in present:
            yield _Unknown("field", use.path, use.origin, use.part, known, label)


def _ladders(subject: Subject) -> Iterator[_Unknown]:
    """Levels and items that exist, but in another house than the one that the ladder walks."""
    houses = subject.workspace.catalogs
    for journey in subject.journeys:
        for step in journey.steps:
            if isinstance(step.verb, Ladder) and step.verb.house in houses:
                elsewhere = [house for name, house in houses.items() if name != step.verb.house]
                yield from _misplaced(step.verb, houses[step.verb.house], elsewhere)


def _misplaced(ladder: Ladder, house: Catalog, elsewhere: Sequence[Catalog]) -> Iterator[_Unknown]:
    where = f" in house '{house.name}'"
    depth, start = ladder.cold_depth, ladder.start
    if depth is not None and depth not in house.levels and any(depth in other.levels for other in elsewhere):
        place = ladder.origin.child("cold_depth")
        yield _Unknown("level", depth, place, Part.VALUE, house.levels, where=where)
    if not isinstance(start, FromItem) or start.item in house.items:
        return
    if any(start.item in other.items for other in elsewhere):
        place = start.origin.child("item")
        yield _Unknown("item", start.item, place, Part.VALUE, tuple(house.items), where=where)


def _arms(workspace: Workspace) -> Iterator[_Unknown]:
    """Arms that a spec test chooses, but the split does not have."""
    for journey, step, arm, place in _chosen_arms(workspace):
        verbs = {step.id: step.verb for step in workspace.journeys[journey].steps}
        verb = verbs.get(step)
        if isinstance(verb, Split) and arm not in verb.arms:
            yield _Unknown("arm", arm, place, Part.VALUE, tuple(verb.arms), where=f" in split '{step}'")
        elif verb is not None and not isinstance(verb, Split):
            splits = tuple(step for step, verb in verbs.items() if isinstance(verb, Split))
            yield _Unknown("split", step, place, Part.KEY, splits)


def _chosen_arms(workspace: Workspace) -> Iterator[tuple[str, str, str, Origin]]:
    """Journey, step and arm of every choice, once where it is written; cases take over those of their test."""
    told: set[Origin] = set()
    for name, test in workspace.tests.items():
        document, _, case = name.partition("/")
        raw = workspace.raw["journey_test", document]
        own = (plain(raw.value)["cases"][case] or {}) if case else {}
        for step, arm in test.splits.items():
            place = (test.origin if step in own.get("splits", {}) else raw.origin).child("splits", step)
            if place not in told and test.journey in workspace.journeys:
                told.add(place)
                yield test.journey, step, arm, place


def _weighed_rules(workspace: Workspace) -> Iterator[_Unknown]:
    """Rules whose severity the workspace sets."""
    names = {name: None for rule in all_rules() for name in (rule.code, rule.slug)}
    for name in workspace.settings.rules:
        if name not in names:
            yield _Unknown("rule", name, workspace.settings.origin.child("rules", name), Part.KEY, tuple(names))
