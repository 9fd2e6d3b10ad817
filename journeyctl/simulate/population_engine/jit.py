"""Functions compiled to machine code, with the options that all of this engine's functions share.

Machine code is kept between runs, and the compiler is loaded only where there is none. Each module's code lies in a
folder named after a digest of its source and of every source that it builds on.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache, update_wrapper
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from journeyctl import kept_files

if TYPE_CHECKING:
    from journeyctl.simulate.population_engine.machine_code import Loaded

_F = TypeVar("_F", bound=Callable[..., object])
_IMPORTED = re.compile(r"from (journeyctl[\w.]*) import (?:\(([^)]*)\)|(.*))")
"""Not tied to the beginning of a line: so it is found much faster, and what is found too much does no harm."""
_HERE = __name__.rpartition(".")[0]
_ROOT = Path(__file__).parents[__name__.count(".")]
_TRIAL = f"""
import numpy as np
from journeyctl.draws import Draws, name_hash
from {_HERE}.philox import bits, keys_of
draws = Draws(1, 0)
found = bits(keys_of(draws), *(np.uint64(name_hash(word)) for word in "abc"), 2)
assert found == draws.bits("a", "b", place="c", occurrence=2)
"""
_STALE_AFTER = 3_600
"""Seconds after which code of another version is taken away when a new one comes."""
_ENDING: Final = ".code"
IS_OFF: Final = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
"""Nothing is compiled: functions are Python's own."""


def compiled(function: _F) -> _F:
    """Compiles a function when it is first called. It must allocate nothing: arrays are not counted."""
    return function if IS_OFF else cast(_F, Compiled(function))


class Compiled:
    """A function with machine code for every sort of arguments that it is called with.

    Other compiled functions do not call this: the compiler makes the function a part of theirs.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = function
        self._known: dict[object, Loaded] = {}
        """By sorts of arguments."""
        self._latest: Callable[[tuple[Any, ...]], Any] | None = None
        """The code for arguments such as the latest ones."""
        self._other: object = None
        self._part: Any = None
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401 - whatever the function takes
        """Runs the machine code, which is made where there is none."""
        if self._latest is not None:
            found = self._latest(arguments)
            if found is not self._other:
                return found
        return self._of_another_sort(arguments)

    def _of_another_sort(self, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401 - whatever the function answers
        from journeyctl.simulate.population_engine.machine_code import OTHER
        from journeyctl.simulate.population_engine.python_entry import sort_of

        sort = tuple(map(sort_of, arguments))
        known = self._known.get(sort)
        if known is None:
            known = self._known[sort] = self._made(sort, arguments)
        self._latest, self._other = known.taking(arguments), OTHER
        return self._latest(arguments)

    @property
    def _numba_type_(self) -> Any:  # noqa: ANN401 - Numba has no types
        """What Numba asks of a name that a compiled function reads."""
        if self._part is None:
            from journeyctl.simulate.population_engine.whole_program import part_of

            self._part = part_of(self.function)
        return self._part._numba_type_

    def _made(self, sort: object, arguments: tuple[Any, ...]) -> Loaded:
        from journeyctl.simulate.population_engine.machine_code import Code

        digest = blake2b(repr(sort).encode(), digest_size=8).hexdigest()
        kept = _place(self.function.__module__) / f"{self.function.__name__}-{digest}{_ENDING}"
        try:
            return Code.unpacked(kept.read_bytes()).loaded()
        except (OSError, ValueError):
            from journeyctl.simulate.population_engine.whole_program import code_of

            code = code_of(self.function, arguments)
            kept_files.keep(kept, code.packed())
            return code.loaded()


class Instruction:
    """A function for which compiled code has an instruction, made by a function of `llvm_instructions`."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = function
        self._type: Any = None
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401 - whatever the function takes
        """What the instruction does, outside of compiled code."""
        return self.function(*arguments)

    @property
    def _numba_type_(self) -> Any:  # noqa: ANN401 - Numba has no types
        if self._type is None:
            from journeyctl.simulate.population_engine import llvm_instructions
            from journeyctl.simulate.population_engine.whole_program import instruction

            self._type = instruction(getattr(llvm_instructions, self.function.__name__))
        return self._type


