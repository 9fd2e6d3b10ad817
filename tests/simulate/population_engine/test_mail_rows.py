"""Other lines' mail as rows is the mail of the plan."""

from __future__ import annotations

import numpy as np
import pytest

from journeyctl.draws import Draws, name_hashes
from journeyctl.fixed_point import ONE
from journeyctl.simulate.coded import Coded
from journeyctl.simulate.other_mail import OtherMailPlan

pytest.importorskip("numba", reason="the population engine is compiled by it")

from journeyctl.simulate.population_engine.mail_columns import LINE_BITS
from journeyctl.simulate.population_engine.mail_rows import MailRows

MONDAY = 1_767_571_200
WEEK = 7 * 86_400
CONTACTS = [f"u{number}/h1/c1/p1" for number in range(300)]
ZONES = Coded.of(("Europe/Berlin", "America/New_York", "UTC")[number % 3] for number in range(300))


def plan(per_week: float, *lines: str) -> OtherMailPlan:
    """Four weeks, of which the first two days and the last one are outside of the run."""
    whole, rest = divmod(round(per_week * ONE), ONE)
    weeks = tuple((f"2026-W{2 + week:02}", (MONDAY + week * WEEK) // 86_400) for week in range(4))
    return OtherMailPlan(lines, whole, rest << 33, weeks, MONDAY + 2 * 86_400, MONDAY + 4 * WEEK - 86_400, Draws(7, 3))


@pytest.mark.parametrize("per_week", [0, 0.25, 1, 2.5])
def test_every_mail_is_there_in_its_order(per_week: float) -> None:
    asked = plan(per_week, "imaging", "cardiology", "therapy")
    rows, ends = MailRows(asked, [30, 10, 20]).of(name_hashes(CONTACTS), ZONES)
    contact, time, line = asked.columns(name_hashes(CONTACTS), tuple(ZONES))
    assert ends.tolist() == np.cumsum(np.bincount(contact, minlength=len(CONTACTS))).tolist()
    assert rows.tolist() == [
        (second << LINE_BITS) + [30, 10, 20][number]
        for second, number in zip(time.tolist(), line.tolist(), strict=True)
    ]
    assert len(rows) > 0 or per_week == 0


def test_nobody_gets_mail_where_no_line_writes_or_nobody_is_there() -> None:
    assert [part.tolist() for part in MailRows(plan(1), []).of(name_hashes(CONTACTS[:2]), ZONES)] == [[], [0, 0]]
    nobody = name_hashes([]), Coded.of(())
    assert [part.tolist() for part in MailRows(plan(1, "imaging"), [1]).of(*nobody)] == [[], []]
