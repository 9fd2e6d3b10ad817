"""Compiled draws of many addresses are the draws at these addresses, however the addresses are spelled."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba", reason="the population engine is not installed")

from journeyctl import draws
from journeyctl.draws import Draws
from journeyctl.simulate.population_engine.draw_blocks import block

DRAWS = Draws(7, 3)
SHAPES = [
    ((), (), (), ()), ((5,), (), (), ()), ((4, 1), (), (3,), ()), ((2, 1, 1), (), (1, 3, 2), (2,)),
    ((2, 1, 1, 1), (3, 1, 1), (2, 1), (2,)), ((2, 1, 1, 1, 1), (), (2, 1, 3, 1), (2,)), ((0, 1), (), (3,), ()),
]  # fmt: skip


@pytest.mark.parametrize("shapes", SHAPES)
def test_every_shape_gives_what_arrays_give(shapes: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "_block_words", None)
    generator = np.random.default_rng(1)
    parts = [generator.integers(0, 1 << 63, size=shape, dtype=np.uint64) for shape in shapes]
    found = block([np.asarray(part) for part in parts], DRAWS._keys)
    subjects, purposes, places, occurrences = parts
    expected = DRAWS.block(subjects, purposes, places=places, occurrences=occurrences)
    assert found.shape == expected.shape == np.broadcast_shapes(*shapes)
    assert np.array_equal(found, expected)


def test_addresses_that_do_not_fit_together_are_refused() -> None:
    words = np.zeros(2, np.uint64), np.zeros(3, np.uint64)
    with pytest.raises(ValueError, match="shapes"):
        block([words[0], words[1], words[0][:1], words[0][:1]], DRAWS._keys)