def in_llvm(function: _F) -> _F:
    """Stands for an instruction in compiled code; elsewhere it is the function."""
    return function if IS_OFF else cast(_F, Instruction(function))


def is_kept(module: str) -> bool:
    """Whether a module was compiled as it is now."""
    return next(_place(module).glob(f"*{_ENDING}"), None) is not None


def tried() -> str:
    """Why compiled code cannot be trusted here; empty where it can read this process's objects, and a trial in a
    process of its own went well, once for all.
    """
    if IS_OFF:
        return ""
    from journeyctl.simulate.population_engine.object_layout import unreadable

    if why := unreadable():
        return why
    mark = _place(f"{_HERE}.philox").parent / f"tried-{_versions()}"
    if mark.exists():
        return ""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])}
    done = subprocess.run([sys.executable, "-c", _TRIAL], env=environment, capture_output=True, text=True, check=False)  # noqa: S603  (this interpreter, a constant program)
    if done.returncode != 0:
        return f"code compiled by Numba fails here: {(done.stderr.strip() or str(done.returncode)).splitlines()[-1]}"
    mark.touch()
    return ""


@cache
def _versions() -> str:
    """What machine code depends on besides its source."""
    import llvmlite.binding as llvm

    from journeyctl.simulate.population_engine.machine_code import host_features

    names = [kept_files.installed(name) for name in ("numba", "llvmlite", "numpy")]
    about = [*names, sys.version, llvm.get_host_cpu_name(), host_features()]
    return blake2b("\n".join(about).encode(), digest_size=8).hexdigest()


@cache
def _place(module: str) -> Path:
    """The folder of a module's compiled code."""
    name = module.rpartition(".")[2]
    digest = blake2b(_versions().encode(), digest_size=8)
    for path in sorted({path for known in _built_on(module) for path in [_source(known)] if path is not None}):
        digest.update(_digest(path))
    place = _base(os.environ.get("NUMBA_CACHE_DIR", "")) / f"{name}-{digest.hexdigest()}"
    if not place.exists():
        _remove_others(place, name)
        place.mkdir(parents=True, exist_ok=True)
    return place


def _base(given: str) -> Path:
    return Path(given) if given else kept_files.folder(__file__)


def _remove_others(place: Path, name: str) -> None:
    for other in place.parent.glob(f"{name}-*"):
        try:
            if time.time() - other.stat().st_mtime > _STALE_AFTER:
                shutil.rmtree(other, ignore_errors=True)
        except OSError:
            """Somebody else has taken it away."""


def _built_on(module: str) -> Iterator[str]:
    """The module, those of this engine that it imports, in turn, and all others that any of them names."""
    seen, left = {module}, [module]
    while left:
        current = left.pop()
        yield current
        for name in _imports(current) if current.startswith(_HERE) else ():
            if name not in seen:
                seen.add(name)
                left.append(name)


@cache
def _imports(module: str) -> tuple[str, ...]:
    source, found = _source(module), []
    for package, several, one in _IMPORTED.findall(_content(source).decode()) if source is not None else ():
        # A name may itself be a module.
        names = (name.split(" as ")[0].strip() for name in (several or one).split(","))
        found += [package, *(f"{package}.{name}" for name in names)]
    return tuple(found)


@cache
def _content(source: str) -> bytes:
    return Path(source).read_bytes()


@cache
def _digest(source: str) -> bytes:
    return blake2b(_content(source), digest_size=16).digest()


@cache
def _source(module: str) -> str | None:
    package, _, name = module.rpartition(".")
    folder, files = _folder(package)
    if f"{name}.py" in files:
        return f"{folder}{name}.py"
    inner, own = _folder(module) if name in files else ("", frozenset())
    return f"{inner}__init__.py" if "__init__.py" in own else None


@cache
def _folder(package: str) -> tuple[str, frozenset[str]]:
    """A package's folder and what is in it. Asked of every name that is imported anywhere: texts beat paths."""
    folder = f"{_ROOT}{os.sep}{package.replace('.', os.sep)}{os.sep}"
    try:
        return folder, frozenset(os.listdir(folder))  # noqa: PTH208 - pathlib makes an object of every name
    except OSError:
        return folder, frozenset()
