"""One replication from a world to its rows."""

from __future__ import annotations

from journeyctl.draws import Draws
from journeyctl.results.record import EventRecord
from journeyctl.simulate.finished import Finished, without_collector
from journeyctl.simulate.population_engine import draw_blocks
from journeyctl.simulate.population_engine.desk_floor import DeskFloor
from journeyctl.simulate.population_engine.desk_loop import DeskLoop
from journeyctl.simulate.population_engine.evaluation_rows import part_of_evaluations
from journeyctl.simulate.population_engine.field_codes import Unsupported
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.lives import Lives
from journeyctl.simulate.population_engine.rows import WorldNames, Written, part_of
from journeyctl.simulate.population_engine.spare_memory import give_back, small_pages
from journeyctl.simulate.world import World

_INPUTS = "population engine: inputs"
_NAMES = "population engine: names"
_MANY = 1 << 16
"""To make so many people ready leaves memory worth giving back."""
_TRIED = 512
"""Lives that are enough to say within some percent how long all are."""


def inputs_of(world: World) -> Inputs | str:
    """A world as arrays, made once; or why that cannot be."""
    found = world.memory.get(_INPUTS)
    if found is None:
        draw_blocks.use()
        try:
            found = Inputs.of(world)
        except Unsupported as reason:
            found = str(reason)
        world.memory[_INPUTS] = found
        if len(world.persons) >= _MANY:
            give_back()
    assert isinstance(found, (Inputs, str)), "nobody else remembers under this name"
    return found


def prepare(world: World) -> None:
    """Makes a world's arrays and has everything compiled; nobody lives."""
    inputs = inputs_of(world)
    if isinstance(inputs, Inputs):
        Lives(inputs, Draws(0, 0), end=world.end, empty=True).run_all()
        DeskFloor(inputs.desks, Draws(0, 0)).work_until(world.drained)


def expected_rows(world: World) -> int | None:
    """How many rows a replication will have, about, as a few lives show; `None` where the engine cannot tell."""
    inputs = inputs_of(world)
    if isinstance(inputs, str):
        return None
    lives = Lives(inputs, Draws(0, 0), end=world.end, apart=True)
    return round(lives.rows_each(_TRIED) * len(inputs.everybody))


def simulate(world: World, draws: Draws, *, chunk: int | None = None) -> Finished:
    """Runs one replication. Raises `Unsupported` for a world that the engine cannot carry."""
    with without_collector(), small_pages():
        return _finished(world, draws, chunk)


def _finished(world: World, draws: Draws, chunk: int | None) -> Finished:
    inputs = inputs_of(world)
    if isinstance(inputs, str):
        raise Unsupported(inputs)
    lives = Lives(inputs, draws, end=world.end)
    lives.run_all(chunk)
    loop = DeskLoop(inputs, lives, draws)
    open_leads = loop.run()
    known = _names(inputs, loop.people)
    own, leads, names = part_of(lives, loop.leads, inputs.tables, known, replication=draws.replication or 0)
    of_desks, names = loop.part(known, leads, names)
    of_evaluations, names = part_of_evaluations(
        loop.evaluated, inputs, loop.people, known, names, replication=draws.replication or 0
    )
    # Of one second, account evaluations come first and desks last.
    parts = [part for part in (of_evaluations, own, of_desks) if part.length]
    rows = EventRecord.of_parts(parts, names, by_time=True)
    stuck = sorted(loop.people.key(person) for person in lives.stuck())
    return Finished(Written(rows, draws.replication or 0), len(loop.people), tuple(stuck), open_leads)


def _names(inputs: Inputs, people: KnownPeople) -> WorldNames:
    """The numbers of all names; those of the people at the start are worked out once."""
    memory, names = inputs.world.memory, inputs.tables.names.numbers
    found = memory.get(_NAMES)
    if not isinstance(found, WorldNames):
        found = memory[_NAMES] = WorldNames.of(names, inputs.everybody)
    elif len(names) != found.named:
        found = memory[_NAMES] = found.grown(names, inputs.everybody)
    return found.with_newcomers(people.newcomers)
