"""Numbers of documents have the paths by which they are set, and a document with other ones still fits together."""

from __future__ import annotations

import pytest

from journeyctl.model.desk import Desk
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.model.values import Assumed, DurationSpread
from journeyctl.simulate.assumptions import assumptions_of
from journeyctl.simulate.stated_numbers import StatedNumber, is_promise, stated_numbers, with_amounts
from journeyctl.spec import load, with_set
from journeyctl.spec.inherit import flattened
from journeyctl.spec.paths import locate as place_of
from journeyctl.units import ZERO, Duration
from journeyctl.workspaces import locate

PILOT = load(locate("pilot"))


def documents(workspace: Workspace, scenario: str = "us-pilot") -> list[Desk | Scenario]:
    return [workspace.scenarios[scenario], *workspace.desks.values()]


def by_path(document: Desk | Scenario) -> dict[str, StatedNumber]:
    return {stated.path: stated for stated in stated_numbers(document)}


def test_every_number_has_the_path_by_which_it_is_set() -> None:
    raws = dict(PILOT.raw)
    raws["scenario", "us-pilot"] = flattened(raws, ("scenario", "us-pilot"))
    for document in documents(PILOT):
        paths = [stated.path for stated in stated_numbers(document)]
        assert len(paths) == len(set(paths)) > 10
        for path in paths:
            place_of(raws, path)


def test_a_path_is_the_same_whether_a_number_stands_in_the_file_or_was_set() -> None:
    changed = with_set(
        PILOT, [("desks.us-imaging.outcomes.rejected", "40%"), ("other_mail.per_week", 2)], scenario="us-pilot"
    )
    assert "desks.us-imaging.outcomes.rejected" in by_path(changed.desks["us-imaging"])
    assert by_path(changed.scenarios["us-pilot"])["scenarios.us-pilot.other_mail.per_week"].number.value == 2


def test_a_document_with_the_numbers_that_it_has_is_the_same_document() -> None:
    for document in documents(PILOT):
        assert with_amounts(document, {}) is document
        amounts = {stated.path: stated.amount(stated.number.value) for stated in stated_numbers(document)}
        assert with_amounts(document, amounts) == document


@pytest.mark.parametrize("part", [0.0, 0.5, 0.999999])
def test_shares_of_one_whole_still_are_one_and_no_quantile_is_below_its_median(part: float) -> None:
    scenario, *desks = (
        with_amounts(document, {s.path: s.belief.quantile(part) for s in stated_numbers(document) if s.belief})
        for document in documents(PILOT)
    )
    roles = [s for path, s in by_path(scenario).items() if ".fields.contact.role." in path]
    assert sum(stated.number.value for stated in roles) == pytest.approx(1, abs=1e-7)
    for desk in desks:
        assert isinstance(desk, Desk)
        assert sum(share.value for share in desk.outcomes.rejected.reasons.values()) == pytest.approx(1, abs=1e-7)
    low = "desks.us-imaging.field_sales.delays.won"
    crossed = with_amounts(PILOT.desks["us-imaging"], {f"{low}.median": 700, f"{low}.p90": 400})
    assert crossed.field_sales is not None
    won = crossed.field_sales.delays.won
    assert isinstance(won, DurationSpread)
    assert won.p90 is not None
    assert won.p90.value == won.median.value == Duration(seconds=700 * 86_400)


@pytest.mark.parametrize(
    ("number", "is_whole", "least", "middle", "greatest"),
    [
        (Assumed(0.3, 0.2, 0.5), False, 0.2, 0.35, 0.5),
        (Assumed(3, 2, 4), True, 2, 3, 4),
        (Assumed(Duration(seconds=86_400), Duration(seconds=43_200), Duration(seconds=129_600)), False, 0.5, 1.0, 1.5),
        (Assumed(Duration(business_days=5), Duration(business_days=3), Duration(business_days=10)), False, 3, 7, 10),
        (Assumed(Duration(months=3), Duration(months=12), Duration(months=2)), False, 2, 7, 12),
        (Assumed(Duration(business_days=3), ZERO, Duration(business_days=6)), False, 0, 3, 6),
        (Assumed(ZERO, ZERO, Duration(business_days=6)), False, 0, 3, 6),
    ],
)  # fmt: skip
def test_a_range_is_drawn_evenly_in_the_unit_of_its_ends(
    number: Assumed[object], is_whole: bool, least: float, middle: float, greatest: float
) -> None:
    stated = StatedNumber("x", number, is_whole)
    assert stated.belief is not None
    drawn = [stated.belief.quantile(part) for part in (0.0, 0.5, 0.999999)]
    assert drawn == pytest.approx([least, middle, greatest], abs=1e-4)
    assert [stated.amount(stated.value(amount)) for amount in drawn] == pytest.approx(drawn, abs=1e-4)


@pytest.mark.parametrize(
    "number",
    [
        Assumed(0.3), Assumed(0.3, 0.3, 0.3),
        Assumed(Duration(business_days=5), Duration(seconds=86_400), Duration(business_days=10)),
    ],
)  # fmt: skip
def test_without_a_range_or_with_one_of_two_sorts_of_time_there_is_nothing_to_draw(number: Assumed[object]) -> None:
    assert StatedNumber("x", number).belief is None


def test_what_a_desk_promises_is_told_apart() -> None:
    promised = [stated.path for stated in stated_numbers(PILOT.desks["us-imaging"]) if is_promise(stated.path)]
    assert promised == ["desks.us-imaging.sla.first_call", "desks.us-imaging.sla.target"]


def test_assumptions_are_named_by_the_paths_by_which_they_are_set() -> None:
    found = assumptions_of(PILOT, "us-pilot", ("us-imaging",))
    paths = [assumption.path for assumption in found]
    assert "desks.us-imaging.process.qualify.cv" in paths, "a default is an assumption, too"
    raws = dict(PILOT.raw)
    for kind, name in (("scenario", "us-pilot"), ("behaviour", PILOT.scenarios["us-pilot"].behaviour)):
        raws[kind, name] = flattened(raws, (kind, name))
    for path in paths:
        place_of(raws, path)
    assert len(paths) == len(set(paths))
