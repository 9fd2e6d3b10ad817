"""How much mail is sent, and what people do with it: opens, clicks, opt-outs, requests."""

from __future__ import annotations

from typing import Final

import numpy as np

from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, measure, only, ratio
from journeyctl.results.measures.messages_table import Messages
from journeyctl.results.measures.observation import Observation
from journeyctl.results.record import Integers, Mask
from journeyctl.semantics.effects import Kind

_MATURE = "messages delivered in the run whose 14 days of reaction lie in the run"
_IMMATURE = "later deliveries are not yet mature and left out, see not_yet_mature"
_ENTERED = "contacts that entered a journey in the run, each once"


def _mature_share(messages: Messages, reacted: Mask) -> Observed:
    return ratio(int(np.count_nonzero(reacted & messages.mature)), int(np.count_nonzero(messages.mature)))


@measure(
    title="Engagement rate", unit="share", cohort=_MATURE, censoring=_IMMATURE,
    numerator="delivered messages with a human click within 14 days", denominator="delivered messages",
)  # fmt: skip
def engagement_rate(observation: Observation) -> Values:
    """Share of delivered messages that a human clicked, over all journeys and business lines."""
    return only(_mature_share(observation.messages, observation.messages.clicked))


@measure(
    title="Engagement rate as recorded", unit="share", cohort=_MATURE, censoring=_IMMATURE,
    numerator="delivered messages with any click within 14 days", denominator="delivered messages",
)  # fmt: skip
def engagement_rate_recorded(observation: Observation) -> Values:
    """The engagement rate that a platform shows: clicks of security scanners count as well."""
    return only(_mature_share(observation.messages, observation.messages.clicked_recorded))


@measure(
    title="Open rate", unit="share", cohort=_MATURE, censoring=_IMMATURE,
    numerator="delivered messages that a human opened within 14 days", denominator="delivered messages",
)  # fmt: skip
def open_rate(observation: Observation) -> Values:
    """Share of delivered messages that a human opened."""
    return only(_mature_share(observation.messages, observation.messages.opened))


@measure(
    title="Open rate as recorded", unit="share", cohort=_MATURE, censoring=_IMMATURE,
    numerator="delivered messages with any open within 14 days", denominator="delivered messages",
)  # fmt: skip
def open_rate_recorded(observation: Observation) -> Values:
    """The open rate that a platform shows: prefetching mailboxes and scanners count as well."""
    return only(_mature_share(observation.messages, observation.messages.opened_recorded))


def _by(observation: Observation, column: Integers, reacted: Mask) -> dict[Key, Observed]:
    messages, names = observation.messages, observation.record.names
    values: dict[Key, Observed] = {("",): _mature_share(messages, reacted)}
    mature = np.bincount(column[messages.mature], minlength=len(names))
    found = np.bincount(column[messages.mature & reacted], minlength=len(names))
    for number in np.flatnonzero(np.bincount(column, minlength=len(names))).tolist():
        if number:
            values[(names[number],)] = ratio(int(found[number]), int(mature[number]))
    return values


@measure(
    title="Click rate", unit="share", cohort=_MATURE, censoring=_IMMATURE, by=("journey",),
    numerator="the journey's delivered messages with a human click within 14 days",
    denominator="the journey's delivered messages",
)  # fmt: skip
def click_rate(observation: Observation) -> Values:
    """Share of a journey's delivered messages that a human clicked; over all journeys the engagement rate."""
    return _by(observation, observation.messages.journey, observation.messages.clicked)


@measure(
    title="Click rate by business line", unit="share", cohort=_MATURE, censoring=_IMMATURE, by=("line",),
    numerator="delivered messages on the line with a human click within 14 days",
    denominator="delivered messages on the line",
)  # fmt: skip
def click_rate_by_line(observation: Observation) -> Values:
    """Share of the delivered messages about a business line that a human clicked."""
    return _by(observation, observation.messages.line, observation.messages.clicked)


@measure(
    title="Click rate as recorded", unit="share", cohort=_MATURE, censoring=_IMMATURE, by=("journey",),
    numerator="the journey's delivered messages with any click within 14 days",
    denominator="the journey's delivered messages",
)  # fmt: skip
def click_rate_recorded(observation: Observation) -> Values:
    """Click rate of each journey as a platform shows it: clicks of security scanners count as well."""
    return _by(observation, observation.messages.journey, observation.messages.clicked_recorded)


