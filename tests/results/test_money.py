"""The books of a run: every entry in whole cents, every total a sum of entries, nothing without prices."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results.measures import MEASURES, CostTerms, MeasuringContext, Observation
from journeyctl.results.measures.context import whole_cents
from journeyctl.semantics.effects import Kind
from tests.results.desks import desk, run
from tests.results.events import HOUR, Event, Person, at, event, lead, message, record_of

MICRO = 1_000_000
"""Millionths of a cent in a cent."""
PRICES = CostTerms(
    send=200_000, sdr_hour=7_000 * MICRO, field_hour=14_000 * MICRO, content=800_000, channels={"search": 2_500}
)
"""0.002 a send, 70 and 140 an hour, two new items, 25.00 for visitors."""


def context(prices: CostTerms | None = PRICES) -> MeasuringContext:
    return dataclasses.replace(run(d=desk(meeting_seconds=2 * HOUR)), costs=prices)


def values(name: str, *events: Event, prices: CostTerms | None = PRICES) -> Mapping[tuple[str, ...], float | None]:
    observation = Observation(record_of(*events), context(prices))
    return {key: seen.value for key, seen in MEASURES[name](observation).items()}


def from_source(source: str, events: list[Event]) -> list[Event]:
    return [(Person(person.key, source=source) if isinstance(person, Person) else None, row) for person, row in events]


def deal(name: str, *, value: int, opened: int, won: int | None = None) -> list[Event]:
    """An opportunity of a lead over two lines, won when stated."""
    place = {"lead": name, "desk": "d", "opportunity": name}
    rows = [
        event(name, opened, Kind.OPPORTUNITY, line=line, value=part, **place)
        for line, part in (("ct", value - value // 2), ("mri", value // 2))
    ]
    if won is not None:
        rows.append(event(name, won, Kind.WON, line="ct", value=value, **place))
    return rows


@pytest.mark.parametrize("name", ["cost", "cost_per", "return_on_marketing"])
def test_without_prices_there_is_no_money(name: str) -> None:
    assert values(name, *message("a", at(1)), prices=None) == {}


def test_each_kind_of_cost_has_its_price() -> None:
    own = lead("a", at(1), called=at(1, 1), seconds=7_200)  # an hour on the call
    other = lead("e", at(1), journey="", cause="fair", called=at(1, 2), seconds=3_600)
    met = [event(who, at(2), Kind.MET, lead=who, desk="d") for who in ("a", "e")]
    sends = [row for day in range(10) for row in message("a", at(day), send=day + 1)]
    found = values("cost", *own, *other, *met, *sends)
    assert found["sends", ""] == 2  # ten sends at 0.002
    assert found["content", ""] == 800_000
    assert found["channels", "search"] == 2_500
    assert found["sdr", "known"] == 7_000
    assert found["sdr_elsewhere", "fair"] == 3_500
    assert found["field", "known"] == found["field_elsewhere", "fair"] == 28_000
    assert found["sdr_unused", ""] == 4 * 100 * 7_000 - 7_000 - 3_500  # four weeks of 100 hours, less the work


@st.composite
def spendings(draw: st.DrawFn) -> tuple[list[Event], CostTerms]:
    source = st.sampled_from(["", "search", "fair"])
    events: list[Event] = []
    for number in range(draw(st.integers(0, 4))):
        journey = draw(st.sampled_from(["j", ""]))
        made = lead(
            f"l{number}", at(1), journey=journey, cause="web", called=at(2), seconds=draw(st.integers(0, 9_999))
        )
        events += from_source(draw(source), made)
        events.append(event(f"l{number}", at(3), Kind.MET, lead=f"l{number}", desk="d"))
    for number in range(draw(st.integers(0, 30))):
        events += from_source(draw(source), message("a", at(number % 20), send=number + 1))
    price = st.integers(0, 10**10)
    prices = CostTerms(
        send=draw(price), sdr_hour=draw(price), field_hour=draw(price), content=draw(price),
        channels=draw(st.dictionaries(st.sampled_from(["search", "social"]), st.integers(0, 10**6))),
    )  # fmt: skip
    return events, prices


@given(spendings())
def test_the_books_close_to_the_cent(spent: tuple[list[Event], CostTerms]) -> None:
    events, prices = spent
    found = values("cost", *events, prices=prices)
    entries = {key: cents for key, cents in found.items() if all(key)}
    assert all(cents is not None and cents == int(cents) for cents in found.values())
    assert found["", ""] == sum(entries.values())  # type: ignore[arg-type]  # no cost is n/a, as asserted above
    for place in (0, 1):
        sums = {key[place]: cents for key, cents in found.items() if key[place] and not key[1 - place]}
        assert found["", ""] == sum(sums.values())  # type: ignore[arg-type]  # as above
        for name, cents in sums.items():
            assert cents == sum(one for key, one in entries.items() if key[place] == name)  # type: ignore[misc]  # as above


@pytest.mark.parametrize(
    ("micro", "per", "cents"),
    [(499_999, 1, 0), (500_000, 1, 1), (1_499_999, 1, 1), (3_600 * MICRO, 3_600, 1), (0, 1, 0)],
)
def test_parts_of_a_cent_are_rounded_once_halves_upwards(micro: int, per: int, cents: int) -> None:
    assert whole_cents(micro, per=per) == cents


def test_costs_are_held_against_each_result_and_against_the_sources_own() -> None:
    known = [event("k", at(0), Kind.ENTERED, journey="j", visit=1), *lead("k", at(1), called=at(1, 1), seconds=7_200)]
    new = from_source("search", [event("n", at(0), Kind.ENTERED, journey="j", visit=1), *lead("n", at(1))])
    prices = dataclasses.replace(PRICES, content=0)
    found = values("cost_per", *known, *new, prices=prices)
    assert found["contact", ""] == found["lead", ""] == (7_000 + 2_500) / 2
    assert found["lead", "known"] == 7_000
    assert found["lead", "search"] == 2_500
    assert found["sale", ""] is None


def test_pipeline_won_and_won_eventually_stand_apart_and_leave_out_leads_from_elsewhere() -> None:
    events = [
        *lead("a", at(1)), *deal("a", value=1_001, opened=at(5), won=at(20)),
        *lead("b", at(1)), *deal("b", value=500, opened=at(6), won=at(90)),
        *lead("e", at(1), journey="", cause="fair"), *deal("e", value=70, opened=at(7), won=at(20)),
    ]  # fmt: skip
    found = values("deal_value", *events)
    assert found["pipeline", ""] == 1_501
    assert found["won", ""] == 1_001
    assert found["won_eventually", ""] == 1_501
    prices = CostTerms(content=100)
    back = values("return_on_marketing", *events, prices=prices)
    assert back == {("pipeline",): 15.01, ("won",): 10.01, ("won_eventually",): 15.01}
