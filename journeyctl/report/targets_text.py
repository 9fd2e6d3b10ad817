"""Targets as text: the list with grades, and what one target does with every construct."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from journeyctl.targets.base import Grade, Target

_GRADES = {
    Grade.EXECUTED: "an independent engine runs the output in our checks",
    Grade.VENDOR_SCHEMA: "the vendor's own schema rejects wrong output",
    Grade.DOCUMENTED: "shaped by the vendor's documentation, checked by a schema of our own",
    Grade.RUNBOOK: "instructions for people",
}


def render_list(targets: Mapping[str, Target], *, width: int) -> str:
    """One paragraph per target: name, grade, what verifies it."""
    blocks = []
    for name, target in targets.items():
        head = f"{name}  grade {target.grade.value}: {_GRADES[target.grade]}"
        blocks.append(_wrapped(head, width, "") + "\n" + _wrapped(f"verified by {target.verifier}", width, "    "))
    return "\n".join(blocks) + "\n"


def render_support(target: Target, *, width: int) -> str:
    """Every op and policy with its handling and the reason."""
    lines = [f"{target.name}, grade {target.grade.value}"]
    for construct, cell in target.support.items():
        lines.append(_wrapped(f"{construct}: {cell.handling.value}. {cell.reason}", width, "    "))
    return "\n".join(lines) + "\n"


def _wrapped(text: str, width: int, indent: str) -> str:
    return textwrap.fill(
        text, width, initial_indent="" if not indent or ":" in text else indent, subsequent_indent=indent or "    ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
