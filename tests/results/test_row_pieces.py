"""Orders of rows as pieces say the same as where each row lies."""

from __future__ import annotations

import numpy as np
import pytest

from journeyctl.results.row_pieces import Pieces

PIECES = Pieces.of(np.array([7, 0, 4, 2], np.int32), np.array([2, 2, 3, 2]))
LYING = [7, 8, 0, 1, 4, 5, 6, 2, 3]


def test_pieces_list_their_rows_one_piece_after_the_other() -> None:
    assert len(PIECES) == len(LYING)
    assert PIECES.rows().tolist() == LYING
    assert len(Pieces.of(np.zeros(0, np.int64), np.zeros(0, np.int64))) == 0


@pytest.mark.parametrize("first", range(9))
@pytest.mark.parametrize("rows", range(1, 10))
def test_consecutive_rows_are_those_of_the_whole_order(first: int, rows: int) -> None:
    after = min(first + rows, len(LYING))
    own = PIECES.within(first, after)
    some = PIECES.part(own, first, after)
    assert some.rows().tolist() == LYING[first:after]
    assert len(some.size) == own.stop - own.start
    assert some.size.min() > 0


def test_places_are_where_rows_come_in_the_order() -> None:
    rows = np.array([0, 3, 5, 8])
    assert PIECES.places(rows, np.argsort(PIECES.first)).tolist() == [LYING.index(row) for row in rows]


def test_rows_lie_so_already_where_no_piece_moves() -> None:
    assert not PIECES.are_as_they_lie()
    assert Pieces.of(np.array([0, 3]), np.array([3, 2])).are_as_they_lie()
