"""Measures of buying groups, from a record written by hand."""

from __future__ import annotations

from journeyctl.results.measures import MEASURES, MeasuringContext, Observation
from journeyctl.results.measures.measure import Key
from journeyctl.semantics.effects import Effect, Kind
from tests.results.events import Event, Person, at, record_of

RUN = MeasuringContext(start=at(0), end=at(17), zone="UTC")
"""Two weeks and a half."""
ONE, TWO, NORTH = (
    Person("", clinic="u1/h1/c1"), Person("", clinic="u1/h1/c2"), Person("", clinic="", hospital="u1/h1")
)  # fmt: skip


def state(account: Person, day: float, share: int, *missing: str, group: str = "ai") -> Event:
    return account, Effect(at(day), Kind.FACT, group=group, value=share, reason=f"missing_roles={','.join(missing)}")


def joined(key: str, day: float, *, group: str = "ai", source: str = "") -> Event:
    return Person(key, source=source), Effect(at(day), Kind.JOINED_GROUP, group=group, reason="cio")


def ready(account: Person, day: float, lead: str) -> Event:
    return Person("a", account.clinic), Effect(at(day), Kind.GROUP_READY, group="ai", lead=lead, reason="head")


EVENTS = (
    joined("a", 1), state(ONE, 1, 3_333, "champion", "voice"),
    joined("a", 2, group="service"), state(NORTH, 2, 5_000, "signs", group="service"),
    joined("b", 8), state(TWO, 8, 3_333, "champion", "voice"),
    joined("c", 9, source="linkedin"), state(ONE, 9, 10_000), ready(ONE, 9, "u1/h1/c1~ai~1"),
    ready(ONE, 15, "u1/h1/c1~ai~2"), state(ONE, 15, 6_667, "voice"),
    (Person("a"), Effect(at(3), Kind.FACT, reason="contact.topic=ai")),
    joined("d", 18), state(TWO, 18, 10_000),
)  # fmt: skip


def values(name: str, *events: Event) -> dict[Key, float | None]:
    found = MEASURES[name](Observation(record_of(*events), RUN))
    return {key: None if one.value is None else round(one.value, 3) for key, one in found.items()}


def test_groups_are_accounts_in_which_somebody_has_joined() -> None:
    assert values("buying_groups", *EVENTS) == {("",): 3, ("ai",): 2, ("service",): 1}


def test_members_are_counted_by_where_they_came_from() -> None:
    assert values("group_members", *EVENTS) == {
        ("", ""): 4, ("ai", ""): 3, ("ai", "population"): 2, ("ai", "linkedin"): 1, ("service", ""): 1,
        ("service", "population"): 1,
    }  # fmt: skip


def test_completeness_is_a_mean_over_the_groups_there_are_at_the_end_of_each_week() -> None:
    assert values("group_completeness", *EVENTS) == {
        ("", "2026-W02"): 0.417, ("ai", "2026-W02"): 0.333, ("service", "2026-W02"): 0.5,
        ("", "2026-W03"): 0.611, ("ai", "2026-W03"): 0.667, ("service", "2026-W03"): 0.5,
        ("", "2026-W04"): 0.5, ("ai", "2026-W04"): 0.5, ("service", "2026-W04"): 0.5,
        ("", ""): 0.5, ("ai", ""): 0.5, ("service", ""): 0.5,
    }  # fmt: skip


def test_missing_roles_are_those_at_the_end_of_the_run() -> None:
    assert values("missing_roles", *EVENTS) == {
        ("", ""): 3, ("ai", ""): 2, ("ai", "champion"): 1, ("ai", "voice"): 2, ("service", ""): 1,
        ("service", "signs"): 1,
    }  # fmt: skip


def test_a_group_is_ready_once_however_often_it_is_handed_over() -> None:
    assert values("groups_ready", *EVENTS) == {("",): 1, ("ai",): 1}
    assert values("group_leads", *EVENTS) == {("",): 2, ("ai",): 2}


def test_without_groups_counts_are_zero_and_completeness_is_not_available() -> None:
    names = ("buying_groups", "group_members", "missing_roles", "groups_ready", "group_leads")
    assert {value for name in names for value in values(name).values()} == {0}
    assert set(values("group_completeness").values()) == {None}
