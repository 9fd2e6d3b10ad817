"""Scalars: what a plain text means under the YAML 1.2 core schema, and where each character stands.

Only `true` and `false` are booleans and only decimal, `0o` and `0x` notations are numbers, so country
codes, times of day and dates stay texts.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_CONSTANTS: dict[str, Scalar] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_CONSTANT_HEADS = frozenset("~nNtTfF")
_NUMBER_HEADS = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def resolve_plain(text: str) -> Scalar:
    """The value of an unquoted scalar. Infinite and undefined numbers come back as such floats."""
    if not text:
        return None
    head = text[0]
    if head in _NUMBER_HEADS:
        return _resolve_number(text)
    if head in _CONSTANT_HEADS:
        return _CONSTANTS.get(text, text)
    return text


def is_number(text: str) -> bool:
    """Whether an unquoted scalar is a number, without working out its value."""
    return any(form.fullmatch(text) for form in (_INTEGER, _FLOAT, _OCTAL, _HEXADECIMAL))


def _resolve_number(text: str) -> Scalar:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text[2:], 16)
    if _SPECIAL_FLOAT.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text


Extent = tuple[int, int]
_Written = list[tuple[str, int, int]]
"""Characters of a value, each with the start and the end of its written form."""


def scalar_extents(source: str, style: str, value: str, *, parent_indent: int = -1) -> tuple[Extent, ...] | None:
    """Start and end, within `source`, of each character of `value`; `source` is the scalar as written.

    `style` is the quote or block sign, `""` for unquoted text. A line break that became a space is an
    empty stretch at that break. `None` where the two cannot be matched. `parent_indent` is the
    indentation of the mapping or list that holds a block scalar, needed if it states its own indentation.
    """
    if style in ("|", ">"):
        written = _block(source, folded=style == ">", parent_indent=parent_indent)
    elif style == '"':
        written = _double_quoted(source)
    elif style == "'":
        written = _folded_lines(source, 1, len(source) - 1, quote="''")
    else:
        written = _folded_lines(source, 0, len(source), quote="")
    if "".join(character for character, _, _ in written) != value:
        return None
    return tuple((start, end) for _, start, end in written)


_LINE_FOLD = re.compile(r"[ \t]*(\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))*[ \t]*")
_BREAK = re.compile(r"\r\n|\n|\r")


def _fold(fold: re.Match[str]) -> _Written:
    """One line break becomes a space, n breaks become n - 1 breaks."""
    breaks = [found.start() + fold.start() for found in _BREAK.finditer(fold.group())]
    if len(breaks) == 1:
        return [(" ", breaks[0], breaks[0])]
    return [("\n", offset, offset) for offset in breaks[1:]]


def _folded_lines(source: str, at: int, end: int, *, quote: str) -> _Written:
    written: _Written = []
    while at < end:
        fold = _LINE_FOLD.match(source, at, end)
        if fold:
            written += _fold(fold)
            at = fold.end()
            continue
        width = 2 if quote and source.startswith(quote, at) else 1
        written.append((source[at], at, at + width))
        at += width
    return written


_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r\n|\n|\r)[ \t]*|(.))")
_ESCAPED = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


def _double_quoted(source: str) -> _Written:
    written: _Written = []
    at, end = 1, len(source) - 1
    while at < end:
        if fold := _LINE_FOLD.match(source, at, end):
            written += _fold(fold)
            at = fold.end()
        elif escape := _ESCAPE.match(source, at, end):
            written += _escaped(escape)
            at = escape.end()
        else:
            written.append((source[at], at, at + 1))
            at += 1
    return written


def _escaped(escape: re.Match[str]) -> _Written:
    code = escape.group(1) or escape.group(2) or escape.group(3)
    if code:
        return [(chr(int(code, 16)), escape.start(), escape.end())]
    if escape.group(5):
        return [(_ESCAPED.get(escape.group(5), escape.group(5)), escape.start(), escape.end())]
    return []


_BLOCK_HEADER = re.compile(r"[|>]([-+]?)([1-9]?)([-+]?)[^\r\n]*(?:\r\n|\n|\r|$)")


def _block(source: str, *, folded: bool, parent_indent: int) -> _Written:
    header = _BLOCK_HEADER.match(source)
    if header is None:
        return []
    lines = _lines_with_offsets(source, header.end())
    indent = _block_indent(lines, header.group(2), parent_indent)
    written: _Written = []
    last_break: _Written = []
    blank_breaks: _Written = []
    last_was_indented = True
    for line, offset in lines:
        content = line.rstrip("\r\n")
        at_break = offset + len(content)
        line_break: _Written = [("\n", at_break, at_break)] if content != line else []
        if len(content) <= indent and not content.strip(" "):
            blank_breaks += line_break
            continue
        if len(content) - len(content.lstrip(" ")) < indent:
            break
        is_indented = content[indent] in " \t"
        if folded and last_break and not last_was_indented and not is_indented:
            written += [] if blank_breaks else [(" ", *last_break[0][1:])]
        else:
            written += last_break
        written += blank_breaks
        written += [(content[place], offset + place, offset + place + 1) for place in range(indent, len(content))]
        last_break, blank_breaks, last_was_indented = line_break, [], is_indented
    return written + _chomped(header.group(1) or header.group(3), last_break, blank_breaks)


def _block_indent(lines: list[tuple[str, int]], stated: str, parent_indent: int) -> int:
    if stated:
        return max(parent_indent, 0) + int(stated)
    return next((len(line) - len(line.lstrip(" ")) for line, _ in lines if line.strip(" \r\n")), 0)


def _chomped(chomping: str, last_break: _Written, blank_breaks: _Written) -> _Written:
    if chomping == "-":
        return []
    return last_break + blank_breaks if chomping == "+" else last_break


def _lines_with_offsets(source: str, at: int) -> list[tuple[str, int]]:
    lines = []
    while at < len(source):
        found = _BREAK.search(source, at)
        end = found.end() if found else len(source)
        lines.append((source[at:end], at))
        at = end
    return lines
