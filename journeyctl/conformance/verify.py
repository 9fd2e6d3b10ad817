"""Does a compiled file do what the step machine does? The same contacts in both, every trace compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from journeyctl.conformance.compiled_file import CompiledFile
from journeyctl.conformance.coverage import WANTED, Coverage, answers_in, measure
from journeyctl.conformance.mutations import KINDS, Verdict, apply, mutations, table
from journeyctl.conformance.runs import Walk, run_file, run_machine
from journeyctl.conformance.spiff import Deployment, Refused
from journeyctl.conformance.stimuli import Script, Scripts
from journeyctl.conformance.traces import Difference, Row, first_difference
from journeyctl.draws import Draws
from journeyctl.graph.program import Program
from journeyctl.targets.bpmn.emit import emit
from journeyctl.units import SECONDS_PER_DAY

LENGTH = 400 * SECONDS_PER_DAY
ATTEMPTS = 24
"""Scripts looked at for one contact, four times as many once only the rare is missing; the best one is run."""
TRIED = 16
"""Contacts that a mutation is tried on: of those that pass its place, half the shortest, half the others."""
CAUGHT_SHARE = 0.95
_COVERED_KINDS = frozenset({
    "entered", "waited", "branched", "split", "deferred", "skipped", "sent", "bounced", "handed_off", "merged", "ended",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of a conformance run of one file."""

    journey: str
    contacts: int
    events: int
    differences: tuple[Difference, ...]
    coverage: Coverage
    verdicts: tuple[Verdict, ...] = ()

    @property
    def caught(self) -> float:
        """Share of the mutations that changed a trace or were refused; 1 where none was made."""
        return sum(1 for verdict in self.verdicts if verdict.caught) / len(self.verdicts) if self.verdicts else 1.0

    @property
    def holds(self) -> bool:
        """No difference, everything covered, and mutations are caught."""
        return not self.differences and not self.coverage.missing and self.caught >= CAUGHT_SHARE

    def to_text(self) -> str:
        """Counts, the first differences in full, the coverage and the mutation table."""
        counted = f"{self.contacts} contacts, {self.events} events in SpiffWorkflow and in the step machine"
        lines = [f"{self.journey}: {counted}, {len(self.differences)} traces differ"]
        lines += [difference.to_text() for difference in self.differences[:3]]
        lines.append(self.coverage.to_text())
        if self.verdicts:
            lines.append(table(self.verdicts))
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Case:
    """A contact that was run, with what the file's elements saw of it."""

    script: Script
    machine: Walk
    passed: Counter[tuple[str, str]]


@dataclass(slots=True)
class _Run:
    """A conformance run while it goes on."""

    program: Program
    journey: str
    start: int
    length: int
    scripts: Scripts
    deployment: Deployment
    seen: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    cases: list[_Case] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    passed: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    """Answers of the gate in every life that was looked at, run or not."""

    def contact(self, number: int, *, attempts: int) -> None:
        """Chooses a contact, runs it in both, and compares."""
        script, machine = self._choose(number, attempts)
        self.seen.update(_keys(machine))
        assert machine.entered_at is not None, "only contacts that enter are chosen"
        walk, instance = run_file(
            self.deployment, self.program, self.journey, script, start=self.start, entered_at=machine.entered_at,
            length=self.length,
        )  # fmt: skip
        difference = first_difference(script.key, machine.rows, walk.rows, walk.fault)
        if difference is not None:
            self.differences.append(difference)
        self.cases.append(_Case(script, machine, instance.passed))
        self.passed.update(instance.passed)
        self.rows.extend(walk.rows)

    def _choose(self, number: int, attempts: int) -> tuple[Script, Walk]:
        best: tuple[float, Script, Walk] | None = None
        for attempt in range(attempts):
            script = self.scripts.make(number, attempt)
            walk = run_machine(self.program, self.journey, script, start=self.start, length=self.length)
            if walk.entered_at is None:
                continue
            self.given |= answers_in(walk.rows).keys()
            gain = self._gain(walk)
            if best is None or gain > best[0]:
                best = (gain, script, walk)
        if best is None:
            raise ValueError(f"no contact entered '{self.journey}' in {attempts} attempts")
        return best[1], best[2]

    def _gain(self, walk: Walk) -> float:
        """What the walk adds to the coverage, per event of effort."""
        added = sum(
            min(WANTED, self.seen[key] + count) - min(WANTED, self.seen[key]) for key, count in _keys(walk).items()
        )
        return float(added / max(1, len(walk.rows)) ** 0.5)

    def coverage(self) -> Coverage:
        return measure(
            self.deployment.file, self.passed, self.rows, program=self.program, journey=self.journey, given=self.given
        )


