"""Rules of attribution: each shares out all conversions, and each is right where the answer is known."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results.attribution.credits import MODELS, Credits, credited, credits_of
from journeyctl.results.attribution.paths import Paths, paths_of
from journeyctl.results.attribution.shares import HALF_LIFE
from journeyctl.results.attribution.touches import NO_TOUCH, OTHER, Touches
from journeyctl.semantics.effects import Kind
from tests.results.desks import run
from tests.results.events import DAY, Event, at, event, lead, message, record_of

Walk = tuple[str, bool]
"""Labels of touches in their order, an upper-case letter each; and whether a conversion follows."""


def paths(*walks: Walk, machines: str = "") -> Paths:
    """One contact per walk, a touch a day, the conversion a day after the last touch."""
    labels = tuple(sorted({label for touched, _ in walks for label in touched}))
    rows = [(who, day, label) for who, (touched, _) in enumerate(walks) for day, label in enumerate(touched)]
    contact = np.array([row[0] for row in rows], np.int64) + 1
    touches = Touches(
        contact, np.array([row[1] for row in rows], np.int64) * DAY,
        np.array([row[2] not in machines for row in rows], np.bool_),
        np.array([labels.index(row[2]) for row in rows], np.int64), labels,
    )  # fmt: skip
    ends = [(who + 1, len(touched) * DAY) for who, (touched, converts) in enumerate(walks) if converts]
    conversions = tuple(np.array(column, np.int64) for column in (zip(*ends, strict=True) if ends else ((), ())))
    return paths_of(touches, (conversions[0], conversions[1]), end=60 * DAY)


WALKS = st.lists(st.tuples(st.text("ABCD", max_size=5), st.booleans()), max_size=8)


@given(WALKS)
def test_every_rule_shares_out_every_conversion_and_nothing_else(walks: list[Walk]) -> None:
    found = credited(paths(*walks, machines="D"))
    assert found.conversions == sum(converts for _, converts in walks)
    for model in MODELS:
        credit = found.by_model[model]
        assert math.isclose(sum(credit.values()), found.conversions, abs_tol=1e-9), model
        assert min(credit.values()) >= -1e-12


@given(WALKS)
def test_who_touches_no_converting_path_gets_nothing(walks: list[Walk]) -> None:
    found = credited(paths(*walks, ("Z", False)))
    for model in MODELS:
        assert abs(found.by_model[model]["Z"]) < 1e-9, model


@given(WALKS)
def test_two_labels_that_change_places_change_their_credit(walks: list[Walk]) -> None:
    swapped = [(touched.translate(str.maketrans("AB", "BA")), converts) for touched, converts in walks]
    mine, theirs = credited(paths(*walks)), credited(paths(*swapped))
    for model in MODELS:
        for one, other in (("A", "B"), ("B", "A"), ("C", "C")):
            seen = mine.by_model[model].get(one, 0.0), theirs.by_model[model].get(other, 0.0)
            assert math.isclose(*seen, abs_tol=1e-9), (model, one)


def worth(walks: Sequence[Walk], coalition: frozenset[str]) -> int:
    """Conversions that need no label outside the coalition."""
    return sum(converts and set(touched) <= coalition for touched, converts in walks if touched)


def by_every_order(walks: Sequence[Walk], labels: Sequence[str]) -> dict[str, float]:
    """The Shapley value from its definition: mean gain over all orders of joining."""
    orders = list(itertools.permutations(labels))
    value = dict.fromkeys(labels, 0.0)
    for order in orders:
        for place, label in enumerate(order):
            before = frozenset(order[:place])
            value[label] += (worth(walks, before | {label}) - worth(walks, before)) / len(orders)
    return value


@given(WALKS)
def test_shapley_values_agree_with_the_mean_over_all_orders(walks: list[Walk]) -> None:
    found = credited(paths(*walks)).by_model["Shapley"]
    for label, value in by_every_order(walks, sorted(set(found) - {NO_TOUCH})).items():
        assert math.isclose(found[label], value, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", {"A": 1, "B": 0, "C": 0}),
        ("last", {"A": 0, "B": 0, "C": 1}),
        ("last human", {"A": 0, "B": 1, "C": 0}),
        ("linear", {"A": 0.25, "B": 0.5, "C": 0.25}),
        ("position", {"A": 0.4, "B": 0.2, "C": 0.4}),
        ("Shapley", {"A": 1 / 3, "B": 1 / 3, "C": 1 / 3}),
    ],
)
def test_one_path_is_shared_by_the_rule(model: str, expected: dict[str, float]) -> None:
    found = credited(paths(("ABBC", True), machines="C")).by_model[model]
    assert {label: found[label] for label in "ABC"} == pytest.approx(expected)


def test_time_decay_halves_with_every_half_life() -> None:
    days = HALF_LIFE // DAY
    found = credited(paths(("A" + "B" * (days - 1) + "C", True))).by_model["time decay"]
    assert found["C"] / found["A"] == pytest.approx(2)


def test_removal_effects_of_a_small_chain_are_those_worked_out_by_hand() -> None:
    # Start goes to A in 3 of 4 walks and to B in 1; from A on to B in 1 of 3, to the end in 1 of 3; from B in 1 of 2.
    # P = 3/4 (1/3 + 1/3 x 1/2) + 1/4 x 1/2 = 1/2. Without A: 1/8. Without B: 1/4. Effects 3/4 and 1/2, of 5/4.
    walks = [("A", True), ("AB", True), ("A", False), ("B", False)]
    found = credited(paths(*walks)).by_model["Markov"]
    assert found == pytest.approx({"A": 2 * 3 / 5, "B": 2 * 2 / 5, NO_TOUCH: 0})


def test_a_conversion_without_any_touch_is_credited_to_none() -> None:
    found = credited(paths(("A", True), ("", True)))
    assert all(found.by_model[model] == pytest.approx({"A": 1, NO_TOUCH: 1}) for model in MODELS)


# --- from the record


def credits(events: Sequence[Event], by: str = "journey", outcome: str = "leads") -> Credits:
    return credits_of(record_of(*events), run(60), outcome=outcome, by=by)  # type: ignore[arg-type]  # the tables hold their words


def test_touches_are_messages_with_a_reaction_once_each_and_visits() -> None:
    events = [
        *message("a", at(1), journey="news", opened=0.1, clicked=0.2),
        *message("a", at(2), send=2, journey="house"),
        event("a", at(3), Kind.VISITED, who="human"),
        *lead("a", at(4)),
    ]  # fmt: skip
    assert credits(events).by_model["linear"] == {"news": 0.5, OTHER: 0.5, NO_TOUCH: 0}
    assert credits(events, "channel").by_model["linear"] == {"email": 0.5, "web": 0.5, NO_TOUCH: 0}


def test_visits_in_the_session_that_a_click_began_belong_to_the_message() -> None:
    soon, later = event("a", at(1, 1.5), Kind.VISITED, who="human"), event("b", at(1, 1.5), Kind.VISITED, who="human")
    events = [*message("a", at(1), opened=1 / 24, clicked=1 / 24), soon, later, *lead("a", at(2)), *lead("b", at(2))]
    assert credits(events).by_model["linear"] == {"j": 1, OTHER: 1, NO_TOUCH: 0}


def test_a_mail_that_a_scanner_opened_and_a_person_clicked_later_is_human() -> None:
    events = [
        *message("a", at(1), journey="news", opened=0.01, who="machine"),
        event("a", at(2), Kind.CLICKED, item="a", send=1, journey="news", channel="email", visit=1, who="human"),
        *message("a", at(3), send=2, journey="house", opened=0.01, who="machine"),
        *lead("a", at(4)),
    ]  # fmt: skip
    found = credits(events).by_model
    assert found["last"]["house"] == 1
    assert found["last human"]["news"] == 1


def test_touches_after_a_conversion_or_long_before_it_do_not_count() -> None:
    early, late = message("a", at(1), opened=0.1), message("a", at(50), send=2, journey="k", opened=0.1)
    assert credits([*early, *lead("a", at(2)), *late]).by_model["last"] == {"j": 1, "k": 0, NO_TOUCH: 0}
    old = credits_of(
        record_of(*message("a", at(1), opened=0.1), *lead("a", at(99))), run(120), outcome="leads", by="journey"
    )
    assert old.by_model["last"][NO_TOUCH] == 1


def test_leads_from_elsewhere_are_no_conversions_and_a_deal_over_two_lines_is_one() -> None:
    deal = [
        event("a", at(9), Kind.OPPORTUNITY, lead="a", opportunity="a", line=line, value=1) for line in ("ct", "mri")
    ]
    events = [*message("a", at(1), opened=0.1), *lead("a", at(2)), *deal]
    elsewhere = [(None, row) for _, row in lead("e", at(3), journey="", cause="fair")]
    assert credits([*events, *elsewhere]).conversions == 1
    assert credits(events, outcome="opportunities").conversions == 1
