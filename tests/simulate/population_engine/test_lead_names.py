"""Names of leads that are made late, and what desks need of them at once, are those of `lead_name`."""

from __future__ import annotations

import copy
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from journeyctl.draws import name_hashes
from journeyctl.simulate.record_keys import Keys

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from journeyctl.simulate.population_engine import lead_names as named
from journeyctl.simulate.population_engine.field_codes import Interned

PLACES = ("", "score", "~u1/h2~imaging", "welcome/send", "x" * 150)


class People:
    """Contacts who are known by their names only; stands for `KnownPeople`."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def keys_of(self, numbers: np.typing.NDArray[np.int64]) -> Keys:
        return self.keys.take(numbers)

    def key(self, number: int) -> str:
        return self.keys[number]


def keys(*stems: str) -> Keys:
    """Twelve contacts of each stem, some of whom are known twice."""
    found = Keys.numbered(stems, np.repeat(np.arange(len(stems)), 12))
    return found.twice(np.array([1, 11]))


@cache
def leads(*stems: str) -> tuple[named.LeadBook, list[str]]:
    people, names = keys(*stems), Interned(*PLACES)
    book = named.LeadBook(People(people), names)  # type: ignore[arg-type]  # names are all that is asked for
    persons, places = np.arange(200) % len(people), 1 + np.arange(200) % (len(PLACES) - 1)
    numbers = np.array([1, 9, 10, 99, 100, 12_345_678])[np.arange(200) % 6]
    found = book.numbers_of(persons, places, numbers)
    rows = zip(persons.tolist(), places.tolist(), numbers.tolist(), strict=True)
    texts = dict(
        zip(found.tolist(), (named.lead_name(people[p], PLACES[place], n) for p, place, n in rows), strict=True)
    )
    return book, [texts[lead] for lead in range(len(book))]


@pytest.mark.parametrize("stems", [("u1/h1/c1", "u1/h1/c10"), ("u1/h1/é", "a"), ("a", "b" * 300)])
def test_a_name_that_is_made_late_is_that_of_the_lead(stems: tuple[str, ...]) -> None:
    book, texts = leads(*stems)
    names = book.names()
    assert list(names) == texts
    assert [book.name(lead) for lead in range(len(book))] == texts
    assert list(copy.deepcopy(names)) == texts
    assert names[2:4] == texts[2:4]


@pytest.mark.parametrize("stems", [("u1/h1/c1", "u1/h1/c10"), ("u1/h1/é", "a"), ("a", "b" * 300)])
def test_hashes_are_those_of_the_texts(stems: tuple[str, ...]) -> None:
    book, texts = leads(*stems)
    assert book.names().hashes.tolist() == name_hashes(texts).tolist()


@pytest.mark.parametrize("stems", [("u1/h1/c1", "u1/h1/c10"), ("u1/h1/é", "a"), ("a", "b" * 300)])
def test_words_sort_as_names_do(stems: tuple[str, ...]) -> None:
    people, names = keys(*stems), Interned(*PLACES)
    book = named.LeadBook(People(people), names)  # type: ignore[arg-type]  # names are all that is asked for
    persons = np.arange(len(people))
    book.numbers_of(persons, np.full(len(people), 1), persons + 1)
    words, counts, _ = book.spelled()
    bounds = [0, *np.cumsum(counts).tolist()]
    spelled = [words[first:after].tolist() for first, after in pairwise(bounds)]
    texts = [named.lead_name(people[person], PLACES[1], person + 1) for person in persons.tolist()]
    order = sorted(range(len(texts)), key=lambda lead: texts[lead].encode())
    assert sorted(range(len(texts)), key=spelled.__getitem__) == order


def test_a_lead_of_an_account_is_one_lead_whoever_knows_it() -> None:
    book = named.LeadBook(People(keys("a")), Interned(*PLACES))  # type: ignore[arg-type]  # as above
    three = np.arange(3)
    assert book.numbers_of(three, np.full(3, 2), np.full(3, 7)).tolist() == [0, 0, 0]
    assert book.numbers_of(three, np.full(3, 1), np.full(3, 7)).tolist() == [1, 2, 3]
    assert book.name(0) == "u1/h2~imaging~7"


def test_only_new_leads_are_spelled() -> None:
    book = named.LeadBook(People(keys("a")), Interned(*PLACES))  # type: ignore[arg-type]  # as above
    one = np.ones(1, np.int64)
    book.numbers_of(one, one, one)
    assert len(book.spelled()[2]) == 1
    book.numbers_of(np.arange(2), np.ones(2, np.int64), np.ones(2, np.int64))
    assert book.spelled()[2].tolist() == name_hashes(["a/p1~score~1"]).tolist()
    assert len(book.spelled()[2]) == 0
