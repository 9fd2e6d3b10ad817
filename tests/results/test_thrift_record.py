"""The compact protocol, against what its specification says by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.results.thrift_record import YES, binary, int16, int32, int64, listed, record, varint, zigzag


@pytest.mark.parametrize(
    ("number", "content"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (1 << 63, "80808080808080808001")]
)
def test_whole_numbers_take_seven_bits_a_byte(number: int, content: str) -> None:
    assert varint(number).hex() == content


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_the_sign_of_a_number_is_its_last_bit(number: int) -> None:
    assert zigzag(number) == varint(2 * number if number >= 0 else -2 * number - 1)


def test_a_record_tells_each_field_by_its_type_and_its_distance_from_the_one_before() -> None:
    found = record((1, int32(-1)), (2, None), (3, YES), (18, int64(2)), (19, int16(1)), (40, binary("ä")))
    assert found.content.hex() == "150121f6041402085002c3a400"
    assert record().content == b"\0"


def test_a_list_tells_the_type_and_number_of_its_members() -> None:
    assert listed([int32(1), int32(-2)]).content.hex() == "250203"
    assert listed([binary("a")] * 15).content.hex() == "f80f" + "0161" * 15
    assert listed([record((1, int32(0)))]).content.hex() == "1c150000"
    assert listed([]).content.hex() == "0c"
