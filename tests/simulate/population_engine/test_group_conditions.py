"""Conditions of groups that compiled code asks answer what the account book would find; it asks those that it can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from journeyctl.draws import Draws
from journeyctl.simulate import population_engine, reference
from journeyctl.simulate.group_members import Standing
from journeyctl.simulate.population_engine import contact_state, group_conditions, inputs
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.group_conditions import Standings, asked_of_groups
from journeyctl.simulate.population_engine.notice_rows import Lived
from journeyctl.simulate.world import World
from tests.semantics.worlds import DAY, MIDNIGHT, journey
from tests.simulate.group_worlds import group, person, run_world

MAILING = journey(
    """
    - {id: s, send: a}
    - {id: w, wait: 6d}
    - {id: t, send: b}
    - {id: v, wait: 6d}
    - {id: look, branch: [{when: 'group("g").completeness >= 0.5', go: e}, {otherwise: s}]}
    - {id: e, wait: 60d}
    """,
    exits="[{event: group_ready, end: ready}]",
)
ROLES = (
    '{head: {need: 1, weight: 3, when: contact.role = "head"}, '
    "keen: {need: 2, weight: 2, when: 'clicks(within: duration(\"P10D\")) >= 1'}, "
    "any: {need: 1, weight: 1}}"
)


def world(joins: str | None, *, facts: bool = False) -> World:
    """Twelve clinics of three, who get mail and react."""
    people = [
        person(f"u1/h{number % 3 + 1}/c{number}/p{k}", ("head", "cio", "nurse")[k - 1], country="US")
        for number in range(1, 13) for k in (1, 2, 3)
    ]  # fmt: skip
    changes = {people[0].key: [(MIDNIGHT + 9 * DAY, "contact.role", "nurse")]} if facts else None
    documents = MAILING, group(roles=ROLES, joins=joins, ready="{completeness: 50%, engagement: 10, handoff: sales}")
    return run_world(documents, people, facts=changes)


CONDITIONS = [
    None, "opens() >= 2", "score >= 5 or requests() >= 1", 'opens(item: "b", within: duration("P20D")) >= 1',
    'opens(human: true) >= 1 and contact.role in ["head", "nurse"]',
]  # fmt: skip


@pytest.mark.parametrize("joins", CONDITIONS)
def test_rows_are_those_of_the_reference_engine_whoever_asks(
    joins: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ask = list[int](), Standings.of

    def counted(own: Standings, rows: Lived, persons: Sequence[int], now: int) -> list[Mapping[str, Standing]]:
        asked.append(len(persons))
        return ask(own, rows, persons, now)

    monkeypatch.setattr(Standings, "of", counted)
    by_code = population_engine.simulate(world(joins), Draws(7, 2)).record.record()
    assert sum(asked) > 10
    expected = reference.simulate(world(joins), Draws(7, 2)).record.record()
    assert list(by_code.in_file_order().rows()) == list(expected.in_file_order().rows())
    monkeypatch.setattr(inputs, "asked_of_groups", lambda world: ())
    asked.clear()
    by_book = population_engine.simulate(world(joins), Draws(7, 2)).record.record()
    assert by_book.digest() == expected.digest()
    assert asked == []


def test_whoever_has_done_more_than_there_is_room_for_gets_more(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = population_engine.simulate(world("opens() >= 2"), Draws(7, 2)).record.record()
    scratch = contact_state.scratch

    def small(program: group_conditions.Integers, fields: int, *, room: int) -> group_conditions.Integers:
        made = scratch(program, fields, room=room)
        made[c.ACT_ROOM] = room
        return made

    monkeypatch.setattr(group_conditions, "scratch", small)
    assert population_engine.simulate(world("opens() >= 2"), Draws(7, 2)).record.record().digest() == expected.digest()


@pytest.mark.parametrize(
    ("joins", "facts"),
    [("opens() >= 2", True), ('contact.consent_marketing and opens() >= 1', False), ("fit = \"A\"", False)],
)  # fmt: skip
def test_conditions_on_what_can_change_are_left_to_the_account_book(joins: str, facts: bool) -> None:
    found = world(joins, facts=facts)
    assert asked_of_groups(found) == ()
    rows = population_engine.simulate(found, Draws(7, 2)).record.record()
    assert rows.digest() == reference.simulate(found, Draws(7, 2)).record.record().digest()
