"""Writes one journey as one BPMN file."""

from __future__ import annotations

from journeyctl.diagnostics import NOWHERE, Origin, UnsupportedError, UsageError
from journeyctl.graph.ops import ListenOp
from journeyctl.graph.program import Program
from journeyctl.targets.base import CompileReport, Emission, Entry, Handling
from journeyctl.targets.bpmn.draft import Draft
from journeyctl.targets.bpmn.journey import assemble
from journeyctl.targets.bpmn.ladder import read_ladder
from journeyctl.targets.bpmn.regions import ladder_starts
from journeyctl.targets.bpmn.support import SUPPORT, refuse_unsupported

NAME = "bpmn"


def emit(program: Program, journey: str, *, drawn: bool = True) -> Emission:
    """The file `<journey>.bpmn` and its report; without its diagram where `drawn` is false.

    Raises `UnsupportedError` with every reason, `UsageError` for an unknown journey or a missing library.
    """
    from journeyctl.targets.bpmn.write import write  # needs a library that only this command uses

    if journey not in program.journeys:
        raise UsageError(f"there is no journey '{journey}'", f"choose one of: {', '.join(sorted(program.journeys))}")
    draft = Draft(program, program.journeys[journey])
    refuse_unsupported(draft)
    if draft.reasons:
        raise UnsupportedError(draft.reasons)
    ladders = {start.id: read_ladder(draft, start) for start in ladder_starts(draft.graph)}
    if draft.reasons:
        raise UnsupportedError(draft.reasons)
    root = assemble(draft, ladders)
    if draft.reasons:
        raise UnsupportedError(dict.fromkeys(draft.reasons))
    content = write(draft, root)
    if drawn:
        from journeyctl.targets.bpmn.layout import lay_out  # as above

        content = lay_out(content)
    return Emission({f"{journey}.bpmn": content}, _report(draft))


def _report(draft: Draft) -> CompileReport:
    graph = draft.graph
    entries = [_entry(type(op).__name__, op.origin) for op in graph.ops.values()]
    entries += [_entry(construct, NOWHERE) for construct in _policies(draft)]
    entries += [
        Entry(f"variable {name}", Handling.LOSSY, f"the host keeps it up to date: {question}")
        for name, question in draft.questions.items()
    ]
    entries += [
        Entry(
            f"country {country}", Handling.LOSSY, "overlays change the journey or what it uses there, not in this file"
        )
        for country in draft.program.overlaid
        if country in draft.program.shared or graph.journey in draft.program.variants[country]
    ]
    return CompileReport(
        NAME, graph.journey, draft.program.graph_hash, tuple(dict.fromkeys((*entries, *draft.entries)))
    )


def _entry(construct: str, origin: Origin) -> Entry:
    cell = SUPPORT[construct]
    change = "" if cell.handling is Handling.NATIVE else cell.reason
    return Entry(construct, cell.handling, change, origin)


def _policies(draft: Draft) -> list[str]:
    """The policies that this journey meets."""
    policies, graph = draft.program.policies[""], draft.graph
    met = {
        "consents": bool(graph.purposes),
        "caps": bool(policies.caps),
        "suppressions": bool(policies.suppressions),
        "quiet_hours": policies.quiet_hours is not None,
        "holdout": policies.holdout > 0,
        "scoring": draft.program.scoring is not None,
        "entry": True,
        "goal": graph.goal is not None,
        "human filter": any(isinstance(op, ListenOp) and op.human_min_delay is not None for op in graph.ops.values()),
    }
    return [construct for construct, is_met in met.items() if is_met]
