"""Names that refer to something, and the names that exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from journeyctl.model.specification import NameUse, Workspace
from journeyctl.model.values import BUILT_IN_EVENTS


def references(workspace: Workspace) -> Iterator[NameUse]:
    """Every name in every document that refers to something, also where only a country's overlay puts it."""
    seen: set[tuple[str, str, object]] = set()
    for layer in (workspace, *workspace.variants.values()):
        for uses in layer.uses.values():
            for use in uses:
                key = (use.to, use.name, use.origin)
                if key not in seen:
                    seen.add(key)
                    yield use


def known_names(workspace: Workspace, use: NameUse) -> tuple[str, ...] | None:
    """The names that could stand there; `None` where files that could not be read may hold the name."""
    kinds = use.to.split(" or ")
    names: list[str] = []
    for kind in kinds:
        if _HOME.get(kind, kind) in workspace.incomplete:
            return None
        found = _KNOWN[kind](workspace, use.document) if kind in _KNOWN else _documents(workspace, kind)
        if found is None:
            return None
        names.extend(found)
    return tuple(dict.fromkeys(names))


Names = tuple[str, ...]


def _documents(workspace: Workspace, kind: str) -> Names:
    by_name: Mapping[str, Mapping[str, object]] = {
        "catalog": workspace.catalogs,
        "journey": workspace.journeys,
        "desk": workspace.desks,
        "buying_group": workspace.buying_groups,
        "behaviour": workspace.behaviours,
        "scenario": workspace.scenarios,
        "overlay": workspace.overlays,
        "journey_test": workspace.tests,
    }
    return tuple(by_name[kind])


def _items(workspace: Workspace, document: tuple[str, str]) -> Names:
    kind, name = document
    houses = [workspace.catalogs[name]] if kind == "catalog" else list(workspace.catalogs.values())
    return tuple(item for house in houses for item in house.items)


def _levels(workspace: Workspace, document: tuple[str, str]) -> Names:
    kind, name = document
    houses = [workspace.catalogs[name]] if kind == "catalog" else list(workspace.catalogs.values())
    return tuple(level for house in houses for level in house.levels)


def _topics(workspace: Workspace, document: tuple[str, str]) -> Names:
    kind, name = document
    houses = [workspace.catalogs[name]] if kind == "catalog" else list(workspace.catalogs.values())
    return tuple(topic for house in houses for topic in house.topics)


def _steps(workspace: Workspace, document: tuple[str, str]) -> Names | None:
    kind, name = document
    journey = workspace.tests[name].journey if kind == "journey_test" else name
    # A test of an unknown journey has one mistake, not one per step that it names.
    return tuple(step.id for step in workspace.journeys[journey].steps) if journey in workspace.journeys else None


def _sends(workspace: Workspace, document: tuple[str, str]) -> Names | None:
    steps = _steps(workspace, document)
    return None if steps is None else (*steps, *_items(workspace, document))


def _events(workspace: Workspace, document: tuple[str, str]) -> Names:
    return (*BUILT_IN_EVENTS, *workspace.profile.events)


def _grades(workspace: Workspace, document: tuple[str, str]) -> Names:
    return tuple(workspace.scoring.fit) if workspace.scoring else ()


def _platforms(workspace: Workspace, document: tuple[str, str]) -> Names | None:
    # What a matched audience brings is said by scenarios; without one, no platform can be called unknown.
    return tuple(platform for scenario in workspace.scenarios.values() for platform in scenario.activation) or None


_KNOWN: Mapping[str, Callable[[Workspace, tuple[str, str]], Names | None]] = {
    "audience": lambda workspace, _: tuple(workspace.audiences.audiences),
    "item": _items,
    "level": _levels,
    "topic": _topics,
    "step": _steps,
    "send": _sends,
    "event": _events,
    "purpose": lambda workspace, _: tuple(workspace.policies.consent.purposes),
    "team": lambda workspace, document: tuple(workspace.desks[document[1]].teams),
    "grade": _grades,
    "inflow": lambda workspace, document: tuple(workspace.scenarios[document[1]].inflow),
    "platform": _platforms,
}

_HOME: Mapping[str, str] = {
    "audience": "audiences",
    "item": "catalog",
    "level": "catalog",
    "topic": "catalog",
    "event": "profile",
    "purpose": "policies",
    "grade": "scoring",
    "send": "catalog",
}
"""The kind of document in which names are declared that are no documents themselves."""
