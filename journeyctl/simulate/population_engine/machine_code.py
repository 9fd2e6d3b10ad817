"""Machine code from a file, called without the compiler that made it: loading the compiler takes longer than a run.

Compiled functions follow Numba's conventions for functions that compiled code calls. They answer a status, write
their result and any exception behind two pointers, and take their arguments flat: of an array its owner (none), its
parent (none), size, bytes of a cell, address, lengths and strides; of a tuple its members.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final, TypeAlias

import llvmlite.binding as llvm
import numpy as np

Untyped: TypeAlias = Any
"""What compiled code takes: arrays, whole numbers, tuples of these."""
_C_ORDER: Final = 0x1
_F_ORDER: Final = 0x2
_WRITEABLE: Final = 0x400
_INTEGERS: Final = {
    f"{kind}{size}": getattr(ctypes, f"c_{sign}int{8 * size}")
    for kind, sign in (("i", ""), ("u", "u"))
    for size in (1, 2, 4, 8)
}
_BOOL: Final = "b1"
_NOTHING: Final = "none"


@dataclass(frozen=True, slots=True)
class Code:
    """One function for one sort of arguments."""

    symbol: str
    result: str
    """`none`, a number such as `i8` (bytes), `b1`, or several in brackets."""
    externals: tuple[str, ...]
    """What the code may name without defining it; some of it stands in parts that nobody calls."""
    machine: bytes
    """An object file."""

    def packed(self) -> bytes:
        """As kept in a file."""
        about = asdict(self)
        del about["machine"]
        return json.dumps(about).encode() + b"\n" + self.machine

    @classmethod
    def unpacked(cls, content: bytes) -> Code:
        """From a file's content. Raises `ValueError` where it is cut off."""
        head, _, machine = content.partition(b"\n")
        about = json.loads(head)
        return cls(about["symbol"], about["result"], tuple(about["externals"]), machine)

    def loaded(self, arguments: Sequence[Untyped]) -> Callable[..., Untyped]:
        """A function for arguments of this sort; the code stays loaded."""
        for name in self.externals:
            if llvm.address_of_symbol(name) is None:
                llvm.add_symbol(name, ctypes.cast(_unreachable, ctypes.c_void_p).value)
        engine = _engine()
        engine.add_object_file(llvm.ObjectFileRef.from_data(self.machine))
        engine.finalize_object()
        native = ctypes.CFUNCTYPE(
            ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *(c for a in arguments for c in _c_types(a))
        )(engine.get_function_address(self.symbol))
        made, value = _result(self.result)

        def run(*given: Untyped) -> Untyped:
            result, exception = made(), ctypes.c_void_p()
            flat: list[Untyped] = []
            for one in given:
                _flatten(one, flat)
            status = native(ctypes.addressof(result), ctypes.addressof(exception), *flat)
            assert status == 0, "compiled code raises nothing"
            return value(result)

        return run


def sort_of(argument: Untyped) -> object:
    """What compiled code for an argument depends on. Raises `TypeError` for what it cannot take."""
    if isinstance(argument, np.ndarray):
        flags = argument.flags.num
        order = "C" if flags & _C_ORDER else "F" if flags & _F_ORDER else "A"
        return argument.dtype.str, argument.ndim, order, bool(flags & _WRITEABLE)
    if isinstance(argument, tuple):
        return type(argument).__qualname__, *map(sort_of, argument)
    return _number(argument)


def _number(argument: Untyped) -> str:
    if isinstance(argument, bool | np.bool_):
        return _BOOL
    if isinstance(argument, int):
        return "i8"
    if isinstance(argument, np.integer):
        return f"{argument.dtype.kind}{argument.dtype.itemsize}"
    raise TypeError(f"compiled code takes no {type(argument).__name__}")


def _c_types(argument: Untyped) -> Iterator[Untyped]:
    if isinstance(argument, np.ndarray):
        yield from (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_void_p)
        yield from [ctypes.c_ssize_t] * (2 * argument.ndim)
    elif isinstance(argument, tuple):
        for member in argument:
            yield from _c_types(member)
    else:
        yield _c_number(_number(argument))


def _flatten(argument: Untyped, flat: list[Untyped]) -> None:
    if isinstance(argument, np.ndarray):
        address = argument.__array_interface__["data"][0]
        flat += (None, None, argument.size, argument.itemsize, address, *argument.shape, *argument.strides)
    elif isinstance(argument, tuple):
        for member in argument:
            _flatten(member, flat)
    else:
        flat.append(int(argument))


def _c_number(name: str) -> Untyped:
    return ctypes.c_uint8 if name == _BOOL else _INTEGERS[name]


def _result(text: str) -> tuple[Callable[[], Untyped], Callable[[Untyped], Untyped]]:
    """What compiled code writes its result to, and how Python sees it."""
    if text == _NOTHING:
        return ctypes.c_void_p, lambda found: None
    if not text.startswith("("):
        return _c_number(text), lambda found: bool(found.value) if text == _BOOL else found.value
    names = text.strip("()").split()

    class Several(ctypes.Structure):
        _fields_ = [(f"of{place}", _c_number(name)) for place, name in enumerate(names)]

    def members(found: Untyped) -> tuple[int | bool, ...]:
        values = (getattr(found, f"of{place}") for place in range(len(names)))
        return tuple(bool(v) if name == _BOOL else v for v, name in zip(values, names, strict=True))

    return Several, members


def _refuse() -> None:
    raise AssertionError


_unreachable = ctypes.CFUNCTYPE(None)(_refuse)
"""Stands for what code names and never calls."""


@cache
def _engine() -> Untyped:
    """LLVM with nothing in it yet."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    machine = target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=host_features(), codemodel="jitdefault", jit=True,
        reloc="static" if target.name.startswith("x86") else "default",
    )  # fmt: skip
    module = llvm.parse_assembly("")
    module.triple = llvm.get_process_triple()
    return llvm.create_mcjit_compiler(module, machine)


def host_features() -> str:
    """What this processor can do, as LLVM writes it."""
    try:
        found: str = llvm.get_host_cpu_features().flatten()
    except RuntimeError:
        return ""
    return found
