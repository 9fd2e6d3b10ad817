"""People of made-up workspaces: countries, fields, consents, policies, scoring, and what happens to them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from tests.agreement.chances import Chances, Document
from tests.agreement.houses import LANGUAGES, LINES, TOPICS

COUNTRIES: Document = {
    "US": {"locale": "en-US", "zone": "America/New_York", "holidays": "US"},
    "DE": {"locale": "de-DE", "zone": "Europe/Berlin", "holidays": "DE-BY"},
    "AU": {"locale": "en-GB", "zone": "Australia/Sydney", "holidays": "AU"},
    "IN": {"locale": "en-GB", "zone": "Asia/Kolkata"},
    "IL": {"locale": "he-IL", "zone": "Asia/Jerusalem", "business_days": "sun-thu"},
}
ZONES = {
    "US": {"America/New_York": "50%", "America/Los_Angeles": "30%"},
    "DE": {"Europe/Berlin": "60%", "Europe/London": "20%"},
    "AU": {"Australia/Sydney": "50%", "Australia/Lord_Howe": "30%"},
    "IN": {"Asia/Kolkata": "80%"},
    "IL": {"Asia/Jerusalem": "80%"},
}
"""Zones of contacts by country; the rest is unknown."""
WORKSPACE_ZONES = ("America/New_York", "Europe/Berlin", "Australia/Sydney", "UTC")
STARTS = (
    "2026-02-23",
    "2026-03-02",
    "2026-03-10",
    "2026-03-23",
    "2026-09-21",
    "2026-10-05",
    "2026-10-19",
    "2026-06-01",
)
"""Most runs see clocks change somewhere, on either side of the equator."""
ROLES = ("head", "cio", "buyer", "other")
PROFILE: Document = {
    "kind": "profile",
    "contact": {
        "email": {"type": "text", "means": "email"},
        "role": {"type": "text", "values": list(ROLES), "means": "role", "writer": "sales", "missing": "10%"},
        "country": {"type": "country", "means": "country", "writer": "sales"},
        "zone": {"type": "zone", "means": "zone", "writer": "marketing", "missing": "10%"},
        "locale": {"type": "locale", "means": "locale", "writer": "marketing", "missing": "20%"},
        "consent_marketing": {"type": "boolean", "writer": "marketing"},
        "consent_profiling": {"type": "boolean", "writer": "marketing"},
        "tier": {"type": "integer", "writer": "sales", "missing": "15%"},
        "vip": {"type": "boolean", "writer": "sales", "default": False, "missing": "30%"},
        "web_topic": {"type": "text", "values": list(TOPICS), "writer": "derived"},
        "stage": {"type": "text", "values": ["new", "engaged", "settled"], "writer": "marketing", "default": "new"},
        "topic": {"type": "text", "values": list(TOPICS), "writer": "marketing"},
        "touches": {"type": "integer", "writer": "marketing", "default": 0},
        "noted_on": {"type": "date", "writer": "marketing"},
        "left_company": {"type": "boolean", "writer": "sales", "default": False},
    },
    "clinic": {
        "is_customer": {"type": "boolean", "writer": "sales", "missing": "10%"},
        "last_purchase": {"type": "date", "writer": "sales"},
        "last_purchase_line": {"type": "text", "values": list(LINES), "writer": "sales"},
        "modalities": {"type": "list of text", "values": ["CT", "MRI", "lab"], "writer": "service", "missing": "15%"},
        "contract_end": {"type": "date", "writer": "service", "missing": "20%"},
    },
    "hospital": {
        "open_ticket": {"type": "boolean", "writer": "service", "default": False},
        "beds": {"type": "integer", "writer": "derived", "missing": "10%"},
    },
    "umbrella": {"is_strategic": {"type": "boolean", "writer": "sales", "default": False}},
}
AUDIENCES = {
    "everybody": "contact.country != null",
    "leaders": 'contact.role in ["head", "cio"]',
    "customers": "account.is_customer",
    "prospects": "not(account.is_customer) and contact.tier >= 1",
    "strategic": "umbrella.is_strategic or contact.vip",
    "engaged": "score >= 4",
    "quiet": 'opens(within: duration("P14D")) = 0',
    "buyers": 'account.last_purchase >= today() - duration("P30D")',
    "imaging": 'list contains(account.modalities, "CT") and hospital.beds > 60',
    "readers": "clicks(human: true) >= 1 or contact.web_topic != null",
    "fit": 'fit in ["A", "B"]',
    "inner": 'in audience("leaders") and contact.stage != "settled"',
}


def workspace(chances: Chances, codes: Sequence[str]) -> Document:
    """Zone, calendar and countries."""
    return {
        "kind": "workspace", "name": "made-up", "spec": 1, "time_zone": chances.one(WORKSPACE_ZONES),
        "week_starts": chances.one(("monday", "sunday")), "locale": chances.one(LANGUAGES),
        "calendar": {"business_days": chances.one(("mon-fri", "mon-fri", "mon-thu"))},
        "countries": {code: COUNTRIES[code] for code in codes},
        **chances.maybe(25, audience_evaluation=chances.one(("00:30", "02:30", "13:15"))),
    }  # fmt: skip


def audiences() -> Document:
    """Always the same ones; journeys choose among them."""
    return {"kind": "audiences", "audiences": {name: {"when": when} for name, when in AUDIENCES.items()}}


# --- what holds for every journey


CAPS: tuple[Document, ...] = (
    {"name": "rolling-week", "max": 3, "per": "7d", "over": "defer", "expire": "6d"},
    {"name": "rolling-days", "channel": "email", "max": 1, "per": "36h", "over": "defer", "expire": "3d"},
    {"name": "rolling-skip", "max": 3, "per": "5d", "over": "skip"},
    {"name": "leaders-week", "applies": 'contact.role in ["head", "cio"]', "max": 2, "per": "4d", "expire": "5d"},
    {"name": "day", "max": 1, "per": "1d", "window": "calendar", "over": "defer", "zone": "contact | Europe/Berlin"},
    {"name": "week", "max": 4, "per": "1w", "window": "calendar", "over": "skip", "zone": "America/New_York"},
    {"name": "month", "max": 7, "per": "1mo", "window": "calendar", "over": "defer", "expire": "10d"},
    {"name": "rolling-month", "max": 8, "per": "1mo", "over": "defer", "expire": "8d"},
    {"name": "letters", "channel": "letter", "max": 1, "per": "14d", "over": "skip"},
    {"name": "topic", "applies": 'item.line = "ct"', "max": 2, "per": "3d", "over": "defer", "expire": "4d"},
)
SUPPRESSIONS: tuple[Document, ...] = (
    {"name": "system-down", "when": "hospital.open_ticket", "then": "defer"},
    {"name": "with-sales", "when": "lead.open", "then": "defer"},
    {
        "name": "just-bought",
        "when": 'account.last_purchase >= today() - duration("P14D") and item.line = account.last_purchase_line',
        "then": "skip",
    },
    {"name": "just-clicked", "when": 'clicks(within: duration("P1D")) >= 1', "then": "defer"},
    {"name": "strategic", "when": 'umbrella.is_strategic and item.topic != "service"', "then": "skip"},
    {"name": "important", "when": "contact.vip", "then": "defer"},
    {"name": "hot", "when": 'score >= 14 and lead.outcome != "rejected"', "then": "skip"},
)


def policies(chances: Chances, codes: Sequence[str]) -> Document:
    """Consent, caps, quiet hours, suppressions and a holdout."""
    quiet = {
        "send_between": chances.one(("08:00-18:00", "09:00-12:00", "20:00-02:00", "07:30-20:15")),
        "days": chances.one(("mon-fri", "mon-sat", "tue-sun")),
        "zone": chances.one(("contact | America/New_York", "contact", "Europe/Berlin")),
    }
    opt_in: Document = {
        code: chances.one(({"opt_in": "single"}, {"opt_in": "double", "confirm_rate": "80%"})) for code in codes
    }
    opt_in["default"] = {"opt_in": "double", "confirm_rate": "60%"}
    purposes = {"marketing": "contact.consent_marketing", "profiling": "contact.consent_profiling"}
    return {
        "kind": "policies",
        "consent": {"purposes": purposes, "unknown": chances.one(("refused", "refused", "granted")),
                    "countries": opt_in},
        "caps": chances.some(CAPS, least=1, most=3),
        "suppressions": chances.some(chances.shuffled(SUPPRESSIONS), least=1, most=2),
        **chances.maybe(70, quiet_hours=quiet),
        **chances.maybe(30, holdouts={"global": "6%"}),
    }  # fmt: skip


def scoring(chances: Chances) -> Document:
    """Points, decay, grades and a threshold that some contacts reach."""
    return {
        "kind": "scoring",
        "points": {
            "opened": {"human": 1, "machine": chances.one((0, 0.25))}, "clicked": chances.whole(3, 6),
            "page_viewed": 2.5, "form_submitted": 8, **chances.maybe(50, sales_request=10),
            **chances.maybe(30, unsubscribed=-5),
        },
        **chances.maybe(85, decay={"half_life": chances.one(("3d", "10d", "30d", "36h"))}),
        "fit": {"A": 'contact.role = "head"', "B": "contact.tier >= 2 and account.is_customer",
                "C": 'contact.role != "other"'},
        **chances.maybe(85, mql={
            "score": chances.whole(8, 20), **chances.maybe(70, fit=["A", "B", "C"]),
            **chances.maybe(80, again=chances.one(("4d", "10d", "21d"))),
        }),
    }  # fmt: skip


# --- the scenario


def behaviour(chances: Chances) -> Document:
    """People who open, click, ask and leave far more often than real ones, so that rare things happen."""
    numbers: Document = {
        "open_intercept": chances.one((0.8, 1.5, 2.2)), "click_intercept": chances.one((0.2, 1.2)),
        "request_intercept": chances.one((-2.2, -1.2)), "unsubscribe_intercept": chances.one((-3.8, -3.0, -2.4)),
        "hard_bounce": chances.one((0.01, 0.03)), "soft_bounce": chances.one((0.02, 0.08)),
        "request_pause": chances.one((2, 7, 30)), "fatigue": chances.one((0.05, 0.3)),
        "unsubscribe_fatigue": chances.one((0, 0.1)), "open_delay_median": chances.one((1, 4, 12)),
        "click_delay_median": chances.one((1, 30)), "request_delay_median": chances.one((5, 45)),
        "form_base": 0.15, "unsolicited_visits_early": 0.15, "unsolicited_visits_late": 0.6,
        "stage_up": 0.5, "stage_decay": chances.one((0, 0.2)), "stage_idle": chances.one((3, 20)),
        "prefetching": 0.25, "scanning": 0.35, "scanner_click": 0.3, "scanner_delay": chances.one((30, 40, 120)),
    }  # fmt: skip
    if chances.happens(50):
        # Hasty readers act within minutes, where the boundaries of windows and of `min_delay` lie.
        numbers |= {
            "open_delay_median": 0.008, "open_delay_sigma": 0.25, "click_delay_median": 0.5, "click_delay_sigma": 0.15,
            "request_delay_median": 1, "request_delay_sigma": 0.5,
        }  # fmt: skip
    interest = [
        {"when": 'contact.role = "head"', "topics": {"ai": 3, "ct": 0.5}},
        {"when": "account.is_customer", "topics": {"service": 2}},
        {"otherwise": {"workforce": 1.5}},
    ]
    return {
        "kind": "behaviour", "name": "lively", "extends": "default", "parameters": numbers,
        "placement": {"US": 0.95, "DE": 0.9, "default": 0.98},
        **chances.maybe(60, interests=interest, stages=["25%", "25%", "25%", "25%"]),
        **chances.maybe(40, weekdays={"sat": -0.6, "mon": 0.3}),
    }  # fmt: skip


FACTS: Document = {
    "hospital.open_ticket": {"per_year": 7, "value": True, "for": {"median": "2d", "p90": "9d"}},
    "clinic.purchase": {
        "per_year": 3,
        "sets": {"is_customer": True, "last_purchase": "now",
                 "last_purchase_line": {"ct": "30%", "mri": "30%", "service": "40%"}},
    },
    "contact.left_company": {"per_year": 1.6, "value": True},
    "contact.vip": {"per_year": 5, "value": True, "for": "9d"},
    "contact.consent_profiling": {"per_year": 1.2, "value": False, "for": {"median": "5d", "p90": "12d"}},
    "contact.consent_marketing": {"per_year": 0.4, "value": False, "for": "8d"},
    "contact.web_topic": {"per_year": 3, "value": {"ai": "40%", "ct": "40%"}},
    "hospital.beds": {"per_year": 3, "value": {"between": [20, 400]}},
    "umbrella.is_strategic": {"per_year": 3, "value": True, "for": "12d"},
    "contact.move": {"per_year": 0.6, "sets": {"country": {"DE": "50%", "US": "50%"}, "zone": "Europe/Berlin"}},
}  # fmt: skip

OTHER_FACTS = tuple(name for name in FACTS if name != "contact.left_company")
"""Those that some workspaces lack."""


def population(chances: Chances, codes: Sequence[str], start: datetime.date) -> Document:
    """A few accounts and the spread of every field."""
    shares = (("US", "60%"), ("DE", "25%"), ("IN", "10%"))[: len(codes)]
    by_country = dict(zip(codes, (share for _, share in shares), strict=False))
    purchase = {"between": [str(start - datetime.timedelta(days=900)), str(start)]}
    contract = {"between": [str(start + datetime.timedelta(days=5)), str(start + datetime.timedelta(days=250))]}
    fields: Document = {
        "contact.country": by_country,
        "contact.zone": {"given": [{"when": f'contact.country = "{code}"', "is": ZONES[code]} for code in codes]},
        "contact.locale": {"en-US": "35%", "de-DE": "25%", "de-AT": "10%", "fr-FR": "10%"},
        "contact.role": {"head": "30%", "cio": "20%", "buyer": "20%", "other": "25%"},
        "contact.consent_marketing": chances.one(("92%", "80%")),
        "contact.consent_profiling": {
            "given": [{"when": "contact.consent_marketing", "is": "88%"}, {"otherwise": "20%"}]
        },
        "contact.tier": {"between": [0, 3]},
        "contact.vip": "8%",
        "contact.web_topic": {"ai": "15%", "ct": "15%", "mri": "10%"},
        "account.is_customer": "50%",
        "account.last_purchase": {"given": [{"when": "account.is_customer", "is": purchase}]},
        "account.last_purchase_line": {
            "given": [{"when": "account.is_customer", "is": {"ct": "40%", "mri": "30%", "service": "20%"}}]
        },
        "account.modalities": {"each": {"CT": "60%", "MRI": "50%", "lab": "20%"}},
        "account.contract_end": {"given": [{"when": "account.is_customer", "is": contract}]},
        "hospital.beds": {"median": 150, "p90": 500},
        "umbrella.is_strategic": "15%",
    }
    accounts = {
        "umbrellas": chances.whole(2, 5), "hospitals_per_umbrella": chances.one((1, 1.6)),
        "clinics_per_hospital": chances.one((1, 1.5, 2)), "contacts": chances.whole(20, 55),
    }  # fmt: skip
    return {"accounts": accounts, "fields": fields}


def inflow(chances: Chances) -> Document:
    """Visitors and lots of new contacts."""
    consent = {"marketing": "85%", "profiling": "70%"}
    return {
        **chances.maybe(70, search={
            "visitors_per_week": 60, "existing_customers": "70%", "form": "10%", "consent": consent,
            "fields": {"contact.web_topic": {"mri": "60%", "ct": "40%"}}, **chances.maybe(50, attach="existing"),
        }),
        **chances.maybe(50, fair={
            "contacts": chances.one((2.5, 4)), "every": chances.one(("2w", "10d")), "consent": {"marketing": "60%"},
            "attach": chances.one(("new", "existing")),
        }),
    }  # fmt: skip
