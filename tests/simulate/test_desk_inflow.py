"""Leads from elsewhere: their number, their times, and that each keeps its own chances."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest

from journeyctl.behaviour.activity import activity_clock
from journeyctl.calendars import Calendar, iso_week, local, to_utc
from journeyctl.draws import Draws, name_hash
from journeyctl.model.scenario import DeskInflow, OtherLeads, WeeklyFactor
from journeyctl.model.values import Assumed
from journeyctl.simulate.desk_inflow import OtherLead, Period, other_leads, stages_of
from journeyctl.units import Duration

ZONE = "America/New_York"
WEEK = 7 * 86_400
START = to_utc(date(2026, 1, 5), 0, ZONE)
WEB = OtherLeads(per_week=Assumed(20.0), fit=("A", "B"))
FAIR = OtherLeads(
    leads=Assumed(40.0), every=Assumed(Duration(seconds=4 * WEEK)), within=Assumed(Duration(seconds=12 * 3_600)),
    order="score",
)  # fmt: skip


def period(weeks: int = 26) -> Period:
    return Period(START, START + weeks * WEEK, ZONE, Calendar(ZONE), activity_clock(()))


def leads(
    weeks: int = 26, *, cv: float | None = None, seed: int = 1, desks: tuple[str, ...] = ("us",), **sources: OtherLeads
) -> tuple[OtherLead, ...]:
    factor = None if cv is None else WeeklyFactor(cv=Assumed(cv))
    inflow = DeskInflow(weekly_factor=factor, sources=sources)
    return other_leads(inflow, Draws(seed, 0), period=period(weeks), desks=desks)


def test_a_weekly_source_brings_its_mean_and_its_grades_in_equal_parts() -> None:
    found = leads(520, web=WEB)
    assert len(found) / 520 == pytest.approx(20, rel=0.03)
    assert Counter(lead.grade for lead in found)["A"] / len(found) == pytest.approx(0.5, abs=0.03)
    assert all(lead.request for lead in found)


@pytest.mark.parametrize("cv", [None, 0.23, 0.6])
def test_good_and_bad_weeks_add_their_spread_to_that_of_counts(cv: float | None) -> None:
    weeks = 1_500
    counts = Counter(iso_week(lead.at, ZONE) for lead in leads(weeks, cv=cv, web=WEB))
    values = list(counts.values())
    mean = sum(values) / weeks
    spread = sum((value - mean) ** 2 for value in values) / weeks / mean**2
    assert mean == pytest.approx(20, rel=0.05)
    assert spread == pytest.approx(1 / 20 + (cv or 0) ** 2, rel=0.2)


def test_a_fair_comes_in_lots_within_half_a_day() -> None:
    found = leads(12, fair=FAIR)
    days = Counter(f"{local(lead.at, ZONE):%Y-%m-%d}" for lead in found)
    assert days == {"2026-01-05": 40, "2026-02-02": 40, "2026-03-02": 40}
    assert all(8 <= local(lead.at, ZONE).hour < 20 and not lead.request for lead in found)


def test_other_sources_desks_and_lengths_change_no_lead() -> None:
    alone = set(leads(8, cv=0.23, web=WEB))
    together = set(leads(16, cv=0.23, web=WEB, fair=FAIR, desks=("us", "de")))
    end = START + 8 * WEEK
    assert alone == {lead for lead in together if lead.desk == "us" and lead.source == "web" and lead.at < end}


def test_names_are_unique_and_times_lie_in_the_run() -> None:
    found = leads(9, cv=0.3, web=WEB, fair=FAIR, desks=("us", "de"))
    assert len({lead.lead for lead in found}) == len(found)
    assert all(START <= lead.at < START + 9 * WEEK for lead in found)
    assert list(found) == sorted(found, key=lambda lead: (lead.at, lead.lead))


def test_stages_take_their_shares_of_a_draw_in_order() -> None:
    shares = (0.45, 0.30, 0.17, 0.08)
    count = 10_000
    found = Counter(stages_of(np.arange(count) * ((1 << 53) // count), shares))
    assert [found[stage] / count for stage in range(4)] == pytest.approx(shares, abs=1e-3)
    assert stages_of(np.array([12345]), ()) == [0]


def test_each_lead_knows_the_number_of_its_name_however_many_come() -> None:
    for per_week in (2.0, 400.0, 20.0):
        found = leads(3, web=OtherLeads(per_week=Assumed(per_week)))
        assert [lead.subject for lead in found] == [name_hash(lead.lead) for lead in found]
        assert all(lead.lead.startswith("us~web~2026-W") for lead in found)
