"""JC204 listen-to-nothing: a listen awaits reactions to a message that was never sent before.

Why
---
A listen without a message has nothing to wait for: it goes to its timeout at the very second at which a contact
comes to it, and whoever reads the counts sees a mail that nobody ever answers. Most often `to:` kept the name of
an item that was exchanged in the send step, or the send was moved behind the listen.

A listen may name a send step, a ladder, or an item that one of them sends; without `to:` it hears the latest
message of the visit. Before it means that some way, over steps or an exit, leads from the send to the listen.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics}
      - {id: heard, listen: {to: reading-basics, for: 3d, outcomes: {clicked: last}}}    # JC204
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: first, send: planning-basics}
      - {id: heard, listen: {to: planning-basics, for: 3d, outcomes: {clicked: last}}}
      - {id: last, end: done}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from journeyctl.diagnostics import Finding, Label, Severity
from journeyctl.expr import nearest
from journeyctl.graph.analysis import StepFlow, reached
from journeyctl.model.catalog import Catalog
from journeyctl.model.steps import Ladder, Listen, Send, Step
from journeyctl.rules.base import JourneyFlow, Subject, model_rule

Houses = Mapping[str, Catalog]


@model_rule(Severity.ERROR)
def listen_to_nothing(subject: Subject) -> Iterator[Finding]:
    """One finding per listen."""
    workspace = subject.workspace
    if "catalog" in workspace.incomplete:
        return  # an item that is missing here may stand in the file that could not be read
    unknown = {found.use.origin for found in subject.unknown_names}
    for journey in subject.flows:
        for step in journey.steps.values():
            if isinstance(step.verb, Listen) and step.verb.origin.child("to") not in unknown:
                yield from _check(journey, step, step.verb, workspace.catalogs)


def _check(journey: JourneyFlow, step: Step, listen: Listen, houses: Houses) -> Iterator[Finding]:
    before = _sending_before(journey, step.id)
    heard = [name for sender in before for name in _heard_by(sender, houses)]
    if listen.to is None and not before:
        yield listen_to_nothing.finding(
            journey.origin(step.id),
            f"nothing is sent before '{step.id}', so there is nothing to listen to",
            help="put a send before it, or replace it by a wait",
        )
    elif listen.to is not None and listen.to not in heard:
        close = nearest(listen.to, heard)
        yield listen_to_nothing.finding(
            listen.origin.child("to"),
            f"'{listen.to}' is sent on no way to '{step.id}'",
            labels=tuple(Label(journey.origin(sender.id), "this is sent before it") for sender in before[:1]),
            help=f"did you mean '{close}'?" if close else "name a send step or item before it, or leave out to:",
        )


def _sending_before(journey: JourneyFlow, listen: str) -> list[Step]:
    """Steps that send, from which some way leads to the listen, in the order of the file."""
    senders = [step for step in journey.steps.values() if isinstance(step.verb, (Send, Ladder))]
    return [step for step in senders if listen in _after(journey.flow, step.id)]


def _after(flow: StepFlow, step: str) -> set[str]:
    return reached(flow.ways, (*flow.ways[step], *flow.exits))


def _heard_by(step: Step, houses: Houses) -> tuple[str, ...]:
    """Names under which a listen can mean what the step sends."""
    match step.verb:
        case Send(item=item):
            return (step.id, item)
        case Ladder(house=house):
            return (step.id, *(houses[house].items if house in houses else ()))
        case _:
            return ()
