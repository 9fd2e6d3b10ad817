"""What single contacts do: delivery, reactions, stages, requests, machines, visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from journeyctl.behaviour import PURPOSES, Planned, ResponseModel, Traits, What, purposes
from journeyctl.behaviour.many_traits import many_traits
from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.fixed_point import CERTAIN, ONE
from journeyctl.graph.house import Item
from journeyctl.graph.program import Scoring
from journeyctl.model.behaviour import Behaviour, Interest, InterestOtherwise, Parameter
from journeyctl.model.values import Condition
from journeyctl.semantics.stimuli import (
    Clicked,
    FormSubmitted,
    Opened,
    PageViewed,
    SalesRequested,
    Stimulus,
    Unsubscribed,
)

DAY = 86_400
NOW = 1_767_690_000
DRAWS = Draws(3, 0)


@dataclass(frozen=True)
class Workspace:
    items: Mapping[str, Item]
    meanings: Mapping[str, str] = field(default_factory=dict)
    scoring: Scoring | None = None


class Fields:
    """An environment of known fields and nothing else."""

    def __init__(self, **values: Value) -> None:
        self.values = {f"contact.{name}": value for name, value in values.items()}

    def value(self, path: str) -> Value:
        return self.values.get(path)

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"nothing here asks for {name}")


ITEMS = {
    name: Item(name, "house", level, str(level), topic, None)
    for name, level, topic in [("pain", 0, "ai"), ("how", 1, "ai"), ("portfolio", 2, "mri"), ("scanner", 3, "mri")]
}
SEND = {"contact": "p", "zone": "UTC"}


def model(behaviour: Behaviour, **numbers: float) -> ResponseModel:
    parameters = {**behaviour.parameters, **{name: Parameter(value=value) for name, value in numbers.items()}}
    return ResponseModel(replace(behaviour, parameters=parameters), Workspace(ITEMS))


def someone(**changes: object) -> Traits:
    return replace(Traits(responsiveness=0, interests={}, stage=0, placement=CERTAIN), **changes)


SURE: dict[str, float] = {"hard_bounce": 0, "soft_bounce": 0, "open_intercept": 100, "click_intercept": 100}


def live(model: ResponseModel, traits: Traits, plans: list[Planned]) -> list[tuple[int, Stimulus]]:
    """Everything that comes of some plans, in time order."""
    seen: list[tuple[int, Stimulus]] = []
    while plans:
        planned = min(plans)
        plans.remove(planned)
        stimuli, later = model.happens(DRAWS, traits, planned, planned.time, **SEND)
        seen += [(planned.time, stimulus) for stimulus in stimuli]
        assert all(follows.time >= planned.time for follows in later)
        plans += later
    return seen


def test_an_invalid_address_bounces_for_good_always(behaviour: Behaviour) -> None:
    sure = model(behaviour, hard_bounce=0, soft_bounce=0)
    for number in range(1, 30):
        (only,) = sure.sent(DRAWS, someone(invalid_address=True), ITEMS["pain"], number, NOW, **SEND)
        assert only == Planned(NOW, What.HARD_BOUNCE, "pain", number, "pain")


@pytest.mark.parametrize(
    ("hard", "soft", "kind"), [(1, 0, What.HARD_BOUNCE), (0, 1, What.SOFT_BOUNCE), (0, 0, What.DELIVERED)]
)
def test_bounces_are_exclusive_and_come_first(behaviour: Behaviour, hard: float, soft: float, kind: What) -> None:
    plans = model(behaviour, hard_bounce=hard, soft_bounce=soft).sent(DRAWS, someone(), ITEMS["pain"], 1, NOW, **SEND)
    assert plans[0].what is kind
    assert plans[0].time == NOW
    assert len(plans) == 1 or kind is What.DELIVERED


def test_mail_outside_the_inbox_is_delivered_and_nothing_else(behaviour: Behaviour) -> None:
    traits = someone(placement=0, prefetching=True, scanned=True)
    plans = model(behaviour, **SURE).sent(DRAWS, traits, ITEMS["pain"], 1, NOW, **SEND)
    assert [planned.what for planned in plans] == [What.DELIVERED]


def test_a_sure_reader_opens_clicks_reads_fills_and_asks_in_this_order(behaviour: Behaviour) -> None:
    sure = model(behaviour, **SURE, form_base=1, request_intercept=100)
    plans = sure.sent(DRAWS, someone(), ITEMS["pain"], 2, NOW, **SEND)
    seen = live(sure, someone(), list(plans))
    assert [type(stimulus) for _, stimulus in seen] == [Opened, Clicked, PageViewed, FormSubmitted, SalesRequested]
    assert seen[1][1] == Clicked("pain", 2)
    assert seen[-1][1] == SalesRequested("pain", 2)


def test_who_unsubscribes_has_opened_before(behaviour: Behaviour) -> None:
    sure = model(behaviour, **{**SURE, "click_intercept": -100}, unsubscribe_intercept=100)
    seen = live(sure, someone(), list(sure.sent(DRAWS, someone(), ITEMS["pain"], 1, NOW, **SEND)))
    assert [type(stimulus) for _, stimulus in seen] == [Opened, Unsubscribed]


def test_scanners_act_within_a_minute_on_every_link_and_move_nothing(behaviour: Behaviour) -> None:
    scanning = model(behaviour, **{**SURE, "open_intercept": -100}, scanner_open=1, scanner_click=1, prefetch_open=1)
    traits = someone(scanned=True, prefetching=True)
    for number in range(1, 40):
        plans = scanning.sent(DRAWS, traits, ITEMS["how"], number, NOW, **SEND)
        times = {planned.what: planned.time - NOW for planned in plans}
        assert set(times) == {What.DELIVERED, What.SCANNER_OPEN, What.SCANNER_CLICK, What.PREFETCH}
        assert all(0 <= times[kind] <= 59 for kind in (What.SCANNER_OPEN, What.SCANNER_CLICK))
        stimuli = {stimulus for _, stimulus in live(scanning, traits, list(plans))}
        assert stimuli == {Opened("how", number, "machine"), Clicked("how", number, "machine", every_link=True)}
    assert (traits.stage, traits.clicks_at_stage, traits.asked) == (0, 0, False)


@pytest.mark.parametrize(
    ("clicks", "stages"),
    [
        (["how"], [1]),  # one level ahead
        (["pain", "pain", "pain"], [0, 1, 1]),  # the second at its own level; the next one lies below
        (["portfolio", "scanner"], [0, 0]),  # too far ahead
        (["how", "portfolio", "scanner", "scanner", "scanner"], [1, 2, 3, 3, 3]),  # there is nothing above 3
    ],
)
def test_a_stage_moves_up_by_clicks_that_show_readiness(
    behaviour: Behaviour, clicks: list[str], stages: list[int]
) -> None:
    sure, traits, seen = model(behaviour, **SURE, stage_up=1), someone(), []
    for number, name in enumerate(clicks, start=1):
        sure.happens(DRAWS, traits, Planned(NOW + number, What.CLICK, name, number, name), NOW + number, **SEND)
        seen.append(traits.stage)
    assert seen == stages


@pytest.mark.parametrize(("gap", "asked"), [(90 * DAY, True), (90 * DAY - 1, False)])
def test_a_contact_asks_again_after_ninety_days_at_the_earliest(behaviour: Behaviour, gap: int, asked: bool) -> None:
    traits, any_model = someone(), model(behaviour)
    first = any_model.happens(DRAWS, traits, Planned(NOW, What.REQUEST, "pain", 1, "pain"), NOW, **SEND)
    again = any_model.happens(DRAWS, traits, Planned(NOW + gap, What.REQUEST, "", 1, "w"), NOW + gap, **SEND)
    assert first == ((SalesRequested("pain", 1),), ())
    assert again == (((SalesRequested(),) if asked else ()), ())


def test_stage_decay_is_off_by_default_and_looks_at_each_idle_period_once(behaviour: Behaviour) -> None:
    idle = someone(stage=3, idle_since=NOW)
    model(behaviour).idle(DRAWS, idle, NOW + 1_000 * DAY, contact="p")
    assert idle.stage == 3
    decaying = model(behaviour, stage_decay=1)
    decaying.idle(DRAWS, idle, NOW + 120 * DAY - 1, contact="p")
    assert idle.stage == 3
    decaying.idle(DRAWS, idle, NOW + 240 * DAY, contact="p")
    assert idle.stage == 1


def test_pressure_is_the_sum_over_earlier_mails_whatever_is_looked_at_between(behaviour: Behaviour) -> None:
    any_model, looked, unseen = model(behaviour), someone(), someone()
    for day in (0, 3, 3, 9):
        any_model.mailed(looked, NOW + day * DAY)
        any_model.mailed(unseen, NOW + day * DAY)
        any_model.pressure(looked, NOW + day * DAY + 5_000)
    expected = sum(2.718281828 ** (-(10 - day) / 5) for day in (0, 3, 3, 9))
    assert any_model.pressure(looked, NOW + 10 * DAY) / ONE == pytest.approx(expected, abs=1e-5)
    assert looked == unseen
    assert any_model.pressure(looked, NOW + 1_000 * DAY) == 0


def test_more_recent_mail_lowers_the_logit_of_the_next_one_but_not_its_own(behaviour: Behaviour) -> None:
    any_model, traits = model(behaviour), someone()
    before = any_model.open_logit(DRAWS, traits, ITEMS["pain"], NOW, zone="UTC")
    any_model.mailed(traits, NOW)
    after = any_model.open_logit(DRAWS, traits, ITEMS["pain"], NOW, zone="UTC")
    assert before.fatigue == 0
    assert after.fatigue / ONE == pytest.approx(-0.12, abs=1e-5)


def test_personas_shift_interest_and_the_first_true_one_holds(behaviour: Behaviour) -> None:
    arms = (
        Interest(when=Condition('contact.role = "cio"'), topics={"ai": 9}),
        Interest(when=Condition("true"), topics={"mri": 9}),
        InterestOtherwise(topics={}),
    )
    shaped = ResponseModel(replace(behaviour, interests=arms), Workspace(ITEMS))
    people = [f"p{k}" for k in range(200)]

    def likes_ai(role: str | None) -> int:
        traits = [
            shaped.traits(DRAWS, contact=key, clinic="c", hospital="h", environment=Fields(role=role)) for key in people
        ]
        return sum(one.interests["ai"] > one.interests["mri"] for one in traits)

    assert likes_ai("cio") > 170
    assert likes_ai(None) < 30


def test_traits_follow_their_shares_and_colleagues_share_a_part(behaviour: Behaviour) -> None:
    any_model = model(behaviour)
    people = [
        any_model.traits(DRAWS, contact=f"p{k}", clinic=f"c{k // 2}", hospital=f"h{k}", environment=Fields())
        for k in range(3_000)
    ]
    assert [sum(one.stage == stage for one in people) / 3_000 for stage in range(4)] == pytest.approx(
        [0.45, 0.30, 0.17, 0.08], abs=0.03
    )
    assert sum(one.prefetching for one in people) / 3_000 == pytest.approx(0.15, abs=0.03)
    assert sum(one.scanned for one in people) / 3_000 == pytest.approx(0.25, abs=0.03)
    values = [one.responsiveness / ONE for one in people]
    assert sum(value * value for value in values) / 3_000 == pytest.approx(0.8, abs=0.06)
    together = sum(a * b for a, b in zip(values[::2], values[1::2], strict=True)) / 1_500
    assert together == pytest.approx(0.16, abs=0.06)


def test_many_traits_are_those_of_single_contacts(behaviour: Behaviour) -> None:
    arms = (Interest(when=Condition('contact.role = "cio"'), topics={"ai": 9}),)
    shaped = ResponseModel(replace(behaviour, interests=arms), Workspace(ITEMS))
    keys = [f"p{k}" for k in range(200)]
    environments = [Fields(role="cio" if k % 3 else None, country="DE" if k % 2 else None) for k in range(200)]
    single = [
        shaped.traits(DRAWS, contact=key, clinic=f"c{k // 4}", hospital=f"h{k // 9}", environment=environments[k], at=k)
        for k, key in enumerate(keys)
    ]
    together = many_traits(
        shaped,
        DRAWS,
        contacts=keys,
        clinics=[f"c{k // 4}" for k in range(200)],
        hospitals=[f"h{k // 9}" for k in range(200)],
        personas=[shaped.personas.shapes(environment) for environment in environments],
        placements=[shaped.inbox(environment) for environment in environments],
        at=range(200),
        invalid_addresses=[False] * 200,
    )
    assert together == single
    assert len({one.placement for one in single}) == 2


def test_unsolicited_visits_depend_on_the_stage_and_lie_in_their_week(behaviour: Behaviour) -> None:
    any_model, end = model(behaviour), NOW + 7 * DAY

    def visits(stage: int) -> list[Planned]:
        return [
            planned
            for k in range(3_000)
            for planned in any_model.unsolicited(
                DRAWS, someone(stage=stage), week="2026-W02", start=NOW, end=end, contact=f"p{k}", zone="UTC"
            )
        ]

    assert len(visits(0)) / 3_000 == pytest.approx(0.02, abs=0.01)
    late = visits(3)
    assert len(late) / 3_000 == pytest.approx(0.10, abs=0.02)
    assert all(NOW <= planned.time < end and planned.place == "2026-W02" for planned in late)
    stimuli, _ = any_model.happens(DRAWS, someone(), late[0], late[0].time, **SEND)
    assert isinstance(stimuli[0], PageViewed)
    assert stimuli[0].item == ""


def test_a_matched_audience_adds_visits_but_no_fatigue(behaviour: Behaviour) -> None:
    keen = model(behaviour, **SURE, unsolicited_visits_early=0)
    week = {"week": "2026-W02", "start": NOW, "end": NOW + 7 * DAY, "zone": "UTC"}
    traits = someone()
    counts = [len(keen.unsolicited(DRAWS, traits, contact=f"p{k}", activated=True, **week)) for k in range(1_000)]
    assert sum(counts) / 1_000 == pytest.approx(0.5, abs=0.05)
    assert traits.pressure == 0


def test_need_grows_with_stage_asking_and_fit(behaviour: Behaviour) -> None:
    grades = Scoring({}, None, (("top", Condition),), None)  # type: ignore[arg-type]  # only its name is read
    any_model = ResponseModel(behaviour, Workspace(ITEMS, scoring=grades))

    def share(fit: str | None = None, **changes: object) -> float:
        return sum(any_model.needs(DRAWS, someone(**changes), contact=f"p{k}", fit=fit) for k in range(2_000)) / 2_000

    assert share() < share(fit="top") < share(fit="top", last_request_at=NOW) < share(fit="top", stage=3)


def test_another_item_or_contact_changes_no_draw_of_the_first(behaviour: Behaviour) -> None:
    some = model(behaviour)
    more = ResponseModel(behaviour, Workspace({**ITEMS, "new": replace(ITEMS["how"], name="new")}))
    for k in range(50):
        args = {"contact": f"p{k}", "clinic": "c", "hospital": "h", "environment": Fields()}
        one, other = some.traits(DRAWS, **args), more.traits(DRAWS, **args)
        assert one == other
        plans = some.sent(DRAWS, one, ITEMS["pain"], 1, NOW, contact=f"p{k}", zone="UTC")
        assert plans == more.sent(DRAWS, other, ITEMS["pain"], 1, NOW, contact=f"p{k}", zone="UTC")


def test_every_purpose_has_one_address_and_every_address_a_purpose() -> None:
    named = [value for name, value in vars(purposes).items() if name.isupper() and isinstance(value, str)]
    assert sorted(named) == sorted(PURPOSES)
    assert len(set(named)) == len(named)
