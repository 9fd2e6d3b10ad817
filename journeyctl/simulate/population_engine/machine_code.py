"""Machine code from a file, called without the compiler that made it: loading the compiler takes longer than a run.

What is called takes a place for its result, the tuple of arguments and their types, and answers a status; see
`python_entry`.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from struct import Struct
from typing import Any, Final, TypeAlias

import llvmlite.binding as llvm

from journeyctl.simulate.population_engine.object_layout import CALLED
from journeyctl.simulate.population_engine.python_entry import BOOL, OTHER_SORT, types_of

Untyped: TypeAlias = Any
"""What compiled code takes: arrays, whole numbers, tuples of these."""
_INTEGERS: Final = {
    f"{kind}{size}": getattr(ctypes, f"c_{sign}int{8 * size}")
    for kind, sign in (("i", ""), ("u", "u"))
    for size in (1, 2, 4, 8)
}
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

    def loaded(self) -> Loaded:
        """The function; the code stays loaded."""
        for name in CALLED:
            llvm.add_symbol(name, ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value)
        for name in self.externals:
            if llvm.address_of_symbol(name) is None:
                llvm.add_symbol(name, ctypes.cast(_unreachable, ctypes.c_void_p).value)
        engine = _engine()
        engine.add_object_file(llvm.ObjectFileRef.from_data(self.machine))
        engine.finalize_object()
        return Loaded(_ENTRY(engine.get_function_address(self.symbol)), *_result(self.result))


@dataclass(frozen=True, slots=True)
class Loaded:
    """Machine code in memory."""

    _native: Untyped
    _made: Callable[[], Untyped]
    _value: Callable[[Untyped], Untyped]

    def taking(self, arguments: Sequence[Untyped]) -> Callable[[tuple[Untyped, ...]], Untyped]:
        """The function for arguments of the same types, which come as one tuple; `OTHER` for those of another sort."""
        native, made, value = self._native, self._made, self._value
        types = tuple(types_of(arguments))
        expected = (ctypes.c_void_p * len(types))(*map(id, types))
        at, place_of = ctypes.addressof(expected), ctypes.addressof

        def run(given: tuple[Untyped, ...], _kept: object = (types, expected)) -> Untyped:
            result = made()
            status = native(place_of(result), given, at)
            if status == OTHER_SORT:
                return OTHER
            assert status == 0, "compiled code raises nothing"
            return value(result)

        return run


OTHER: Final = object()
"""Stands for an answer where arguments were of another sort."""
_ENTRY: Final = ctypes.PYFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
"""Python waits meanwhile: numbers are read out of its objects."""


def _c_number(name: str) -> Untyped:
    return ctypes.c_uint8 if name == BOOL else _INTEGERS[name]


def _result(text: str) -> tuple[Callable[[], Untyped], Callable[[Untyped], Untyped]]:
    """What compiled code writes its result to, and how Python sees it."""
    if text == _NOTHING:
        return ctypes.c_void_p, lambda found: None
    if not text.startswith("("):
        return _c_number(text), lambda found: bool(found.value) if text == BOOL else found.value
    names = text.strip("()").split()

    class Several(ctypes.Structure):
        _fields_ = [(f"of{place}", _c_number(name)) for place, name in enumerate(names)]

    # As C lays numbers out, like the structure.
    return Several, Struct("@" + "".join(map(_letter, names))).unpack_from


def _letter(name: str) -> str:
    """How `struct` writes a number."""
    return "?" if name == BOOL else str(_INTEGERS[name]._type_)


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
