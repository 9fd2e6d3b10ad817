"""Deals over several business lines, the spread of their values, and how much hangs on a few accounts."""

from __future__ import annotations

from collections.abc import Mapping

from journeyctl.results.measures import MEASURES, Observation
from journeyctl.semantics.effects import Effect, Kind
from tests.results.desks import run
from tests.results.events import Event, Person, at, lead, record_of


def opportunity(name: str, *, clinic: str = "u1/h1/c1", day: float = 5, **cents: int) -> list[Event]:
    """An own lead with an opportunity whose lines are worth so many cents."""
    hospital = clinic.rpartition("/")[0]
    person = Person(name, clinic, hospital, hospital.rpartition("/")[0])
    return [
        *lead(name, at(1)),
        *((person, Effect(at(day), Kind.OPPORTUNITY, lead=name, opportunity=name, line=line, value=value))
          for line, value in cents.items()),
    ]  # fmt: skip


def values(name: str, *events: list[Event]) -> Mapping[tuple[str, ...], float | None]:
    observation = Observation(record_of(*(row for part in events for row in part)), run())
    return {key: seen.value for key, seen in MEASURES[name](observation).items()}


def test_lines_of_an_opportunity_are_told_with_their_spread() -> None:
    five = {f"line{number}": 1 for number in range(5)}
    deals = [opportunity("a", ct=10), opportunity("b", ct=10, mri=10), opportunity("c", **five), opportunity("d", ct=1)]
    assert values("lines_per_opportunity", *deals) == {(): (1 + 2 + 5 + 1) / 4}
    shares = values("opportunities_by_lines", *deals)
    assert shares == {("1",): 0.5, ("2",): 0.25, ("3",): 0, ("4",): 0, ("5+",): 0.25}


def test_values_are_quantiles_over_whole_opportunities_not_over_their_lines() -> None:
    deals = [opportunity(f"o{number:02d}", ct=number, mri=number) for number in range(1, 11)]
    found = values("opportunity_value", *deals)
    assert found == {("mean",): 11, ("p10",): 2, ("p25",): 6, ("p50",): 10, ("p75",): 16, ("p90",): 18}


def test_the_largest_accounts_are_held_against_all_on_every_level() -> None:
    deals = [
        opportunity("a", clinic="u1/h1/c1", ct=40),
        opportunity("b", clinic="u1/h1/c2", ct=20, mri=10),
        opportunity("c", clinic="u2/h1/c1", ct=30),
    ]
    found = values("pipeline_concentration", *deals)
    assert found["umbrella", "1"] == 0.7
    assert found["hospital", "1"] == 0.7
    assert found["clinic", "1"] == 0.4
    assert found["line", "1"] == 0.9
    assert found["umbrella", "5"] == found["line", "10"] == 1


def test_what_was_opened_after_the_run_or_by_leads_from_elsewhere_is_no_part_of_the_portfolio() -> None:
    late = opportunity("a", day=40, ct=10)
    elsewhere = [*lead("e", at(1), journey="", cause="fair"), *opportunity("x", ct=1)[2:]]
    assert values("lines_per_opportunity", late, elsewhere) == {(): None}
