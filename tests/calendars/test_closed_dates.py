"""Public holidays of one country, loaded without those of all others."""

from __future__ import annotations

import subprocess
import sys

import pytest
from holidays import country_holidays

from journeyctl.calendars.closed_dates import holiday_dates


@pytest.mark.parametrize("region", ["US", "US-CA", "DE", "DE-BY", "PR", "CH-ZH", "AX"])
def test_a_country_that_is_loaded_alone_has_the_holidays_that_it_has_among_all(region: str) -> None:
    country, _, part = region.partition("-")
    years = (2025, 2026, 2028)
    everywhere = country_holidays(country, subdiv=part or None, years=years, expand=False)
    assert holiday_dates(region, years) == frozenset(everywhere)


def test_one_country_is_loaded_without_all_others() -> None:
    program = (
        "import sys; from journeyctl.calendars.closed_dates import holiday_dates; holiday_dates('US', [2026]);"
        "alone = [name for name in sys.modules if name.startswith('holidays.countries.')];"
        "from holidays.countries import DE; print(len(alone), len(DE(years=2026)) > 5)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "True"]
