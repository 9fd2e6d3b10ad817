"""Compiled draws are those of `Draws`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyctl.draws import Draws, name_hash
from journeyctl.fixed_point import CERTAIN

pytest.importorskip("numba", reason="the population engine is compiled by it")

import numba  # after the check for it

from journeyctl.simulate.population_engine.intrinsics import product
from journeyctl.simulate.population_engine.philox import bits, comes_true, keys_of

_WORDS = st.integers(0, (1 << 64) - 1)
_EDGES = (0, 1, (1 << 32) - 1, 1 << 32, (1 << 63), (1 << 64) - 1)


@numba.njit
def _upper_word(a: np.uint64, b: np.uint64) -> np.uint64:
    return product(a, b)[0]


@given(a=_WORDS | st.sampled_from(_EDGES), b=_WORDS | st.sampled_from(_EDGES))
@settings(max_examples=300, deadline=None)
def test_the_upper_word_of_a_product_is_what_whole_numbers_give(a: int, b: int) -> None:
    assert int(_upper_word(np.uint64(a), np.uint64(b))) == a * b >> 64


@given(
    seed=_WORDS, replication=st.none() | st.integers(0, 10_000),
    subject=st.text(max_size=8), purpose=st.text(max_size=8), place=st.text(max_size=8),
    occurrence=st.integers(0, 1 << 40),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_every_address_gives_the_same_number(
    seed: int, replication: int | None, subject: str, purpose: str, place: str, occurrence: int
) -> None:
    draws = Draws(seed, replication)
    names = (np.uint64(name_hash(name)) for name in (subject, purpose, place))
    expected = draws.bits(subject, purpose, place=place, occurrence=occurrence)
    assert int(bits(keys_of(draws), *names, occurrence)) == expected


@given(chance=st.sampled_from((-1, 0, 1, CERTAIN - 1, CERTAIN, CERTAIN + 1)) | st.integers(0, CERTAIN))
@settings(max_examples=100, deadline=None)
def test_what_is_certain_comes_true_as_if_it_had_been_drawn(chance: int) -> None:
    keys, (subject, purpose, place) = keys_of(Draws(3, 1)), (np.uint64(name_hash(name)) for name in "abc")
    drawn = int(bits(keys, subject, purpose, place, 0)) < chance
    assert bool(comes_true(keys, subject, purpose, place, 0, chance)) is drawn
