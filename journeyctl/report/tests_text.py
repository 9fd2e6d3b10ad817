"""Results of spec tests as plain text: failures first in detail, then one line of summary."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from journeyctl.spec.source import Sources
from journeyctl.trace.spec_test import Failure, TestResult


def render(results: Sequence[TestResult], sources: Sources, *, width: int, quiet: bool = False) -> str:
    """Every test with its verdict, what failed and where it is written, and how many passed."""
    lines: list[str] = []
    for result in results:
        if not quiet or not result.passed:
            lines.append(f"{'ok  ' if result.passed else 'FAIL'}  {result.name}")
        for failure in result.failures:
            lines.extend(_failure(failure, sources, width=width))
    failed = sum(not result.passed for result in results)
    lines.append(f"{len(results) - failed} passed, {failed} failed")
    return "\n".join(lines) + "\n"


def _failure(failure: Failure, sources: Sources, *, width: int) -> list[str]:
    position = sources.position_of(failure.origin)
    place = f"{failure.origin.file}:{position.line}:{position.column}" if position is not None else failure.origin.file
    lines = [f"      {place}  {failure.what}"]
    for name, text in (("expected", failure.expected), ("found", failure.found)):
        lines.extend(
            textwrap.wrap(
                text, max(20, width), initial_indent=f"        {name:<9}", subsequent_indent=" " * 17,
                break_long_words=False, break_on_hyphens=False,
            )
        )  # fmt: skip
    return lines
