"""Desks of made-up workspaces: one or two teams, shifts in any zone, and cadences short enough to end in the run."""

from __future__ import annotations

from tests.agreement.chances import Chances, Document

SHIFTS: tuple[Document, ...] = (
    {"days": "mon-fri", "hours": "09:00-17:00", "zone": "America/New_York", "holidays": "US"},
    {"days": "mon-thu", "hours": "08:00-12:00", "zone": "Europe/Berlin", "holidays": "DE-BY"},
    {"days": "mon-sat", "hours": "22:00-04:00", "zone": "Australia/Sydney"},
    {"days": "sun-thu", "hours": "10:00-18:00"},
)  # fmt: skip
ROUTES = (
    "account.is_customer",
    'contact.role = "head"',
    "score >= 12",
    "hospital.beds > 150",
    'contact.country = "US"',
)
FIELD_SALES: Document = {
    "meetings_per_week": 4, "sql": "60%", "opportunity": "70%", "won": "50%",
    "value": {"median": 200000, "p90": 900000},
    "delays": {"meeting": "2bd", "sql": {"median": "3d", "p90": "9d"}, "opportunity": "2bd",
               "won": {"median": "4bd", "p90": "15bd"}},
}  # fmt: skip


def desk(chances: Chances, name: str) -> Document:
    """A desk with everything random but its outcomes' names."""
    common: Document = {
        "kind": "desk", "name": name,
        "outcomes": {
            "accepted": chances.one(("35%", {"need": "60%", "no_need": "20%"})),
            "rejected": {"share": "45%", "reasons": {"wrong_person": "40%", "no_need": "60%"}}, "recycled": "55%",
        },
        **chances.maybe(50, cooling={"exponent": 0.4}),
        **chances.maybe(75, crm_sync={"at": chances.one(("02:00", "06:00", "13:30", "02:30"))}),
        **chances.maybe(70, field_sales=FIELD_SALES), "stale": chances.one(("4d", "8d", "6bd")),
    }  # fmt: skip
    if chances.happens(12):
        return {**common, "response": {"median": "3d", "p90": "9d"}}
    return {**common, **_staff(chances), **_work(chances)}


def _staff(chances: Chances) -> Document:
    names = ("north", "south")[: chances.whole(1, 2)]
    teams: Document = {
        team: {
            "sdrs": chances.whole(1, 2),
            "shift": chances.one(SHIFTS),
            **chances.maybe(60, productive="3h"),
            **chances.maybe(60, absence="20%"),
        }
        for team in names
    }
    if len(names) == 1:
        return {"teams": teams}
    return {"teams": teams, "route": [{"when": chances.one(ROUTES), "to": "south"}, {"otherwise": "north"}]}


def _work(chances: Chances) -> Document:
    process: list[Document] = []
    if chances.happens(35):
        process.append({"task": "enrich", "by": "team", "kind": "human", "takes": "20min", "pass": "80%"})
    process += [
        {"task": "log-status", "kind": "automatic"},
        {"task": "call", "by": "team", "kind": "human", "research": "10min", "attempt": "5min",
         "conversation": "25min", "cv": chances.one((0.6, 1.2))},
    ]  # fmt: skip
    if chances.happens(65):
        process.append({"task": "qualify", "by": "team", "kind": "human", "takes": "45min"})
    if chances.happens(50):
        process.append({"task": "handover", "by": "team", "kind": "human", "takes": "15min", "joint_meeting": "40%"})
    return {
        "process": process, "order": chances.one((["sales_request", "score"], ["score"], ["arrival"])),
        "sla": {"first_call": "24h", "target": "90%", "clock": "business"},
        "cadence": {"attempts": chances.whole(1, 4), "gaps": chances.one((["1bd"], ["4h", "1d", "1bd"]))},
        "connect": {"first": chances.one(("30%", "60%")), "later_factor": "60%"},
    }  # fmt: skip


def other_leads(chances: Chances, desks: tuple[str, ...]) -> Document:
    """Leads from elsewhere that take the desk's time."""
    return {
        **chances.maybe(70, **{"web-form": {"per_week": 4, "fit": ["A", "B"], "desk": desks[0]}}),
        **chances.maybe(40, fair={"leads": 6, "every": "3w", "within": "12h", "order": "score", "desk": desks[-1]}),
        **chances.maybe(50, weekly_factor={"cv": 0.3}),
    }  # fmt: skip
