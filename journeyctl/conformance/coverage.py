"""Which parts of a file the contacts have been through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from journeyctl.conformance.compiled_file import CompiledFile
from journeyctl.conformance.traces import Row

WANTED = 3
"""How often every flow, gate answer and exit has to be taken."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Passages through each sequence flow of a file, and answers of the gate."""

    flows: dict[str, int]
    answers: dict[str, int]
    """By `sent`, `deferred.<reason>` and `skipped.<reason>`."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Flows that were taken less often than wanted."""
        return tuple(flow for flow, count in self.flows.items() if count < WANTED)

    def to_text(self, *, most: int = 20) -> str:
        """How many flows are covered, how the gate answered, and what is missing."""
        covered = len(self.flows) - len(self.missing)
        lines = [f"coverage: {covered} of {len(self.flows)} flows taken at least {WANTED} times"]
        lines += [f"  gate  {answer:<32} {count:>6}" for answer, count in sorted(self.answers.items())]
        lines += [f"  missing  {flow} ({self.flows[flow]})" for flow in self.missing[:most]]
        if len(self.missing) > most:
            lines.append(f"  and {len(self.missing) - most} more")
        return "\n".join(lines)


def measure(file: CompiledFile, passed: Counter[tuple[str, str]], rows: Iterable[Row]) -> Coverage:
    """Coverage of a file by all passages together; what the file says is never left (a holdout) is not counted."""
    outgoing = Counter(flow.source for flow in file.flows)
    flows = {
        flow.id: passed[flow.source, ""] if outgoing[flow.source] == 1 else passed[flow.source, flow.target]
        for flow in file.flows
        if file.elements[flow.source].properties.get("passes") != "never"
    }
    answers: Counter[str] = Counter()
    for row in rows:
        if row.kind == "sent":
            answers["sent"] += 1
        elif row.kind in ("deferred", "skipped"):
            answers[f"{row.kind}.{row.reason}"] += 1
    return Coverage(flows, dict(answers))
