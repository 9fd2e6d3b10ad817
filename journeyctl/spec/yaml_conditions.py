"""Finds a condition that was written without the quotes that YAML makes it need.

Works on raw lines, since the text around it could not be read, or was read as something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CONDITION_KEYS = frozenset(("when", "only", "joins", "expr", "applies", "until"))
"""Keys of the language whose value is a condition or an expression."""

_KEY = re.compile(r"(?<![\w.\"'-])(?P<key>[\w.-]+):[ \t]+(?=\S)")
_OPERATORS = re.compile(r"[<>]=?|!?=|\b(?:and|or|in|not|between|contains|starts with|matches|satisfies)\b|\w\(")
_COMPARISON = re.compile(r"\w\s*(?:[<>]=?|!?=)\s")
_NEXT_ENTRY = re.compile(r",\s*(?:[\w.-]+|\"[^\"]*\"|'[^']*')\s*:(?:\s|$)|,\s*$")
_LEADING_SIGNS = "\"'[{&*!|>%@`"


@dataclass(frozen=True, slots=True)
class UnquotedText:
    """A text without quotes, from `start` to `end`, and the first piece in it that YAML takes for its own."""

    start: int
    end: int
    culprit: str


def looks_like_condition(text: str, *, key: str = "") -> bool:
    """Whether a text is a condition, by the key before it or by its operators."""
    return key in CONDITION_KEYS or len(_OPERATORS.findall(text)) >= 2 or _COMPARISON.search(text) is not None


def unquoted_condition(text: str, line_start: int, at: int, *, in_braces: bool) -> UnquotedText | None:
    """The unquoted condition of the line that starts at `line_start` which made YAML stumble at `at`."""
    found = None
    for match in _keys_before(text, line_start, at):
        value = _extent(text, match.end(), in_braces=in_braces or _in_braces(text[line_start : match.start()]))
        grade = len(match["key"]) == 1 and match["key"].isupper()
        if value is None or value.end < at:
            continue
        condition = text[value.start : value.end]
        if match["key"] in CONDITION_KEYS or (grade and _OPERATORS.search(condition)):
            return value
        if found is None and looks_like_condition(condition) and '"' in condition and "(" in condition:
            found = value
    return found


def unquoted_text(text: str, line_start: int, at: int) -> UnquotedText | None:
    """The unquoted text of any key of this line which made YAML stumble at `at`."""
    for match in _keys_before(text, line_start, at):
        value = _extent(text, match.end(), in_braces=_in_braces(text[line_start : match.start()]))
        if value is not None and value.end >= at:
            return value
    return None


def _keys_before(text: str, line_start: int, at: int) -> list[re.Match[str]]:
    line_end = _line_end(text, line_start)
    return [match for match in _KEY.finditer(text, line_start, line_end) if match.end() <= max(at, line_start + 1)]


def _line_end(text: str, start: int) -> int:
    ends = [end for end in (text.find("\n", start), text.find("\r", start)) if end >= 0]
    return min(ends, default=len(text))


def _in_braces(before: str) -> bool:
    return before.count("{") + before.count("[") > before.count("}") + before.count("]")


def _extent(text: str, start: int, *, in_braces: bool) -> UnquotedText | None:
    """The unquoted text from `start`; `None` if it is rightly quoted or holds nothing that needs quotes."""
    end = _end_in_braces(text, start) if in_braces else _line_end(text, start)
    end = start + len(text[start:end].rstrip())
    value = text[start:end]
    if not in_braces and (comment := _comment(value)) > 0:
        end = start + len(value[:comment].rstrip())
        value = text[start:end]
    if _is_quoted(value):
        return None
    culprit = _culprit(value, in_braces=in_braces)
    return UnquotedText(start, end, culprit) if culprit else None


def _comment(value: str) -> int:
    """Where a comment starts, outside double quotes; 0 where there is none."""
    quoted = False
    for place, character in enumerate(value):
        if character == '"':
            quoted = not quoted
        elif character == "#" and not quoted and value[:place].endswith((" ", "\t")):
            return place
    return 0


def _is_quoted(value: str) -> bool:
    """Whether a value is one quoted text, or starts one that never ends."""
    quote = value[:1]
    if quote not in ("'", '"'):
        return False
    closing = re.compile(r"'(?:[^']|'')*'" if quote == "'" else r'"(?:[^"\\]|\\.)*"').match(value)
    return closing is None or closing.end() == len(value)


def _end_in_braces(text: str, start: int) -> int:
    depth, quoted = 0, False
    line_end = _line_end(text, start)
    for place in range(start, line_end):
        character = text[place]
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth < 0:
                return place
        elif character == "," and depth == 0 and _NEXT_ENTRY.match(text, place, line_end):
            return place
    return line_end


def _culprit(value: str, *, in_braces: bool) -> str:
    if value[:1] in _LEADING_SIGNS:
        return value[:1]
    signs = re.search(r":\s|:$|\s#" + (r"|[,\[\]{}]" if in_braces else ""), value)
    return signs.group() if signs else ""
