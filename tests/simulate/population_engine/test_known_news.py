"""A contact that lives again hears all that it was ever told, in the order in which it was told."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.known_news import KnownNews


def row(number: int) -> tuple[int, ...]:
    return (number, *range(1, life.NEWS_COLUMNS))


def rows(*numbers: int) -> np.typing.NDArray[np.int64]:
    return np.array([row(number) for number in numbers], np.int64).reshape(-1, life.NEWS_COLUMNS)


def test_each_contact_keeps_its_rows_in_their_order() -> None:
    chance, news, expected = np.random.default_rng(5), KnownNews(10), dict[int, list[int]]()
    for number in range(0, 3_000, 3):
        persons = chance.integers(0, 40, 3)
        if number % 2:
            news.add(persons, rows(number, number + 1, number + 2))
        else:
            for place, person in enumerate(persons.tolist()):
                news.add_one(person, row(number + place))
        for place, person in enumerate(persons.tolist()):
            expected.setdefault(person, []).append(number + place)
    asked = np.array(sorted(expected))
    found, ends = news.of(asked)
    assert found[:, 0].tolist() == [number for person in asked.tolist() for number in expected[person]]
    assert np.diff(ends, prepend=0).tolist() == [len(expected[person]) for person in asked.tolist()]
    assert (found[:, 1:] == np.arange(1, life.NEWS_COLUMNS)).all()


def test_who_was_told_something_is_named_once() -> None:
    news = KnownNews(5)
    news.add(np.array([4, 1, 4]), rows(1, 2, 3))
    news.add_one(0, row(4))
    assert news.changed().tolist() == [0, 1, 4]
    assert news.changed().tolist() == []
    news.add(np.zeros(0, np.int64), rows())
    assert news.changed().tolist() == []


def test_a_contact_without_news_hears_nothing() -> None:
    news = KnownNews(5)
    news.add_one(2, row(1))
    found, ends = news.of(np.array([1, 2, 3]))
    assert found[:, 0].tolist() == [1]
    assert ends.tolist() == [0, 1, 1]
