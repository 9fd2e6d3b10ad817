"""Spec tests: a script, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from journeyctl.diagnostics import Origin
from journeyctl.expr import Value
from journeyctl.graph.lowering.values import seconds_of
from journeyctl.graph.program import Program
from journeyctl.model import journey_test as written
from journeyctl.model.specification import Workspace
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.trace.fields import field_value
from journeyctl.trace.script import Fact, Reaction, Script
from journeyctl.trace.walk import Walk, walk


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that does not hold: what was expected, and what came."""

    what: str
    expected: str
    found: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class TestResult:
    """One spec test, or one case of it, and its failures."""

    __test__ = False

    name: str
    title: str
    journey: str
    origin: Origin
    walk: Walk
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        """Every expectation holds."""
        return not self.failures


def run_tests(workspace: Workspace, program: Program, *, only: Sequence[str] = ()) -> tuple[TestResult, ...]:
    """Runs the workspace's spec tests, or those whose name or test is in `only`, in the order of their names."""
    return tuple(
        run_test(workspace, program, name, test)
        for name, test in sorted(workspace.tests.items())
        if test.expect is not None and (not only or name in only or name.split("/")[0] in only)
    )


def run_test(workspace: Workspace, program: Program, name: str, test: written.JourneyTest) -> TestResult:
    """Walks the test's contact and holds the walk to what the test expects."""
    result = walk(program, script_of(workspace, test))
    failures = tuple(_failures(test.expect, result)) if test.expect is not None else ()
    return TestResult(name, test.title, test.journey, test.origin, result, failures)


def script_of(workspace: Workspace, test: written.JourneyTest) -> Script:
    """The script of a spec test, with values in the types of the profile."""
    return Script(
        journey=test.journey,
        start=test.start,
        given={path: field_value(workspace.profile, path, value) for path, value in test.given.items()},
        splits=test.splits,
        desk=test.desk,
        reactions={
            name: Reaction(reaction.do, seconds_of(reaction.after)) for name, reaction in test.reactions.items()
        },
        facts=tuple(Fact(seconds_of(fact.after) or 0, _values(workspace, fact)) for fact in test.facts),
        length=seconds_of(test.length) or 0,
    )


def _values(workspace: Workspace, fact: written.ScriptedFact) -> dict[str, Value]:
    return {path: field_value(workspace.profile, path, value) for path, value in fact.values.items()}


def _failures(expect: written.Expect, result: Walk) -> Iterator[Failure]:
    origin = expect.origin
    if expect.entered is not None:
        yield from _entered(result, origin.child("entered"), expected=expect.entered)
    if expect.sends is not None:
        yield from _sends(expect.sends, result, origin.child("sends"))
    if expect.steps is not None:
        yield from _steps(expect.steps, result, origin.child("steps"))
    if expect.gated is not None:
        yield from _gated(expect, result)
    if expect.handoff is not None:
        desks = tuple(effect.desk for effect in result.of(Kind.HANDED_OFF))[:1]
        yield from _same("handoff", (expect.handoff,), desks, origin.child("handoff"))
    if expect.end is not None:
        labels = tuple(effect.reason for effect in result.of(Kind.ENDED) if effect.journey == result.script.journey)
        yield from _same("end", (expect.end,), labels[:1], origin.child("end"))


def _entered(result: Walk, origin: Origin, *, expected: bool | str) -> Iterator[Failure]:
    at_entry = [effect for effect in result.effects if effect.time == result.entry_at]
    refusal = next((effect.reason for effect in at_entry if effect.kind is Kind.REFUSED), None)
    found: bool | str = any(effect.kind is Kind.ENTERED for effect in at_entry) or refusal or False
    if expected != found and not (expected is False and isinstance(found, str)):
        yield Failure("entered", _word(entered=expected), _word(entered=found), origin)


def _word(*, entered: bool | str) -> str:
    return entered if isinstance(entered, str) else "entered" if entered else "not entered"


def _sends(expected: Sequence[written.ExpectedSend], result: Walk, origin: Origin) -> Iterator[Failure]:
    sent = [(effect.item, effect.time - result.entry_at) for effect in _until_handoff(result)]
    if [send.item for send in expected] != [item for item, _ in sent]:
        yield Failure("sends", _listed([send.item for send in expected]), _listed([item for item, _ in sent]), origin)
        return
    for position, (wanted, (item, after)) in enumerate(zip(expected, sent, strict=True)):
        if wanted.after is not None and seconds_of(wanted.after) != after:
            found = f"{item} after {timedelta(seconds=after)}"
            yield Failure("sends", f"{item} after {wanted.after}", found, origin.child(position))


def _until_handoff(result: Walk) -> list[Effect]:
    sent = []
    for effect in result.effects:
        if effect.kind is Kind.HANDED_OFF:
            break
        if effect.kind is Kind.SENT:
            sent.append(effect)
    return sent


def _steps(expected: Sequence[str], result: Walk, origin: Origin) -> Iterator[Failure]:
    visited: list[str] = []
    for effect in result.effects:
        if effect.step and effect.journey == result.script.journey and effect.step not in visited[-1:]:
            visited.append(effect.step)
    position = 0
    for wanted in expected:
        if wanted not in visited[position:]:
            yield Failure("steps", f"{_listed(expected)}; '{wanted}' is missing", _listed(visited), origin)
            return
        position = visited.index(wanted, position) + 1


def _gated(expect: written.Expect, result: Walk) -> Iterator[Failure]:
    for item, reason in (expect.gated or {}).items():
        answers = [e for e in result.of(Kind.DEFERRED, Kind.SKIPPED) if e.item == item]
        if reason not in {effect.reason for effect in answers}:
            found = _listed(list(dict.fromkeys(effect.reason for effect in answers))) if answers else "not held back"
            yield Failure(f"gated {item}", reason, found, expect.origin.child("gated", item))


def _same(what: str, expected: tuple[str, ...], found: tuple[str, ...], origin: Origin) -> Iterator[Failure]:
    if expected != found:
        yield Failure(what, _listed(expected), _listed(found) if found else "none", origin)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) if words else "none"
