"""From replications to estimates, and from pairs of worlds to differences, uplift and flips."""

from __future__ import annotations

import pickle

import pytest

from journeyctl.results.measures import MEASURES, Observation
from journeyctl.results.pairs import ContactCounts, Flips, click_rate_uplift, contact_flips, counts_of
from journeyctl.results.record import empty_record
from journeyctl.results.summary import Pair, compare, estimates, pair, summarise
from journeyctl.semantics.effects import Kind
from tests.results.desks import run
from tests.results.events import Event, at, event, lead, message, record_of


def world(*clickers: str, people: str = "abcd", asking: str = "", skipped: str = "") -> list[Event]:
    events = [event(p, at(0), Kind.ENTERED, journey="j", visit=1) for p in people]
    for person in people:
        events += message(person, at(1), clicked=1 if person in clickers else None)
    events += [event(person, at(3), Kind.ASKED, who="human") for person in asking]
    return events + [event("a", at(3), Kind.SKIPPED, journey="j", reason=skipped)] * bool(skipped)


def test_a_summary_has_every_measure_and_survives_being_sent() -> None:
    found = summarise(record_of(*world("a", asking="a"), replication=4), run())
    assert (found.replication, set(found.values)) == (4, set(MEASURES))
    assert found.value("engagement_rate") == 0.25
    assert found.value("funnel", ("j", "clicked")) == 1
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  # written one call earlier


def test_a_summary_of_chosen_measures_has_only_these() -> None:
    found = summarise(empty_record(), run(), replication=9, measures=["askers", "sla"])
    assert (found.replication, list(found.values)) == (9, ["askers", "sla"])


def test_estimates_are_means_with_intervals_over_replications() -> None:
    worlds = [world("a"), world("a", "b", "c")]
    found = estimates([summarise(record_of(*w, replication=r), run()) for r, w in enumerate(worlds)])
    rate = found["engagement_rate"][()]
    assert (rate.value, rate.replications, rate.confidence) == (0.5, 2, 0.9)
    assert rate.half_width == pytest.approx(6.313751514675 * 0.25)


def test_a_reason_that_did_not_occur_counts_as_zero_and_a_rate_without_cases_as_missing() -> None:
    worlds = [world("a", skipped="expired"), []]
    found = estimates([summarise(record_of(*w, replication=r), run()) for r, w in enumerate(worlds)])
    assert found["skips"]["j", "expired"].value == 0.5
    assert (found["click_rate"]["j",].value, found["click_rate"]["j",].missing) == (0.25, 1)


def test_a_value_that_a_replication_does_not_have_is_zero_or_not_available() -> None:
    found = summarise(record_of(*world("a")), run())
    assert found.value("skips", ("j", "expired")) == 0
    assert found.value("click_rate", ("unknown",)) is None


# --- two worlds


def counts(events: list[Event]) -> ContactCounts:
    return counts_of(Observation(record_of(*events), run()))


def uplift(here: list[Event], there: list[Event]) -> tuple[float | None, int | None]:
    found = click_rate_uplift(counts(here), counts(there))
    return found.value, found.n


def test_uplift_compares_click_rates_of_the_people_who_entered_in_both_worlds() -> None:
    assert uplift(world("a", "b", "c"), world("a", "b")) == (0.5, 4)
    assert uplift(world("a", "b"), world("a", "x", "y", people="abcdxy")) == (1.0, 4)
    assert uplift(world("a"), world("a", people="a")) == (0.0, 1)


def test_uplift_as_recorded_counts_the_clicks_of_scanners() -> None:
    scanned = [*world("a"), *message("b", at(2), send=2, clicked=0, who="machine")]
    here, there = counts(scanned), counts(world("a"))
    assert click_rate_uplift(here, there).value == pytest.approx((1 / 5) / (1 / 4) - 1)
    assert click_rate_uplift(here, there, recorded=True).value == pytest.approx((2 / 5) / (1 / 4) - 1)


@pytest.mark.parametrize(
    ("here", "there"), [(world("a"), world()), (world("a"), []), ([], world("a")), (world("a"), world("x", people="x"))]
)
def test_without_clicks_in_the_baseline_or_people_in_common_there_is_no_uplift(
    here: list[Event], there: list[Event]
) -> None:
    assert uplift(here, there)[0] is None


def test_a_contact_flips_when_it_asks_in_one_world_only() -> None:
    here, there = counts(world(asking="abz")), counts(world(asking="bcy"))
    assert contact_flips(here, there) == Flips(("a", "z"), ("c", "y"), askers=3, baseline_askers=3)


def test_contacts_of_one_world_only_are_listed_apart() -> None:
    here, there = counts(world(asking="abz")), counts(world(asking="bcy"))
    found = contact_flips(here, there, here=frozenset("abcz"), there=frozenset("abcy"))
    assert found == Flips(("a",), ("c",), only_here=("z",), only_there=("y",), askers=3, baseline_askers=3)


def test_gained_less_lost_must_be_the_difference_in_askers() -> None:
    with pytest.raises(AssertionError, match="difference in askers"):
        Flips(("a",), (), askers=1, baseline_askers=1)


def twins(number: int, here: list[Event], there: list[Event]) -> Pair:
    one, other = (summarise(record_of(*events, replication=number), run()) for events in (here, there))
    return pair(one, other)


def test_a_comparison_pairs_replications() -> None:
    pairs = [
        twins(0, world("a", "b", asking="a"), world("a")),
        twins(1, world("a", "b", "c", asking="ab"), world("a", "b", asking="b")),
    ]
    found = compare(pairs)
    assert found.differences["engagement_rate"][()].value == 0.25
    assert found.differences["engagement_rate"][()].half_width == 0
    assert found.differences["askers"][()].value == 1
    assert (found.uplift.value, found.gained.value, found.lost.value) == (0.75, 1, 0)
    assert (found.only_here.value, found.only_there.value, found.replications) == (0, 0, (0, 1))


def test_what_is_missing_in_one_world_has_no_difference() -> None:
    found = compare([twins(0, [*world(), *lead("a", at(0), called=at(1))], world())] * 2)
    assert (found.differences["sla"]["d",].value, found.differences["sla"]["d",].missing) == (None, 2)
    assert found.differences["leads"]["own",].value == 1


def test_different_replications_are_no_pair() -> None:
    one, other = (summarise(empty_record(), run(), replication=number, measures=["askers"]) for number in (1, 2))
    with pytest.raises(ValueError, match="same replication"):
        pair(one, other)
