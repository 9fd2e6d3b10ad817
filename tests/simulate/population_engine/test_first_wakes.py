"""When contacts will first wake their groups, and that nothing but time depends on it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from journeyctl.draws import Draws
from journeyctl.simulate import population_engine
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.audience_people import AudiencePeople, Place
from journeyctl.simulate.group_members import Standing
from journeyctl.simulate.population_engine.notices import Notices
from journeyctl.simulate.run import world_of
from journeyctl.simulate.world import World
from journeyctl.spec import load, with_set

ROOT = Path(__file__).parents[3]
SMALL = (("population.accounts.contacts", 3_000), ("population.accounts.umbrellas", 20), ("length", "18w"))
Wakes = set[tuple[str, str, int]]


@cache
def pilot() -> World:
    return world_of(with_set(load(ROOT), SMALL, scenario="us-pilot"), "us-pilot", Draws(7))


def digest() -> str:
    return population_engine.simulate(pilot(), Draws(7, 1)).record.record().digest()


@pytest.fixture
def expected(monkeypatch: pytest.MonkeyPatch) -> Wakes:
    """What the book was told to expect, from now on."""
    found: Wakes = set()
    expect = AccountBook.expect

    def kept(book: AccountBook, coming: Iterable[tuple[str, str, int]]) -> None:
        told = list(coming)
        found.update(told)
        expect(book, told)

    monkeypatch.setattr(AccountBook, "expect", kept)
    return found


def test_each_contact_first_wakes_a_group_when_the_book_is_told_so(
    monkeypatch: pytest.MonkeyPatch, expected: Wakes
) -> None:
    """News make lives other than they were expected, but rarely before the group is woken for the first time."""
    woken: dict[tuple[str, str], int] = {}
    wake, tell = AccountBook.wake, Notices.tell
    evaluation = [0]

    def told(notices: Notices, number: int) -> None:
        evaluation[0] = number
        tell(notices, number)

    def kept(book: AccountBook, contact: str, standings: dict[str, Standing], *, stirs: bool) -> None:
        for name in standings:
            woken.setdefault((contact, name), book.times[evaluation[0]])
        wake(book, contact, standings, stirs=stirs)

    monkeypatch.setattr(Notices, "tell", told)
    monkeypatch.setattr(AccountBook, "wake", kept)
    digest()
    as_expected = expected & {(*key, time) for key, time in woken.items()}
    assert len(expected) > 40
    assert len(as_expected) > 0.9 * len(expected)
    assert len({key[:2] for key in expected}) == len(expected), "once for each contact and group"


def test_rows_are_the_same_whatever_is_expected(monkeypatch: pytest.MonkeyPatch, expected: Wakes) -> None:
    before = digest()
    wrong = [(contact, name, pilot().start + 40 * 86_400 - time % 86_400) for contact, name, time in sorted(expected)]
    expect = AccountBook.expect
    for other in ([], wrong):
        monkeypatch.setattr(AccountBook, "expect", lambda book, coming, other=other: expect(book, other))
        pilot.cache_clear()
        assert digest() == before


def test_hardly_anybody_is_drawn_who_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, came = set[str](), set[str]()
    learn, newcomers = AudiencePeople.learn, AudiencePeople.newcomers

    def learned(people: AudiencePeople, places: Iterable[Place]) -> None:
        asked = list(places)
        drawn.update(place.key for place in asked)
        learn(people, asked)

    def brought(people: AudiencePeople, places: list[Place]) -> object:
        came.update(place.key for place in places)
        return newcomers(people, places)

    monkeypatch.setattr(AudiencePeople, "learn", learned)
    monkeypatch.setattr(AudiencePeople, "newcomers", brought)
    pilot.cache_clear()
    digest()
    assert came <= drawn
    assert 10 < len(came) <= len(drawn) < 1.5 * len(came)
