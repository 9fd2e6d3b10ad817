"""Writes docs/truth.md: what `journeyctl verify-simulator` measures beside what theory says, for `make generate`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from journeyctl import api  # noqa: E402  (the checkout is put on the path first)
from journeyctl.report.verification_text import render_markdown  # noqa: E402  (as above)

PLACE = ROOT / "docs" / "truth.md"
_HEAD = """\
# The simulator against theory

`journeyctl verify-simulator` runs these checks and fails where one of them does not hold. This page is generated
from its answer with the default seed; another `--seed` gives other measured values and the same verdict.

The formulas are Erlang B, C (1917) and A (Palm 1957), fixed patience (Barrer 1957), Pollaczek-Khinchine, Cobham
(1954), the Kolmogorov equations of a changing day, and the damped wave of a queue with endless servers (Eick, Massey,
Whitt 1993); an hour of the formulas is ten hours of the clock, so that whole seconds round nothing away. The desk
itself is held against an exact recursion, customer by customer, and the recursion against the formulas.
"""


def page() -> str:
    """The whole page."""
    return _HEAD + render_markdown(list(api.verify_simulator()))


if __name__ == "__main__":
    PLACE.write_text(page(), encoding="utf-8")
