"""Compiled code reads arrays and tuples where they lie, and nothing at all where they lie somewhere else."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("numba", reason="the population engine is not installed")

from journeyctl.simulate.population_engine import jit, object_layout


def test_objects_of_this_process_can_be_read() -> None:
    assert object_layout.unreadable() == ""


@pytest.mark.parametrize(
    "place", ["ADDRESS", "DIMENSIONS", "SHAPE", "STRIDES", "DESCRIPTION", "FLAGS", "BYTE_ORDER", "TYPE_NUMBER", "TYPE"]
)
def test_an_array_that_is_kept_otherwise_is_noticed(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = {"BYTE_ORDER": 1, "STRIDES": -8, "TYPE": -8}.get(place, 4 if place in ("FLAGS", "TYPE_NUMBER") else 8)
    monkeypatch.setattr(object_layout, place, getattr(object_layout, place) + moved)
    assert "NumPy" in object_layout.unreadable()


@pytest.mark.parametrize("place", ["ITEMS", "LENGTH"])
def test_a_tuple_that_is_kept_otherwise_is_noticed(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_layout, place, getattr(object_layout, place) - 8)
    assert "tuples" in object_layout.unreadable()


def test_other_sorts_of_python_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.14.0 free-threading build")
    assert "free-threading" in object_layout.unreadable()


def test_the_engine_says_why_it_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_layout, "CALLED", ("PyNo_Such",))
    assert jit.tried() == "compiled code misses functions of this Python"
