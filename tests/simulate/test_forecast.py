"""What a forecast says of its run besides the estimates."""

from __future__ import annotations

import pytest

from journeyctl.simulate.forecast import forecast
from journeyctl.spec import load
from journeyctl.workspaces import locate


@pytest.mark.parametrize(
    ("start", "length", "weeks"),
    [
        # From a Wednesday on two weeks touch three of the calendar; clocks go forward on 8 March 2026.
        ("2026-03-04", "2w", 2),
        ("2026-03-04", "10d", 10 / 7),
    ],
)
def test_weeks_are_those_of_the_length_not_of_the_calendar(start: str, length: str, weeks: float) -> None:
    changes = (("start", start), ("length", length))
    found = forecast(load(locate("small")), "plan", replications=1, compare_with=(), set=changes)
    assert found.weeks == weeks
