"""What holds for all measures: they are defined, they have a value on any record, and no share exceeds one."""

from __future__ import annotations

import importlib
import math
import pkgutil
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results import measures
from journeyctl.results.measures import MEASURES, Measure, MeasuringContext, Observation
from journeyctl.semantics.effects import Kind
from tests.results.desks import desk, run
from tests.results.events import Event, at, event, lead, message, record_of

MAY_EXCEED_ONE = {"demand_per_capacity", "utilisation", "utilisation_by_week"}
"""The load of a desk, whose numerators are work and not members of the denominator."""


@pytest.mark.parametrize("found", MEASURES.values(), ids=MEASURES)
def test_every_measure_carries_its_definition(found: Measure) -> None:
    for text in (found.title, found.numerator, found.cohort, found.censoring, found.definition):
        assert text
    assert found.definition.endswith(".")
    sums = ("demand", "capacity")
    assert found.denominator or found.unit in ("count", "cents") or found.name in sums
    assert not found.denominator or found.unit != "count"
    assert len(found.total) == len(found.by)


def test_the_table_has_every_measure_under_its_own_name() -> None:
    names = [found.name for found in pkgutil.iter_modules(measures.__path__)]
    modules = [importlib.import_module(f"{measures.__name__}.{name}") for name in names]
    written = {thing.name for module in modules for thing in vars(module).values() if isinstance(thing, Measure)}
    assert set(MEASURES) == written
    assert all(name == found.name for name, found in MEASURES.items())


PEOPLE = st.sampled_from(["a", "b", "c"])
DAYS = st.floats(-2, 30)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Messages, leads and events that an engine could have written, within and around the run."""
    people = draw(st.lists(PEOPLE, unique=True))
    events = [event(person, at(draw(DAYS)), Kind.ENTERED, journey="j", visit=1) for person in people]
    for number in range(1, draw(st.integers(0, 6)) + 1):
        who = draw(st.sampled_from(["human", "machine"]))
        delay = st.none() | st.floats(0, 20)
        events += message(draw(PEOPLE), at(draw(DAYS)), send=number, opened=draw(delay), clicked=draw(delay), who=who)
    for number in range(draw(st.integers(0, 5))):
        created = at(draw(DAYS))
        called = draw(st.none() | st.integers(created, at(31)))
        outcome = draw(st.none() | st.sampled_from([Kind.ACCEPTED, Kind.EXPIRED]))
        closed = max(called or created, created) + 60
        events += lead(f"l{number}", created, called=called, outcome=outcome, closed=closed if outcome else None)
    for kind in draw(st.lists(st.sampled_from([Kind.ASKED, Kind.MQL, Kind.UNSUBSCRIBED]))):
        events.append(event(draw(PEOPLE), at(draw(DAYS)), kind, who="human"))
    return events


def values_of(events: Sequence[Event], context: MeasuringContext) -> dict[tuple[str, tuple[str, ...]], float | None]:
    observation = Observation(record_of(*events), context)
    return {(name, key): seen.value for name, m in MEASURES.items() for key, seen in m(observation).items()}


@given(histories())
def test_shares_lie_between_zero_and_one_and_counts_are_not_negative(events: list[Event]) -> None:
    found = values_of(events, run())
    for (name, key), value in found.items():
        if value is None:
            continue
        assert value >= 0, (name, key)
        share = MEASURES[name].unit == "share" and name not in MAY_EXCEED_ONE
        assert not share or value <= 1, (name, key)
        assert name != "askers_per_1000" or value <= 1_000
        assert math.isfinite(value) or name.startswith("first_call")


@given(histories(), st.randoms())
def test_measures_do_not_depend_on_the_order_of_rows(events: list[Event], chance: random.Random) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert values_of(shuffled, run()) == values_of(events, run())


@given(histories())
def test_keys_have_one_name_per_dimension_and_the_total_is_there(events: list[Event]) -> None:
    observation = Observation(record_of(*events), run(d=desk(), e=desk(clock="shift")))
    for found in MEASURES.values():
        assert {len(key) for key in found(observation)} <= {len(found.by)}


def test_an_empty_record_has_zero_counts_and_no_rates() -> None:
    for (name, key), value in values_of([], run()).items():
        if name in ("capacity", "unmailable") or (name == "funnel" and key[1] in ("population", "reachable")):
            continue  # these come from the context
        found = MEASURES[name]
        divides_by_capacity = name in MAY_EXCEED_ONE
        assert value == (None if found.denominator and not divides_by_capacity else 0), (name, key)
