"""Tables of whole numbers that depend on no parameter: shipped, checked, never computed in a run.

NumPy, `math` and different machines disagree in the last bit of exp, log and quantiles; a shipped
table cannot. `python -m journeyctl.tables.generate` writes the files and `checksums.txt`; only the
maintainer runs it, and a new table is a new version of every result.
"""

from __future__ import annotations

import sys
from array import array
from functools import cache
from hashlib import sha256
from pkgutil import get_data
from typing import Final

from journeyctl.diagnostics import UsageError

CELLS: Final = 4_096
"""Cells of every quantile, exponential and logarithm table."""
EDGES: Final = CELLS + 1
QUANTILE_ENTRIES: Final = 3 * EDGES
"""A quantile table: edges of all cells, edges within the lowest cell, edges within the highest."""
SIGMOID_CELLS: Final = 2_048
"""Steps of 2^-6 over logits from -16 to 16."""
GAMMA_ALPHAS: Final = 48
"""Shapes 1/8, 2/8, ... 48/8 of the log-gamma tables, one after the other in one file."""
ENTRIES: Final = {
    "sigmoid": ("q", SIGMOID_CELLS + 1),
    "normal": ("i", QUANTILE_ENTRIES),
    "exp2": ("q", EDGES),
    "log": ("q", EDGES),
    "log_gamma": ("i", GAMMA_ALPHAS * QUANTILE_ENTRIES),
}
"""Per table: whole numbers of 4 (`i`) or 8 bytes (`q`), little endian, and how many of them."""
CHECKSUMS: Final = "checksums.txt"
_REPAIR: Final = "install journeyctl again"


@cache
def load(name: str) -> array[int]:
    """The table of this name, read once. Raises `UsageError` where the file is missing or damaged."""
    kind, entries = ENTRIES[name]
    try:
        raw = get_data(__name__, f"{name}.bin") or b""
    except OSError as error:
        raise UsageError(f"the shipped table '{name}' cannot be read: {error.strerror}", _REPAIR) from error
    expected, found = checksums().get(name), sha256(raw).hexdigest()
    if found != expected:
        raise UsageError(
            f"the shipped table '{name}' is damaged: its SHA-256 is {found}, not {expected or 'listed'}",
            _REPAIR,
        )
    return unpack(raw, kind=kind, entries=entries)


@cache
def checksums() -> dict[str, str]:
    """SHA-256 of every table's bytes, by the table's name."""
    try:
        text = (get_data(__name__, CHECKSUMS) or b"").decode("ascii", "replace")
    except OSError as error:
        raise UsageError(f"the shipped file '{CHECKSUMS}' cannot be read: {error.strerror}", _REPAIR) from error
    lines = (line.split() for line in text.splitlines())
    return {words[1]: words[0] for words in lines if len(words) == 2}


def pack(values: list[int], *, kind: str) -> bytes:
    """Whole numbers as little-endian bytes."""
    numbers = array(kind, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def unpack(raw: bytes, *, kind: str, entries: int) -> array[int]:
    """The numbers that `pack` wrote. Raises `ValueError` where there are not `entries` of them."""
    numbers: array[int] = array(kind)
    numbers.frombytes(raw)
    if len(numbers) != entries:
        raise ValueError(f"a table has {len(numbers)} entries instead of {entries}")
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
