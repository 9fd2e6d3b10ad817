"""Findings for people: the fact, the line with the place underlined, the other places, the next move.

Written without a layout library: those wrap paths in the middle and cost start-up time.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from journeyctl.diagnostics import Finding, Position, Severity
from journeyctl.report.text_width import Cell, cells, shown
from journeyctl.spec.source import Located, Sources

MIN_WIDTH = 60
MAX_WIDTH = 120
_CUT = "…"
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_FRAME_COLOUR = "34"
_LABEL_COLOUR = "36"
_BOLD = "1"


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stretch of a file to underline, with the words beside it."""

    file: str
    position: Position
    sign: str
    message: str
    colour: str


def render(findings: Sequence[Finding], sources: Sources, *, width: int, colour: bool) -> str:
    """All findings by file and line, and a line that counts them; ends with a line break.

    `width` is that of the terminal, taken as 60 to 120 columns. Paths and single words are never cut.
    """
    layout = _Layout(sources, width=min(max(width, MIN_WIDTH), MAX_WIDTH), colour=colour)
    blocks = [layout.finding(located) for located in sources.resolve_all(findings)]
    return "\n".join([*blocks, summary(findings, files=len(sources.files)) + "\n"])


def summary(findings: Iterable[Finding], *, files: int) -> str:
    """How many findings of each weight: `2 errors, 1 warning in 14 files`."""
    counts = Counter(finding.severity for finding in findings)
    parts = [
        _counted(counts[severity], word)
        for severity, word in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note"))
        if counts[severity]
    ]
    return f"{', '.join(parts) or 'no findings'} in {_counted(files, 'file')}"


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


