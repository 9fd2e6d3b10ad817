"""Lines and columns of a text, counted the way people and editors count them.

Everything that reads a file works with one number, the offset of a code point from the start of the
text; this module turns such offsets into a `Position` and back into the line to be shown.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from journeyctl.diagnostics import Position

_BREAK = re.compile(r"\r\n|\n|\r")


class TextLines:
    """A text cut into its lines at line feeds, carriage returns or both; offsets count code points from 0."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def __len__(self) -> int:
        return len(self._starts)

    def line(self, number: int) -> str:
        """The line with this number, counted from 1, without its line break; `""` where there is none."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[self._starts[number - 1] : end].rstrip("\r\n")

    def start_of(self, offset: int) -> int:
        """The offset at which the line that holds `offset` starts."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def end_of(self, offset: int) -> int:
        """The offset at which the line that holds `offset` ends, its line break excluded."""
        number, _ = self.point(offset)
        return self._starts[number - 1] + len(self.line(number))

    def point(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1; offsets outside the text are moved to its nearer end."""
        offset = min(max(offset, 0), len(self.text))
        number = bisect_right(self._starts, offset)
        return number, offset - self._starts[number - 1] + 1

    def position(self, start: int, end: int) -> Position:
        """The stretch from `start` to `end`, the end excluded; an end before the start counts as empty."""
        line, column = self.point(start)
        end_line, end_column = self.point(max(start, end))
        return Position(line, column, end_line, end_column)
