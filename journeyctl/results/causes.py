"""Causes of events as text, `mql@1767600000`, and as columns hold them: a name and a UTC second."""

from __future__ import annotations

from typing import Final

NO_TIME: Final = -1
"""In the column of seconds: the cause names no moment."""


def cause_parts(text: str) -> tuple[str, int]:
    """Name and UTC second of a cause; no cause at all is the empty name at 0, so that it costs nothing."""
    if not text:
        return "", 0
    name, mark, at = text.rpartition("@")
    # A text that would be written otherwise than it was read is kept whole.
    whole = mark and name and at.isascii() and at.isdigit() and str(int(at)) == at
    return (name, int(at)) if whole else (text, NO_TIME)


def cause_text(name: str, at: int) -> str:
    """The cause as text again."""
    return f"{name}@{at}" if name and at != NO_TIME else name
