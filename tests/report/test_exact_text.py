"""The exact answer as text and JSON."""

from __future__ import annotations

import json

from journeyctl.report.exact_text import render, render_json
from journeyctl.simulate.truth.chain import Exact

FOUND = Exact({"asked": 83.77, "sent": 3_688.59}, {"asked": 8.2, "sent": 34.14}, contacts=1_500, states=116)


def test_every_count_has_a_line_with_its_spread() -> None:
    lines = render(FOUND, "plan").splitlines()
    assert lines[0] == "plan: exact means for 1,500 contacts and their drawn traits"
    assert [line.split() for line in lines[3:]] == [["asked", "83.8", "+-", "8.2"], ["sent", "3,688.6", "+-", "34.1"]]
    assert all(len(line) <= 80 for line in lines)


def test_the_machine_format_keeps_every_digit() -> None:
    document = json.loads(render_json(FOUND, "plan"))
    assert document["counts"]["sent"] == {"mean": 3_688.59, "standard_deviation": 34.14}
    assert (document["contacts"], document["states"]) == (1_500, 116)
