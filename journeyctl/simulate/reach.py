"""Who can ever enter a journey. Nobody else is simulated.

A contact that is in no journey gets no mail of ours, makes no lead and is seen by nobody, so leaving it
out changes no other contact's rows. An audience's condition that is a chain of `and` holds only where
every part is true. A part that reads nothing but fields that neither facts nor journeys change has one
answer for ever; where that answer is not `true`, the contact can be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from journeyctl.expr import Expression, Value, compile_expression, reads
from journeyctl.expr.syntax import And, InAudience
from journeyctl.graph.ops import UpdateOp
from journeyctl.graph.program import Program
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.person import FieldQuestion


def reach(program: Program, journeys: Iterable[str], *, changing: Iterable[str]) -> FieldQuestion[bool]:
    """Whether a contact can ever enter one of these journeys; `changing` are paths that the scenario's facts set."""
    moving = moving_fields(program, changing)
    names = sorted(journeys)
    lasting = {
        country: [
            [(part, compile_expression(part))
             for part in lasting_parts(program, country, _entered_by(program, name, country), moving)]
            for name in names
        ]
        for country in ("", *program.overlaid)
    }  # fmt: skip
    emigrates = program.meanings.get("country", "contact.country") in moving
    read = {path for ways in lasting.values() for parts in ways for part, _ in parts for path in reads(part).paths}

    def reaches(fields: Mapping[str, Value]) -> bool:
        view = ContactView(program, Contact("", dict(fields), 0))
        own = lasting.get(view.country or "", lasting[""])
        wanted = [parts for found in lasting.values() for parts in found] if emigrates else own
        return any(all(answer(view) is True for _, answer in parts) for parts in wanted)

    return FieldQuestion(read | {program.meanings.get("country", "contact.country")}, reaches)


def moving_fields(program: Program, changing: Iterable[str]) -> frozenset[str]:
    """Fields that can change while a run goes on; `changing` are those that facts of the scenario set."""
    consents = (path for policies in program.policies.values() for path in policies.consents.values())
    built_in = program.account_facts | {"contact.deliverable"}
    return frozenset(changing) | updated_fields(program) | frozenset(consents) | built_in


def lasting_parts(
    program: Program, country: str, expression: Expression, moving: frozenset[str]
) -> Iterator[Expression]:
    """The parts of a chain of `and` whose answer stays the same throughout a run, audiences spelled out."""
    return (part for part in _parts(program, country, expression) if _lasts(part, moving))


def _entered_by(program: Program, journey: str, country: str) -> Expression:
    return program.journey_for(journey, country).entry.condition.expression


def _parts(program: Program, country: str, expression: Expression) -> Iterator[Expression]:
    match expression:
        case And():
            for term in expression.terms:
                yield from _parts(program, country, term)
        case InAudience():
            yield from _parts(program, country, program.audiences_for(country)[expression.audience].expression)
        case _:
            yield expression


def _lasts(part: Expression, moving: frozenset[str]) -> bool:
    found = reads(part)
    derived = any(path.partition(".")[0] in ("score", "fit", "lead", "journey", "item") for path in found.paths)
    asks_history = bool(found.history or found.groups or found.audiences)
    return not (found.uses_time or asks_history or derived or found.paths & moving)


def updated_fields(program: Program) -> frozenset[str]:
    """Fields that any journey writes, in any country."""
    graphs = (graph for name in program.journeys for graph in program.forms_of(name))
    ops = (op for graph in graphs for op in graph.ops.values())
    return frozenset(a.path for op in ops if isinstance(op, UpdateOp) for a in op.assignments)
