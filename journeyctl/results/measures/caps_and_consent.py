"""Who may not be mailed and why; which mail takes the place of which; what records of one person get together."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np

from journeyctl.results.measures.breaches import OTHER_MAIL, AllMail, CountedMail, over_per_person, refused
from journeyctl.results.measures.context import CapTerms
from journeyctl.results.measures.held_up import CAPPED, HeldUp
from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, count_by, measure, only, ratio
from journeyctl.results.measures.observation import Observation
from journeyctl.results.measures.origins import KNOWN
from journeyctl.results.record import Integers
from journeyctl.results.row_keys import grouped
from journeyctl.semantics.effects import Kind


@measure(
    title="Contacts that may not be mailed", unit="count", by=("source", "reason"),
    cohort="contacts known at some time of the run, whether or not an audience takes them",
    numerator="contacts that may not be mailed when they become known",
    censoring="none: what changes later is counted elsewhere, see opt_outs and bounces",
)  # fmt: skip
def unmailable(observation: Observation) -> Values:
    """Records without a working address or a valid consent, by source and by the first reason that holds.

    `invalid_email`; `consent_unknown`, nobody noted an answer; `unconfirmed`, a sign-up that the country's
    double opt-in lost; `no_consent`, refused or never asked. `known` is the population at the start.
    """
    counted = observation.context.unmailable
    if counted is None:
        return {("", ""): Observed(None)}
    values: dict[Key, int] = defaultdict(int, {("", ""): 0})
    for (source, reason), many in counted.items():
        place = source or KNOWN
        for key in (("", ""), (place, ""), ("", reason), (place, reason)):
            values[key] += many
    return {key: count(many) for key, many in values.items()}


# --- one mail instead of another


def _held_up(observation: Observation, cap: CapTerms) -> Integers:
    """The first answer of this cap to each wish, as rows."""
    found = observation.once(HeldUp.of)
    return found.first(found.reason == observation.record.number_of(CAPPED + cap.name))


def _windows(observation: Observation, mail: CountedMail, asks: Integers, cap: CapTerms) -> tuple[Integers, Integers]:
    """For each ask, the first place in `mail` of its window and the place after the last."""
    record = observation.record
    contact, time = record.cells("contact", asks), record.cells("time", asks)
    origin = int(min(mail.time.min(initial=0), time.min(initial=0))) - cap.seconds
    span = int(max(mail.time.max(initial=0), time.max(initial=0))) - origin + 1
    recipients = record.cells("contact", mail.rows).astype(np.int64)
    # Mail is sorted by recipient, so one ascending number per mail serves for every search.
    line = recipients * span + (mail.time - origin)
    own = contact.astype(np.int64) * span + (time - origin)
    after = np.searchsorted(line, own, side="right")
    if cap.window == "rolling":
        return np.searchsorted(line, own - cap.seconds, side="right"), after
    # The cap was full, so the mail just before belongs to the window and knows where it begins.
    if not len(line):
        return after, after
    just_before = np.maximum(after - 1, 0)
    known = (after > 0) & (recipients[just_before] == contact)
    return np.where(known, mail.first(just_before), after), after


@measure(
    title="Wishes displaced", unit="count", by=("journey", "by"), cohort="all contacts",
    numerator="wishes to send that found a cap full, each shared evenly among the mails that filled it",
)  # fmt: skip
def displaced(observation: Observation) -> Values:
    """Whose mail stands in whose way: wishes of `journey` that met a full cap, by the journeys whose mail filled it.

    `other_mail` is mail of other business lines. A wish counts once per cap, at the first such answer. Caps
    whose recipients change within the run are left out.
    """
    record = observation.record
    values: dict[Key, float] = defaultdict(float, {("", ""): 0.0})
    for cap in observation.context.caps:
        asks = _held_up(observation, cap)
        if not len(asks):
            continue
        mail = observation.mail(cap)
        begin, after = _windows(observation, mail, asks, cap)
        many = after - begin
        asks, begin, many = asks[many > 0], begin[many > 0], many[many > 0]
        place = np.repeat(begin - np.cumsum(many) + many, many) + np.arange(int(many.sum()))
        wished = np.repeat(record.cells("journey", asks), many)
        in_way = record.cells("journey", mail.rows)[place]
        pairs = grouped((wished, len(record.names)), (in_way, len(record.names)))
        shares = np.bincount(pairs.number, weights=np.repeat(1 / many, many), minlength=pairs.count)
        for first, share in zip(pairs.first.tolist(), shares.tolist(), strict=True):
            journey, by = record.names[wished[first]], record.names[in_way[first]] or OTHER_MAIL
            for key in {(journey, by), (journey, ""), ("", by), ("", "")}:
                values[key] += share
    return {key: count(round(share, 9)) for key, share in values.items()}


@measure(
    title="Share of wishes displaced", unit="share", by=("line",), cohort="wishes to send in the run, each once",
    numerator="wishes that some cap deferred or skipped", denominator="wishes to send",
)  # fmt: skip
def displaced_share(observation: Observation) -> Values:
    """How much of what journeys want to send meets a full cap first, by business line of the item."""
    record = observation.record
    wishes = observation.in_run(Kind.REQUESTED_SEND)
    held = observation.once(HeldUp.of).first()
    lines = {record.number_of(item): line for item, line in observation.context.item_lines.items()}
    wanted, lost = (np.bincount(record.cells("item", rows), minlength=len(record.names)) for rows in (wishes, held))
    values: dict[Key, Observed] = {("",): ratio(len(held), len(wishes))}
    for line in sorted(set(lines.values()) - {""}):
        numbers = [number for number, name in lines.items() if name == line and number >= 0]
        if wanted[numbers].sum():
            values[(line,)] = ratio(int(lost[numbers].sum()), int(wanted[numbers].sum()))
    return values


@measure(
    title="Collisions", unit="share", by=("cap",), cohort="wishes to send of contacts that the cap holds for",
    numerator="wishes that would be dropped if every wish beyond the cap were dropped at once",
    denominator="wishes to send",
)  # fmt: skip
def collisions(observation: Observation) -> Values:
    """How much of the mail that is wanted cannot go out under a cap, whoever wants it and however it is put off.

    Wishes are taken in the order of time; mail of other lines takes its place unasked. Wishes are those of the
    run, in which the cap was in force.
    """
    values: dict[Key, Observed] = {}
    for cap in observation.context.caps:
        wishes = observation.mail(cap, Kind.REQUESTED_SEND)
        values[(cap.name,)] = ratio(int(np.count_nonzero(refused(wishes, cap))), int(np.count_nonzero(wishes.own)))
    return values


@measure(
    title="Most mails wanted in one window", unit="count", by=("cap",),
    cohort="contacts that the cap holds for", numerator="wishes and other mails in the fullest window of any contact",
)  # fmt: skip
def most_wanted(observation: Observation) -> Values:
    """The worst case behind a cap: the largest number of mails that anybody was to get in one of its windows."""
    values: dict[Key, Observed] = {}
    for cap in observation.context.caps:
        wishes = observation.mail(cap, Kind.REQUESTED_SEND)
        values[(cap.name,)] = count(wishes.fullest)
    return values


# --- records and people


@measure(
    title="Sends per person", unit="mails per contact", cohort="people of whom a record entered a journey in the run",
    numerator="messages sent in the run", denominator="people of whom any record entered",
)  # fmt: skip
def sends_per_person(observation: Observation) -> Values:
    """Messages per real person: caps hold per record, so who is recorded twice gets more than the caps allow."""
    people = observation.tables.persons(observation.context.further_records)
    return only(ratio(len(observation.in_run(Kind.SENT)), people.count(observation.entered)))


@measure(
    title="Messages over a cap per person", unit="count", by=("cap",), cohort="all contacts",
    numerator="messages of the journeys that exceed the cap when all records of a person count together",
)  # fmt: skip
def over_cap_per_person(observation: Observation) -> Values:
    """What duplicates do to caps: messages that no cap per record stops, and the person gets them all the same."""
    people = observation.context.further_records
    caps = observation.context.caps
    if not people:
        return count_by(dict.fromkeys((cap.name for cap in caps), 0), total=0)
    record = observation.record
    merged = AllMail.of(record, Kind.SENT, people=observation.tables.persons(people))
    found = {
        cap.name: over_per_person(record, observation.tables.bound(cap), observation.mail(cap), merged) for cap in caps
    }
    return count_by(found, total=sum(found.values()))


CAPS_AND_CONSENT: Final[tuple[Measure, ...]] = (
    unmailable, displaced, displaced_share, collisions, most_wanted, sends_per_person, over_cap_per_person,
)  # fmt: skip
