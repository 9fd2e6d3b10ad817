"""Persons, their names and fields kept as columns are read like any sequence of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.draws import name_hash
from journeyctl.simulate.coded import Coded, combinations, joined
from journeyctl.simulate.person import NOBODY, FieldQuestion, People, Person, together
from journeyctl.simulate.record_keys import Keys

if TYPE_CHECKING:
    from journeyctl.expr import Value

VALUES = st.sampled_from([None, True, 1, 1.0, "a", ("a",), False, 0, ""])
ROLES = ("head", "other", None)


def person(number: int) -> Person:
    """Somebody whose role and consent repeat every few persons."""
    role = ROLES[number % 3]
    fields = {"contact.consent": number % 2 == 0} | ({} if role is None else {"contact.role": role})
    return Person(
        f"u1/h1/c{number % 4}/p{number}", "u1", "u1/h1", f"u1/h1/c{number % 4}", fields, number, "fair" * (number % 2),
        invalid_email=number % 5 == 0, sign_ups=("marketing",) * (number % 2), confirmed=number % 3 > 0,
    )  # fmt: skip


PERSONS = tuple(person(number) for number in range(10))


def columns(persons: tuple[Person, ...]) -> People:
    """The same persons without any that is made already."""
    found = People.of(persons)
    return People(found.keys, found.at, found.own, found.fields)


def same_kind(one: object, other: object) -> bool:
    """Equal, and of one type."""
    return type(one) is type(other) and one == other


@given(st.lists(VALUES, max_size=30))
def test_a_column_keeps_values_with_their_types(values: list[object]) -> None:
    column = Coded.of(values)
    assert all(map(same_kind, column, values))
    assert len(column.values) == len({(type(value), value) for value in values})
    assert column.where(lambda value: value is True).tolist() == [value is True for value in values]


@given(st.lists(st.lists(VALUES, min_size=4, max_size=4), max_size=40))
def test_records_are_of_one_combination_when_they_agree_in_every_column(rows: list[list[object]]) -> None:
    read = [Coded.of(column) for column in zip(*rows, strict=True)]
    found = combinations(read, len(rows))
    keys = [tuple((type(value), value) for value in row) for row in rows]
    assert len(found) == len(set(keys))
    for record, number in enumerate(found.of.tolist()):
        assert keys[found.first[number]] == keys[record]
        assert keys.index(keys[record]) == found.first[number]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.data())
def test_columns_are_taken_from_and_joined_like_lists(values: list[int], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=20))
    column = Coded.of(values)
    assert list(column.take(np.array(places, np.int64))) == [values[place] for place in places]
    assert list(joined([column, Coded.always(9, 2), column])) == [*values, 9, 9, *values]


@given(st.lists(st.integers(0, 3), max_size=40))
def test_contacts_of_a_clinic_are_numbered_as_they_come(places: list[int]) -> None:
    stems = ("a", "b", "c", "d")
    keys = Keys.numbered(stems, np.array(places, np.int64))
    expected = [f"{stems[place]}/p{places[: k + 1].count(place)}" for k, place in enumerate(places)]
    assert list(keys) == expected
    assert keys == expected
    assert [keys[k] for k in range(len(keys))] == expected
    assert keys.hashes.tolist() == [name_hash(name) for name in expected]


def test_second_records_stand_behind_all_first_ones() -> None:
    keys = Keys.of(("x", "y", "z")).twice(np.array([2, 0]))
    assert list(keys) == ["x", "y", "z", "z/again", "x/again"]
    assert keys.hashes.tolist() == [name_hash(name) for name in keys]
    assert list(keys[1:4:2]) == ["y", "z/again"]


def test_columns_of_persons_are_the_persons() -> None:
    people = columns(PERSONS)
    assert people == PERSONS
    assert tuple(people) == PERSONS
    assert people != PERSONS[:-1]
    assert people[-1] == PERSONS[-1]
    assert people[3:8:2] == PERSONS[3:8:2]
    assert people[::-1] == PERSONS[::-1]
    with pytest.raises(IndexError):
        people[10]


def test_a_person_is_made_once_and_shares_fields_with_equal_ones() -> None:
    people = columns(PERSONS)
    assert people[4] is people[4]
    assert list(people)[4] is people[4]
    assert people[0].fields is people[6].fields
    assert NOBODY == ()


def test_some_persons_are_made_with_fields_of_their_own() -> None:
    people = columns(PERSONS)
    found = people.some([6, 0, 9])
    assert found == [PERSONS[6], PERSONS[0], PERSONS[9]]
    assert found[0].fields is not people.some([6])[0].fields
    assert people.with_keys("own.key").some([3])[0].fields["own.key"] == PERSONS[3].key
    assert people.some([]) == []


def test_parts_are_joined_field_by_field() -> None:
    other = Person("new", "u9", "u9/h1", "u9/h1/c1", {"clinic.line": "ct"}, 5, "search")
    assert together([columns(PERSONS), NOBODY, columns((other,))]) == (*PERSONS, other)


def test_keys_in_a_field_are_each_persons_own() -> None:
    people = columns(PERSONS).with_keys("own.key")
    assert [one.fields["own.key"] for one in people] == [one.key for one in PERSONS]
    assert people[2:4][1].fields["own.key"] == PERSONS[3].key


def test_a_question_is_asked_once_of_all_who_agree_in_what_it_reads() -> None:
    asked: list[str] = []

    def role(fields: Mapping[str, Value]) -> Value:
        asked.append(str(fields))
        return fields.get("contact.role")

    question = FieldQuestion(["contact.role"], role)
    found = question.of(columns(PERSONS))
    assert list(found) == [one.fields.get("contact.role") for one in PERSONS]
    assert question(PERSONS[0].fields) == "head"
    assert sorted(asked) == ["{'contact.role': 'head'}", "{'contact.role': 'other'}", "{}"]
