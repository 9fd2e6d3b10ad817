"""Which parts of a file the contacts have been through, how the gate answered them, and by which exits they left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from journeyctl.conformance.compiled_file import CompiledFile
from journeyctl.conformance.traces import Row
from journeyctl.graph.ops import SendOp
from journeyctl.graph.program import Program, StepGraph

WANTED = 3
"""How often every flow, gate answer and exit has to be taken."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Passages through each sequence flow of a file, answers of the gate, and exits."""

    flows: dict[str, int]
    answers: dict[str, int]
    """By `sent`, `deferred.<reason>` and `skipped.<reason>`: every answer that any life looked at was given."""
    exits: dict[str, int] = field(default_factory=dict)
    """By event or condition; every written exit, and a lost consent."""
    never_given: tuple[str, ...] = ()
    """Answers that the policies know and that no life looked at was given: exits come before them, or no send asks."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Flows, gate answers and exits that were taken less often than wanted."""
        return tuple(name for counted in self._parts().values() for name, count in counted.items() if count < WANTED)

    def _parts(self) -> dict[str, dict[str, int]]:
        return {"flows": self.flows, "gate answers": self.answers, "exits": self.exits}

    def to_text(self, *, most: int = 20) -> str:
        """How much is covered, how the gate answered, by which exits contacts left, and what is missing."""
        lines: list[str] = []
        for what, counted in self._parts().items():
            covered = sum(1 for count in counted.values() if count >= WANTED)
            head = "coverage: " if not lines else "          "
            lines.append(f"{head}{covered} of {len(counted)} {what} taken at least {WANTED} times")
        lines += [f"  gate  {answer:<32} {count:>6}" for answer, count in sorted(self.answers.items())]
        lines += [f"  gate  {answer:<32} never in any life that was looked at" for answer in self.never_given]
        lines += [f"  exit  {name:<32} {count:>6}" for name, count in self.exits.items()]
        counts = {**self.flows, **self.answers, **self.exits}
        lines += [f"  missing  {name} ({counts[name]})" for name in self.missing[:most]]
        if len(self.missing) > most:
            lines.append(f"  and {len(self.missing) - most} more")
        return "\n".join(lines)


def answers_in(rows: Iterable[Row]) -> Counter[str]:
    """How often the gate answered what."""
    answers: Counter[str] = Counter()
    for row in rows:
        if row.kind == "sent":
            answers["sent"] += 1
        elif row.kind in ("deferred", "skipped"):
            answers[f"{row.kind}.{row.reason}"] += 1
    return answers


def possible_answers(program: Program, graph: StepGraph) -> tuple[str, ...]:
    """Every answer that the policies of any country can give to the sends of a journey."""
    found = {"sent": None, "skipped.expired": None, "skipped.undeliverable": None}
    found |= dict.fromkeys(f"skipped.no_consent.{purpose}" for purpose in graph.purposes)
    for policies in program.policies.values():
        ways = {"skip": "skipped", "defer": "deferred"}
        found |= dict.fromkeys(f"{ways[s.then]}.suppressed.{s.name}" for s in policies.suppressions)
        found |= dict.fromkeys(f"{ways[cap.over]}.capped.{cap.name}" for cap in policies.caps)
        if policies.quiet_hours is not None:
            found["deferred.quiet_hours"] = None
        if policies.holdout:
            found["skipped.holdout"] = None
    sends = [op for op in graph.ops.values() if isinstance(op, SendOp)]
    items = [program.items[op.item] for op in sends]
    if any(op.send_on is not None for op in sends):
        found["deferred.send_window"] = None
    if any(op.ladder is not None for op in sends):
        found["skipped.already_sent"] = None
    if any(item.when is not None or item.available_from is not None or item.available_until for item in items):
        found["skipped.not_available"] = None
    if any(item.locales and item.fallback is None for item in items):
        found["skipped.no_locale"] = None
    return tuple(found)


def measure(
    file: CompiledFile, passed: Counter[tuple[str, str]], rows: Iterable[Row], *, program: Program, journey: str,
    given: Iterable[str],
) -> Coverage:  # fmt: skip
    """Coverage of a file by all passages together; what the file says is never left (a holdout) is not counted.

    `given` are the answers that the gate gave in any life that was looked at, run or not.
    """
    graph = program.journeys[journey]
    outgoing = Counter(flow.source for flow in file.flows)
    flows = {
        flow.id: passed[flow.source, ""] if outgoing[flow.source] == 1 else passed[flow.source, flow.target]
        for flow in file.flows
        if file.elements[flow.source].properties.get("passes") != "never"
    }
    answers = answers_in(rows)
    wanted = {answer: answers[answer] for answer in sorted({*answers, *given})}
    never = tuple(answer for answer in possible_answers(program, graph) if answer not in wanted)
    return Coverage(flows, wanted, _exits(file, passed, graph), never)


def _exits(file: CompiledFile, passed: Counter[tuple[str, str]], graph: StepGraph) -> dict[str, int]:
    """Passages by exit. An event that is awaited nowhere only leads to where the contact stands."""
    events = dict.fromkeys(way_out.event for way_out in graph.exits if way_out.event is not None)
    if graph.purposes:
        events["consent_lost"] = None
    found = {}
    for event in events:
        awaiting = file.awaiting(f"exit_{event}")
        if awaiting:
            found[event] = sum(passed[element, ""] for element in awaiting)
    targets = {flow.id: flow.target for flow in file.flows}
    for name, flow in file.named_flows("leaves").items():
        found[name] = passed["leaves", targets[flow]]
    return found
