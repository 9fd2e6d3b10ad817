"""Compiled responses are those of `ResponseModel`: the same traits, plans and stimuli, life by life."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from journeyctl.behaviour.planned import Planned, What
from journeyctl.behaviour.response import ResponseModel
from journeyctl.behaviour.traits import Traits
from journeyctl.calendars import Calendar, iso_weeks
from journeyctl.draws import Draws, name_hash
from journeyctl.graph.house import Item
from journeyctl.graph.program import Scoring
from journeyctl.model.behaviour import Behaviour, Parameter
from journeyctl.semantics import stimuli
from journeyctl.simulate.contact_terms import week_may_bring_a_visit
from journeyctl.spec import load

pytest.importorskip("numba", reason="the population engine is compiled by it")

from journeyctl.simulate.population_engine import latent as scratch  # after the check for numba
from journeyctl.simulate.population_engine import philox, response  # after the check for numba
from journeyctl.simulate.population_engine.clock_tables import Clocks  # after the check for numba
from journeyctl.simulate.population_engine.response_tables import Around, ResponseLists  # after the check for numba

START, END = 1_767_225_600, 1_767_225_600 + 200 * 86_400
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
ITEMS = {
    f"{topic}-{level}-{k}": Item(
        f"{topic}-{level}-{k}", "house", level, str(level), None if topic == "any" else topic, None
    )
    for topic in ("ct", "mri", "any") for level in range(4) for k in range(2)
}  # fmt: skip
"""Listed in another order than that of their names."""
ORDER = tuple(reversed(ITEMS))


@dataclass(frozen=True, slots=True)
class Known:
    items: dict[str, Item]
    meanings: dict[str, str]
    scoring: Scoring | None


KNOWN = Known(ITEMS, {}, Scoring({}, None, (("A", None), ("B", None)), None))  # type: ignore[arg-type]  # not asked


@cache
def document() -> Behaviour:
    return load(Path(__file__).parents[3]).behaviours["default"]


def model_of(**changes: float) -> ResponseModel:
    """The shipped model in which people do more, so that every branch is taken often."""
    found = document()
    numbers = {
        "open_intercept": 0.5, "click_intercept": 0.3, "unsubscribe_intercept": -3.0, "request_intercept": -0.5,
        "form_base": 0.2, "unsolicited_visits_early": 0.4, "unsolicited_visits_late": 1.1, **changes,
    }  # fmt: skip
    changed = {name: Parameter(value=value) for name, value in numbers.items()}
    weekdays = {"mon": Parameter(value=-0.1), "wed": Parameter(value=0.2)}
    return ResponseModel(replace(found, parameters={**found.parameters, **changed}, weekdays=weekdays), KNOWN)


class Nobody:
    """In no persona and of no country."""

    def value(self, path: str) -> None:
        return None


class Compiled:
    """One contact of the compiled model, with the questions of the original."""

    def __init__(self, model: ResponseModel, draws: Draws, key: str, zone: str) -> None:
        weeks = iso_weeks(START, END, ZONES[0])
        clocks = Clocks.of(Calendar(ZONES[0]), zone=ZONES[0], evaluation_time=0, week_starts=0)
        self.zone = clocks.zone(zone)
        self.clock = clocks.tables(START, END)
        arms = [-1 for _ in model.personas.arms]
        around = Around(arms=[arms])
        self.tables = ResponseLists(model, items=ORDER, weeks=weeks, around=around).tables(draws)
        self.keys = philox.keys_of(draws)
        self.latent = scratch.latent(len(model.topics), len(weeks))
        for place, name in enumerate((key, key, f"c{len(key)}", "h")):
            self.latent[scratch.CONTACT + place] = np.uint64(name_hash(name)).view(np.int64)
        self.latent[scratch.PLACEMENT] = model.placement["default"]
        scratch.born(self.latent, self.tables, self.keys, len(arms), START)

    def plans(self) -> list[Planned]:
        """Everything planned, taken away in its order."""
        found = []
        while self.latent[scratch.PLANS]:
            time = int(self.latent[self.latent[scratch.HEAP]])
            packed = scratch.take_plan(self.latent)
            item = scratch.item_of(self.tables, packed)
            name = ORDER[item] if item >= 0 else ""
            week = iso_weeks(START, END, ZONES[0])[scratch.week_of(packed)][0]
            what, number = What(scratch.what_of(packed)), scratch.number_of(packed)
            found.append(Planned(time, what, name, number, name or week))
        return found

    def stimuli(self) -> list[stimuli.Stimulus]:
        """What was left for the journeys."""
        rows = self.latent[scratch.STIMULI :][: 4 * self.latent[scratch.OUT]].reshape(-1, 4).tolist()
        return [_stimulus(kind, ORDER[item] if item >= 0 else "", send, value) for kind, item, send, value in rows]


def _stimulus(kind: int, item: str, send: int, value: int) -> stimuli.Stimulus:
    who = "machine" if value else "human"
    match kind:
        case response.OPENED:
            return stimuli.Opened(item, send, who)
        case response.CLICKED:
            return stimuli.Clicked(item, send, who, every_link=bool(value))
        case response.PAGE_VIEWED:
            return stimuli.PageViewed(item, send, pages=value)
        case response.FORM_SUBMITTED:
            return stimuli.FormSubmitted(item, send)
        case response.SALES_REQUESTED:
            return stimuli.SalesRequested(item, send)
        case _:
            return stimuli.Unsubscribed(item, send)


def assert_alike(traits: Traits, model: ResponseModel, found: Compiled) -> None:
    own = found.latent
    asked = None if own[scratch.LAST_REQUEST] == scratch.NEVER_ASKED else own[scratch.LAST_REQUEST]
    assert tuple(traits.interests.values()) == tuple(own[scratch.INTERESTS :][: len(model.topics)].tolist())
    assert (traits.responsiveness, traits.stage, traits.clicks_at_stage, traits.idle_since, traits.pressure) == tuple(
        own[[scratch.RESPONSIVENESS, scratch.STAGE, scratch.CLICKS_AT_STAGE, scratch.IDLE_SINCE, scratch.PRESSURE]]
    )
    assert traits.last_request_at == asked


def live_twice(model: ResponseModel, seed: int) -> int:
    """Mails a contact at irregular times in both models and follows all that comes of it; counts what happened."""
    draws, key, zone = Draws(seed, 3), f"u{seed}/p1", ZONES[seed % len(ZONES)]
    traits = model.traits(draws, contact=key, clinic=f"c{len(key)}", hospital="h", environment=Nobody(), at=START)  # type: ignore[arg-type]  # asks for one path
    found = Compiled(model, draws, key, zone)
    assert_alike(traits, model, found)
    plans: list[Planned] = []
    chance = np.random.default_rng(seed)
    count = 0
    for mail, gap in enumerate(chance.integers(3_600, 12 * 86_400, 20).tolist()):
        now = START + mail * 86_400 * 9 + gap
        while plans and plans[0].time <= now:
            planned = heapq.heappop(plans)
            _same_happening(model, found, draws, traits, planned, plans, key, zone)
            count += 1
        item, number = ORDER[mail % len(ORDER)], 1 + mail // 3
        first, *later = model.sent(draws, traits, ITEMS[item], number, now, contact=key, zone=zone)
        what = response.sent(
            found.latent, found.tables, found.clock, found.keys, ORDER.index(item), number, now, found.zone
        )
        assert (first.what, later) == (what, found.plans())
        plans = sorted([*plans, *later])
        if first.what is What.DELIVERED:
            model.mailed(traits, now)
            response.mailed(found.latent, found.tables, now)
        assert_alike(traits, model, found)
        for grade, fit in ((0, "A"), (1, "B"), (-1, None)):
            needs = response.needs(found.latent, found.tables, found.keys, grade)
            assert needs == model.needs(draws, traits, contact=key, fit=fit)
    return count


def _same_happening(
    model: ResponseModel, found: Compiled, draws: Draws, traits: Traits, planned: Planned, plans: list[Planned],
    key: str, zone: str,
) -> None:  # fmt: skip
    expected, later = model.happens(draws, traits, planned, planned.time, contact=key, zone=zone)
    item = ORDER.index(planned.item) if planned.item else -1
    response.happens(found.latent, found.tables, found.keys, planned.what, item, planned.number, 0, planned.time)
    assert found.stimuli() == list(expected)
    assert found.plans() == sorted(later)
    for one in later:
        heapq.heappush(plans, one)
    assert_alike(traits, model, found)


@pytest.mark.parametrize("changes", [{}, {"stage_decay": 0.5, "stage_idle": 10}, {"scanning": 1, "prefetching": 1}])
def test_a_contact_does_the_same_in_both_models(changes: dict[str, float]) -> None:
    model = model_of(**changes)
    assert sum(live_twice(model, seed) for seed in range(12)) > 100


@pytest.mark.parametrize("activated", [False, True])
def test_visits_without_a_mail_are_the_same(activated: bool) -> None:
    model = model_of(activated_interest=5)
    weeks = iso_weeks(START, END, ZONES[0])
    seen = 0
    for seed in range(8):
        draws, key, zone = Draws(seed, 0), f"p{seed}", ZONES[seed % len(ZONES)]
        traits = model.traits(draws, contact=key, clinic=f"c{len(key)}", hospital="h", environment=Nobody(), at=START)  # type: ignore[arg-type]  # asks for one path
        found = Compiled(model, draws, key, zone)
        for position, (name, first, after) in enumerate(weeks):
            expected = model.unsolicited(
                draws, traits, week=name, start=first, end=after, contact=key, zone=zone, activated=activated
            )
            response.unsolicited(
                found.latent, found.tables, found.clock, found.keys, position, found.zone, 0, activated
            )
            assert found.plans() == list(expected)
            seen += len(expected)
        for gone in (0, 3, len(weeks)):
            response.foresee_visits(found.latent, found.tables, found.keys, weeks[gone - 1][2] if gone else START)
            possible = [
                place >= gone and draws.bits(key, "visits", place=name) >= week_may_bring_a_visit(model)
                for place, (name, _, _) in enumerate(weeks)
            ]
            first = int(found.latent[scratch.WEEKS])
            assert found.latent[first : first + len(weeks)].tolist() == possible
            assert found.latent[scratch.NEXT_WEEK] == [*possible, True].index(True)
    assert seen > 30


def test_tables_that_somebody_reads_stay_as_they_are_when_others_are_asked_for() -> None:
    model = model_of(open_item_spread=0.5)
    lists = ResponseLists(model, items=ORDER, weeks=(), around=Around(arms=[[-1] * len(model.personas.arms)]))
    first = lists.tables(Draws(1, 0))
    as_it_was = first.copy()
    other = lists.tables(Draws(1, 1))
    assert not np.array_equal(other, as_it_was)
    assert np.array_equal(first, as_it_was)
    del first, other
    assert np.array_equal(lists.tables(Draws(1, 0)), as_it_was)
    assert lists.tables(Draws(1, 0)) is not lists.tables(Draws(1, 1))
