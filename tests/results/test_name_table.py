"""Names by number, spelled out or not."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from numpy import uint64
from numpy.typing import NDArray

from journeyctl.draws import name_hashes
from journeyctl.results.name_list import NameList, places_among
from journeyctl.results.name_table import NameTable


class Counted(Sequence[str]):
    """Names `p0`, `p1` and so on, which know their hashes and count how often one of them is spelled out."""

    def __init__(self, count: int) -> None:
        self._count, self.spelled = count, 0

    @property
    def hashes(self) -> NDArray[uint64]:
        return name_hashes([f"p{number}" for number in range(self._count)])

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int) -> str:  # type: ignore[override]  # nobody asks for several at once
        self.spelled += 1
        if place >= self._count:
            raise IndexError(place)
        return f"p{place}"


def test_names_are_numbered_through_all_lists() -> None:
    names = NameTable(("", "a"), Counted(3), ("b",))
    assert list(names) == ["", "a", "p0", "p1", "p2", "b"]
    assert [names[number] for number in range(6)] == list(names)
    assert names[-1] == "b"
    assert names[1:3] == ["a", "p0"]
    assert names.numbers_of(["p2", "b", "", "p3", "c"]) == [4, 5, 0, -1, -1]
    assert names.spelled([5, 4, 5]) == ["b", "p2", "b"]
    with pytest.raises(IndexError):
        names[6]


def test_looking_for_a_name_in_a_long_list_spells_out_hardly_any_other() -> None:
    many = Counted(100_000)
    names = NameTable(("", "human"), many)
    assert (names.number_of("human"), names.number_of("nobody"), many.spelled) == (1, -1, 0)
    assert (names.number_of("p999"), many.spelled) == (1_001, 1)


def test_further_names_come_behind_and_known_ones_once() -> None:
    names, numbers = NameTable(("", "a"), Counted(2)).with_numbers(["c", "p1", "d", "c", "a"])
    assert numbers.tolist() == [4, 3, 5, 4, 1]
    assert list(names) == ["", "a", "p0", "p1", "c", "d"]
    assert names.hashes().tolist() == name_hashes(list(names)).tolist()
    assert names.and_then(()) is names


def test_a_table_is_equal_to_the_same_names_and_survives_being_sent() -> None:
    names = NameTable(("", "a"), ("b",))
    assert names == ("", "a", "b")
    assert names != ("", "a")
    assert pickle.loads(pickle.dumps(names)) == names  # noqa: S301  # written one call earlier


def test_hashes_that_are_known_are_kept_when_names_are_added() -> None:
    names = NameTable(("", "a"))
    assert np.array_equal(names.hashes(), names.and_then(("b",)).hashes()[:2])
    assert names.hashes()[0] == 0


def test_names_are_found_before_and_after_a_long_list_is_sorted() -> None:
    names, wanted = NameTable(("", "human"), Counted(70_000)), ["p5", "x", "p69999", "p5", "human"]
    for _ in range(20):
        assert names.numbers_of(wanted) == [7, -1, 70_001, 7, 1]


@pytest.mark.parametrize("count", [1, 3, 5_000])
def test_names_are_new_where_they_differ_from_all_others_and_from_each_other(count: int) -> None:
    names = NameTable(("", "a"), Counted(1_000)).and_then(("b",))
    others = [f"q{number}" for number in range(count)]
    assert names.are_new(name_hashes(others))
    assert not names.are_new(name_hashes([*others, "p999"]))
    assert not names.are_new(name_hashes([*others, "b"]))
    assert not names.are_new(name_hashes([*others, "q0"]))


class Known(tuple[str, ...]):
    """Names that know their hashes and of which some can be taken; hashes of some may be told wrongly."""

    wrong: dict[int, int]

    @property
    def hashes(self) -> NDArray[uint64]:
        found = name_hashes(self).copy()
        for place, other in self.wrong.items():
            found[place] = found[other]
        return found

    def take(self, places: NDArray[np.int64]) -> tuple[str, ...]:
        return tuple(self[place] for place in places.tolist())


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        ((), {}),
        (("q0", "q1", "q2"), {}),
        (("q0", "q1", "q0", "q2", "q1"), {}),
        (("q0", "p3", "q1", "b"), {}),
        (("q0", "q1", "q2", "q3"), {2: 0}),
        (("q0", "q1", "q0", "q3"), {3: 1}),
    ],
)
def test_new_names_get_the_numbers_that_they_get_one_by_one(names: tuple[str, ...], wrong: dict[int, int]) -> None:
    table, given = NameTable(("", "a"), Counted(1_000)).and_then(("b",)), Known(names)
    given.wrong = wrong
    found, numbers = table.with_new(given)
    expected, one_by_one = table.with_numbers(names)
    assert list(found) == list(expected)
    assert numbers.tolist() == one_by_one.tolist()


@pytest.mark.parametrize("count", [1, 5, 900])
def test_few_names_are_found_as_many_are(count: int) -> None:
    table = NameTable(("", "a"), tuple(f"x{number}" for number in range(400)), Counted(1_000)).and_then(("b",))
    wanted = [("a", f"x{number % 500}", "b", f"p{number}", "")[number % 5] for number in range(count)]
    assert table.numbers_of(wanted) == [table.number_of(name) for name in wanted]


def test_places_of_hashes_are_those_of_equal_ones() -> None:
    chance = np.random.default_rng(9)
    hashes = chance.integers(0, 1 << 20, 50_000, np.uint64)
    for count in (0, 1, 7, 3_000):
        wanted = chance.integers(0, 1 << 20, count, np.uint64)
        assert places_among(hashes, wanted).tolist() == np.flatnonzero(np.isin(hashes, wanted)).tolist()


def test_names_may_come_behind_the_first_list_and_all_later_ones_move() -> None:
    names = NameTable(("", "a"), Counted(3))
    before = names.hashes(), names.numbers_of(["p1"])
    grown = names.grown(("b", "c"))
    assert list(grown) == ["", "a", "b", "c", "p0", "p1", "p2"]
    assert grown.numbers_of(["p1", "c", "a"]) == [5, 3, 1]
    assert grown.hashes().tolist() == name_hashes(list(grown)).tolist()
    assert (names.hashes().tolist(), names.numbers_of(["p1"])) == (before[0].tolist(), before[1])


@pytest.mark.parametrize("count", [3, 70_000])
def test_where_lasting_names_stand_is_found_once_for_all_tables_with_their_list(count: int) -> None:
    many = Counted(count)
    names, lasting = NameTable(("", "a"), many, ("b",)), frozenset({"p2", "b", "a", "x", "p0"})
    assert names.numbers_of_lasting(lasting).tolist() == names.numbers_of(tuple(lasting))
    grown = names.grown(("x",)).and_then(("y",))
    assert grown.numbers_of_lasting(lasting).tolist() == names.grown(("x",)).numbers_of(tuple(lasting))
    assert grown.numbers_of_lasting(lasting).tolist() == [list(grown).index(name) for name in lasting]
    assert names.numbers_of_lasting(lasting).tolist() == [list(names).index(n) if n in names else -1 for n in lasting]


def test_tables_with_one_list_find_lasting_names_without_looking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    names, lasting = NameTable(("", "a"), Counted(3)), ("p1", "p0")
    assert names.numbers_of_lasting(lasting).tolist() == [3, 2]
    monkeypatch.setattr(NameList, "places", None)
    assert names.and_then(("b",)).numbers_of_lasting(lasting).tolist() == [3, 2]
