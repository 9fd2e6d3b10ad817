"""Who is there at the start of a run: the population of a scenario, with the counts at every filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeyctl.diagnostics import UsageError
from journeyctl.fixed_point import share_threshold
from journeyctl.simulate.account_tree import AccountTree, account_tree
from journeyctl.simulate.contact_file import contact_path, read_contacts
from journeyctl.simulate.field_order import drawn_fields
from journeyctl.simulate.funnel import Funnel, funnel_of, white_spots
from journeyctl.simulate.people import ConsentRules, Drawing, Flaws, People, Person

if TYPE_CHECKING:
    from journeyctl.draws import Draws
    from journeyctl.graph.program import Program
    from journeyctl.model.population import FieldValue
    from journeyctl.model.scenario import Scenario
    from journeyctl.model.specification import Workspace

__all__ = [
    "Person", "Population", "build_population", "drawing_of", "journeys_of", "people_of", "population_draws",
    "run_window",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Population:
    """The people of a scenario at the start of its run."""

    persons: Sequence[Person]
    """In the order of the scenario's contacts, second records last."""
    tree: AccountTree
    counts: Funnel
    white_spots: Mapping[str, tuple[str, ...]]
    """By level, accounts without a reachable contact."""


def build_population(workspace: Workspace, scenario: Scenario, program: Program, draws: Draws) -> Population:
    """Draws the people of a scenario. The same in every replication unless it asks for `redraw`.

    Raises `SpecError` where fields cannot be drawn, `UsageError` for a file of contacts that cannot be used.
    """
    people, tree = people_of(workspace, scenario, program, draws)
    start, _ = run_window(scenario, program)
    counts = funnel_of(people, program, journeys=journeys_of(scenario, program), now=start)
    return Population(people, tree, counts, white_spots(people, tree, program))


def people_of(workspace: Workspace, scenario: Scenario, program: Program, draws: Draws) -> tuple[People, AccountTree]:
    """Everybody at the start of the run and their accounts: drawn, or read from the scenario's file of contacts."""
    own = population_draws(scenario, draws)
    path = contact_path(workspace, scenario)
    if path is not None:
        found, tree = read_contacts(path, workspace, scenario, draws=own, start=run_window(scenario, program)[0])
        return People.of(found), tree
    accounts = scenario.population.accounts
    if accounts is None:
        raise UsageError(f"the scenario '{scenario.name}' has no population", "give it 'population.accounts'")
    tree = account_tree(accounts, own)
    return drawing_of(workspace, scenario, program, draws).people(tree), tree


def drawing_of(
    workspace: Workspace,
    scenario: Scenario,
    program: Program,
    draws: Draws,
    *,
    source: str = "",
    changes: Mapping[str, FieldValue] | None = None,
) -> Drawing:
    """How a scenario's records are drawn; `changes` replace the spread of single fields for one source."""
    values = {**scenario.population.fields, **(changes or {})}
    quality = scenario.quality
    duplicates = 0 if source else share_threshold(quality.duplicates.value)
    return Drawing(
        drawn_fields(values, workspace.profile, program),
        program,
        ConsentRules.of(workspace, program),
        population_draws(scenario, draws),
        run_window(scenario, program)[0],
        Flaws(duplicates, share_threshold(quality.invalid_email.value)),
        source,
    )


def population_draws(scenario: Scenario, draws: Draws) -> Draws:
    """The draws that people are made of: without a replication, unless the scenario redraws them."""
    return draws if scenario.population.redraw else draws.stable()


def run_window(scenario: Scenario, program: Program) -> tuple[int, int]:
    """First second of the run and the second after its last, UTC; days are the workspace's."""
    return program.calendar.window(scenario.start, scenario.length)


def journeys_of(scenario: Scenario, program: Program) -> tuple[str, ...]:
    """Names of the journeys that run: the named ones, or all that are live, highest priority first."""
    if scenario.journeys != "all-live":
        return tuple(name for name in scenario.journeys if name in program.journeys)
    live = (graph for graph in program.journeys.values() if graph.status == "live")
    return tuple(graph.journey for graph in sorted(live, key=lambda graph: (-graph.priority, graph.journey)))
