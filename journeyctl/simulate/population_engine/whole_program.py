"""Compiled functions as one program: each becomes a part, and what Python calls is made of its parts in one go.

By itself Numba makes machine code of every function together with all that it calls, and again for every caller;
and since anybody might call any function, each call hands over all that Numba knows of an array, eight numbers
that nobody reads. Here parts stay intermediate code. The function that Python calls gathers them once and keeps them
to itself, so that LLVM sees who calls what with what, and leaves out the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import llvmlite.binding as llvm
from numba.core.caching import FunctionCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, Flags
from numba.core.runtime.nrt import rtsys

Untyped: TypeAlias = Any
"""What Numba hands over; it says little about types."""


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

    def finalize(self) -> None:
        """Makes machine code."""
        self._own = {made.name for made in _defined(self._final_module)}
        self._linking_libraries = list(_all_of(self._linking_libraries))
        JITCodeLibrary.finalize(self)

    def _optimize_final_module(self) -> None:
        module, codegen = self._final_module, self._codegen
        for made in _defined(module):
            if made.name not in self._own:
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

    def _get_module_for_linking(self) -> Untyped:
        """Names alone: what is kept beside the machine code says only what there is, since nobody links a whole."""
        return llvm.parse_assembly("".join(f'define void @"{name}"() {{ ret void }}' for name in self._own))


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


def kept_code(function: Callable[..., object]) -> Untyped:
    """Where Numba keeps a function's machine code."""
    return _KeptCode(function)


class _KeptCode(FunctionCache):
    """Machine code on disk."""

    def load_overload(self, sig: Untyped, target_context: Untyped) -> Untyped:
        """The function as it was kept, or nothing.

        Numba would first load all that it takes to compile, SciPy too: most of a short run's time.
        """
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


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
        state.flags = _FLAGS.setdefault(state.flags.summary(), _SameFlags(state.flags))
        state.library = library(state.targetctx.codegen(), func.__qualname__)
        state.library.enable_object_caching()


class PartCompiler(WholeCompiler):
    """Compiles a function that only compiled ones call."""

    def compile_extra(self, func: Callable[..., object]) -> Untyped:
        """The compiled function, without machine code."""
        self.state.flags.no_compile = True
        self._begin(_Part, func)
        found = Compiler.compile_extra(self, func)

        def key() -> None:
            """Stands for the machine code that there is not, so that callers find the function."""

        self.state.targetctx.insert_user_function(key, found.fndesc, [found.library])
        return found._replace(entry_point=key)
