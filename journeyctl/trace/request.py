"""A trace as the command line asks for it: a spec test's script, or fields and reactions given one by one."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date

from journeyctl.diagnostics import UsageError
from journeyctl.expr import Value, field_path, nearest
from journeyctl.graph.program import Program
from journeyctl.model.journey_test import DEEDS
from journeyctl.model.specification import Workspace
from journeyctl.model.values import LEAD_OUTCOMES
from journeyctl.trace.fields import value_from_text
from journeyctl.trace.script import Reaction, Script
from journeyctl.trace.spec_test import script_of
from journeyctl.units import parse_duration


def script_of_request(
    workspace: Workspace,
    program: Program,
    *,
    journey: str | None,
    test: str | None,
    given: Sequence[str],
    reactions: Sequence[str],
    desk: str | None,
    start: date,
) -> Script:
    """The script. Fields and reactions are laid over those of the test. Raises `UsageError` for what does not exist."""
    script = _base(workspace, program, journey=journey, test=test, start=start)
    if desk is not None and desk not in LEAD_OUTCOMES:
        raise UsageError(f"'{desk}' is no outcome of a lead", f"write one of {', '.join(LEAD_OUTCOMES)}")
    return dataclasses.replace(
        script,
        given={**script.given, **dict(_field(workspace, pair) for pair in given)},
        reactions={**script.reactions, **dict(_reaction(workspace, program, script, pair) for pair in reactions)},
        desk=desk or script.desk,
    )


def _base(workspace: Workspace, program: Program, *, journey: str | None, test: str | None, start: date) -> Script:
    if test is not None:
        if test not in workspace.tests:
            raise UsageError(f"there is no spec test '{test}'", _did_you_mean(test, tuple(workspace.tests)))
        return script_of(workspace, workspace.tests[test])
    if journey is None:
        raise UsageError("neither a journey nor a spec test is named", "write journeyctl trace JOURNEY, or --test NAME")
    if journey not in program.journeys:
        raise UsageError(f"there is no journey '{journey}'", _did_you_mean(journey, tuple(program.journeys)))
    return Script(journey, start)


def _did_you_mean(word: str, known: tuple[str, ...]) -> str:
    close = nearest(word, known)
    return f"did you mean '{close}'?" if close else f"known are {', '.join(sorted(known))}"


def _field(workspace: Workspace, pair: str) -> tuple[str, Value]:
    path, equals, text = pair.partition("=")
    if not equals:
        raise UsageError(
            f"'{pair}' gives no value", "write --given path=value, such as --given account.is_customer=true"
        )
    try:
        value = value_from_text(workspace.profile, path, text)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return field_path(path), value


def _reaction(workspace: Workspace, program: Program, script: Script, pair: str) -> tuple[str, Reaction]:
    name, _, deed = pair.partition("=")
    do, _, after = deed.partition("@")
    if do not in DEEDS:
        raise UsageError(f"'{pair}' says no reaction", f"write --reaction item=clicked, or one of {', '.join(DEEDS)}")
    steps = {op.step for op in program.journeys[script.journey].ops.values()}
    if name not in program.items and name not in steps:
        raise UsageError(f"there is no item or step '{name}'", _did_you_mean(name, (*program.items, *steps)))
    try:
        seconds = parse_duration(after).seconds if after else None
    except ValueError as error:
        raise UsageError(str(error)) from None
    return name, Reaction(do, seconds)
