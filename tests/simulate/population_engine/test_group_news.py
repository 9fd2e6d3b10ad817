"""Who hears of a group lives again only where the life asks about groups later, and no row depends on that."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from journeyctl.draws import Draws
from journeyctl.semantics.effects import Kind
from journeyctl.simulate import population_engine, reference
from journeyctl.simulate.population_engine import desk_arrivals
from journeyctl.simulate.population_engine.lives import Integers, Lives
from journeyctl.simulate.world import World
from tests.semantics.worlds import DAY, MIDNIGHT, journey
from tests.simulate.group_worlds import group, person, run_world

ASKING = {
    "nobody": journey(
        """
    - {id: w, wait: 30d}
    - {id: e, end: e}
    """,
        exits="[{event: group_ready, end: ready}]",
    ),
    "a branch, late": journey(
        """
    - {id: w, wait: 20d}
    - {id: look, branch: [{when: 'group("g").completeness = 1', go: whole}, {otherwise: part}]}
    - {id: part, end: part}
    - {id: whole, end: whole}
    """
    ),
    "a branch, again and again": journey(
        """
    - {id: look, branch: [{when: '"cio" in group("g").missing_roles', go: part}, {otherwise: whole}]}
    - {id: part, wait: 5d, next: look}
    - {id: whole, end: whole}
    """
    ),
    "an exit": journey(
        "- {id: w, wait: 30d}", exits='[{when: \'contact.role = "head" and group("g").ready\', end: ready}]'
    ),
    "a handoff": journey(
        """
    - {id: w, wait: 20d}
    - id: h
      handoff: {buying_group: g, outcomes: {not_ready: cold, accepted: s, rejected: s, recycled: s, unreachable: s,
                                            expired: s}}
    - {id: s, wait: 90d}
    - {id: cold, end: cold}
    """
    ),
}


def world(asking: str, *, ready: bool = True) -> World:
    """Clinics whose second role is filled one day after the other, some with a ready group that makes leads."""
    clinics = [f"u1/h1/c{number}" for number in range(1, 9)]
    heads = [person(f"{clinic}/p1", "head", country="US") for clinic in clinics]
    late = [
        person(f"{clinic}/p2", "cio", at=MIDNIGHT + number * 3 * DAY + 1) for number, clinic in enumerate(clinics[:6])
    ]
    return run_world((ASKING[asking], group() if ready else group(ready=None)), [*heads, *late])


def again(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lives were run again each time, from now on."""
    counts, run = list[int](), Lives.again

    def counted(lives: Lives, persons: Integers, news: Integers, ends: Integers) -> None:
        counts.append(len(persons))
        run(lives, persons, news, ends)

    monkeypatch.setattr(Lives, "again", counted)
    return counts


@pytest.mark.parametrize("asking", sorted(ASKING))
def test_both_engines_write_the_same_rows_whoever_asks(asking: str) -> None:
    found = population_engine.simulate(world(asking), Draws(7, 1)).record.record()
    expected = reference.simulate(world(asking), Draws(7, 1)).record.record()
    assert list(found.in_file_order().rows()) == list(expected.in_file_order().rows())
    assert len(found.rows_of(Kind.JOINED_GROUP)) == 14


@pytest.mark.parametrize("asking", sorted(ASKING))
def test_to_live_again_for_all_that_groups_say_changes_no_row(asking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = again(monkeypatch)
    before = population_engine.simulate(world(asking), Draws(7, 1)).record.record()
    some = sum(counts)
    counts.clear()
    monkeypatch.setattr(Lives, "asks_later", lambda lives, person, time: True)
    after = population_engine.simulate(world(asking), Draws(7, 1)).record.record()
    assert before.digest() == after.digest()
    assert 0 < some <= sum(counts)


def test_where_nobody_asks_nobody_lives_again(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = again(monkeypatch)
    record = population_engine.simulate(world("nobody", ready=False), Draws(7, 1)).record.record()
    assert len(record.rows_of(Kind.JOINED_GROUP)) == 14
    assert counts == []


def test_who_is_about_to_live_another_life_hears_what_that_life_will_ask_for() -> None:
    steps = """
    - {id: w, wait: 300d}
    - {id: never, end: never}
    - {id: pause, wait: 6h}
    - {id: look, branch: [{when: 'group("h").completeness = 1', go: whole}, {otherwise: part}]}
    - {id: part, end: part}
    - {id: whole, end: whole}
    """
    # The last evaluation says of the first group what leads to the question, and after that the answer of the second.
    # Nobody is told anything later, which would make up for it.
    groups = (group("g"), group("h", ready=None))
    walk = journey(steps, exits="[{event: group_ready, go: pause}]")
    head, last = person("u1/h1/c1/p1", "head"), run_world((walk, *groups), []).end - DAY
    asked = run_world((walk, *groups), (head, person("u1/h1/c1/p2", "cio", at=last - 1)))
    found = population_engine.simulate(asked, Draws(7, 1)).record.record()
    expected = reference.simulate(asked, Draws(7, 1)).record.record()
    assert list(found.in_file_order().rows()) == list(expected.in_file_order().rows())
    assert [row.step for row in found.rows() if row.kind is Kind.ENDED and row.contact.endswith("p1")] == ["whole"]


@pytest.mark.parametrize("asking", ["a handoff", "an exit"])
def test_one_by_one_or_as_arrays_makes_no_difference(asking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    few = population_engine.simulate(world(asking), Draws(7, 1)).record.record()
    monkeypatch.setattr(desk_arrivals, "FEW", 0)
    many = population_engine.simulate(world(asking), Draws(7, 1)).record.record()
    assert len(few.rows_of(Kind.HANDED_OFF, Kind.GROUP_READY)) > 0
    assert few.row_hashes().tolist() == many.row_hashes().tolist()
