from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.expr.nearest import nearest


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("coi", ("cio", "cfo"), "cio"),
        ("contact.rol", ("contact.role", "contact.role_2"), "contact.role"),
        ("last-purchase", ("last_purchase",), "last_purchase"),
        ("CIO", ("cio",), "cio"),
        ("b", ("d", "c"), "c"),
        ("emial", ("email",), "email"),
        ("radiolgy", ("cardiology", "radiology"), "radiology"),
        ("abc", ("xyz", "abcdefgh"), None),
        ("abcdef", ("ghijkl",), None),
        ("a", (), None),
    ],
)
def test_nearest_word(word: str, candidates: tuple[str, ...], expected: str | None) -> None:
    assert nearest(word, candidates) == expected


@given(st.lists(st.text("ab_", max_size=6), max_size=6), st.text("ab_", max_size=6))
def test_answer_does_not_depend_on_the_order_of_candidates(candidates: list[str], word: str) -> None:
    assert nearest(word, candidates) == nearest(word, reversed(candidates))
    if word in candidates:
        assert (nearest(word, candidates) or "").replace("-", "_") == word
