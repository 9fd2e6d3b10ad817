"""Who may not be mailed when they become known, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from journeyctl.simulate.coded import Coded, combinations
from journeyctl.simulate.funnel import MAIL_PURPOSE
from journeyctl.simulate.person import People, Person

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program

INVALID_EMAIL = "invalid_email"
UNCONFIRMED = "unconfirmed"
"""Signed up where the country asks for a second yes, which never came."""
CONSENT_UNKNOWN = "consent_unknown"
"""Nobody noted what the person said."""
NO_CONSENT = "no_consent"
"""Asked and refused, or never asked."""


def unmailable(people: Iterable[Person], program: Program) -> Mapping[tuple[str, str], int]:
    """Records that may not be mailed, by source (empty: there at the start) and the first reason that holds."""
    path = program.policies[""].consents.get(MAIL_PURPOSE)
    known = People.of(people)
    consent = Coded.always(True, len(known)) if path is None else known.field(path)
    asked: tuple[Coded[Any], ...] = (
        known.own["source"], known.own["invalid_email"], consent, known.own["sign_ups"], known.own["confirmed"],
    )  # fmt: skip
    # Asked once of all who agree in what the answer depends on.
    alike = combinations(asked, len(known))
    found: Counter[tuple[str, str]] = Counter()
    for record, many in zip(alike.first.tolist(), np.bincount(alike.of, minlength=len(alike)).tolist(), strict=True):
        source, invalid, agreed, sign_ups, confirmed = (column[record] for column in asked)
        found[source, _reason(agreed, sign_ups, invalid=invalid, confirmed=confirmed)] += many
    return {key: many for key, many in sorted(found.items()) if key[1]}


def _reason(consent: Value, sign_ups: tuple[str, ...], *, invalid: bool, confirmed: bool) -> str:
    """The first reason that holds; empty for a record that may be mailed."""
    if invalid:
        return INVALID_EMAIL
    if consent is True:
        return ""
    if consent is None:
        return CONSENT_UNKNOWN
    return UNCONFIRMED if MAIL_PURPOSE in sign_ups and not confirmed else NO_CONSENT
