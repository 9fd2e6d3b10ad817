"""Values worth trying for the fields that a program reads: on both sides of every comparison, and unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from journeyctl.calendars import local_date
from journeyctl.expr import Value
from journeyctl.expr.syntax import (
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    DateLiteral,
    DurationLiteral,
    Expression,
    Function,
    If,
    In,
    InRange,
    ListLiteral,
    Name,
    Not,
    Number,
    Or,
    Text,
    children,
)
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import BranchOp, FromTopic, LadderOp, OfferOp, UntilValue, WaitOp
from journeyctl.graph.program import Program

_ROOTS = ("contact", "clinic", "hospital", "umbrella")


def conditions_of(program: Program, journey: str) -> Iterator[Condition]:
    """Every condition that can decide something for a contact of the journey."""
    graph = program.journeys[journey]
    yield graph.entry.condition
    yield from (way_out.condition for way_out in graph.exits if way_out.condition is not None)
    for op in graph.ops.values():
        match op:
            case BranchOp(cases=cases):
                yield from (condition for condition, _ in cases)
            case OfferOp(only=Condition() as only):
                yield only
            case LadderOp(start=FromTopic(topic)):
                yield topic
            case WaitOp(until=UntilValue(expression)):
                yield expression
            case _:
                pass
    yield from (item.when for item in program.items.values() if item.when is not None)
    for policies in program.policies.values():
        yield from (suppression.condition for suppression in policies.suppressions)
        yield from (cap.applies for cap in policies.caps if cap.applies is not None)


def candidates(program: Program, journey: str, now: int) -> dict[str, tuple[Value, ...]]:
    """For each field that conditions read: values that can change an answer; the last one is unknown."""
    found: dict[str, dict[Value, None]] = {}
    today = local_date(now, program.zone)
    hints = [
        *(hint for expression in _expressions(program, journey) for hint in _whole(expression)),
        *(
            h
            for expression in _expressions(program, journey)
            for n in _nodes(expression)
            for h in _hints(n, program, today)
        ),
        *_topics(program, journey),
    ]
    for path, values in hints:
        if path.partition(".")[0] in _ROOTS and path != "contact.deliverable":
            found.setdefault(path, {}).update(dict.fromkeys(values))
    return {path: (*values, None) for path, values in sorted(found.items())}


def entry_paths(program: Program, journey: str) -> frozenset[str]:
    """The fields that decide who may enter, through audiences too."""
    pending, found = [program.journeys[journey].entry.condition], set[str]()
    seen = set[str]()
    while pending:
        condition = pending.pop()
        if condition.text not in seen:
            seen.add(condition.text)
            found |= condition.reads.paths
            pending += [program.audiences[name] for name in condition.reads.audiences]
    return frozenset(found)


def _expressions(program: Program, journey: str) -> tuple[Expression, ...]:
    """Every expression that can decide something, with those of the audiences it names."""
    found: dict[str, Expression] = {}
    pending = list(conditions_of(program, journey))
    while pending:
        condition = pending.pop(0)
        if condition.text not in found:
            found[condition.text] = condition.expression
            pending += [program.audiences[name] for name in sorted(condition.reads.audiences)]
    return tuple(found.values())


def _whole(expression: Expression) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """A name that is a condition by itself is a boolean."""
    if isinstance(expression, Name):
        yield expression.path, (True, False)


def _topics(program: Program, journey: str) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """The topics of the house for what a ladder starts from, and one that it does not know."""
    for op in program.journeys[journey].ops.values():
        if isinstance(op, LadderOp) and isinstance(op.start, FromTopic):
            topics = {item.topic for item in program.houses[op.house].items.values() if item.topic}
            yield from ((path, (*sorted(topics), "no-such-topic")) for path in sorted(op.start.topic.reads.paths))


def _nodes(expression: Expression) -> Iterator[Expression]:
    yield expression
    for child in children(expression):
        yield from _nodes(child)


def _hints(node: Expression, program: Program, today: date) -> Iterator[tuple[str, tuple[Value, ...]]]:
    match node:
        case Name():
            yield node.path, ()
        case And(terms) | Or(terms):
            yield from ((term.path, (True, False)) for term in terms if isinstance(term, Name))
        case Not(Name() as name):
            yield name.path, (True, False)
        case If(Name() as name, _, _):
            yield name.path, (True, False)
        case Comparison(left, _, right):
            yield from _compared(left, right, program, today)
            yield from _compared(right, left, program, today)
        case In(Name() as name, ListLiteral(items)):
            yield name.path, tuple(item.value for item in items if isinstance(item, (Text, Number)))
        case Between(Name() as name, low, high) | InRange(Name() as name, low, high):
            yield name.path, tuple(value for end in (low, high) for value in _around(end, today))
        case Call(Function.LIST_CONTAINS, (Name() as name, Text(value))):
            yield name.path, ((value,), ())
        case _:
            pass


def _compared(
    field: Expression, other: Expression, program: Program, today: date
) -> Iterator[tuple[str, tuple[Value, ...]]]:
    if not isinstance(field, Name):
        return
    if isinstance(other, Name) and other.path == "item.line":
        yield field.path, tuple(sorted({item.line for item in program.items.values() if item.line}))
    elif isinstance(other, Name) and other.path == "item.topic":
        yield field.path, tuple(sorted({item.topic for item in program.items.values() if item.topic}))
    else:
        yield field.path, _around(other, today)


def _around(expression: Expression, today: date) -> tuple[Value, ...]:
    """The value itself, and something on either side of it."""
    match expression:
        case Text(value):
            return (value, f"not-{value}")
        case Number(value):
            return (value, value - 1, value + 1)
        case DateLiteral(value):
            return (value, value - timedelta(days=1), value + timedelta(days=1))
        case Call(Function.TODAY, _):
            return (today + timedelta(days=120), today - timedelta(days=1), today + timedelta(days=30))
        case Arithmetic(Call(Function.TODAY, _), _, DurationLiteral(length)):
            back = today - timedelta(days=length.months * 30.4375 + length.seconds / 86_400)
            return (back, back - timedelta(days=400), back + timedelta(days=200), back + timedelta(days=3))
        case _:
            return ()


def merged_lists(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """For list fields: besides single entries also all of them together."""
    lists = [value for value in values if isinstance(value, tuple)]
    every = tuple(dict.fromkeys(entry for value in lists for entry in value))
    return (*values, every, every) if lists else values
