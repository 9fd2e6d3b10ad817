"""Event records as CSV: UTF-8, comma, one header line, then one line per event.

The first column, `log_version`, is the same number in every line: a file needs no companion and survives being
cut, joined and sorted by other tools. The columns of the version follow in its order. Times are UTC
seconds; empty cells and zeros stand for what does not apply.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import repeat
from pathlib import Path
from typing import Any, Final

from journeyctl.diagnostics import UsageError
from journeyctl.output_file import write_atomically
from journeyctl.results.record import COLUMNS, KINDS, LOG_VERSION, NUMBERS, WIDE, EventRecord, record_of_texts

HEADER: Final = ("log_version", *COLUMNS)
_CONTACT: Final = HEADER.index("contact")
_CHUNK: Final = 1 << 14
_KIND_WORDS: Final = frozenset(kind.value for kind in KINDS)


def write_csv(record: EventRecord, path: Path) -> None:
    """Writes the rows in their order (`in_file_order` is the usual one). The file appears whole or not at all."""
    write_atomically(path, _pieces(record))


def _pieces(record: EventRecord) -> Iterator[bytes]:
    yield _lines([HEADER])
    for start in range(0, len(record), _CHUNK):
        part = slice(start, start + _CHUNK)
        cells: list[Iterable[Any]] = [repeat(LOG_VERSION)]
        for name in COLUMNS:
            if name == "kind":
                cells.append([KINDS[number].value for number in record.column("kind")[part].tolist()])
            else:
                cells.append(record.column(name)[part].tolist() if name in NUMBERS else record.texts(name, part))
        yield _lines(zip(*cells, strict=False))


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def read_csv(path: Path, *, contact: str | None = None) -> EventRecord:
    """The record of a file that `write_csv` wrote; with `contact` only that contact's rows.

    Raises `UsageError` where it is none of this version.
    """
    columns: list[list[str]] = [[] for _ in HEADER]
    for row in _rows(path):
        if contact is None or row[_CONTACT] == contact:
            for column, cell in zip(columns, row, strict=True):
                column.append(cell)
    return record_of_texts(dict(zip(COLUMNS, columns[1:], strict=True)), length=len(columns[0]))


def contacts_in_csv(path: Path) -> Sequence[str]:
    """Every contact that has rows in the file, sorted. Raises `UsageError` as `read_csv` does."""
    return sorted({row[_CONTACT] for row in _rows(path)} - {""})


def _rows(path: Path) -> Iterator[list[str]]:
    """The lines after the header, each with its cells checked."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            _check_header(next(reader, []), path)
            for row in reader:
                _check_row(row, path, reader.line_num)
                yield row
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"'{path}' is no event log: {error}", "write it anew with simulate --log") from error


def _check_header(header: list[str], path: Path) -> None:
    if tuple(header) == HEADER:
        return
    missing = [name for name in HEADER if name not in header]
    fact = f"lacks the columns {', '.join(missing)}" if missing else "has other columns than log version 1"
    raise UsageError(f"'{path}' {fact}", "read a log of this version, with its columns in their order")


def _check_row(row: list[str], path: Path, line: int) -> None:
    place = f"'{path}', line {line}"
    if len(row) != len(HEADER):
        raise UsageError(f"{place}: {len(row)} cells where {len(HEADER)} are needed", "write the log anew")
    if row[0] != str(LOG_VERSION):
        raise UsageError(
            f"{place}: log version '{row[0]}' is not {LOG_VERSION}", "read it with the version that wrote it"
        )
    for name, cell in zip(COLUMNS, row[1:], strict=True):
        if name in NUMBERS and not _is_number(cell, bits=63 if name in WIDE else 31):
            raise UsageError(
                f"{place}: '{cell}' in column '{name}' is no whole number in its range", "write the log anew"
            )
        if name == "kind" and cell not in _KIND_WORDS:
            raise UsageError(
                f"{place}: '{cell}' is no kind of event of log version {LOG_VERSION}", "write the log anew"
            )


def _is_number(cell: str, *, bits: int) -> bool:
    digits = cell.removeprefix("-")
    # Nineteen digits hold every 63-bit number; longer ones are not even converted.
    plain = digits.isascii() and digits.isdigit() and len(digits) < 20
    return plain and int(digits) < 1 << bits
