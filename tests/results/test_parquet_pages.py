"""Pages and files that another library reads as what was written."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from journeyctl.results.parquet_file import Chunk, Codec, Column, Encoding, Physical, Writer
from journeyctl.results.parquet_pages import dictionary, differences, packed_places, plain_texts, run_places, runs
from journeyctl.results.row_codes import Coded, Codes

NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1)


def read_back(physical: Physical, *groups: tuple[int, Chunk]) -> parquet.ParquetFile:
    out = BytesIO()
    writer = Writer(out, [Column("x", physical)], codec=Codec.NONE, compress=lambda page: page)
    for rows, chunk in groups:
        writer.write(rows, [chunk])
    writer.close({"key": "wert"}, made_by="journeyctl version 1")
    return parquet.ParquetFile(BytesIO(out.getvalue()))


def cells_of(file: parquet.ParquetFile) -> list[object]:
    found: list[object] = file.read().column("x").to_pylist()
    return found


@given(st.lists(NUMBERS, min_size=1, max_size=400))
def test_numbers_are_read_back_from_their_differences(numbers: list[int]) -> None:
    chunk = Chunk(differences(np.array(numbers, np.int64)), Encoding.DELTA_BINARY_PACKED)
    assert cells_of(read_back(Physical.INT64, (len(numbers), chunk))) == numbers


@pytest.mark.parametrize("distinct", [1, 2, 3, 4, 5, 16, 17, 256, 257, 70_000])
@pytest.mark.parametrize("more", [0, 1, 7])
def test_places_of_any_width_are_read_back(distinct: int, more: int) -> None:
    cells = np.arange(distinct + more)[::-1] % distinct
    column = Coded(Codes(cells.astype(np.intp), distinct), np.arange(distinct) * 3)
    words, places = dictionary(column)
    assert words[0] == cells[0] * 3
    page = packed_places(places, column.codes.of_row, len(words))
    chunk = Chunk(page, Encoding.RLE_DICTIONARY, words.astype("<i4").tobytes(), len(words))
    assert cells_of(read_back(Physical.INT32, (len(cells), chunk))) == (cells * 3).tolist()
    words, places, lengths = runs(column)
    in_runs = replace(chunk, data=run_places(places, lengths, len(words)))
    assert cells_of(read_back(Physical.INT32, (len(cells), in_runs))) == (cells * 3).tolist()


@given(st.lists(st.integers(0, 3), min_size=1))
def test_codes_that_stand_for_the_same_cell_are_one_run(codes: list[int]) -> None:
    column = Coded(Codes(np.array(codes, np.intp), 4), np.array([7, 7, 8, 9]))
    words, places, lengths = runs(column)
    assert np.repeat(words[places], lengths).tolist() == column.cells().tolist()
    assert all(one != other for one, other in zip(places[1:], places[:-1], strict=True))
    assert list(words) == list(dict.fromkeys(column.cells().tolist()))


@given(st.lists(st.text(), min_size=1, unique=True))
def test_texts_in_any_writing_are_read_back(words: list[str]) -> None:
    encodable = [word for word in words if word.isprintable()] or ["x"]
    places = np.arange(len(encodable))
    page = run_places(places, np.ones(len(encodable), np.int64), len(encodable))
    chunk = Chunk(page, Encoding.RLE_DICTIONARY, plain_texts(encodable), len(encodable))
    assert cells_of(read_back(Physical.BYTE_ARRAY, (len(encodable), chunk))) == encodable


def test_a_file_says_what_it_holds_and_by_whom_it_was_made() -> None:
    chunk = Chunk(run_places(np.array([1, 0]), np.array([2, 1]), 2), Encoding.RLE_DICTIONARY, b"\5\0\0\0\7\0\0\0", 2)
    stated = Chunk(chunk.data, chunk.encoding, chunk.dictionary, 2, (b"\5\0\0\0", b"\7\0\0\0"))
    file = read_back(Physical.INT32, *[(3, chunk), (3, stated)] * 9)
    assert cells_of(file) == [7, 7, 5] * 18
    assert (file.metadata.num_row_groups, file.metadata.created_by) == (18, "journeyctl version 1")
    assert file.metadata.metadata == {b"key": b"wert"}
    assert not file.metadata.row_group(0).column(0).is_stats_set
    statistics = file.metadata.row_group(1).column(0).statistics
    assert (statistics.min, statistics.max, statistics.null_count) == (5, 7, 0)


def test_a_file_without_rows_has_its_columns() -> None:
    assert read_back(Physical.BYTE_ARRAY).read().column_names == ["x"]
