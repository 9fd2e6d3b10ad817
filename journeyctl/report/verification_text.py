"""The simulator held against the truth: verdict, what failed, and one table for each kind of check."""

from __future__ import annotations

import json
from collections.abc import Sequence

from journeyctl import __version__
from journeyctl.report.text_table import table, wrapped
from journeyctl.simulate.truth.verification import Check

FORMAT_VERSION = 1
SECTIONS = {
    "queues": "Queues in theory and measured, 99.9 % intervals corrected for the number of lines",
    "desk": "The desk beside the exact recursion, customer by customer",
    "chain": "Simulated contacts beside the exact chain of their journey",
    "books": "Accounts that must balance",
}
"""What each kind of check is about, in the order of the report."""


def render(checks: Sequence[Check], *, width: int, seed: int) -> str:
    """Verdict first, then every check with its theoretical and its measured value."""
    failed = [check for check in checks if not check.passed]
    verdict = (
        f"All {len(checks)} checks passed (seed {seed})."
        if not failed
        else f"{len(failed)} of {len(checks)} checks failed (seed {seed})."
    )
    parts = [wrapped(verdict, width)]
    for check in failed:
        text = (
            f"{check.section}, {check.name}, {check.measure}: {_number(check.measured)} against {_number(check.theory)}"
        )
        parts.append(wrapped(text, width, first="  ", then="    "))
    for section, title in SECTIONS.items():
        rows = [_row(check) for check in checks if check.section == section]
        if rows:
            parts += ["", table(wrapped(title, width), ("case", "theory", "measured", "+-", ""), rows, width)]
    return "\n".join(parts) + "\n"


def _row(check: Check) -> tuple[str, ...]:
    name = f"{check.name}: {check.measure}"
    mark = "ok" if check.passed else "FAILED"
    return name, _number(check.theory), _number(check.measured), _number(check.tolerance), mark


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:z.4f}"


def render_json(checks: Sequence[Check], *, width: int, seed: int) -> str:
    """The same as one JSON document."""
    del width
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "seed": seed,
        "passed": all(check.passed for check in checks),
        "checks": [
            {
                "section": check.section,
                "name": check.name,
                "measure": check.measure,
                "theory": check.theory,
                "measured": check.measured,
                "tolerance": check.tolerance,
                "passed": check.passed,
            }
            for check in checks
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def render_markdown(checks: Sequence[Check]) -> str:
    """The tables as Markdown, for the documentation."""
    lines: list[str] = []
    for section, title in SECTIONS.items():
        found = [check for check in checks if check.section == section]
        if not found:
            continue
        lines += ["", f"## {title}", "", "| case | measure | theory | measured | +- |", "|---|---|---:|---:|---:|"]
        lines += [
            f"| {c.name} | {c.measure} | {_number(c.theory)} | {_number(c.measured)} | {_number(c.tolerance)} |"
            for c in found
        ]
    return "\n".join(lines) + "\n"
