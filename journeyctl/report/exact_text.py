"""The exact answer of a scenario: mean and spread of each count, computed instead of simulated."""

from __future__ import annotations

import json

from journeyctl import __version__
from journeyctl.simulate.truth.chain import Exact

FORMAT_VERSION = 1


def render(found: Exact, scenario: str) -> str:
    """One line for each count; the spread is one standard deviation of a single replication."""
    lines = [
        f"{scenario}: exact means for {found.contacts:,} contacts and their drawn traits",
        f"{found.states:,} states after a mail were followed; +- is the spread of one replication",
        "",
    ]
    width = max(len(name) for name in found.means) if found.means else 0
    for name, mean in found.means.items():
        lines.append(f"{name:<{width}} {mean:>12,.1f}  +- {found.deviations.get(name, 0.0):,.1f}")
    return "\n".join(lines) + "\n"


def render_json(found: Exact, scenario: str) -> str:
    """The same as one JSON document."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "scenario": scenario,
        "contacts": found.contacts,
        "states": found.states,
        "counts": {
            name: {"mean": mean, "standard_deviation": found.deviations.get(name, 0.0)}
            for name, mean in found.means.items()
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