@measure(
    title="Click rate by business line as recorded", unit="share", cohort=_MATURE, censoring=_IMMATURE, by=("line",),
    numerator="delivered messages on the line with any click within 14 days",
    denominator="delivered messages on the line",
)  # fmt: skip
def click_rate_by_line_recorded(observation: Observation) -> Values:
    """Click rate of each business line as a platform shows it: clicks of security scanners count as well."""
    return _by(observation, observation.messages.line, observation.messages.clicked_recorded)


@measure(
    title="Unsubscribe rate", unit="share", cohort=_MATURE, censoring=_IMMATURE,
    numerator="delivered messages after which the recipient opted out within 14 days",
    denominator="delivered messages",
)  # fmt: skip
def unsubscribe_rate(observation: Observation) -> Values:
    """Share of delivered messages that cost the permission to send another one."""
    return only(_mature_share(observation.messages, observation.messages.unsubscribed))


@measure(
    title="Messages not yet mature", unit="count", cohort="messages delivered in the run",
    numerator="messages delivered within 14 days of the end",
)  # fmt: skip
def not_yet_mature(observation: Observation) -> Values:
    """Delivered messages that no rate counts, because the run ends within their time of reaction."""
    return only(count(np.count_nonzero(~observation.messages.mature)))


@measure(
    title="Messages sent", unit="count", cohort="all contacts", numerator="messages sent in the run", by=("journey",)
)
def sends(observation: Observation) -> Values:
    """Messages that passed the gate and went out, by journey."""
    rows = observation.in_run(Kind.SENT)
    values: dict[Key, Observed] = {("",): count(len(rows))}
    many = np.bincount(observation.record.cells("journey", rows), minlength=1)
    for number in np.flatnonzero(many).tolist():
        if number:
            values[(observation.record.names[number],)] = count(many[number])
    return values


@measure(
    title="Sends per contact", unit="mails per contact", cohort=_ENTERED,
    numerator="messages sent in the run", denominator="contacts that entered a journey in the run",
)  # fmt: skip
def sends_per_contact(observation: Observation) -> Values:
    """Messages of all journeys per contact that entered any; mail of other lines is not counted."""
    return only(ratio(len(observation.in_run(Kind.SENT)), _many(observation.entered)))


def _many(contacts: Mask) -> int:
    return int(np.count_nonzero(contacts))


def _clickers(observation: Observation) -> Mask:
    return observation.contacts(observation.human(observation.in_run(Kind.CLICKED)))


@measure(
    title="Contacts with a human click", unit="count", cohort="all contacts",
    numerator="distinct contacts with a human click in the run",
)  # fmt: skip
def contacts_with_click(observation: Observation) -> Values:
    """How many different people clicked at least once themselves."""
    return only(count(_many(_clickers(observation))))


@measure(
    title="Share of contacts with a human click", unit="share", cohort=_ENTERED,
    numerator="entered contacts with a human click in the run",
    denominator="contacts that entered a journey in the run",
)  # fmt: skip
def contacts_with_click_share(observation: Observation) -> Values:
    """Share of the entered contacts that clicked at least once themselves."""
    found = _clickers(observation) & observation.entered
    return only(ratio(_many(found), _many(observation.entered)))


@measure(
    title="Contacts with a recorded click", unit="count", cohort="all contacts",
    numerator="distinct contacts with any click in the run",
)  # fmt: skip
def contacts_with_click_recorded(observation: Observation) -> Values:
    """How many contacts a platform would show as clickers, those whose scanners clicked included."""
    return only(count(observation.people(observation.in_run(Kind.CLICKED))))


@measure(
    title="Share of contacts with a recorded click", unit="share", cohort=_ENTERED,
    numerator="entered contacts with any click in the run",
    denominator="contacts that entered a journey in the run",
)  # fmt: skip
def contacts_with_click_share_recorded(observation: Observation) -> Values:
    """Share of the entered contacts that a platform would show as clickers, scanned ones included."""
    clicked = observation.contacts(observation.in_run(Kind.CLICKED))
    return only(ratio(_many(clicked & observation.entered), _many(observation.entered)))


@measure(title="Sales requests", unit="count", cohort="all contacts", numerator="requests for sales in the run")
def sales_requests(observation: Observation) -> Values:
    """Events in which a contact asked for sales, after a message or on a page; one person may ask again."""
    return only(count(len(observation.in_run(Kind.ASKED))))


