"""Log files: what is written is read back, and a broken file gets one message."""

from __future__ import annotations

import csv
import errno
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pytest
from hypothesis import given, settings
from pyarrow import parquet

from benchmarks.measuring import journey_m
from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.results.log_csv import HEADER, contacts_in_csv, read_csv, write_csv
from journeyctl.results.log_parquet import contacts_in_parquet, metadata_of_parquet, read_parquet, write_parquet
from journeyctl.results.parquet_file import ParquetFile
from journeyctl.results.record import COLUMNS, KINDS, EventRecord, empty_record, joined
from journeyctl.semantics.effects import Kind
from journeyctl.simulate import population_engine, reference
from tests.results.events import Event, at, event, lead, message, record_of
from tests.results.test_record import EVENTS

Writer = Callable[[EventRecord, Path], None]
Reader = Callable[..., EventRecord]
FORMATS = pytest.mark.parametrize(("write", "read"), [(write_csv, read_csv), (write_parquet, read_parquet)])
CAUSED = (event("a", at(day), Kind.ENDED, cause=f"mql@{day}") for day in (3, 2, 3, 1))
SOME = (*message("u1/h1/c1/p1", at(0), opened=1), *lead("u1/h1/c1/p2", at(2), called=at(2, 3)), *CAUSED)


