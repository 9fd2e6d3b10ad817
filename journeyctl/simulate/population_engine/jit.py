"""Functions compiled to machine code, with the options that all of this engine's functions share.

Compiled code is kept between runs. Numba looks at the age of a function's own file only, so a change of
anything that the function calls would go unnoticed: here each module's code lies in a folder named after
a digest of its source and of every source that it builds on.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, update_wrapper
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba as _compiler
import numpy

from journeyctl.simulate.population_engine.whole_program import PartCompiler, WholeCompiler, kept_code

numba: Any = _compiler
"""Numba's types leave out most of what is used here."""
_OPTIONS: Final = {
    "nogil": True, "_nrt": False, "error_model": "numpy", "no_rewrites": True, "no_cfunc_wrapper": True,
}  # fmt: skip
_F = TypeVar("_F", bound=Callable[..., object])
_IMPORTED = re.compile(r"^\s*from (journeyctl[\w.]*) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)
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


class _Compiled:
    """A function that is compiled once it is called: a whole for Python, a part for other compiled functions."""

    def __init__(self, function: Callable[..., object]) -> None:
        update_wrapper(self, function)
        self._function = function

    def __call__(self, *arguments: object) -> object:
        return self._whole(*arguments)

    @cached_property
    def _whole(self) -> Any:  # noqa: ANN401 - Numba has no types
        given = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(_place(self._function.__module__, given))
        try:
            made = numba.njit(self._function, pipeline_class=WholeCompiler, **_OPTIONS)
            made._cache = kept_code(self._function)
        finally:
            numba.config.CACHE_DIR = given
        return made

    @cached_property
    def _part(self) -> Any:  # noqa: ANN401 - Numba has no types
        """What compiled callers see; constants reach it as numbers, else each constant would make another one."""
        made = numba.njit(self._function, pipeline_class=PartCompiler, no_cpython_wrapper=True, **_OPTIONS)
        template = made.get_call_template

        def of_numbers(args: Sequence[Any], kws: Mapping[str, Any]) -> Any:  # noqa: ANN401 - Numba has no types
            plain = numba.types.unliteral
            return template(tuple(plain(arg) for arg in args), {name: plain(arg) for name, arg in kws.items()})

        made.get_call_template = of_numbers
        made.add_overload = lambda found: made.overloads.__setitem__(tuple(found.signature.args), found)
        return made

    @property
    def _numba_type_(self) -> Any:  # noqa: ANN401 - Numba has no types
        return numba.types.Dispatcher(self._part)


def compiled(function: _F) -> _F:
    """Compiles a function when it is first called. It must allocate nothing: arrays are not counted."""
    return function if numba.config.DISABLE_JIT else cast(_F, _Compiled(function))


inlined = compiled
"""LLVM finds by itself what only one function calls."""


def is_kept(module: str) -> bool:
    """Whether a module was compiled as it is now."""
    return next(_place(module, numba.config.CACHE_DIR).glob("*/*.nbi"), None) is not None


def tried() -> str:
    """Why compiled code cannot be trusted here; empty where a trial in a process of its own went well, once for all."""
    mark = _place(f"{_HERE}.philox", numba.config.CACHE_DIR).parent / f"tried-{_versions()}"
    if numba.config.DISABLE_JIT or mark.exists():
        return ""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])}
    done = subprocess.run([sys.executable, "-c", _TRIAL], env=environment, capture_output=True, text=True, check=False)  # noqa: S603  (this interpreter, a constant program)
    if done.returncode != 0:
        return f"code compiled by Numba fails here: {(done.stderr.strip() or str(done.returncode)).splitlines()[-1]}"
    mark.touch()
    return ""


def _versions() -> str:
    return blake2b(f"{numba.__version__} {numpy.__version__} {sys.version}".encode(), digest_size=8).hexdigest()


@cache
def _place(module: str, given: str) -> Path:
    """The folder of a module's compiled code."""
    name = module.rpartition(".")[2]
    digest = blake2b(_versions().encode(), digest_size=8)
    for path in sorted({path for known in _built_on(module) for path in [_source(known)] if path is not None}):
        digest.update(path.read_bytes())
    place = _base(given) / f"{name}-{digest.hexdigest()}"
    if not place.exists():
        _remove_others(place, name)
        place.mkdir(parents=True, exist_ok=True)
    return place


def _base(given: str) -> Path:
    """Beside the source, as Python keeps its own compiled code; else where the user's caches are, else for now only."""
    if given:
        return Path(given)
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    for base in (Path(__file__).parent / "__pycache__", Path(home).expanduser() / "journeyctl"):
        try:
            base.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(base, os.W_OK):
            return base
    return Path(tempfile.mkdtemp(prefix="journeyctl-"))


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
    for package, several, one in _IMPORTED.findall(source.read_text(encoding="utf-8")) if source is not None else ():
        # A name may itself be a module.
        names = (name.split(" as ")[0].strip() for name in (several or one).split(","))
        found += [package, *(f"{package}.{name}" for name in names)]
    return tuple(found)


@cache
def _source(module: str) -> Path | None:
    path = _ROOT.joinpath(*module.split("."))
    for found in (path.with_suffix(".py"), path / "__init__.py"):
        if found.exists():
            return found
    return None
