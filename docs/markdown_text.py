"""Small pieces of Markdown that generated pages are made of."""

from __future__ import annotations

from collections.abc import Iterable


def table(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    """A table; bars within cells are escaped, line breaks become spaces."""
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in line] for line in (tuple(heads), *lines)]
    cells.insert(1, ["---"] * len(cells[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def listed(parts: Iterable[str], last: str = "or") -> str:
    """Several things in one phrase, each once: `a, b or c`."""
    *first, end = dict.fromkeys(parts)
    return f"{', '.join(first)} {last} {end}" if first else end


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
