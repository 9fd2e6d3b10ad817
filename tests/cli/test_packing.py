"""What is packed comes out as it was, whatever it is made of."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field

import pytest

from journeyctl import api
from journeyctl.cli.packing import packed, unpacked
from journeyctl.diagnostics import Origin
from journeyctl.graph.condition import Condition
from journeyctl.workspaces import locate


@dataclass(frozen=True, slots=True)
class Checking:
    """Doubles what it is given, as only a new value should."""

    amount: int
    once: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "once", self.amount * 2)


@dataclass(frozen=True, slots=True)
class Alone:
    name: str


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass
class Open:
    values: list[int]


@pytest.mark.parametrize(
    "value",
    [
        Checking(3),
        Alone("a"),
        Nothing(),
        Open([1, 2]),
        Origin("a.yaml", ("steps", 2)),
        (1, "a", None, {"b": Alone("c")}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_comes_out_as_it_was(value: object) -> None:
    assert unpacked(packed(value)) == value


def test_a_class_with_a_way_of_its_own_keeps_it() -> None:
    condition = Condition.of("contact.score > 3")
    assert unpacked(packed((condition, Origin("a.yaml")))) == (condition, Origin("a.yaml"))


def test_what_stands_in_two_places_stays_one() -> None:
    shared = Origin("a.yaml")
    first, second = unpacked(packed((shared, [shared])))
    assert first is second[0]


def test_a_whole_workspace_is_equal_afterwards() -> None:
    checked = api.checked_workspace(locate("small"))
    assert unpacked(packed((checked.workspace, checked.program))) == (checked.workspace, checked.program)


def test_what_is_cut_off_is_refused() -> None:
    with pytest.raises((EOFError, pickle.UnpicklingError)):
        unpacked(packed(list(range(100)))[:50])
