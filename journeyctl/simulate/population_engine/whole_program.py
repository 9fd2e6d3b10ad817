"""Compiled functions as one program: each becomes a part, and what Python calls is made of its parts in one go.

By itself Numba makes machine code of every function together with all that it calls, and again for every caller;
and since anybody might call any function, each call hands over all that Numba knows of an array, eight numbers
that nobody reads. Here parts stay intermediate code. The function that Python calls gathers them once and keeps them
to itself, so that LLVM sees who calls what with what, and leaves out the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import llvmlite.binding as llvm
import numba as _compiler
from numba import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, Flags
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from journeyctl.simulate.population_engine.machine_code import Code
from journeyctl.simulate.population_engine.python_entry import entry_to, parameters_of

Untyped: TypeAlias = Any
"""What Numba hands over; it says little about types."""
numba: Any = _compiler
"""Numba's types leave out most of what is used here."""
_OPTIONS: Final = {
    "nogil": True, "_nrt": False, "error_model": "numpy", "no_rewrites": True, "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}  # fmt: skip
_CODE: Final = "library"
"""Under this name Numba keeps the code of what it compiles. Only here, so that nothing else depends on that name."""


class _Part(JITCodeLibrary):
    """One function's intermediate code, and the libraries of what it calls."""

    def add_linking_library(self, library: Untyped) -> None:
        """Remembers a library; it need not be ready yet."""
        self._linking_libraries.append(library)

    def finalize(self) -> None:
        """Parts have no machine code of their own."""
        self._finalized = True

    def _optimize_functions(self, ll_module: Untyped) -> None:
        """All parts are optimised together."""
        ll_module.data_layout = self._codegen._data_layout

    def _get_module_for_linking(self) -> Untyped:
        return self._final_module


class _Whole(_Part):
    """A function that Python calls, with everything that it calls in turn."""

    def enter_by(self, symbol: str, text: str) -> None:
        """Adds the function that Python calls."""
        self._entry = symbol
        self.add_llvm_module(llvm.parse_assembly(f'target triple = "{self._final_module.triple}"\n{text}'))

    def finalize(self) -> None:
        """Makes machine code."""
        self._linking_libraries = list(_all_of(self._linking_libraries))
        JITCodeLibrary.finalize(self)

    def _optimize_final_module(self) -> None:
        module, codegen = self._final_module, self._codegen
        for made in _defined(module):
            if made.name != self._entry:
                made.linkage = "internal"
        # Constants reach the functions that they are passed to, and arguments that nobody reads go, before LLVM
        # weighs up what is worth inlining.
        first = llvm.create_new_module_pass_manager()
        first.add_sroa_pass()
        first.add_simplify_cfg_pass()
        first.add_ipsccp_pass()
        first.add_dead_arg_elimination_pass()
        first.add_instruction_combine_pass()
        first.run(module, codegen._pass_builder(opt=0))
        # Loops here go round a few times: several rounds at once only make more code.
        passes, builder = codegen._module_pass_manager(loop_vectorize=False)
        passes.run(module, builder)


def _defined(module: Untyped) -> list[Untyped]:
    return [made for made in (*module.functions, *module.global_variables) if not made.is_declaration]


def _all_of(libraries: Iterable[Untyped]) -> Iterator[Untyped]:
    """Libraries, those of parts with what these call, each once."""
    seen: set[Untyped] = set()
    left = list(libraries)
    while left:
        library = left.pop()
        if library not in seen:
            seen.add(library)
            yield library
            if isinstance(library, _Part):
                left += library._linking_libraries


class _SameFlags(Flags):
    """Options of a compilation. Numba compares them whenever it looks up an operator, some 100,000 times."""

    def copy(self) -> _SameFlags:
        """The same ones: nobody changes options while a function is compiled."""
        return self

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


_FLAGS: dict[str, _SameFlags] = {}


class WholeCompiler(Compiler):
    """Compiles a function that Python calls."""

    def compile_extra(self, func: Callable[..., object]) -> Untyped:
        """The compiled function."""
        self._begin(_Whole, func)
        return super().compile_extra(func)

    def _begin(self, library: type[_Part], func: Callable[..., object]) -> None:
        state = self.state
        state.flags.no_compile = True
        state.flags = _FLAGS.setdefault(state.flags.summary(), _SameFlags(state.flags))
        made = library(state.targetctx.codegen(), func.__qualname__)
        made.enable_object_caching()
        setattr(state, _CODE, made)


class PartCompiler(WholeCompiler):
    """Compiles a function that only compiled ones call."""

    def compile_extra(self, func: Callable[..., object]) -> Untyped:
        """The compiled function, without machine code."""
        self._begin(_Part, func)
        found = Compiler.compile_extra(self, func)

        def key() -> None:
            """Stands for the machine code that there is not, so that callers find the function."""

        self.state.targetctx.insert_user_function(key, found.fndesc, [getattr(found, _CODE)])
        return found._replace(entry_point=key)


@global_compiler_lock  # type: ignore[untyped-decorator]  # Numba has no types
def code_of(function: Callable[..., object], arguments: Sequence[Untyped]) -> Code:
    """The machine code of a function that Python calls with such arguments."""
    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()
    made = numba.njit(function, pipeline_class=WholeCompiler, **_OPTIONS)
    found = made._compiler.compile(tuple(map(numba.typeof, arguments)), None)
    own = getattr(found, _CODE)
    symbol, text = entry_to(found.fndesc.llvm_func_name, arguments)
    taken = [str(one.type) for one in own._final_module.get_function(found.fndesc.llvm_func_name).arguments]
    assert taken == ["ptr", "ptr", *parameters_of(arguments)], "Numba hands arguments over as it did"
    own.enter_by(symbol, text)
    own.finalize()
    module = own._final_module
    named = (*module.functions, *module.global_variables)
    externals = {one.name for one in named if one.is_declaration and not one.name.startswith("llvm.")}
    result = _written(found.signature.return_type)
    return Code(symbol, result, tuple(sorted(externals)), own._get_compiled_object())


def _written(result: Untyped) -> str:
    """A type of results in the words of `machine_code`."""
    found = result
    match result:
        case types.NoneType():
            return "none"
        case types.Boolean():
            return "b1"
        case types.Integer():
            return f"{'i' if found.signed else 'u'}{found.bitwidth // 8}"
        case types.BaseTuple():
            return f"({' '.join(map(_written, found.types))})"
        case _:
            raise TypeError(f"compiled code answers no {result}")


def part_of(function: Callable[..., object]) -> Untyped:
    """What compiled callers see of a function: they pass its constants as numbers, else each would make another."""
    part = numba.njit(function, pipeline_class=PartCompiler, **_OPTIONS)
    part.add_overload = lambda found: part.overloads.__setitem__(tuple(found.signature.args), found)
    template = part.get_call_template

    def of_numbers(args: Sequence[Untyped], kws: Mapping[str, Untyped]) -> Untyped:
        plain = types.unliteral
        return template(tuple(plain(arg) for arg in args), {name: plain(arg) for name, arg in kws.items()})

    part.get_call_template = of_numbers
    return part


def instruction(build: Callable[..., Untyped]) -> Untyped:
    """What compiled callers see of a function that `build` makes instructions for."""
    made = intrinsic(build)
    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()
    return cpu_target.typing_context.resolve_value_type(made)
