"""Event records as Parquet: numbers as packed differences, names through dictionaries, zstd over all.

The file's metadata hold `log_version` and what the caller adds (tool version, workspace hash, seed). Needs the
extra `parquet`. Rows of one contact beside each other (`in_file_order`) make the smallest files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.diagnostics import UsageError
from journeyctl.output_file import replacing
from journeyctl.results.record import COLUMNS, KINDS, LOG_VERSION, NUMBERS, WIDE, EventRecord, Integers, record_of_texts

if TYPE_CHECKING:
    import pyarrow

ROWS_PER_GROUP: Final = 1 << 20
"""Rows that are packed, and can be read, together."""
_VERSION_KEY: Final = b"log_version"


def write_parquet(record: EventRecord, path: Path, *, metadata: Mapping[str, str] | None = None) -> None:
    """Writes the rows in their order. The file appears whole or not at all.

    Raises `UsageError` without the extra `parquet`.
    """
    arrow, parquet = _pyarrow()
    schema = _schema(arrow).with_metadata({**(metadata or {}), "log_version": str(LOG_VERSION)})
    texts = [name for name in COLUMNS if name not in NUMBERS]
    with (
        replacing(path) as file,
        parquet.ParquetWriter(
            file, schema, use_dictionary=texts, column_encoding=dict.fromkeys(NUMBERS, "DELTA_BINARY_PACKED"),
            compression="zstd", write_statistics=["replication", "time"],
        ) as writer,
    ):  # fmt: skip
        for start in range(0, len(record), ROWS_PER_GROUP):
            part = slice(start, start + ROWS_PER_GROUP)
            cells = [_cells(arrow, record, name, part) for name in COLUMNS]
            writer.write_table(arrow.Table.from_arrays(cells, schema=schema), row_group_size=ROWS_PER_GROUP)


def read_parquet(path: Path) -> EventRecord:
    """The record of a file that `write_parquet` wrote. Raises `UsageError` where it is none of this version."""
    arrow, parquet = _pyarrow()
    try:
        with path.open("rb") as file:
            table = parquet.read_table(file)
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {(error.strerror or str(error)).lower()}") from error
    except arrow.ArrowInvalid as error:
        raise UsageError(f"'{path}' is no Parquet file", "write the log anew with simulate --log") from error
    _check(table, path)
    columns = {name: table.column(name).to_pylist() for name in COLUMNS}
    return record_of_texts(columns, length=table.num_rows)


def _check(table: pyarrow.Table, path: Path) -> None:
    version = (table.schema.metadata or {}).get(_VERSION_KEY, b"").decode(errors="replace")
    if version != str(LOG_VERSION):
        fact = f"has log version '{version}', not {LOG_VERSION}" if version else "states no log_version in its metadata"
        raise UsageError(f"'{path}' {fact}", "read it with the version that wrote it, or write the log anew")
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise UsageError(f"'{path}' lacks the columns {', '.join(missing)}", "write the log anew with simulate --log")


def _schema(arrow: ModuleType) -> pyarrow.Schema:
    text = arrow.dictionary(arrow.int32(), arrow.string())
    number = {name: arrow.int64() if name in WIDE else arrow.int32() for name in NUMBERS}
    return arrow.schema([arrow.field(name, number.get(name, text), nullable=False) for name in COLUMNS])


def _cells(arrow: ModuleType, record: EventRecord, name: str, part: slice) -> pyarrow.Array:
    column = record.column(name)[part]
    if name in NUMBERS:
        return arrow.array(column.astype(np.int64 if name in WIDE else np.int32, copy=False))
    if record.is_blank(name) and name != "kind":
        codes: Integers = np.zeros(len(column), np.int32)
        texts = [""] if len(column) else []
    elif name == "cause":
        groups, rows = _causes(record, part)
        used, codes = _compact(groups, len(rows))
        texts = record.texts(name, rows[used])
    else:
        words = [kind.value for kind in KINDS] if name == "kind" else record.names
        used, codes = _compact(column, len(words))
        texts = [words[number] for number in used.tolist()]
    return arrow.DictionaryArray.from_arrays(arrow.array(codes), arrow.array(texts, arrow.string()))


def _causes(record: EventRecord, part: slice) -> tuple[Integers, Integers]:
    """Which cause each row has, as places in a list of rows of which each is the example of one cause."""
    name, time = record.column("cause")[part], record.column("cause_time")[part]
    order = np.lexsort((time, name))
    new = np.ones(len(order), np.bool_)
    new[1:] = (name[order][1:] != name[order][:-1]) | (time[order][1:] != time[order][:-1])
    groups = np.empty(len(name), np.int64)
    groups[order] = np.cumsum(new) - 1
    return groups, order[new] + part.start


def _compact(column: Integers, size: int) -> tuple[Integers, Integers]:
    """The numbers that occur in the order in which they first do, and the column as places among them.

    That order keeps a file's bytes free of how the record happened to number its names.
    """
    first = np.full(size, -1, np.int64)
    first[column[::-1]] = np.arange(len(column) - 1, -1, -1)
    used = np.flatnonzero(first >= 0)
    used = used[np.argsort(first[used])]
    places = np.empty(size, np.int32)
    places[used] = np.arange(len(used), dtype=np.int32)
    return used, places[column]


def _pyarrow() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(
            "a Parquet log needs the extra 'parquet'", "pip install 'journeyctl[parquet]', or write a .csv"
        ) from error
    return pyarrow, pyarrow.parquet
