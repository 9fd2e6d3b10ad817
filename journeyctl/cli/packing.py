"""Values on their way from one process to another of the same program, fast: thousands of small dataclasses.

Python packs a frozen dataclass with slots by asking for its fields each time, which takes longer than all else.
"""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

_Reduced = tuple[Callable[..., object], tuple[Any, ...]]


def packed(value: object) -> bytes:
    """A value as bytes, for `unpacked`."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _Reductions()
    pickler.dump(value)
    return written.getvalue()


def unpacked(content: bytes) -> Any:  # noqa: ANN401 - whatever was packed
    """What was packed by this very program. Raises `EOFError` or `UnpicklingError` for something else."""
    return pickle.loads(content)  # noqa: S301  (never from elsewhere)


class _Reductions(dict[type[Any], Callable[[Any], _Reduced]]):
    """How each class is packed, found out when the first of its values comes."""

    def __missing__(self, kind: type[Any]) -> Callable[[Any], _Reduced]:
        # All others are packed as ever, and so are classes that have a way of their own.
        own = any("__reduce__" in vars(base) for base in kind.__mro__[:-1])
        if own or getattr(kind.__getstate__, "__module__", "") != dataclasses.__name__:
            raise KeyError(kind)
        found = self[kind] = _reduction(kind)
        return found


def _reduction(kind: type[Any]) -> Callable[[Any], _Reduced]:
    names = _names(kind)
    if len(names) < 2:
        return lambda value: (_made, (kind, *(getattr(value, name) for name in names)))
    values = attrgetter(*names)
    return lambda value: (_made, (kind, *values(value)))


def _made(kind: type[Any], *values: object) -> object:
    """The value itself: what was checked once is not checked again."""
    puts = _PUTS.get(kind)
    if puts is None:
        puts = _PUTS[kind] = tuple(getattr(kind, name).__set__ for name in _names(kind))
    found: object = object.__new__(kind)
    for put, value in zip(puts, values, strict=True):
        put(found, value)
    return found


_PUTS: Final[dict[type[Any], tuple[Callable[[object, object], None], ...]]] = {}
"""What fills each field of a class that was unpacked before."""


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))
