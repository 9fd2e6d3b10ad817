"""Who is known, by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest

from journeyctl.results.name_table import NameTable
from journeyctl.simulate.person import People, Person

pytest.importorskip("numba", reason="the population engine is compiled by it")

from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.rows import WorldNames


def person(key: str, *, clinic: str = "u1/h1/c1", source: str = "") -> Person:
    return Person(key, "u1", "u1/h1", clinic, {}, source=source)


@dataclass(frozen=True)
class Numbered:
    everybody: People
    keys: NameTable


def known(*keys: str) -> KnownPeople:
    everybody = People.of([person(key) for key in keys])
    return KnownPeople(cast("Any", Numbered(everybody, NameTable(everybody.keys))))


def test_newcomers_are_numbered_behind_those_who_were_there() -> None:
    people = known("a", "b")
    people.append(person("c", source="web"))
    assert [one.key for one in people] == [people.key(number) for number in range(3)] == ["a", "b", "c"]
    assert [people.number_of(key) for key in ("c", "a", "b")] == [2, 0, 1]
    assert [one.source for one in people.newcomers] == ["web"]
    assert [one.key for one in people[1:]] == ["b", "c"]
    with pytest.raises(KeyError, match="d"):
        people.number_of("d")


def test_names_of_people_come_behind_those_of_the_program_each_once() -> None:
    first = People.of([person("p1"), person("p2", clinic="u1/h1/c2")])
    names = WorldNames.of({"": 0, "human": 1, "u1": 2}, first)
    later = names.with_newcomers(People.of([person("p3", source="human")]))
    assert len(set(later.names)) == len(later.names)
    for column, expected in (
        ("contact", ["p1", "p2", "p3"]), ("clinic", ["u1/h1/c1", "u1/h1/c2", "u1/h1/c1"]), ("hospital", ["u1/h1"] * 3),
        ("umbrella", ["u1"] * 3), ("source", ["", "", "human"]),
    ):  # fmt: skip
        assert later.names.spelled(dict(later.persons)[column].tolist()) == expected
    assert later.names.number_of("u1") == 2


def test_a_contact_that_is_called_like_something_else_shares_its_number() -> None:
    names = WorldNames.of({"": 0, "webinar": 1}, People.of([person("webinar"), person("p2")]))
    assert list(names.names).count("webinar") == 1
    assert names.names.spelled(dict(names.persons)["contact"].tolist()) == ["webinar", "p2"]


@pytest.mark.parametrize("further", ["~p1~score", "u1/h1", "p2"])
def test_names_that_programs_need_later_move_those_of_people(further: str) -> None:
    people = People.of([person("p1"), person("p2", source="human")])
    numbered = {"": 0, "human": 1, "u1": 2}
    names = WorldNames.of(numbered, people).grown({**numbered, further: 3}, people)
    assert (names.named, names.names[3], list(names.names).count(further)) == (4, further, 1)
    for column, expected in (
        ("contact", ["p1", "p2"]), ("hospital", ["u1/h1"] * 2), ("umbrella", ["u1"] * 2), ("source", ["", "human"]),
    ):  # fmt: skip
        assert names.names.spelled(dict(names.persons)[column].tolist()) == expected


def test_whoever_was_asked_for_a_name_every_contact_keeps_its_number() -> None:
    people = known("p0", "p1", "p2")
    # Leads from elsewhere are nobody's; their number is -1, which a sequence takes for its last place.
    for number in (-1, 0, 2):
        people.key(number)
    people.append(person("late"))
    people.key(3)
    assert [people.number_of(name) for name in ("p0", "p1", "p2", "late")] == [0, 1, 2, 3]
