"""What to write instead of a comparison or call whose types do not fit."""

from __future__ import annotations

import datetime

from journeyctl.expr.nearest import nearest
from journeyctl.expr.scope import Field, Type
from journeyctl.expr.syntax import Arithmetic, Boolean, Call, Expression, Function, Number, Text

MOST_SHOWN = 8
"""Known names that one message lists."""


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """The nearest known name, or the first few of them."""
    close = nearest(word, known)
    if close:
        return f"did you mean '{close}'?"
    shown = ", ".join(sorted(known)[:MOST_SHOWN])
    return f"known are {shown}{', ..' if len(known) > MOST_SHOWN else ''}" if known else "none is declared"


def for_dates(left: Expression, right: Expression) -> str:
    """For a date compared with a date-time."""
    calls = [node.function for node in (*_leaves(left), *_leaves(right)) if isinstance(node, Call)]
    if Function.TODAY in calls:
        return "write now() instead of today()"
    return "write today() instead of now()" if Function.NOW in calls else "compare it with a name of the same type"


def _leaves(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Arithmetic(left, _, right):
            return (*_leaves(left), *_leaves(right))
    return (expression,)


def for_types(left: Expression, one: Field, right: Expression, other: Field) -> str:
    """For a comparison of two sorts, where a literal on one side gives away what was meant."""
    for literal, field in ((right, one), (left, other)):
        help = _for_text(literal.value, field.type) if isinstance(literal, Text) else ""
        if help:
            return help
        if field.type.sort == "text" and isinstance(literal, (Number, Boolean)):
            return "put it in quotes to compare it as text"
    return 'write list contains(list, "..")' if "list" in (one.type.sort, other.type.sort) else ""


def _for_text(text: str, wanted: Type) -> str:
    match wanted.sort:
        case "number" if text.replace(".", "", 1).isdecimal():
            return f"write {text} without quotes"
        case "boolean":
            return f"write {text} without quotes" if text in ("true", "false") else "write true or false"
        case "date":
            return f'write date("{text if _is_date(text) else "2026-11-21"}")'
        case "duration":
            return 'write duration("P14D")'
    return ""


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def for_call(function: Function, found: Type) -> str:
    """For an argument of the wrong type."""
    in_list = function is Function.CONTAINS and found.sort == "list"
    return 'write list contains(list, "..")' if in_list else ""
