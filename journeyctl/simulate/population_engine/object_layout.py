"""Where Python and NumPy keep what compiled code reads of their objects, and whether it lies there in this process.

NumPy's places are those of `PyArrayObject_fields` and `PyArray_Descr` in its C interface, which every extension is
compiled against; Python's are those of `PyObject`, `PyVarObject` and `PyTupleObject`.
"""

from __future__ import annotations

import ctypes
import struct
import sys
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

HEAD: Final = object.__basicsize__
"""Bytes that every object begins with. The last eight say its type; of a tuple, its length stands behind them."""
TYPE: Final = HEAD - 8
LENGTH: Final = HEAD
ITEMS: Final = tuple.__basicsize__
ADDRESS, DIMENSIONS, SHAPE, STRIDES, DESCRIPTION, FLAGS = (HEAD + at for at in (0, 8, 16, 24, 40, 48))
"""Of an array."""
BYTE_ORDER, TYPE_NUMBER = HEAD + 10, HEAD + 12
"""Of what describes its cells."""
CALLED: Final = (WHOLE_NUMBER := "PyLong_AsUnsignedLongLongMask", TRUTH := "PyObject_IsTrue")
"""Functions of Python that compiled code calls."""


class _Pair(NamedTuple):
    left: NDArray[Any]
    right: int


def unreadable() -> str:
    """Why compiled code cannot read its arguments in this process; empty where it can.

    Reads a few objects the way compiled code does, and asks the objects themselves.
    """
    if sys.implementation.name != "cpython" or "free-threading" in sys.version or struct.calcsize("P") != 8:
        return f"compiled code cannot read the objects of {sys.implementation.name} {sys.version}"
    if not all(hasattr(ctypes.pythonapi, name) for name in CALLED):
        return "compiled code misses functions of this Python"
    table = np.arange(24, dtype=np.int64).reshape(4, 6)
    fixed = np.arange(5, dtype=np.uint16)
    fixed.flags.writeable = False
    arrays: tuple[NDArray[Any], ...] = (table, table[::2, ::3], np.asfortranarray(table), fixed, table[:0])
    if not all(_is_array(array) for array in arrays):
        return f"NumPy {np.__version__} keeps its arrays where compiled code does not look"
    if not all(map(_is_tuple, (arrays, _Pair(table, 7), ()))):
        return "Python keeps its tuples where compiled code does not look"
    return ""


def _is_array(array: NDArray[Any]) -> bool:
    at = id(array)
    # Only what is proved to be an address is followed.
    if np.ndarray.__basicsize__ < FLAGS + 4 or _word(at + TYPE) != id(np.ndarray):
        return False
    if _number(at + DIMENSIONS) != array.ndim or _word(at + DESCRIPTION) != id(array.dtype):
        return False
    description, lengths = _word(at + DESCRIPTION), ctypes.c_ssize_t * array.ndim
    return (
        _word(at + ADDRESS) == array.__array_interface__["data"][0]
        and _number(at + FLAGS) == array.flags.num
        and _number(description + TYPE_NUMBER) == array.dtype.num
        and ctypes.c_char.from_address(description + BYTE_ORDER).value == array.dtype.byteorder.encode()
        and _word(at + STRIDES) - _word(at + SHAPE) == ctypes.sizeof(lengths)
        and tuple(lengths.from_address(_word(at + SHAPE))) == array.shape
        and tuple(lengths.from_address(_word(at + STRIDES))) == array.strides
    )


def _is_tuple(members: tuple[Any, ...]) -> bool:
    at = id(members)
    if _word(at + TYPE) != id(type(members)) or _word(at + LENGTH) != len(members):
        return False
    return all(_word(at + ITEMS + 8 * place) == id(member) for place, member in enumerate(members))


def _word(at: int) -> int:
    return ctypes.c_size_t.from_address(at).value


def _number(at: int) -> int:
    return ctypes.c_int.from_address(at).value
