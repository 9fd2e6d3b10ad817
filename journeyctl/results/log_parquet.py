"""Event records as Parquet: times as packed differences, everything else through dictionaries, then compressed.

The file's metadata hold `log_version` and what the caller adds (tool version, workspace hash, seed). Needs the
extra `parquet`. Rows of one contact beside each other (`in_file_order`) make the smallest files, and let one
contact be found by reading little else: a group of rows holds few contacts, and lists them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, Final

from journeyctl import __version__
from journeyctl.diagnostics import UsageError
from journeyctl.output_file import replacing
from journeyctl.results.parquet_columns import Chunks, record_of_arrays, schema_of
from journeyctl.results.parquet_file import Codec, Column, Physical, Writer
from journeyctl.results.record import COLUMNS, LOG_VERSION, NUMBERS, WIDE, EventRecord, empty_record, joined

if TYPE_CHECKING:
    import pyarrow
    from pyarrow import parquet as parquet_files

ROWS_PER_GROUP: Final = 1 << 19
"""Rows that are packed, and can be read, together."""
_VERSION_KEY: Final = b"log_version"
_LEVEL: Final = 1
"""Of zstd, whose lowest levels take as long as codecs that leave twice as much."""
_ANEW: Final = "write the log anew with simulate --log"


def write_parquet(record: EventRecord, path: Path, *, metadata: Mapping[str, str] | None = None) -> None:
    """Writes the rows in their order. The file appears whole or not at all.

    Raises `UsageError` without the extra `parquet`.
    """
    _pyarrow()
    with replacing(path) as file:
        _write(record, file, metadata or {})


def parquet_bytes(record: EventRecord, *, metadata: Mapping[str, str]) -> bytes:
    """The same as bytes, for a record that travels before it is written."""
    out = BytesIO()
    _write(record, out, metadata)
    return out.getvalue()


def _write(record: EventRecord, file: BinaryIO, metadata: Mapping[str, str]) -> None:
    arrow, _ = _pyarrow()
    compress = arrow.Codec("zstd", compression_level=_LEVEL).compress
    columns = [Column(name, _physical(name)) for name in COLUMNS]
    writer = Writer(file, columns, codec=Codec.ZSTD, compress=lambda page: compress(page, asbytes=True))
    chunks = Chunks(record)
    for start in range(0, len(record), ROWS_PER_GROUP):
        rows = slice(start, min(start + ROWS_PER_GROUP, len(record)))
        writer.write(rows.stop - rows.start, chunks.of(rows))
    said = {**metadata, "log_version": str(LOG_VERSION)}
    # By this the library knows that texts were in a dictionary, and gives them back in one.
    schema = b64encode(schema_of(arrow).with_metadata(said).serialize().to_pybytes()).decode()
    writer.close(said | {"ARROW:schema": schema}, made_by=f"journeyctl version {__version__}")


def _physical(name: str) -> Physical:
    if name not in NUMBERS:
        return Physical.BYTE_ARRAY
    return Physical.INT64 if name in WIDE else Physical.INT32


def read_parquet(path: Path, *, contact: str | None = None) -> EventRecord:
    """The record of a file that `write_parquet` wrote; with `contact` only that contact's rows.

    Raises `UsageError` where it is none of this version.
    """
    with _opened(path) as file:
        parts = []
        for group in range(file.num_row_groups):
            if contact is not None and contact not in _contacts_of(file, group):
                continue
            part = record_of_arrays(file.read_row_group(group, columns=list(COLUMNS)))
            parts.append(part if contact is None else part.take(part.column("contact") == part.number_of(contact)))
    return joined(parts) if parts else empty_record()


def contacts_in_parquet(path: Path) -> Sequence[str]:
    """Every contact that has rows in the file, sorted. Raises `UsageError` as `read_parquet` does."""
    with _opened(path) as file:
        found = set().union(*(_contacts_of(file, group) for group in range(file.num_row_groups)))
    return sorted(found - {""})


def metadata_of_parquet(path: Path) -> Mapping[str, str]:
    """What the file says about itself: `log_version` and what its writer added. Raises as `read_parquet` does."""
    with _opened(path) as file:
        said: Mapping[bytes, bytes] = file.schema_arrow.metadata or {}
    return {key.decode(errors="replace"): value.decode(errors="replace") for key, value in said.items()}


@contextmanager
def _opened(path: Path) -> Iterator[parquet_files.ParquetFile]:
    """A log of this version; whatever else the file holds is told in one message."""
    arrow, parquet = _pyarrow()
    try:
        with path.open("rb") as file:
            found = parquet.ParquetFile(file, read_dictionary=[name for name in COLUMNS if name not in NUMBERS])
            _check(found.schema_arrow, path)
            yield found
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {(error.strerror or str(error)).lower()}") from error
    except arrow.ArrowException as error:
        raise UsageError(f"'{path}' is no Parquet file", _ANEW) from error
    except ValueError as error:
        raise UsageError(f"'{path}' is no event log: it has {error}", _ANEW) from error


def _contacts_of(file: parquet_files.ParquetFile, group: int) -> set[str]:
    chunks = file.read_row_group(group, columns=["contact"]).column("contact").chunks
    return {contact for chunk in chunks for contact in chunk.dictionary.to_pylist()}


def _check(schema: pyarrow.Schema, path: Path) -> None:
    version = (schema.metadata or {}).get(_VERSION_KEY, b"").decode(errors="replace")
    if version != str(LOG_VERSION):
        fact = f"has log version '{version}', not {LOG_VERSION}" if version else "states no log_version in its metadata"
        raise UsageError(f"'{path}' {fact}", "read it with the version that wrote it, or write the log anew")
    missing = [name for name in COLUMNS if name not in schema.names]
    if missing:
        raise UsageError(f"'{path}' lacks the columns {', '.join(missing)}", _ANEW)


def _pyarrow() -> tuple[ModuleType, ModuleType]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(
            "a Parquet log needs the extra 'parquet'", "pip install 'journeyctl[parquet]', or write a .csv"
        ) from error
    return pyarrow, pyarrow.parquet
