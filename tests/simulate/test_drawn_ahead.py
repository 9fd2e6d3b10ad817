"""Draws that were made ahead are those that would be made when they are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.behaviour import purposes
from journeyctl.draws import Draws
from journeyctl.simulate.drawn_ahead import DrawnAhead

NAMES = st.text(max_size=8)
ASKED = st.sampled_from((
    "", "open", purposes.BOUNCE, purposes.OPEN, purposes.CLICK, purposes.OPEN_QUALITY, purposes.CLICK_QUALITY,
))  # fmt: skip


@given(
    draws=st.builds(Draws, st.integers(0, 2**64 - 1), st.none() | st.integers(0, 1_000)),
    contacts=st.lists(NAMES, max_size=3, unique=True),
    items=st.lists(NAMES, max_size=3, unique=True),
    asked=st.tuples(ASKED, st.integers(0, 3), NAMES),
)
def test_every_address_has_the_number_that_its_draws_give(
    draws: Draws, contacts: list[str], items: list[str], asked: tuple[str, int, str]
) -> None:
    purpose, occurrence, other = asked
    ahead = DrawnAhead.for_contacts(draws, contacts, items=items)
    for subject in (*contacts, *items, other):
        for place in (*items, "", other):
            expected = draws.bits(subject, purpose, place=place, occurrence=occurrence)
            assert ahead.bits(subject, purpose, place=place, occurrence=occurrence) == expected
    assert ahead.stable() == draws.stable()


def test_what_was_foreseen_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = DrawnAhead.for_contacts(Draws(1, 0), ("c1",), items=("a", "b"))
    expected = Draws(1, 0).bits("c1", purposes.OPEN, place="b")

    def refuse(*_: object, **__: object) -> int:
        raise AssertionError("drawn again")

    monkeypatch.setattr(Draws, "bits", refuse)
    assert ahead.bits("c1", purposes.OPEN, place="b") == expected
    with pytest.raises(AssertionError, match="drawn again"):
        ahead.bits("c1", purposes.OPEN, place="b", occurrence=1)


def test_the_days_of_a_launch_are_foreseen_among_the_draws_that_no_replication_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draws = Draws(1, 4)
    expected = draws.stable().bits("c1", "ramp", place="m")
    ahead = DrawnAhead.for_contacts(draws, ("c1",), items=(), ramped=("m",))
    assert ahead.stable().bits("c1", "ramp", place="n") == draws.stable().bits("c1", "ramp", place="n")
    monkeypatch.delattr(Draws, "bits")
    assert ahead.stable().bits("c1", "ramp", place="m") == expected
