"""Event records as Parquet: names through dictionaries, numbers in the way that costs least; compressed where it pays.

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
from journeyctl.results.parquet_columns import Chunks, record_of_arrays, schema_of, types
from journeyctl.results.parquet_file import Codec, ParquetFile
from journeyctl.results.record import COLUMNS, LOG_VERSION, NUMBERS, EventRecord, empty_record, joined

if TYPE_CHECKING:
    import pyarrow
    from pyarrow import parquet as parquet_files

ROWS_PER_GROUP: Final = 1 << 19
"""Rows that are packed, and can be read, together."""
_VERSION_KEY: Final = b"log_version"
_CODEC: Final = "snappy"
_CODEC_NUMBER: Final = 1
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
    said = {**metadata, "log_version": str(LOG_VERSION)}
    codec = arrow.Codec(_CODEC)
    out = ParquetFile(file, types(), Codec(_CODEC_NUMBER, lambda content: codec.compress(content, asbytes=True)))
    chunks = Chunks(record)
    for start in range(0, len(record), ROWS_PER_GROUP):
        out.write(chunks.of(slice(start, min(start + ROWS_PER_GROUP, len(record)))))
    schema = schema_of(arrow).with_metadata(said).serialize()
    out.close(
        metadata={"ARROW:schema": b64encode(schema).decode(), **said}, created_by=f"journeyctl version {__version__}"
    )


def read_parquet(path: Path, *, contact: str | None = None) -> EventRecord:
    """The record of a file that `write_parquet` wrote; with `contact` only that contact's rows.

    Raises `UsageError` where it is none of this version.
    """
    with _opened(path) as file:
        parts = []
        for group in range(file.num_row_groups):
            if contact is not None and not _may_hold(file, group, contact):
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


def _may_hold(file: parquet_files.ParquetFile, group: int, contact: str) -> bool:
    place = file.schema_arrow.get_field_index("contact")
    stated = file.metadata.row_group(group).column(place).statistics
    if stated is not None and stated.has_min_max and not stated.min <= contact <= stated.max:
        return False
    return contact in _contacts_of(file, group)


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
