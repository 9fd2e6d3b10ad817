"""The population engine: contacts' lives as compiled code over whole numbers, row for row the reference engine's.

Read `inputs`, `life`, `desk_loop` and `rows`; `machine` and its neighbours repeat the step machine,
`response` the response model, `clock` the calendars.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from journeyctl.simulate.population_engine.field_codes import Unsupported

if TYPE_CHECKING:
    from journeyctl.draws import Draws
    from journeyctl.simulate.finished import Finished
    from journeyctl.simulate.world import World

__all__ = [
    "ENGINE", "Unsupported", "available", "draw_fast", "expected_rows", "is_compiled", "prepare", "simulate",
    "unsupported",
]  # fmt: skip

ENGINE: Final = "population"
"""How results name this engine."""


@cache
def available() -> str:
    """Why this engine cannot be used here; empty where it can."""
    try:
        from journeyctl.simulate.population_engine import jit
    except Exception as error:
        return f"the compiler Numba cannot be loaded: {error}"
    return jit.tried()


def is_compiled() -> bool:
    """Whether compiled code of this version lies ready."""
    from journeyctl.simulate.population_engine import jit

    return jit.is_kept(f"{__name__}.life")


def draw_fast() -> None:
    """From now on this process makes blocks of draws by compiled code, where there is any; they are the same."""
    if not available():
        from journeyctl.simulate.population_engine.draw_blocks import use

        use()


def unsupported(world: World) -> tuple[str, ...]:
    """What of this world the engine cannot carry; empty where it can simulate it."""
    from journeyctl.simulate.population_engine.engine import inputs_of

    found = inputs_of(world)
    return (found,) if isinstance(found, str) else ()


def prepare(world: World) -> None:
    """Makes ready what all replications share, and compiles: seconds to minutes the first time, then none."""
    from journeyctl.simulate.population_engine import engine

    engine.prepare(world)


def expected_rows(world: World) -> int | None:
    """How many rows a replication will have, about; `None` where this engine cannot tell."""
    if available():
        return None
    from journeyctl.simulate.population_engine import engine

    return engine.expected_rows(world)


def simulate(world: World, draws: Draws, *, chunk: int | None = None) -> Finished:
    """Runs one replication, which `draws` names: the rows of `reference.simulate`.

    So many lives are run at a stretch as `chunk` says (`None`: all), which changes nothing but memory's use.
    """
    from journeyctl.simulate.population_engine import engine

    return engine.simulate(world, draws, chunk=chunk)
