"""Holidays that were looked up once are not looked up again, whatever became of the file that keeps them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from journeyctl.calendars import closed_dates, holiday_dates, kept_holidays

NEW_YEAR = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where they are kept, empty at first; what this process remembers is forgotten before and after."""
    found = tmp_path / "holidays.json"
    monkeypatch.setattr(kept_holidays, "_place", lambda: found)
    forget()
    yield found
    forget()


def forget() -> None:
    kept_holidays._known.cache_clear()
    closed_dates._look_for.cache_clear()


def test_another_run_needs_no_holidays_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    before = holiday_dates("DE-BY", [2026, 2031])
    forget()
    for name in [name for name in sys.modules if name.partition(".")[0] == "holidays"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert holiday_dates("DE-BY", [2026, 2031]) == before
    assert NEW_YEAR in before


def test_what_is_kept_is_what_the_distribution_says(place: Path) -> None:
    for year in (2019, 2026):
        found = holiday_dates("US", [year])
        assert found == closed_dates._looked_up("US", year)
    assert set(json.loads(place.read_bytes())["US"]) == {str(year) for year in range(2010, 2030)}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"US": 3}', b'{"US": {"2026": ["x"]}}', b"\xff"])
def test_a_file_that_is_spoilt_holds_nothing(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    assert NEW_YEAR in holiday_dates("US", [2026])


def test_nobody_needs_a_place_to_keep_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept_holidays, "_place", lambda: tmp_path / "nowhere" / "holidays.json")
    assert NEW_YEAR in holiday_dates("US", [2026])
    monkeypatch.setattr(kept_holidays, "_place", lambda: None)
    forget()
    assert NEW_YEAR in holiday_dates("US", [2026])


def test_an_unknown_region_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="no holidays are known for 'us'"):
            holiday_dates("us", [2026])
