"""The exact chain of a journey: what the simulator should count on average, computed without simulating.

Each contact's ways through the journey (`chain_paths`) are weighed with its own chances, given its drawn
traits. Counts of different contacts are independent, so means and variances add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from journeyctl.behaviour.logits import request_terms
from journeyctl.behaviour.traits import Traits
from journeyctl.draws import Draws
from journeyctl.fixed_point import CERTAIN, threshold
from journeyctl.graph.condition import Condition
from journeyctl.graph.house import Item
from journeyctl.graph.ops import SplitOp, conditions_of
from journeyctl.graph.program import Policies, Program
from journeyctl.semantics.state import Contact
from journeyctl.semantics.steps import arm_of
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.people import Person
from journeyctl.simulate.truth.chain_conditions import obstacles
from journeyctl.simulate.truth.chain_paths import Paths, Result, TooManyStatesError, paths_of
from journeyctl.simulate.world import World

Floats = NDArray[np.float64]
_CHUNK = 256
_ENTRY_SPREAD = 60 * 86_400
"""A launch may take contacts over at most this long after the one whose ways were walked."""


@dataclass(frozen=True, slots=True)
class Exact:
    """Mean and standard deviation of each count over all contacts of one replication."""

    means: Mapping[str, float]
    deviations: Mapping[str, float]
    contacts: int
    states: int
    """Distinct states after a mail, over all kinds of contacts."""


@dataclass(frozen=True, slots=True)
class NotExact:
    """The scenario has no exact chain."""

    reasons: tuple[str, ...]


def exact(world: World, draws: Draws) -> Exact | NotExact:
    """The exact answer for one replication, which `draws` names; or why there is none."""
    reasons = obstacles(world)
    if reasons:
        return NotExact(reasons)
    means: dict[str, float] = {}
    variances: dict[str, float] = {}
    states = 0
    for persons in _alike(world, draws):
        try:
            paths = paths_of(world, persons[0], draws)
        except TooManyStatesError:
            return NotExact(("the journey has too many states to follow them all",))
        if paths.last + _ENTRY_SPREAD >= world.end and paths.first is not None:
            return NotExact(("the run ends before the last contact is through the journey",))
        states += len(paths.states)
        for start in range(0, len(persons), _CHUNK):
            for name, (mean, variance) in _weighed(world, draws, paths, persons[start : start + _CHUNK]).items():
                means[name] = means.get(name, 0.0) + mean
                variances[name] = variances.get(name, 0.0) + variance
    deviations = {name: sqrt(max(0.0, variance)) for name, variance in variances.items()}
    return Exact(dict(sorted(means.items())), dict(sorted(deviations.items())), len(world.persons), states)


def _alike(world: World, draws: Draws) -> Sequence[Sequence[Person]]:
    """Persons by all that journeys can read of them: fields, and their arms of splits."""
    groups: dict[object, list[Person]] = {}
    read = _read_paths(world.program)
    graphs = [graph for name in world.journeys for graph in world.program.forms_of(name)]
    splits = [(op, graph.journey) for graph in graphs for op in graph.ops.values() if isinstance(op, SplitOp)]
    for person in world.persons:
        arms = tuple(arm_of(op, draws, person.key, journey) for op, journey in splits)
        key = repr(sorted((path, value) for path, value in person.fields.items() if path in read)), arms
        groups.setdefault(key, []).append(person)
    return tuple(groups.values())


def _read_paths(program: Program) -> frozenset[str]:
    """Fields that any condition, consent or meaning reads."""
    conditions = [condition for found in program.policies.values() for condition in _of_policies(found)]
    conditions += [c for country in ("", *program.overlaid) for c in program.audiences_for(country).values()]
    for name in program.journeys:
        for graph in program.forms_of(name):
            conditions += [graph.entry.condition, *(e.condition for e in graph.exits if e.condition is not None)]
            conditions += [condition for op in graph.ops.values() for condition in conditions_of(op)]
    conditions += [item.when for item in program.items.values() if item.when is not None]
    consents = {path for found in program.policies.values() for path in found.consents.values()}
    return frozenset(consents.union(program.meanings.values(), *(c.reads.paths for c in conditions)))


def _of_policies(policies: Policies) -> list[Condition]:
    return [s.condition for s in policies.suppressions] + [c.applies for c in policies.caps if c.applies is not None]


def _weighed(world: World, draws: Draws, paths: Paths, persons: Sequence[Person]) -> dict[str, tuple[float, float]]:
    """Mean and variance of each count, summed over the persons."""
    if paths.first is None:
        return {name: (float(count * len(persons)), 0.0) for name, count in paths.before.items()}
    names = sorted({*paths.before, *(name for state in paths.states for way in state.ways for name in way.counts)})
    traits = [_traits(world, draws, person) for person in persons]
    chances = {
        item: np.array([_chances(world, draws, person, found, world.program.items[item])
                        for person, found in zip(persons, traits, strict=True)])
        for item in sorted({state.item for state in paths.states})
    }  # fmt: skip
    first: list[Floats] = []
    second: list[Floats] = []
    for state in paths.states:
        mean = np.zeros((len(persons), len(names)))
        square = np.zeros_like(mean)
        for place, way in enumerate(state.ways):
            chance = chances[state.item][:, place, None]
            count = np.array([way.counts.get(name, 0) for name in names], np.float64)
            further, further_square = (0.0, 0.0) if way.to is None else (first[way.to], second[way.to])
            mean += chance * (count + further)
            square += chance * (count * count + 2 * count * further + further_square)
        first.append(mean)
        second.append(square)
    at_start = np.array([paths.before.get(name, 0) for name in names])
    variance = second[paths.first] - first[paths.first] ** 2
    total = (first[paths.first] + at_start).sum(axis=0)
    return {name: (float(total[k]), float(variance[:, k].sum())) for k, name in enumerate(names)}


def _traits(world: World, draws: Draws, person: Person) -> Traits:
    contact = ContactView(world.program, _contact_of(world, person)).at(world.start)
    return world.model.traits(
        draws, contact=person.person, clinic=person.clinic, hospital=person.hospital, environment=contact,
        at=world.start, invalid_address=person.invalid_email,
    )  # fmt: skip


def _contact_of(world: World, person: Person) -> Contact:
    return Contact(person.key, dict(person.fields), world.start)


def _chances(world: World, draws: Draws, person: Person, traits: Traits, item: Item) -> list[float]:
    """Chance of each `Result`, in its order."""
    model, c = world.model, world.model.coefficients
    hard = 1.0 if traits.invalid_address else c.hard_bounce / CERTAIN
    soft = 0.0 if traits.invalid_address else ((CERTAIN - c.hard_bounce) * c.soft_bounce >> 53) / CERTAIN
    opened = model.open_logit(draws, traits, item, world.start, zone=world.program.zone)
    open_ = traits.placement / CERTAIN * _chance(sum(opened))
    click = _chance(sum(model.click_logit(draws, traits, item)))
    leave = _chance(sum(model.unsubscribe_logit(traits, item, world.start)))
    interest = traits.interests.get(item.topic, 0) if item.topic is not None else 0
    ask = _chance(sum(request_terms(c, level=item.level, stage=traits.stage, interest=interest)))
    arrives = 1 - hard - soft
    found = {
        Result.HARD_BOUNCE: hard,
        Result.SOFT_BOUNCE: soft,
        Result.NOTHING: arrives * (1 - open_),
        Result.OPEN: arrives * open_ * (1 - click) * (1 - leave),
        Result.OPEN_UNSUBSCRIBE: arrives * open_ * (1 - click) * leave,
        Result.CLICK: arrives * open_ * click * (1 - ask) * (1 - leave),
        Result.CLICK_UNSUBSCRIBE: arrives * open_ * click * (1 - ask) * leave,
        Result.REQUEST: arrives * open_ * click * ask * (1 - leave),
        Result.REQUEST_UNSUBSCRIBE: arrives * open_ * click * ask * leave,
    }
    return [found[result] for result in Result]


def _chance(logit: int) -> float:
    return threshold(logit) / CERTAIN
