"""What to say about text that is no condition: the fact, its place, and what to write instead.

The functions answer the arguments of a `ConditionError`; the parser decides when to ask.
"""

from __future__ import annotations

from collections.abc import Iterable

from journeyctl.expr.lexer import Tokens
from journeyctl.expr.nearest import nearest
from journeyctl.units import parse_duration

Fault = tuple[str, int, int, str]
"""Message, start, end, help."""

_OPERATOR_WORDS = {
    "is": "write = to compare, or = null to ask whether a value is unknown",
    "equals": "write =",
    "like": 'write contains(x, "..") or matches(x, "..")',
    "contains": 'write contains(text, ".."), or list contains(list, "..") for lists',
    "starts": 'write starts with(x, "..")',
    "matches": 'write matches(x, "..")',
    "xor": "write it with and, or, not(..)",
    "mod": "conditions have only + - * /",
}


def meant(word: str, allowed: Iterable[str]) -> str:
    """The nearest allowed word, or all of them."""
    allowed = tuple(allowed)
    close = nearest(word, allowed)
    return f"did you mean '{close}'?" if close else f"allowed are {', '.join(allowed)}"


def shown(kind: str, word: str) -> str:
    """A token as it appears in a message."""
    return "the end" if kind == "end" else word if kind == "text" else f"'{word}'"


def too_deep(limit: int, start: int, end: int) -> Fault:
    """For trees and brackets nested beyond the limit."""
    message = f"the condition is nested more than {limit} levels deep"
    return message, start, end, "name parts of it as audiences and write in audience(..)"


def missing_sign(tokens: Tokens, at: int, *, sign: str, after: str) -> Fault:
    """A closing sign was expected; either it is forgotten or something before it is no operator."""
    kind, word = tokens.kinds[at], tokens.words[at]
    if kind in ("end", "sign"):
        message = f"'{sign}' is missing {after}, there is {shown(kind, word)}"
        return message, tokens.starts[at], tokens.ends[at], f"add {sign}"
    return after_operand(tokens, at)


def after_operand(tokens: Tokens, at: int) -> Fault:
    """Something stands where only an operator, a closing sign or the end can."""
    words, ends = tokens.words, tokens.ends
    kind, word, start, end = tokens.kinds[at], words[at], tokens.starts[at], ends[at]
    if kind == "keyword" and word == "not" and words[at + 1] == "in":
        return "'not in' is not part of conditions", start, ends[at + 1], "write not(x in [..])"
    if kind == "keyword" and word == "not":
        return "'not' does not stand between two values", start, end, "write !=, or not(..) around the comparison"
    if kind == "name" and word.lower() in ("and", "or", "not", "in", "between"):
        return f"'{word}' is written in small letters", start, end, f"write {word.lower()}"
    if kind == "name" and word.lower() in _OPERATOR_WORDS:
        return f"'{word}' does not stand between two values", start, end, _OPERATOR_WORDS[word.lower()]
    if kind == "function":
        return f"'{word}(' begins a new condition", start, end, "join it with and or or"
    if kind == "sign" and word in (")", "]"):
        return f"'{word}' closes nothing", start, end, "delete it, or open it further left"
    if kind == "sign" and word == "(":
        return f"'(' cannot follow {shown(tokens.kinds[at - 1], words[at - 1])}", start, end, "put an operator between"
    message = f"an operator or the end was expected, not {shown(kind, word)}"
    return message, start, end, "join two conditions with and or or"


def no_operand(tokens: Tokens, at: int) -> tuple[str, str]:
    """Message and help for a place where a value was expected."""
    kinds, words = tokens.kinds, tokens.words
    kind, word = kinds[at], words[at]
    if kind == "end" and at == 0:
        return "the condition is empty", 'write one, such as contact.role = "cio"'
    found = shown(kind, word)
    before = shown(kinds[at - 1], words[at - 1]) if at else "the beginning"
    if kind == "sign" and word == "=" and at and words[at - 1] in ("=", "<", ">"):
        return f"a value was expected after {before}, not {found}", "write the comparison as one sign: = != < <= > >="
    return f"a value was expected after {before}, not {found}", "write a name, a number, a text in quotes or a call"


def number_with_unit(number: str, unit: str, start: int, end: int) -> Fault:
    """A number with letters stuck to it, most likely a duration as other fields write it."""
    return f"'{number}{unit}' is no number", start, end, _iso_help(number + unit)


def no_duration(written: str, start: int, end: int) -> Fault:
    """Text inside `duration(..)` that is no ISO 8601 duration."""
    return f"'{written}' is no duration of conditions", start, end, _iso_help(written)


def _iso_help(written: str) -> str:
    try:
        return f'write duration("{parse_duration(written).iso()}")'
    except ValueError:
        return 'write years, months, days or hours, such as duration("P2Y"), duration("P14D"), duration("PT48H")'


def unknown_function(word: str, functions: Iterable[str], start: int, end: int) -> Fault:
    """A name followed by `(` that is no function."""
    return f"there is no function '{word}'", start, end, meant(word, functions)
