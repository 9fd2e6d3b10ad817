"""The patterns of `matches`: the part of regular expressions that every platform reads alike and none can choke on.

Allowed are characters, `.`, classes, groups, alternatives, `^`, `$` and the repetitions `? * + {n} {n,m}`.
Left out are back-references, look-around and whatever can make matching slow: repeated groups that
hold a repetition or alternatives, and more than three open-ended repetitions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 200
"""Characters of a pattern."""
MOST_OPEN_ENDED = 3
MOST_REPEATS = 1_000
_ELEMENT = re.compile(
    r"""(?P<escape>\\.)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<special>\(\?:?)|(?P<open>\()|(?P<close>\))
    |(?P<repeat>[*+?]|\{\d*,?\d*\})|(?P<bar>\|)|(?P<plain>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = frozenset("dDwWsSnrt")
_BACK_REFERENCES = frozenset("0123456789kg")


@lru_cache(maxsize=1024)
def pattern_fault(pattern: str) -> str | None:
    """What keeps a pattern from being used, as a fact without the pattern itself; `None` if nothing does."""
    if len(pattern) > LONGEST:
        return f"it has {len(pattern)} characters, the limit is {LONGEST}"
    fault = _Scan().fault(pattern)
    if fault is not None:
        return fault
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        return f"it is no regular expression: {error}"
    return None


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern ready to search with, or `None` where `pattern_fault` has something to say."""
    return None if pattern_fault(pattern) else re.compile(pattern)


@dataclass(slots=True)
class _Group:
    """What has been seen inside a group that is still open."""

    repeats: bool = False
    alternatives: bool = False


class _Scan:
    """One pass from left to right, remembering the open groups."""

    def __init__(self) -> None:
        self.groups = [_Group()]
        self.open_ended = 0
        # The element a repetition would apply to: nothing, something plain, a closed group, or a repetition.
        self.last: _Group | str = ""

    def fault(self, pattern: str) -> str | None:
        for match in _ELEMENT.finditer(pattern):
            fault = self.element(match.lastgroup or "", match.group())
            if fault is not None:
                return fault
        return None

    def element(self, kind: str, word: str) -> str | None:
        """Notes one element and answers the fault it brings, if any."""
        match kind:
            case "escape":
                return self.escape(word[1])
            case "class":
                return self.character_class(word)
            case "special" if word == "(?":
                return "look-around and other '(?' groups are not allowed"
            case "special" | "open":
                self.groups.append(_Group())
                self.last = ""
            case "close" if len(self.groups) > 1:
                self.last = self.groups.pop()
                self.groups[-1].repeats |= self.last.repeats
                self.groups[-1].alternatives |= self.last.alternatives
            case "bar":
                self.groups[-1].alternatives = True
                self.last = ""
            case "repeat":
                return self.repetition(word)
            case "plain" if word == "[":
                return "it is no regular expression: a class is opened and never closed"
            case _:
                self.last = "plain"
        return None

    def escape(self, character: str) -> str | None:
        self.last = "plain"
        if character in _BACK_REFERENCES:
            return "back-references are not allowed"
        if character.isalnum() and character not in _ESCAPES:
            return f"'\\{character}' does not mean the same everywhere"
        return None

    def character_class(self, word: str) -> str | None:
        self.last = "plain"
        inner = word[1:-1]
        if re.search(r"(?<!\\)\[|--|&&|~~|\|\|", inner):
            return "sets inside a class do not mean the same everywhere"
        return None

    def repetition(self, word: str) -> str | None:
        repeated, self.last = self.last, "repetition"
        if repeated == "repetition":
            return "two repetitions follow each other"
        if word == "?":
            return None
        if isinstance(repeated, _Group) and (repeated.repeats or repeated.alternatives):
            return "a repeated group holds a repetition or alternatives"
        if any(int(number) > MOST_REPEATS for number in re.findall(r"\d+", word)):
            return f"it repeats something more than {MOST_REPEATS:,} times"
        self.groups[-1].repeats = True
        self.open_ended += word in ("*", "+") or word.endswith(",}")
        if self.open_ended > MOST_OPEN_ENDED:
            return f"it has more than {MOST_OPEN_ENDED} open-ended repetitions"
        return None
