"""Cuts the text of a condition into tokens with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 2_000
"""Characters that a condition may have."""

KEYWORDS = frozenset(
    {"and", "or", "not", "between", "in", "if", "then", "else", "some", "every", "satisfies", "true", "false", "null"}
)
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<function>(?:starts\s+with|list\s+contains|is\s+defined|in\s+audience)(?=\s*\())
    |(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    |(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<wrong>==|&&|\|\||<>|=>|=<|!(?!=)|&|\||'[^']*'|%|\*\*)
    |(?P<sign>!=|<=|>=|\.\.|[-+*/=<>()\[\],:.])
    |(?P<fault>.)""",
    re.VERBOSE | re.DOTALL,
)


class ConditionError(Exception):
    """The text is no condition. Says what is wrong, where, and what to write instead.

    `start` and `end` are code-point offsets into the text, `end` excluded.
    """

    def __init__(self, message: str, start: int, end: int, help: str = "") -> None:
        self.message = message
        self.start = start
        self.end = end
        self.help = help
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Parallel columns, one entry per token; the last one is the end of the text, kind `end`.

    Kinds are `name`, `keyword`, `function` (of two words), `number`, `text`, `sign` and `end`.
    """

    kinds: list[str]
    words: list[str]
    starts: list[int]
    ends: list[int]


_WRONG = {
    "==": ("'==' is no comparison", "write a single ="),
    "=>": ("'=>' is no comparison", "write >="),
    "=<": ("'=<' is no comparison", "write <="),
    "<>": ("'<>' is no comparison", "write !="),
    "&&": ("'&&' does not join conditions", "write and"),
    "&": ("'&' does not join conditions", "write and"),
    "||": ("'||' does not join conditions", "write or"),
    "|": ("'|' does not join conditions", "write or"),
    "!": ("'!' does not negate", "write not(..), or != to compare"),
    "%": ("'%' is not part of conditions", "write the share as a number, such as 0.25 for 25 %"),
    "**": ("'**' is not part of conditions", "write the multiplications out"),
}
_QUOTES = "\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019"


def tokens_of(text: str) -> Tokens:
    """All tokens of `text`. Raises `ConditionError` at the first character that starts none."""
    if len(text) > LONGEST:
        message = f"the condition has {len(text):,} characters, the limit is {LONGEST:,}"
        raise ConditionError(message, LONGEST, len(text), "name parts of it as audiences and write in audience(..)")
    kinds: list[str] = []
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            continue
        word = match.group()
        if kind == "name":
            if word in KEYWORDS:
                kind = "keyword"
        elif kind == "function":
            word = " ".join(word.split())
        elif kind in ("wrong", "fault"):
            raise _fault(word, text, match.start())
        kinds.append(kind or "")
        words.append(word)
        starts.append(match.start())
        ends.append(match.end())
    kinds.append("end")
    words.append("")
    starts.append(len(text))
    ends.append(len(text))
    return Tokens(kinds, words, starts, ends)


def _fault(word: str, text: str, start: int) -> ConditionError:
    if word in _WRONG:
        message, help = _WRONG[word]
        return ConditionError(message, start, start + len(word), help)
    if word[0] == "'" and len(word) > 1:
        inner = word[1:-1]
        message = f"text stands in double quotes, not single ones: {word}"
        return ConditionError(message, start, start + len(word), f'write "{inner}"')
    if word in ('"', "'"):
        return ConditionError(
            f"the quote at character {start + 1} is never closed", start, len(text), 'end the text with "'
        )
    if word in _QUOTES:
        return ConditionError(f"'{word}' is no quote that conditions know", start, start + 1, 'write "')
    shown = word if word.isprintable() else f"U+{ord(word):04X}"
    return ConditionError(f"'{shown}' is not part of conditions", start, start + 1, "delete it")