@FORMATS
@given(events=EVENTS)
@settings(max_examples=30)
def test_a_log_gives_back_its_rows(
    write: Writer, read: Reader, events: list[Event], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("log") / "log"
    record = record_of(*events)
    write(record, path)
    assert list(read(path).rows()) == list(record.rows())
    assert read(path).digest() == record.digest()


@FORMATS
def test_one_contact_is_read_without_the_others(write: Writer, read: Reader, tmp_path: Path) -> None:
    write(record_of(*SOME), tmp_path / "log")
    own = read(tmp_path / "log", contact="u1/h1/c1/p2")
    assert list(own.rows()) == [row for row in record_of(*SOME).rows() if row.contact == "u1/h1/c1/p2"]
    assert len(own) == 3
    assert len(read(tmp_path / "log", contact="u1/h1/c1/p9")) == 0


def test_both_formats_list_their_contacts(tmp_path: Path) -> None:
    record = record_of(*SOME, event("", at(9), Kind.FACT))
    write_csv(record, tmp_path / "log.csv")
    write_parquet(record, tmp_path / "log.parquet")
    assert contacts_in_csv(tmp_path / "log.csv") == ["a", "u1/h1/c1/p1", "u1/h1/c1/p2"]
    assert contacts_in_parquet(tmp_path / "log.parquet") == ["a", "u1/h1/c1/p1", "u1/h1/c1/p2"]


@FORMATS
def test_an_empty_log_is_an_empty_record(write: Writer, read: Reader, tmp_path: Path) -> None:
    write(empty_record(), tmp_path / "log")
    assert len(read(tmp_path / "log")) == 0


@FORMATS
def test_texts_that_need_quoting_come_back(write: Writer, read: Reader, tmp_path: Path) -> None:
    record = record_of(event("a", at(0), Kind.FACT, reason='a "quoted", text\nover two lines'))
    write(record, tmp_path / "log")
    assert list(read(tmp_path / "log").rows()) == list(record.rows())


@FORMATS
def test_the_same_rows_give_the_same_bytes_however_their_names_are_numbered(
    write: Writer, read: Reader, tmp_path: Path
) -> None:
    write(record_of(*SOME), tmp_path / "one")
    renumbered = joined([record_of(event("z", 0, Kind.FACT, reason="first")), read(tmp_path / "one")])
    write(renumbered.take(np.arange(1, len(renumbered))), tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_csv_begins_with_the_log_version_and_the_documented_columns(tmp_path: Path) -> None:
    write_csv(record_of(*SOME), tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as file:
        header, first, *rest = csv.reader(file)
    assert header == ["log_version", *COLUMNS]
    assert first[:5] == ["1", "0", str(at(0)), "sent", "u1/h1/c1/p1"]
    assert len(rest) == len(SOME) - 1


def test_parquet_states_the_version_and_packs_its_columns(tmp_path: Path) -> None:
    write_parquet(record_of(*SOME), tmp_path / "log.parquet", metadata={"seed": "7"})
    file = parquet.ParquetFile(tmp_path / "log.parquet")
    assert {b"log_version": b"1", b"seed": b"7"}.items() <= file.schema_arrow.metadata.items()
    assert file.schema_arrow.names == list(COLUMNS)
    encodings = {name: set(file.metadata.row_group(0).column(place).encodings) for place, name in enumerate(COLUMNS)}
    assert "DELTA_BINARY_PACKED" in encodings["time"]
    assert "RLE_DICTIONARY" in encodings["contact"]


def as_the_library_writes(record: EventRecord, path: Path, metadata: dict[str, str]) -> arrow.Table:
    """The same rows through the library's own writer."""
    text, kinds = arrow.dictionary(arrow.int32(), arrow.string()), np.array([kind.value for kind in KINDS])
    fields, cells = [], []
    for name in COLUMNS:
        if name in ("replication", "time", "visit", "send", "worker", "value"):
            fields.append(
                arrow.field(name, arrow.int64() if name in ("time", "value") else arrow.int32(), nullable=False)
            )
            cells.append(arrow.array(record.column(name).tolist(), fields[-1].type))
        else:
            fields.append(arrow.field(name, text, nullable=False))
            words = kinds[record.column(name)].tolist() if name == "kind" else record.texts(name)
            cells.append(arrow.array(words, arrow.string()).dictionary_encode())
    schema = arrow.schema(fields, {"log_version": "1", **metadata})
    parquet.write_table(arrow.Table.from_arrays(cells, schema=schema), path)
    return parquet.read_table(path)


def assert_as_the_library_writes(record: EventRecord, folder: Path) -> None:
    write_parquet(record, folder / "own.parquet", metadata={"seed": "7"})
    found, expected = (
        parquet.read_table(folder / "own.parquet"),
        as_the_library_writes(record, folder / "its", {"seed": "7"}),
    )
    assert found.schema.equals(expected.schema, check_metadata=True)
    own, its = (parquet.ParquetFile(folder / name) for name in ("own.parquet", "its"))
    assert own.schema == its.schema
    for name in COLUMNS:
        one, other = found.column(name), expected.column(name)
        if arrow.types.is_dictionary(one.type):
            one, other = one.cast(arrow.string()), other.cast(arrow.string())
        assert one.equals(other), name


@given(events=EVENTS)
@settings(max_examples=30, deadline=None)
def test_parquet_is_what_the_library_would_have_written(
    events: list[Event], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_as_the_library_writes(record_of(*events), tmp_path_factory.mktemp("log"))


@pytest.mark.parametrize("rows_per_group", [1, 7, 250, 1 << 19])
def test_parquet_of_either_engine_is_what_the_library_would_have_written(
    rows_per_group: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("journeyctl.results.log_parquet.ROWS_PER_GROUP", rows_per_group)
    world, files = journey_m(10 if rows_per_group < 7 else 300), []
    for engine in (reference, population_engine):
        record = engine.simulate(world, Draws(3, 1)).record.record().in_file_order()
        assert_as_the_library_writes(record, tmp_path)
        files.append((tmp_path / "own.parquet").read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("in_order", [True, False])
def test_parquet_keeps_many_names_in_dictionaries(in_order: bool, tmp_path: Path) -> None:
    # Together the names are longer than 1 MB, from where on the library by itself would write them row by row.
    names = [f"u{number}/{'h' * 90}/c{number % 7}/p{number}" for number in range(12_000)]
    order = names if in_order else names[::-1] + names
    record = record_of(*(event(name, at(0), Kind.SENT) for name in order for _ in range(10 if in_order else 1)))
    write_parquet(record, tmp_path / "log.parquet", metadata={"workspace_hash": "abc"})
    assert read_parquet(tmp_path / "log.parquet").digest() == record.digest()
    column = parquet.ParquetFile(tmp_path / "log.parquet").metadata.row_group(0).column(COLUMNS.index("contact"))
    assert column.total_uncompressed_size < 1.2 * sum(map(len, names))
    assert metadata_of_parquet(tmp_path / "log.parquet") == {"log_version": "1", "workspace_hash": "abc"}


def test_parquet_in_several_groups_of_rows_gives_the_same_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("journeyctl.results.log_parquet.ROWS_PER_GROUP", 3)
    write_parquet(record_of(*SOME), tmp_path / "log.parquet")
    assert parquet.ParquetFile(tmp_path / "log.parquet").num_row_groups == -(-len(SOME) // 3)
    assert list(read_parquet(tmp_path / "log.parquet").rows()) == list(record_of(*SOME).rows())
    assert len(read_parquet(tmp_path / "log.parquet", contact="a")) == 4


@pytest.mark.parametrize(
    ("fault", "told"), [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(errno.ENOSPC, "No space left"), UsageError)]
)
def test_parquet_that_is_broken_off_leaves_no_file(
    fault: BaseException, told: type[BaseException], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(_: ParquetFile, __: object) -> None:
        raise fault

    (tmp_path / "old.parquet").write_bytes(b"old")
    monkeypatch.setattr(ParquetFile, "write", broken)
    for name in ("old.parquet", "new.parquet"):
        with pytest.raises(told):
            write_parquet(record_of(*SOME), tmp_path / name)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old.parquet", b"old")]


def test_parquet_states_between_what_cells_its_groups_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("journeyctl.results.log_parquet.ROWS_PER_GROUP", 3)
    write_parquet(record_of(*SOME).in_file_order(), tmp_path / "log.parquet")
    file = parquet.ParquetFile(tmp_path / "log.parquet")
    for group in range(file.num_row_groups):
        cells = file.read_row_group(group)
        for place, name in enumerate(COLUMNS):
            stated, found = file.metadata.row_group(group).column(place).statistics, cells.column(name).to_pylist()
            assert (stated.min, stated.max, stated.null_count) == (min(found), max(found), 0), name
    some = parquet.read_table(tmp_path / "log.parquet", filters=[("contact", "=", "a"), ("time", ">=", at(0))])
    assert some.num_rows == len([row for row in record_of(*SOME).rows() if row.contact == "a" and row.time >= at(0)])


def test_parquet_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for act in (lambda: write_parquet(empty_record(), tmp_path / "log"), lambda: read_parquet(tmp_path / "log")):
        with pytest.raises(UsageError, match="extra 'parquet'"):
            act()
    assert not (tmp_path / "log").exists()


LINE = ["1", "0", "5", "sent", *[""] * 5, "", "0", *[""] * 4]


def line(**cells: str) -> str:
    blank = {
        name: "0" if name in ("replication", "time", "visit", "send", "worker", "value") else "" for name in HEADER
    }
    return ",".join((blank | {"log_version": "1", "kind": "sent"} | cells).values()) + "\n"


HEAD = ",".join(HEADER) + "\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "lacks the columns log_version"),
        ("time,kind\n", "lacks the columns log_version, replication"),
        (HEAD.replace("source", "source,colour"), "other columns than log version 1"),
        (HEAD + line() + "1,2\n", "line 3: 2 cells where 27"),
        (HEAD + line(log_version="2"), "line 2: log version '2' is not 1"),
        (HEAD + line(time="soon"), "line 2: 'soon' in column 'time'"),
        (HEAD + line(value="9" * 30), "in column 'value' is no whole number"),
        (HEAD + line(send="99999999999"), "line 2: '99999999999' in column 'send'"),
        (HEAD + line(kind="cheered"), "line 2: 'cheered' is no kind of event"),
        (HEAD + '"open', "is no event log"),
    ],
)
def test_a_broken_csv_gets_one_message_with_its_place(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_csv(tmp_path / "log.csv")


def test_a_csv_in_another_encoding_is_no_event_log(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(HEAD.encode() + "ü".encode("latin-1"))
    with pytest.raises(UsageError, match="is no event log"):
        read_csv(tmp_path / "log.csv")


@FORMATS
def test_a_file_that_is_not_there_cannot_be_read(write: Writer, read: Reader, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "nowhere")


def table_of(names: list[str], *, version: str | None) -> arrow.Table:
    table = arrow.table({name: arrow.array([], arrow.string()) for name in names})
    return table if version is None else table.replace_schema_metadata({"log_version": version})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (table_of(list(COLUMNS), version=None), "states no log_version"),
        (table_of(list(COLUMNS), version="2"), "log version '2', not 1"),
        (table_of(list(COLUMNS[1:]), version="1"), "lacks the columns replication"),
    ],
)
def test_parquet_of_another_shape_is_refused(table: arrow.Table, message: str, tmp_path: Path) -> None:
    parquet.write_table(table, tmp_path / "log.parquet")
    with pytest.raises(UsageError, match=message):
        read_parquet(tmp_path / "log.parquet")


def changed(path: Path, column: str, cells: list[object], of: arrow.DataType) -> None:
    table = parquet.read_table(path)
    place = table.column_names.index(column)
    parquet.write_table(table.set_column(place, arrow.field(column, of), arrow.array(cells, of)), path)


@pytest.mark.parametrize(
    ("column", "cell", "of", "message"),
    [
        ("kind", "cheered", arrow.string(), "'cheered' in column 'kind', which is no kind"),
        ("reason", None, arrow.string(), "an empty cell in column 'reason'"),
        ("reason", 5, arrow.int64(), "int64 in column 'reason', which holds texts"),
        ("time", "soon", arrow.string(), "string in column 'time', which holds whole numbers"),
        ("send", 1 << 40, arrow.int64(), "in column 'send' that is out of its range"),
    ],
)
def test_parquet_with_other_cells_is_refused(
    column: str, cell: object, of: arrow.DataType, message: str, tmp_path: Path
) -> None:
    write_parquet(record_of(*SOME), tmp_path / "log.parquet")
    changed(tmp_path / "log.parquet", column, [cell] * len(SOME), of)
    with pytest.raises(UsageError, match=message):
        read_parquet(tmp_path / "log.parquet")


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.parquet").write_bytes(b"no parquet at all")
    with pytest.raises(UsageError, match="is no Parquet file"):
        read_parquet(tmp_path / "log.parquet")
