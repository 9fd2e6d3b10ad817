"""Many people at once are, to the last field, those that are drawn one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pytest

from journeyctl.draws import Draws
from journeyctl.expr import compile_expression
from journeyctl.graph.lowering import lower
from journeyctl.model.population import Between, Each, Lognormal, Normal
from journeyctl.model.values import Assumed
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from journeyctl.simulate import run
from journeyctl.simulate.account_tree import joining
from journeyctl.simulate.facts import Facts, facts_by_contact
from journeyctl.simulate.funnel import funnel_of
from journeyctl.simulate.mailability import unmailable
from journeyctl.simulate.people import Person
from journeyctl.simulate.population import drawing_of, journeys_of, people_of, run_window
from journeyctl.simulate.reach import lasting_parts, moving_fields
from journeyctl.simulate.run import world_of
from tests.agreement.generated import generated_workspace
from tests.simulate import plain

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program
    from tests.simulate.conftest import World

GENERATED = range(8)


def as_values(persons: Sequence[Person]) -> list[tuple[object, ...]]:
    """Everything that tells persons apart, true and 1 included."""
    return [
        (
            person.key, person.umbrella, person.hospital, person.clinic, person.at, person.source, person.duplicate_of,
            person.invalid_email, person.sign_ups, person.confirmed,
            sorted((path, type(value).__name__, value) for path, value in person.fields.items()),
        )
        for person in persons
    ]  # fmt: skip


@pytest.mark.parametrize("number", GENERATED)
def test_people_of_made_up_workspaces_are_those_drawn_one_by_one(number: int) -> None:
    workspace, name = generated_workspace(number)
    scenario, program, draws = workspace.scenarios[name], lower(workspace), Draws(number)
    found, tree = people_of(workspace, scenario, program, draws)
    expected = plain.people(drawing_of(workspace, scenario, program, draws), tree)
    assert as_values(found) == as_values(expected)
    start, _ = run_window(scenario, program)
    counts = funnel_of(found, program, journeys=journeys_of(scenario, program), now=start)
    for journey, counted in counts.journeys.items():
        assert counted == plain.journey_funnel(journey, expected, program, start), journey
    path = program.policies[""].consents["marketing"]
    assert unmailable(found, program) == plain.unmailable(expected, path)
    facts = Facts(workspace, scenario, program, draws)
    assert facts_by_contact(facts, found) == plain.facts_of(facts, expected)


@pytest.mark.parametrize("number", GENERATED)
def test_whom_journeys_can_reach_is_told_by_all_fields(number: int) -> None:
    workspace, name = generated_workspace(number)
    world = world_of(workspace, name, Draws(number))
    everybody, _ = people_of(workspace, workspace.scenarios[name], world.program, Draws(number))
    changing = Facts(workspace, workspace.scenarios[name], world.program, Draws(number)).paths
    expected = [p.key for p in everybody if can_enter(p.fields, world.program, world.journeys, changing)]
    assert [person.key for person in world.persons if not person.source] == expected


def can_enter(fields: Mapping[str, Value], program: Program, journeys: Iterable[str], changing: Iterable[str]) -> bool:
    """Every lasting part of some journey's entry holds, in the contact's country or in any it may move to."""
    moving = moving_fields(program, changing)
    view = ContactView(program, Contact("", dict(fields), 0))
    moves = program.meanings["country"] in moving
    countries = ("", *program.overlaid) if moves else (view.country if view.country in program.overlaid else "",)
    return any(
        all(
            compile_expression(part)(view) is True
            for part in lasting_parts(
                program, country or "", program.journey_for(name, country).entry.condition.expression, moving
            )
        )
        for name in journeys
        for country in countries
    )


def test_every_spread_of_values_gives_each_record_what_its_own_draw_says(make_world: Callable[..., World]) -> None:
    world = make_world(contacts=300, role=0.2, is_customer=0.3).with_fields(
        contact__age=Normal(mean=Assumed(45), sd=Assumed(9)),
        contact__budget=Lognormal(median=Assumed(100.0), p90=Assumed(400.0)),
        contact__seen_at=Between(between=("2024-01-01T00:00:00Z", "2025-12-31T12:00:00Z")),
        clinic__modalities=Each(each={"CT": Assumed(0.5), "MRI": Assumed(0.3), "X-ray": Assumed(1.0)}),
        clinic__last_purchase=Between(between=("2016-01-01", "2025-12-31")),
        hospital__beds=Lognormal(median=Assumed(220), p90=Assumed(600)),
        umbrella__score=Between(between=(0.5, 2.5)),
    )
    tree = world.population().tree
    drawing = drawing_of(world.workspace, world.scenario, world.program, world.draws)
    assert as_values(drawing.people(tree)) == as_values(plain.people(drawing, tree))


def test_those_who_join_some_clinics_find_them_as_they_are(small_world: World) -> None:
    tree = small_world.population().tree
    drawing = drawing_of(small_world.workspace, small_world.scenario, small_world.program, small_world.draws)
    joined = joining(tree, [7, 3, 7, 0], ["a", "b", "c", "d"])
    clinics = tree.of("clinic")
    assert [person.clinic for person in drawing.people(joined)] == [clinics[k] for k in (7, 3, 7, 0)]
    whole = {person.clinic: person for person in drawing.people(tree)}
    for person in drawing.people(joined):
        mine, theirs = person.fields, whole[person.clinic].fields
        assert {p: v for p, v in mine.items() if not p.startswith("contact.")} == {
            p: v for p, v in theirs.items() if not p.startswith("contact.")
        }


def test_scenarios_with_the_same_people_share_them(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, name = generated_workspace(1)
    first = world_of(workspace, name, Draws(11))
    monkeypatch.setattr(run, "people_of", None)
    assert as_values(world_of(workspace, name, Draws(11)).persons) == as_values(first.persons)
    with pytest.raises(TypeError):
        world_of(workspace, name, Draws(12))


def test_a_workspace_is_lowered_once_and_an_equal_one_alike() -> None:
    (one, _), (other, _) = generated_workspace(2), generated_workspace(2)
    assert lower(one) is lower(one)
    assert lower(other) is not lower(one)
    assert lower(other) == lower(one)