def _keys(walk: Walk) -> Counter[tuple[str, str, str]]:
    """What the walk went through; an end counts apart for each place from which it was reached."""
    rows = walk.rows
    before = [row for row in rows if row.op and row.kind != "ended"]
    found = Counter((row.kind, row.op, row.reason) for row in rows if row.kind in _COVERED_KINDS)
    found.update({("answer", "", answer): count for answer, count in answers_in(rows).items()})
    if rows and rows[-1].kind == "ended" and before:
        found["left", before[-1].step, rows[-1].reason] += 1
    return found


def verify_bpmn(
    program: Program, journey: str, *, contacts: int = 200, seed: int = 7, start: int, length: int = LENGTH,
    most: int | None = None, mutants: int = 0, content: bytes | None = None,
) -> Verification:  # fmt: skip
    """Runs contacts through the step machine and through the compiled file in SpiffWorkflow.

    `contacts` are run in any case, and more (up to `most`, default three times as many) until everything
    is covered. `start` is the UTC second at which they become known, `length` the seconds they are followed.
    `mutants` faults of the file are tried, evenly over all kinds; `content` is a file other than the compiler's.
    """
    if content is None:
        content = emit(program, journey, drawn=False).files[f"{journey}.bpmn"]
    run = _Run(
        program, journey, start, length, Scripts(program, journey, seed=seed, start=start, length=length),
        Deployment(CompiledFile(content), zone=program.zone),
    )  # fmt: skip
    limit = contacts * 3 if most is None else most
    number = 0
    while (
        number < contacts
        or (number < limit and number % 10 == 0 and run.coverage().missing)
        or (number < limit and number % 10)
    ):
        run.contact(number, attempts=ATTEMPTS if number < contacts else 4 * ATTEMPTS)
        number += 1
    verdicts = tuple(_try_mutants(run, content, mutants, seed)) if mutants else ()
    return Verification(journey, number, len(run.rows), tuple(run.differences), run.coverage(), verdicts)


# --- mutations


def _try_mutants(run: _Run, content: bytes, wanted: int, seed: int) -> Iterator[Verdict]:
    tree = etree.fromstring(content)
    by_kind: dict[str, list[tuple[str, object]]] = {}
    for kind, place, recipe in mutations(content):
        by_kind.setdefault(kind, []).append((place, recipe))
    draws = Draws(seed)
    share = max(1, wanted // len(KINDS))
    for kind, places in by_kind.items():
        order = sorted(places, key=lambda found: draws.bits(f"{found[0]} {found[1]}", "mutation", place=kind))
        for place, recipe in order[:share]:
            what = f"{place}, {recipe}" if isinstance(recipe, str) else place
            yield Verdict(kind, what, _caught(run, apply(tree, kind, place, recipe), place))


def _caught(run: _Run, content: bytes, place: str) -> str:
    try:
        deployment = Deployment(CompiledFile(content), zone=run.program.zone)
    except (Refused, etree.LxmlError):
        return "refused"
    for case in _cases_through(run, place):
        assert case.machine.entered_at is not None, "only contacts that enter are run"
        walk, _ = run_file(
            deployment, run.program, run.journey, case.script, start=run.start, entered_at=case.machine.entered_at,
            length=run.length,
        )  # fmt: skip
        if walk.fault:
            return "refused"
        if walk.rows != case.machine.rows:
            return "trace"
    return ""


def _cases_through(run: _Run, place: str) -> list[_Case]:
    """Contacts that pass the flow, element or message: the shortest walks, and some from there to the longest."""
    file = run.deployment.file
    flow = next((flow for flow in file.flows if flow.id == place), None)
    keys = (
        {(flow.source, flow.target)} if flow is not None else {(found, "") for found in (place, *file.awaiting(place))}
    )
    around = {(flow.source, "")} if flow is not None else set[tuple[str, str]]()
    through = [case for case in run.cases if any(case.passed[key] for key in keys)]
    through = through or [case for case in run.cases if any(case.passed[key] for key in around)] or run.cases
    ordered = sorted(through, key=lambda case: len(case.machine.rows))
    longer = ordered[TRIED // 2 :]
    return ordered[: TRIED // 2] + longer[:: -max(1, len(longer) // (TRIED // 2))][: TRIED // 2]
