"""The compiled hashes of many names are the hashes of these names, whatever stands in them."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="the population engine is not installed")

from journeyctl import draws
from journeyctl.draws import name_hash, name_hashes
from journeyctl.simulate.population_engine.name_hashing import plain_hashes

NAMES = {
    "plain": [f"u{number}/h1/c2/p{number * 7}" for number in range(300)],
    "of every length": ["x" * length for length in range(300)],
    "empty between others": ["", "a", "", "", "b"] * 20,
    "all empty": [""] * 60,
    "not ASCII": ["Ärzte", "Zürich", "e\u0301"] * 20,
    "with a zero byte": ["a\0b", "a"] * 20,
}


@pytest.mark.parametrize("kind", NAMES)
def test_they_are_the_hashes_of_the_names(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(content: bytes, count: int) -> object:
        asked.append(count)
        return plain_hashes(content, count)

    monkeypatch.setattr(draws, "_plain_hashes", counted)
    assert name_hashes(NAMES[kind]).tolist() == [name_hash(name) for name in NAMES[kind]]
    assert bool(asked) == (kind not in ("not ASCII", "with a zero byte"))
