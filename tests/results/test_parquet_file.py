"""Files of numbers and texts, held to what pyarrow reads from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyarrow import parquet

from journeyctl.results import parquet_pages as pages
from journeyctl.results.parquet_file import Chunk, Codec, Encoding, Page, ParquetFile, Type

SNAPPY = Codec(1, lambda content: arrow.Codec("snappy").compress(content, asbytes=True))
WHOLE = st.integers(-(1 << 63), (1 << 63) - 1)
ODD_SIZES = (1, 2, 7, 8, 9, 31, 32, 33, 34, 127, 128, 129, 130, 160, 161, 257, 1000)


def written(path: Path, columns: dict[str, Type], groups: Sequence[Sequence[Chunk]]) -> parquet.ParquetFile:
    with path.open("wb") as file:
        out = ParquetFile(file, columns, SNAPPY)
        for chunks in groups:
            out.write(chunks)
        out.close(metadata={"about": "ä test"}, created_by="journeyctl version 0")
    found = parquet.ParquetFile(path)
    assert found.metadata.metadata == {b"about": "ä test".encode()}
    return found


def coded(places: pages.Places, words: Sequence[str], rows: int) -> Chunk:
    ends = (words[0].encode(), words[-1].encode())
    data = Page(pages.places_page(places, len(words)), rows, Encoding.RLE_DICTIONARY)
    return Chunk(data, Page(pages.texts_page(words), len(words), Encoding.PLAIN), *ends)


def moments(cells: NDArray[np.int64]) -> Chunk:
    ends = [int(cell).to_bytes(8, "little", signed=True) for cell in (cells.min(), cells.max())]
    page = Page(pages.differences_page(cells), len(cells), Encoding.DELTA_BINARY_PACKED)
    return Chunk(page, None, ends[0], ends[1], is_dense=True)


@given(
    size=st.sampled_from([1, 2, 3, 5, 16, 17, 200, 256, 257, 3_000]), rows=st.sampled_from(ODD_SIZES),
    seed=st.integers(0, 1 << 32), repeats=st.sampled_from([1, 3, 70, 9_000]),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_places_in_dictionaries_of_any_size_come_back(
    size: int, rows: int, seed: int, repeats: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance, words = np.random.default_rng(seed), [f"{number:05}" for number in range(size)]
    places, sizes = chance.integers(0, size, rows), chance.integers(1, repeats + 1, rows)
    everything = np.repeat(places, sizes)
    path = tmp_path_factory.mktemp("places") / "log.parquet"
    groups = [[coded(some, words, len(everything))] for some in (pages.Runs(places, sizes), everything)]
    found = written(path, {"name": Type.BYTE_ARRAY}, groups)
    expected = [words[place] for place in everything.tolist()]
    for group in range(2):
        assert found.read_row_group(group).column("name").to_pylist() == expected


def test_dictionaries_of_more_than_sixty_five_thousand_words_come_back(tmp_path: Path) -> None:
    words = [f"{number:06}" for number in range(70_001)]
    places = np.random.default_rng(1).permutation(len(words))
    found = written(tmp_path / "log.parquet", {"name": Type.BYTE_ARRAY}, [[coded(places, words, len(words))]])
    assert found.read().column("name").to_pylist() == [words[place] for place in places.tolist()]


@given(numbers=st.lists(WHOLE, min_size=1, max_size=300))
@example(numbers=[-(1 << 63), (1 << 63) - 1] * 20)
@settings(deadline=None)
def test_differences_of_any_numbers_come_back(numbers: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("numbers") / "log.parquet"
    found = written(path, {"time": Type.INT64}, [[moments(np.array(numbers, np.int64))]])
    assert found.read().column("time").to_pylist() == numbers


@pytest.mark.parametrize("rows", ODD_SIZES)
@pytest.mark.parametrize("largest", [0, 1, 255, 256, 5_000_000, 1 << 31, 1 << 40])
def test_differences_come_back_whatever_blocks_they_fill(rows: int, largest: int, tmp_path: Path) -> None:
    numbers = np.random.default_rng(rows).integers(0, largest + 1, rows)
    found = written(tmp_path / "log.parquet", {"time": Type.INT64}, [[moments(numbers)]])
    assert found.read().column("time").to_pylist() == numbers.tolist()


@given(words=st.lists(st.text(max_size=5), min_size=1, unique=True))
@settings(deadline=None)
def test_any_texts_come_back(words: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("texts") / "log.parquet"
    words = sorted(word.encode("utf-8", "ignore").decode() for word in words)
    found = written(path, {"name": Type.BYTE_ARRAY}, [[coded(np.arange(len(words)), words, len(words))]])
    assert found.read().column("name").to_pylist() == words


def test_readers_pass_over_groups_by_their_least_and_greatest_cells(tmp_path: Path) -> None:
    groups = [
        [coded(np.array([0, 1]), words, 2), moments(np.array(cells))]
        for words, cells in ((["a", "c"], [5, 9]), (["d", "e"], [20, 12]), (["f", "ü"], [30, -1]))
    ]
    found = written(tmp_path / "log.parquet", {"name": Type.BYTE_ARRAY, "time": Type.INT64}, groups)
    stated = [[found.metadata.row_group(group).column(place).statistics for place in (0, 1)] for group in range(3)]
    assert [(name.min, name.max, name.null_count) for name, _ in stated] == [
        ("a", "c", 0),
        ("d", "e", 0),
        ("f", "ü", 0),
    ]
    assert [(time.min, time.max) for _, time in stated] == [(5, 9), (12, 20), (-1, 30)]
    for chosen, names in (
        ([("time", "=", 12)], ["e"]), ([("name", ">", "e")], ["f", "ü"]), ([("time", "<", 0)], ["ü"]),
        ([("name", "==", "b")], []), ([("time", ">", 9), ("name", "<", "e")], ["d"]),
    ):  # fmt: skip
        assert parquet.read_table(tmp_path / "log.parquet", filters=chosen).column("name").to_pylist() == names


def test_a_file_of_no_rows_has_its_columns(tmp_path: Path) -> None:
    found = written(tmp_path / "log.parquet", {"name": Type.BYTE_ARRAY, "time": Type.INT64, "send": Type.INT32}, [])
    assert (found.metadata.num_rows, found.num_row_groups, found.read().num_rows) == (0, 0, 0)
    assert found.schema_arrow == arrow.schema(
        [
            arrow.field("name", arrow.string(), nullable=False), arrow.field("time", arrow.int64(), nullable=False),
            arrow.field("send", arrow.int32(), nullable=False),
        ]
    )  # fmt: skip


def test_what_compressing_would_make_longer_is_left_as_it_is(tmp_path: Path) -> None:
    words = [f"{number:02}" for number in range(4)]
    many, one = coded(np.zeros(100_000, np.int64), ["same" * 50], 100_000), coded(np.array([3, 0]), words, 2)
    found = written(tmp_path / "log.parquet", {"name": Type.BYTE_ARRAY}, [[many], [one]])
    columns = [found.metadata.row_group(group).column(0) for group in range(2)]
    assert [column.compression for column in columns] == ["SNAPPY", "UNCOMPRESSED"]
    assert columns[0].total_compressed_size < columns[0].total_uncompressed_size
    assert columns[1].total_compressed_size == columns[1].total_uncompressed_size
    assert found.read().column("name").to_pylist() == ["same" * 50] * 100_000 + ["03", "00"]
