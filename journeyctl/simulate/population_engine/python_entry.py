"""What Python calls of compiled code: a function that reads arguments where Python itself keeps them.

Handed over one by one, an array is seven numbers, and a call of a dozen arrays took longer than most of what was
called. The function written here takes the tuple of arguments as it is, sees to it that they are of the sort that the
code was made for, and reads addresses and lengths out of the arrays, as every extension of NumPy does.

What it calls follows Numba's conventions for functions that compiled code calls. These answer a status, write their
result and any exception behind two pointers, and take their arguments flat: of an array its owner (none), its parent
(none), size, bytes of a cell, address, lengths and strides; of a tuple its members.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from journeyctl.simulate.population_engine import object_layout as o

Untyped: TypeAlias = Any
"""What compiled code takes: arrays, whole numbers, tuples of these."""

OTHER_SORT: Final = 77
"""Status where some argument is of another sort; nothing was run. Numba has no such status."""
BOOL: Final = "b1"
_C_ORDER: Final = 0x1
_F_ORDER: Final = 0x2
_WRITEABLE: Final = 0x400


def sort_of(argument: Untyped) -> object:
    """What compiled code for an argument depends on. Raises `TypeError` for what it cannot take."""
    if isinstance(argument, np.ndarray):
        flags = argument.flags.num
        order = "C" if flags & _C_ORDER else "F" if flags & _F_ORDER else "A"
        return argument.dtype.str, argument.ndim, order, bool(flags & _WRITEABLE)
    if isinstance(argument, tuple):
        return type(argument).__qualname__, *map(sort_of, argument)
    return _number(argument)


def types_of(arguments: Sequence[Untyped]) -> Iterator[type[Any]]:
    """The types that the code compares with, in its order."""
    for one in arguments:
        yield type(one)
        if isinstance(one, tuple):
            yield from types_of(one)


def entry_to(called: str, arguments: Sequence[Untyped]) -> tuple[str, str]:
    """Name and text of the function that Python calls for arguments such as these, and that calls the other one.

    It takes a place for the result, the tuple of arguments, and the types that these must have.
    """
    name = f"{called}_from_python"
    return name, _Entry(arguments).text(name, called)


def parameters_of(arguments: Sequence[Untyped]) -> tuple[str, ...]:
    """Types in LLVM's words of what the called function takes behind result and exception."""
    return tuple(kind for kind, _ in _Entry(arguments).handed)


def _number(argument: Untyped) -> str:
    if isinstance(argument, bool | np.bool_):
        return BOOL
    if isinstance(argument, int):
        return "i8"
    if isinstance(argument, np.integer):
        return f"{argument.dtype.kind}{argument.dtype.itemsize}"
    raise TypeError(f"compiled code takes no {type(argument).__name__}")


class _Entry:
    """Lines of LLVM's language, as they are written."""

    def __init__(self, arguments: Sequence[Untyped]) -> None:
        self.handed: list[tuple[str, str]] = []
        """Type and name of what the called function gets."""
        self._lines: list[str] = []
        self._count = 0
        self._types = 0
        self._members("%given", arguments)

    def text(self, name: str, called: str) -> str:
        """The whole module."""
        handed = ", ".join(("ptr %result", "ptr %exception", *(f"{kind} {value}" for kind, value in self.handed)))
        kinds = ", ".join(("ptr", "ptr", *(kind for kind, _ in self.handed)))
        return "\n".join(
            [
                f'declare i32 @"{called}"({kinds})',
                f"declare i64 @{o.WHOLE_NUMBER}(ptr)",
                f"declare i32 @{o.TRUTH}(ptr)",
                f'define i32 @"{name}"(ptr %result, ptr %given, ptr %types) {{',
                "%exception = alloca ptr",
                *self._lines,
                f'%status = call i32 @"{called}"({handed})',
                "ret i32 %status",
                "other:",
                f"ret i32 {OTHER_SORT}",
                "}",
            ]
        )

    # --- arguments

    def _members(self, whole: str, members: Sequence[Untyped]) -> None:
        self._expect("i64", self._load("i64", whole, o.LENGTH), str(len(members)))
        for place, member in enumerate(members):
            one = self._load("ptr", whole, o.ITEMS + 8 * place)
            known = self._load("ptr", "%types", 8 * self._types)
            self._types += 1
            self._expect("ptr", self._load("ptr", one, o.TYPE), known)
            if isinstance(member, np.ndarray):
                self._array(one, member)
            elif isinstance(member, tuple):
                self._members(one, member)
            else:
                self._whole_number(one, _number(member))

    def _array(self, one: str, like: Untyped) -> None:
        self._expect("i32", self._load("i32", one, o.DIMENSIONS), str(like.ndim))
        description = self._load("ptr", one, o.DESCRIPTION)
        self._expect("i32", self._load("i32", description, o.TYPE_NUMBER), str(like.dtype.num))
        self._expect("i8", self._load("i8", description, o.BYTE_ORDER), str(ord(like.dtype.byteorder)))
        asked = _C_ORDER | _WRITEABLE | (0 if like.flags.c_contiguous else _F_ORDER)
        flags = self._new(f"and i32 {self._load('i32', one, o.FLAGS)}, {asked}")
        self._expect("i32", flags, str(like.flags.num & asked))
        shape, strides = ([self._load("i64", self._load("ptr", one, where), 8 * axis) for axis in range(like.ndim)]
                          for where in (o.SHAPE, o.STRIDES))  # fmt: skip
        size = "1"
        for length in shape:
            size = self._new(f"mul i64 {size}, {length}")
        address = self._load("ptr", one, o.ADDRESS)
        self.handed += [("ptr", "null"), ("ptr", "null"), ("i64", size), ("i64", str(like.itemsize)), ("ptr", address)]
        self.handed += [("i64", number) for number in (*shape, *strides)]

    def _whole_number(self, one: str, sort: str) -> None:
        if sort == BOOL:
            found, wide, narrow = self._new(f"call i32 @{o.TRUTH}(ptr {one})"), "i32", "i8"
        else:
            found, wide, narrow = self._new(f"call i64 @{o.WHOLE_NUMBER}(ptr {one})"), "i64", f"i{8 * int(sort[1:])}"
        self.handed.append((narrow, found if wide == narrow else self._new(f"trunc {wide} {found} to {narrow}")))

    # --- lines

    def _new(self, what: str) -> str:
        self._count += 1
        self._lines.append(f"%v{self._count} = {what}")
        return f"%v{self._count}"

    def _load(self, kind: str, of: str, at: int) -> str:
        return self._new(f"load {kind}, ptr {self._new(f'getelementptr i8, ptr {of}, i64 {at}')}")

    def _expect(self, kind: str, found: str, wanted: str) -> None:
        """Goes on only where both are the same."""
        same = self._new(f"icmp eq {kind} {found}, {wanted}")
        self._lines += [f"br i1 {same}, label %l{self._count}, label %other", f"l{self._count}:"]
