"""Draws the first lines of a command's output as a picture of a terminal: `journeyctl ... | python docs/picture.py`."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

PLACE = Path(__file__).parent / "images" / "forecast.svg"


def draw(text: str, *, title: str) -> str:
    """The picture as SVG, 80 columns wide."""
    console = Console(record=True, width=80, file=io.StringIO(), color_system="truecolor")
    for line in text.splitlines():
        console.print(Text(line, style="bold" if line[:1].isalpha() and line.split(",")[0].isupper() else ""))
    picture = console.export_svg(title=title, theme=SVG_EXPORT_THEME, unique_id="forecast")
    # The picture must not load anything: without the web fonts the reader's own fixed-width font serves.
    return re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)


if __name__ == "__main__":
    lines = sys.stdin.read().splitlines()
    end = next((i for i, line in enumerate(lines) if line.startswith("WHY NOT")), len(lines))
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(draw("\n".join(lines[:end]).rstrip(), title=" ".join(sys.argv[1:])), encoding="utf-8")
