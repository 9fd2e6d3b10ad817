"""Leads get their numbers in the order in which they are first asked for, however many there are."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from journeyctl.simulate.population_engine.lead_table import KEY, LeadTable


def test_numbers_are_those_of_a_dictionary() -> None:
    chance, table, known = np.random.default_rng(3), LeadTable(), dict[tuple[int, ...], int]()
    for count in (1, 100, 5_000, 20_000, 0):
        keys = chance.integers(-1, 40, (count, KEY))
        expected = [known.setdefault(tuple(key), len(known)) for key in keys.tolist()]
        assert table.numbers_of(keys).tolist() == expected
        assert len(table) == len(known)
    assert [tuple(key) for key in table.keys.tolist()] == list(known)


def test_large_numbers_are_keys_too() -> None:
    table, keys = LeadTable(), np.array([((1 << 31) - 1, 5, 1 << 20), ((1 << 31) - 1, 5, 1), (-1, 0, 0)])
    assert table.numbers_of(np.concatenate([keys, keys])).tolist() == [0, 1, 2, 0, 1, 2]
