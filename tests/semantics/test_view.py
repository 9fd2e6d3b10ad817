from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from journeyctl.expr import Value
from journeyctl.graph.condition import Condition
from journeyctl.semantics.state import Contact, Visit
from journeyctl.semantics.view import ContactView
from tests.semantics.worlds import ENTRY, JOHN, MIDNIGHT, journey, program

WORLD = program(journey("[{id: w, wait: 1d}]"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("contact.role", "head"), ("contact.stage", "cold"), ("contact.topic", None), ("contact.deliverable", True),
        ("item.name", "c"), ("item.line", "ct"), ("item.topic", "u"), ("item.level", "middle"), ("item.tags", ("x",)),
        ("item.other", None), ("lead.open", False), ("lead.age", None), ("lead.outcome", None), ("lead.other", None),
        ("journey.entered_at", datetime.fromtimestamp(ENTRY, UTC)), ("journey.other", None), ("score", 0),
        ("fit", None),
    ],
)  # fmt: skip
def test_names_in_scope(path: str, expected: Value) -> None:
    visit = Visit(WORLD.journeys["walk"], 1, ENTRY, WORLD.journeys["walk"].start)
    view = ContactView(WORLD, Contact("john", dict(JOHN), MIDNIGHT)).at(ENTRY, visit=visit, item=WORLD.items["c"])
    assert view.value(path) == expected


def test_names_of_items_and_journeys_are_unknown_where_none_is_at_hand() -> None:
    view = ContactView(WORLD, Contact("john", dict(JOHN), MIDNIGHT))
    assert (view.value("item.name"), view.value("journey.entered_at")) == (None, None)


@pytest.mark.parametrize(("text", "expected"), [("now() > contact.moment", True), ("today() = contact.until", True)])
def test_time_is_the_second_at_hand_and_the_date_in_the_workspaces_zone(text: str, expected: Value) -> None:
    fields = JOHN | {"contact.moment": datetime(2026, 1, 5, 5, 59, tzinfo=UTC), "contact.until": date(2026, 1, 5)}
    view = ContactView(WORLD, Contact("john", fields, MIDNIGHT)).at(ENTRY)
    assert Condition.of(text).evaluate(view) is expected


def test_an_audience_may_be_unknown() -> None:
    view = ContactView(WORLD, Contact("john", {}, MIDNIGHT))
    assert (view.in_audience("everybody"), view.in_audience("customers")) == (None, None)
    assert ContactView(WORLD, Contact("john", dict(JOHN), MIDNIGHT)).in_audience("everybody") is True


def test_a_default_stands_in_for_a_missing_zone_or_locale() -> None:
    from tests.semantics.worlds import PROFILE

    profile = PROFILE.replace("means: locale,", "means: locale, default: de-DE,").replace(
        "means: zone,", "means: zone, default: Asia/Tokyo,"
    )
    view = ContactView(program(profile), Contact("john", dict(JOHN), MIDNIGHT))
    assert (view.zone, view.locales) == ("Asia/Tokyo", ["de-DE", "en-US"])
