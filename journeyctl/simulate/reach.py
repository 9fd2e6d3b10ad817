"""Who can ever enter a journey. Nobody else is simulated.

A contact that is in no journey gets no mail of ours, makes no lead and is seen by nobody, so leaving it
out changes no other contact's rows. An audience's condition that is a chain of `and` holds only where
every part is true. A part that reads nothing but fields that neither facts nor journeys change has one
answer for ever; where that answer is not `true`, the contact can be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from journeyctl.expr import Expression, Value, compile_expression, reads
from journeyctl.expr.syntax import And, InAudience
from journeyctl.graph.ops import UpdateOp
from journeyctl.graph.program import Program
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView

Reaches = Callable[[Mapping[str, Value]], bool]
"""Whether a contact with these fields can ever enter one of the journeys."""


def reach(program: Program, journeys: Iterable[str], *, changing: Iterable[str]) -> Reaches:
    """The question for these journeys; `changing` are the paths that facts of the scenario set."""
    consents = (path for policies in program.policies.values() for path in policies.consents.values())
    moving = frozenset(changing) | _updated(program) | frozenset(consents) | {"contact.deliverable"}
    lasting = [
        [compile_expression(part) for part in _parts(program, program.journeys[name].entry.condition.expression)
         if _lasts(part, moving)]
        for name in sorted(journeys)
    ]  # fmt: skip

    def reaches(fields: Mapping[str, Value]) -> bool:
        view = ContactView(program, Contact("", dict(fields), 0))
        return any(all(part(view) is True for part in parts) for parts in lasting)

    return reaches


def _parts(program: Program, expression: Expression) -> Iterator[Expression]:
    match expression:
        case And():
            for term in expression.terms:
                yield from _parts(program, term)
        case InAudience():
            yield from _parts(program, program.audiences[expression.audience].expression)
        case _:
            yield expression


def _lasts(part: Expression, moving: frozenset[str]) -> bool:
    found = reads(part)
    derived = any(path.partition(".")[0] in ("score", "fit", "lead", "journey", "item") for path in found.paths)
    asks_history = bool(found.history or found.groups or found.audiences)
    return not (found.uses_time or asks_history or derived or found.paths & moving)


def _updated(program: Program) -> frozenset[str]:
    """Fields that any journey writes."""
    ops = (op for graph in program.journeys.values() for op in graph.ops.values())
    return frozenset(a.path for op in ops if isinstance(op, UpdateOp) for a in op.assignments)
