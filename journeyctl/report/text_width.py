"""How many columns of a terminal a text takes, and how untrusted text is shown there.

Marks that combine with the character before take no column, East Asian wide characters and emoji take
two. Control characters and those that turn the writing direction are spelled out, so that no file can
move the cursor or make a line read differently from what it says.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

TAB_WIDTH = 4
_NO_COLUMN = frozenset(("Mn", "Me"))
_SPELLED_OUT = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_WIDE = frozenset(("W", "F"))
_JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Cell:
    """One character of a text as shown, and the columns that this takes."""

    shown: str
    width: int


def cells(text: str) -> tuple[Cell, ...]:
    """One cell per code point of `text`."""
    return tuple(_ASCII.get(character) or _cell(character) for character in text)


def shown(text: str) -> str:
    """A text of one line, safe for a terminal."""
    return text if text.isascii() and text.isprintable() else "".join(cell.shown for cell in cells(text))


def display_width(text: str) -> int:
    """Columns that a text takes when shown."""
    return sum(cell.width for cell in cells(text))


def _cell(character: str) -> Cell:
    if character == "\t":
        return Cell(" " * TAB_WIDTH, TAB_WIDTH)
    category = unicodedata.category(character)
    if category in _NO_COLUMN or character in _JOINERS:
        return Cell(character, 0)
    if category in _SPELLED_OUT or character == "\xa0":
        spelled = f"<U+{ord(character):04X}>"
        return Cell(spelled, len(spelled))
    return Cell(character, 2 if unicodedata.east_asian_width(character) in _WIDE else 1)


_ASCII = {chr(code): Cell(chr(code), 1) for code in range(32, 127)}
