"""What is done at an op or a stimulus stands in tables; here they are held to the closed unions that they stand for."""

from __future__ import annotations

from typing import get_args

from journeyctl.graph.ops import AnyOp
from journeyctl.semantics import machine, steps
from journeyctl.semantics.state import Internal
from journeyctl.semantics.stimuli import Stimulus


def test_every_op_is_done_in_one_way() -> None:
    assert set(steps.DOES) == set(get_args(AnyOp))


def test_every_stimulus_is_done_in_one_way() -> None:
    assert set(machine._DOES) == set(get_args(Stimulus | Internal))


def test_every_stimulus_from_outside_has_its_place_among_those_of_its_second() -> None:
    assert set(machine._ORDER) == set(get_args(Stimulus))
