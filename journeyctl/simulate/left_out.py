"""What the files ask for and a run leaves without effect: told with every answer, never passed over."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from journeyctl.graph.lowering import lower
from journeyctl.graph.ops import ActivateOp
from journeyctl.graph.program import Program, StepGraph
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.simulate.group_scope import GroupScope
from journeyctl.simulate.population import journeys_of


def left_out_of(workspace: Workspace, scenario: Scenario) -> tuple[str, ...]:
    """The same of a scenario's own journeys, with the platforms that it gives an effect."""
    program = lower(workspace)
    return left_out(program, journeys_of(scenario, program), platforms=scenario.activation)


def left_out(program: Program, journeys: Sequence[str], *, platforms: Collection[str] | None = None) -> tuple[str, ...]:
    """A sentence for each part that has no effect here, with the place.

    `platforms` are those to which the scenario's `activation` gives an effect; `None`: not looked at.
    """
    graphs = [graph for name in journeys for graph in program.forms_of(name)]
    scope = GroupScope.of(program, journeys)
    found = [] if platforms is None else list(_without_effect(program, graphs, scope, platforms))
    return tuple(dict.fromkeys((*found, *_of_groups(program, scope), *_of_overlays(program))))


def _of_groups(program: Program, scope: GroupScope) -> Iterator[str]:
    for name, group in program.groups.items():
        if group.ready is not None and name not in scope.groups:
            yield (
                f"buying group {name} takes no part and makes no lead: no running journey reads it, hands it over or "
                "waits for group_ready"
            )


def _without_effect(
    program: Program, graphs: Sequence[StepGraph], scope: GroupScope, platforms: Collection[str]
) -> Iterator[str]:
    for name in scope.groups:
        fill = program.groups[name].fill
        if fill is not None and fill.audience_on not in platforms:
            yield f"the matched audience on {fill.audience_on} brings nobody (buying group {name}, fill)"
    for graph in graphs:
        for op in graph.ops.values():
            if isinstance(op, ActivateOp) and op.audience_on not in platforms:
                yield f"the matched audience on {op.audience_on} has no effect ({graph.journey}, step {op.step})"


def _of_overlays(program: Program) -> Iterator[str]:
    for country, own in program.shared.items():
        for name, item in own.items.items():
            common = program.items[name]
            if (item.level, item.topic) != (common.level, common.topic):
                yield f"people respond to item {name} by its level and topic in the catalog (overlays for {country})"