@measure(
    title="Askers", unit="count", cohort="all contacts", numerator="distinct contacts that asked for sales in the run"
)
def askers(observation: Observation) -> Values:
    """How many different people asked for sales."""
    return only(count(observation.people(observation.in_run(Kind.ASKED))))


@measure(
    title="Askers per 1,000 entered", unit="per 1,000", cohort=_ENTERED,
    numerator="contacts that asked for sales at or after their first entry",
    denominator="contacts that entered a journey in the run",
)  # fmt: skip
def askers_per_1000(observation: Observation) -> Values:
    """Of a thousand contacts that entered a journey, how many asked for sales from then on."""
    record, rows = observation.record, observation.in_run(Kind.ASKED)
    after = record.cells("time", rows) >= observation.first_entries()[record.cells("contact", rows)]
    return only(ratio(observation.people(rows[after]), _many(observation.entered), times=1_000))


@measure(
    title="Sales requests per 1,000 sends", unit="per 1,000", cohort="all contacts",
    numerator="requests for sales in the run", denominator="messages sent in the run",
)  # fmt: skip
def requests_per_1000_sends(observation: Observation) -> Values:
    """What a thousand messages bring in requests, unsolicited ones included."""
    return only(ratio(len(observation.in_run(Kind.ASKED)), len(observation.in_run(Kind.SENT)), times=1_000))


@measure(
    title="Contacts lost to opt-out", unit="count", cohort="all contacts",
    numerator="distinct contacts that unsubscribed in the run",
)  # fmt: skip
def opt_outs(observation: Observation) -> Values:
    """How many people took back their consent to be mailed; a later return does not undo it."""
    return only(count(observation.people(observation.in_run(Kind.UNSUBSCRIBED))))


@measure(
    title="Contacts lost to opt-out per 1,000 entered", unit="per 1,000", cohort=_ENTERED,
    numerator="entered contacts that unsubscribed in the run", denominator="contacts that entered a journey in the run",
)  # fmt: skip
def opt_outs_per_1000(observation: Observation) -> Values:
    """Of a thousand contacts that entered a journey, how many may no longer be mailed at the end."""
    lost = observation.contacts(observation.in_run(Kind.UNSUBSCRIBED))
    return only(ratio(_many(lost & observation.entered), _many(observation.entered), times=1_000))


@measure(
    title="Contacts mailed", unit="count", cohort="all contacts",
    numerator="distinct contacts with a message delivered by a journey in the run",
)  # fmt: skip
def reach(observation: Observation) -> Values:
    """How many different people got at least one message."""
    return only(count(observation.people(_own_deliveries(observation))))


def _own_deliveries(observation: Observation) -> Integers:
    rows = observation.in_run(Kind.DELIVERED)
    return rows.compress(observation.record.cells("send", rows) > 0)


@measure(title="MQLs", unit="count", cohort="all contacts", numerator="times in the run that a contact became an MQL")
def mqls(observation: Observation) -> Values:
    """How often score and fit of a contact reached the threshold."""
    return only(count(len(observation.in_run(Kind.MQL))))


@measure(
    title="Share of clickers that became an MQL", unit="share",
    cohort="contacts with a human click in the run, each once",
    numerator="of those, contacts that became an MQL in the run", denominator="contacts with a human click in the run",
)  # fmt: skip
def mql_share_of_clickers(observation: Observation) -> Values:
    """How selective the threshold is: of the people who clicked, the share that reached it."""
    clickers = _clickers(observation)
    found = observation.contacts(observation.in_run(Kind.MQL)) & clickers
    return only(ratio(_many(found), _many(clickers)))


ENGAGEMENT: Final[tuple[Measure, ...]] = (
    engagement_rate, engagement_rate_recorded, open_rate, open_rate_recorded, click_rate, click_rate_recorded,
    click_rate_by_line, click_rate_by_line_recorded, unsubscribe_rate, not_yet_mature, sends, sends_per_contact, reach,
    contacts_with_click, contacts_with_click_share, contacts_with_click_recorded, contacts_with_click_share_recorded,
    sales_requests, askers, askers_per_1000, requests_per_1000_sends, opt_outs, opt_outs_per_1000, mqls,
    mql_share_of_clickers,
)  # fmt: skip