class _Layout:
    """Lays out one finding after the other at a given width."""

    def __init__(self, sources: Sources, *, width: int, colour: bool) -> None:
        self._sources = sources
        self._width = width
        self._colour = colour

    def finding(self, located: Located) -> str:
        """One finding, with a line break at its end."""
        finding = located.finding
        marks = self._marks(located)
        gutter = max((len(str(mark.position.line)) for mark in marks), default=1)
        lines = self._header(finding)
        if finding.origin.file:
            place = located.position
            where = shown(finding.origin.file) + (f":{place.line}:{place.column}" if place else "")
            lines.append(self._paint(" " * gutter + "-->", _FRAME_COLOUR) + " " + where)
        lines += self._snippets(finding.origin.file, marks, gutter)
        if finding.help:
            lines += self._note(gutter, "help: ", finding.help)
        return "\n".join(lines) + "\n"

    def _marks(self, located: Located) -> list[_Mark]:
        finding = located.finding
        marks = []
        if located.position is not None:
            marks.append(_Mark(finding.origin.file, located.position, "^", "", _COLOURS[finding.severity]))
        for item in located.labels:
            if item.position is not None:
                label = item.label
                marks.append(_Mark(label.origin.file, item.position, "-", label.message, _LABEL_COLOUR))
        return [mark for mark in marks if self._sources.line(mark.file, mark.position.line) is not None]

    def _header(self, finding: Finding) -> list[str]:
        tag = f"{finding.severity.value}[{finding.code}]"
        lines = self._wrapped(f"{tag} {finding.message}", "  ")
        lines[0] = self._paint(tag, _COLOURS[finding.severity]) + self._paint(lines[0][len(tag) :], _BOLD)
        return lines[:1] + [self._paint(line, _BOLD) for line in lines[1:]]

    def _note(self, gutter: int, title: str, text: str) -> list[str]:
        lead = " " * gutter + " = "
        lines = self._wrapped(lead + title + text, " " * (len(lead) + len(title)))
        body = lines[0][len(lead) + len(title) :]
        lines[0] = self._paint(lead, _FRAME_COLOUR) + self._paint(title.rstrip(), _BOLD) + " " + body
        return lines

    def _wrapped(self, text: str, indent: str) -> list[str]:
        lead = len(text) - len(text.lstrip(" "))
        return textwrap.wrap(
            shown(text[lead:]),
            self._width,
            initial_indent=text[:lead],
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [text]

    def _snippets(self, file: str, marks: list[_Mark], gutter: int) -> list[str]:
        """The marked lines: those of the finding's own file first, then file by file."""
        lines: list[str] = []
        files = list(dict.fromkeys([file, *(mark.file for mark in marks)]))
        bar = self._paint(" " * gutter + " |", _FRAME_COLOUR)
        for name in files:
            own = sorted((mark for mark in marks if mark.file == name), key=_reading_order)
            if not own:
                continue
            if name != file:
                place = f" {shown(name)}:{own[0].position.line}:{own[0].position.column}"
                lines.append(self._paint(" " * gutter + ":::", _FRAME_COLOUR) + place)
            lines.append(bar)
            lines += self._file_lines(own, gutter)
        return lines

    def _file_lines(self, marks: list[_Mark], gutter: int) -> list[str]:
        lines: list[str] = []
        previous = 0
        for number in dict.fromkeys(mark.position.line for mark in marks):
            if previous and number > previous + 1:
                lines.append(self._paint(" " * gutter + "...", _FRAME_COLOUR))
            here = [mark for mark in marks if mark.position.line == number]
            lines += self._marked_line(number, here, gutter)
            previous = number
        return lines

    def _marked_line(self, number: int, marks: list[_Mark], gutter: int) -> list[str]:
        text = self._sources.line(marks[0].file, number) or ""
        row = cells(text)
        room = self._width - gutter - 3
        first, last = _window(row, _stretch(marks[0].position, len(row)), room)
        before, after = _CUT if first > 0 else "", _CUT if last < len(row) else ""
        source = before + "".join(cell.shown for cell in row[first:last]) + after
        frame = self._paint(" " * gutter + " | ", _FRAME_COLOUR)
        lines = [(self._paint(f"{number:>{gutter}} | ", _FRAME_COLOUR) + source).rstrip()]
        for mark in marks:
            start, end = _stretch(mark.position, len(row))
            start, end = min(max(start, first), last), min(max(end, first), last)
            offset = len(before) + sum(cell.width for cell in row[first:start])
            length = max(sum(cell.width for cell in row[start:end]), 1)
            lines += self._underlined(frame, offset, mark, length, gutter)
        return lines

    def _underlined(self, frame: str, offset: int, mark: _Mark, length: int, gutter: int) -> list[str]:
        """The row of signs with its words beside it, or below it where they do not fit."""
        room = self._width - gutter - 3
        signs = " " * offset + self._paint(mark.sign * length, mark.colour)
        words = shown(mark.message)
        if not words:
            return [frame + signs]
        if offset + length + 1 + len(words) <= room:
            return [frame + signs + " " + self._paint(words, mark.colour)]
        indent = " " * max(min(offset, room - len(words)), 0)
        below = textwrap.wrap(words, max(room - len(indent), 20), break_long_words=False, break_on_hyphens=False)
        return [frame + signs, *(frame + indent + self._paint(line, mark.colour) for line in below)]

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour and text else text


def _reading_order(mark: _Mark) -> tuple[int, int]:
    return (mark.position.line, mark.position.column)


def _stretch(position: Position, length: int) -> tuple[int, int]:
    """The marked characters of the first line, from 0; a stretch over several lines goes to its end."""
    start = min(position.column - 1, length)
    end = length if position.end_line > position.line else min(position.end_column - 1, length)
    return start, max(start, end)


def _window(row: tuple[Cell, ...], marked: tuple[int, int], room: int) -> tuple[int, int]:
    """Which characters of a long line to show: the marked ones, with as much around them as fits."""
    if sum(cell.width for cell in row) <= room:
        return 0, len(row)
    start, end = marked
    room -= 2 * len(_CUT)
    first, last, used = start, start, 0
    while last < max(end, start + 1) and last < len(row) and used + row[last].width <= room:
        used += row[last].width
        last += 1
    grew = True
    while grew:
        grew = False
        if first > 0 and used + row[first - 1].width <= room:
            first -= 1
            used += row[first].width
            grew = True
        if last < len(row) and used + row[last].width <= room:
            used += row[last].width
            last += 1
            grew = True
    return first, last
