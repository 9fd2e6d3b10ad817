"""What draws of people and their responses are for: one constant per purpose, one table of all addresses.

A new purpose needs a constant and a row; a changed string is a new version of every result. The step
machine names its own three (split, ramp, holdout), the desk names those of leads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

RESPONSIVENESS: Final = "responsiveness"
CLINIC_RESPONSIVENESS: Final = "clinic-responsiveness"
STAGE: Final = "stage"
INTEREST: Final = "interest"
PREFETCHING: Final = "prefetching"
SCANNER: Final = "scanner"
NEED: Final = "need"
OPEN_QUALITY: Final = "open-quality"
CLICK_QUALITY: Final = "click-quality"

BOUNCE: Final = "bounce"
PLACEMENT: Final = "placement"
OPEN: Final = "open"
OPEN_DELAY: Final = "open-delay"
CLICK: Final = "click"
CLICK_DELAY: Final = "click-delay"
UNSUBSCRIBE: Final = "unsubscribe"
UNSUBSCRIBE_DELAY: Final = "unsubscribe-delay"
REQUEST: Final = "request"
REQUEST_DELAY: Final = "request-delay"
PAGES: Final = "pages"
FORM: Final = "form"
STAGE_UP: Final = "stage-up"
STAGE_DOWN: Final = "stage-down"
PREFETCH: Final = "prefetch"
PREFETCH_DELAY: Final = "prefetch-delay"
SCANNER_OPEN: Final = "scanner-open"
SCANNER_OPEN_DELAY: Final = "scanner-open-delay"
SCANNER_CLICK: Final = "scanner-click"
SCANNER_CLICK_DELAY: Final = "scanner-click-delay"
VISITS: Final = "visits"
VISIT_TIME: Final = "visit-time"
ACTIVATED_VISIT: Final = "activated-visit"
ACTIVATED_FORM: Final = "activated-form"

SIZE: Final = "size"
CLINIC: Final = "clinic"
FIELD: Final = "field"
MISSING: Final = "missing"
INVALID_ADDRESS: Final = "invalid-address"
DUPLICATE: Final = "duplicate"
OPT_IN: Final = "opt-in"
VISITORS: Final = "visitors"
EXISTING_CUSTOMER: Final = "existing-customer"
INFLOW_FORM: Final = "inflow-form"
INFLOW_TIME: Final = "inflow-time"
FACT: Final = "fact"
FACT_LENGTH: Final = "fact-length"
FACT_VALUE: Final = "fact-value"
OTHER_MAIL: Final = "other-mail"
OTHER_MAIL_HOUR: Final = "other-mail-hour"


@dataclass(frozen=True, slots=True)
class Address:
    """How the draws of one purpose are addressed, besides the seed and the purpose itself."""

    subject: str
    """Whose stable name is hashed."""
    place: str
    """What further tells draws apart; empty where nothing does."""
    occurrence: str
    """What is counted; empty where there is one draw."""
    replicated: bool
    """True where the draw differs from replication to replication."""
    meaning: str


def _trait(subject: str, meaning: str, *, place: str = "") -> Address:
    return Address(subject, place, "", replicated=True, meaning=meaning)


def _reaction(meaning: str) -> Address:
    return Address("contact", "item or step", "n-th send of it to this contact", replicated=True, meaning=meaning)


def _stable(subject: str, meaning: str, *, place: str = "", occurrence: str = "") -> Address:
    return Address(subject, place, occurrence, replicated=False, meaning=meaning)


PURPOSES: Final[Mapping[str, Address]] = {
    RESPONSIVENESS: _trait("contact", "the contact's own responsiveness"),
    CLINIC_RESPONSIVENESS: _trait("clinic", "the responsiveness that a clinic's contacts share"),
    STAGE: _trait("contact", "stage of readiness at the start"),
    INTEREST: _trait("contact", "interest in one topic, before all are made to add up", place="topic"),
    PREFETCHING: _trait("contact", "whether the contact's mail program opens mails by itself"),
    SCANNER: _trait("hospital", "whether the hospital's gateway scans mails"),
    NEED: _trait("contact", "whether qualification finds a need"),
    OPEN_QUALITY: _trait("item", "an item's own effect on opening"),
    CLICK_QUALITY: _trait("item", "an item's own effect on clicking"),
    BOUNCE: _reaction("hard bounce, soft bounce or neither"),
    PLACEMENT: _reaction("inbox or spam folder"),
    OPEN: _reaction("opening by the contact"),
    OPEN_DELAY: _reaction("activity between delivery and opening"),
    CLICK: _reaction("clicking by the contact, given an open"),
    CLICK_DELAY: _reaction("time from open to click"),
    UNSUBSCRIBE: _reaction("opting out, given an open"),
    UNSUBSCRIBE_DELAY: _reaction("time from open to opting out"),
    REQUEST: _reaction("asking for sales, given a visit; after an unsolicited visit its week and number are the place"),
    REQUEST_DELAY: _reaction("time from visit to request; placed as the request"),
    PAGES: _reaction("further pages of a visit; placed as the request"),
    FORM: _reaction("form of a visit; placed as the request"),
    STAGE_UP: _reaction("moving a stage up; the address of the click that causes it"),
    STAGE_DOWN: Address("contact", "", "UTC day", replicated=True, meaning="losing a stage after idle time"),
    PREFETCH: _reaction("opening by the contact's mail program"),
    PREFETCH_DELAY: _reaction("time until it does"),
    SCANNER_OPEN: _reaction("opening by the hospital's gateway"),
    SCANNER_OPEN_DELAY: _reaction("time until it does"),
    SCANNER_CLICK: _reaction("clicking by the hospital's gateway"),
    SCANNER_CLICK_DELAY: _reaction("time until it does"),
    VISITS: _trait("contact", "number of unsolicited visits in a week", place="ISO week"),
    VISIT_TIME: Address("contact", "ISO week", "k-th visit", replicated=True, meaning="when in the week it happens"),
    ACTIVATED_VISIT: _trait("contact", "a visit that a matched audience causes", place="ISO week"),
    ACTIVATED_FORM: _trait("clinic", "a new contact who fills a missing role", place="buying group, role and ISO week"),
    SIZE: _stable("account", "number of accounts or contacts directly below it", place="level below"),
    CLINIC: _stable("contacts/k, k-th contact of the scenario", "the clinic to which it belongs"),
    FIELD: _stable("account or contact", "value of a field; a list draws each entry", place="field, or field=entry"),
    MISSING: _stable("account or contact", "whether the value of a field is unknown", place="field"),
    INVALID_ADDRESS: _stable("contact", "whether its address does not work"),
    DUPLICATE: _stable("contact", "whether the person has a second record"),
    OPT_IN: _stable("contact", "whether a double opt-in is confirmed"),
    VISITORS: _stable("source", "visitors or contacts of a week", place="ISO week"),
    EXISTING_CUSTOMER: _stable("source, ISO week, k-th", "whether the visitor has a record already"),
    INFLOW_FORM: _stable("source, ISO week, k-th", "whether the visitor fills the form"),
    INFLOW_TIME: _stable(
        "source, ISO week, k-th; or the contact whom a matched audience brings",
        "when in the week the contact becomes known",
    ),
    FACT: _stable("account or contact", "time until the fact occurs", place="fact", occurrence="n-th"),
    FACT_LENGTH: _stable("account or contact", "how long it lasts", place="fact", occurrence="n-th"),
    FACT_VALUE: _stable("account or contact", "a value that it sets", place="fact and field", occurrence="n-th"),
    OTHER_MAIL: Address("contact", "line and ISO week", "", replicated=True, meaning="mails of another line in a week"),
    OTHER_MAIL_HOUR: Address("contact", "line and ISO week", "k-th", replicated=True, meaning="the working hour of it"),
}
"""All purposes of population and behaviour, in the order of a contact's life."""
