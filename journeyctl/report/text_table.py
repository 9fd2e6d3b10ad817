"""Tables and sentences for a terminal: numbers are never cut, and narrow ones are laid out differently."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Sequence

NARROW = 76
"""Below so many columns the cells of a row stand under its name."""
FIRST = 10
"""Columns that the name of a row has at least."""
Row = tuple[str, ...]


def wrapped(text: str, width: int, *, first: str = "", then: str = "") -> str:
    """A sentence over as many lines as it needs; words, and so numbers, are never cut."""
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )


def make_ready() -> None:
    """Loads what lays tables out, which takes as long as many tables: for when there is nothing else to do."""
    import rich.console
    import rich.table  # noqa: F401  (both are used by `table`)


def table(title: str, header: Sequence[str], rows: Iterable[Row], width: int) -> str:
    """A table whose first column wraps and whose numbers never do; stacked where they would not fit side by side."""
    from rich.console import Console
    from rich.table import Table

    rows = list(rows)
    if not rows:
        return ""
    if len(header) > 2 and (width < NARROW or width < _least_width(header, rows)):
        return f"{title}\n{_stacked(header, rows, width)}"
    laid = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0), header_style="")
    for position, name in enumerate(header):
        laid.add_column(name, justify="left" if position == 0 else "right", no_wrap=position > 0, overflow="fold")
    for row in rows:
        laid.add_row(*row)
    out = io.StringIO()
    # Texts are shown as they are: what looks like markup may be somebody's title.
    Console(
        file=out, width=width, color_system=None, force_terminal=False, markup=False, emoji=False, highlight=False
    ).print(laid)
    return f"{title}\n" + "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def _least_width(header: Sequence[str], rows: Sequence[Row]) -> int:
    """Columns below which numbers would be cut: those of the cells, and enough of the first one to read it."""
    widths = [max(map(len, (name, *cells))) for name, *cells in zip(header, *rows, strict=True)]
    return min(FIRST, widths[0]) + 2 * len(header) + sum(widths[1:]) - 2


def _stacked(header: Sequence[str], rows: Sequence[Row], width: int) -> str:
    lines = []
    for row in rows:
        lines.append(wrapped(row[0], width))
        lines.extend(
            wrapped(f"{name}: {cell}", width, first="  ", then="    ")
            for name, cell in zip(header[1:], row[1:], strict=True)
            if cell
        )
    return "\n".join(lines)
