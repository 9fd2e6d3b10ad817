"""What did not happen and why: refusals, skips, deferrals, drops, bounces; and how visits ended."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from journeyctl.results.measures.measure import Key, Measure, Values, count, count_by, measure
from journeyctl.results.measures.observation import Observation
from journeyctl.results.row_keys import row_groups
from journeyctl.semantics.effects import Kind

_BY = ("journey", "reason")
_ALL = "all contacts"


def _by_reason(observation: Observation, kind: Kind) -> Values:
    record, rows = observation.record, observation.in_run(kind)
    alike = row_groups(record, rows, "journey", "reason")
    first = rows[alike.first]
    counts = np.bincount(alike.number, minlength=alike.count).tolist()
    found: Counter[Key] = Counter({("", ""): 0})
    for journey, reason, many in zip(
        record.texts("journey", first), record.texts("reason", first), counts, strict=True
    ):
        for key in {(journey, reason), (journey, ""), ("", reason), ("", "")}:
            found[key] += many
    return {key: count(many) for key, many in found.items()}


@measure(title="Refusals", unit="count", by=_BY, cohort=_ALL, numerator="refusals of entry in the run")
def refusals(observation: Observation) -> Values:
    """How often a contact of an audience could not enter; the same reason twice in a row counts once."""
    return _by_reason(observation, Kind.REFUSED)


@measure(
    title="Sends skipped", unit="count", by=_BY, cohort=_ALL, numerator="messages that the gate skipped in the run"
)
def skips(observation: Observation) -> Values:
    """Messages that a journey wanted to send and the gate refused for good."""
    return _by_reason(observation, Kind.SKIPPED)


@measure(
    title="Deferrals", unit="count", by=_BY, cohort=_ALL, numerator="times in the run that the gate put off a message"
)
def deferrals(observation: Observation) -> Values:
    """How often a message had to wait; one message may be deferred several times."""
    return _by_reason(observation, Kind.DEFERRED)


@measure(title="Dropped plans", unit="count", by=_BY, cohort=_ALL, numerator="things dropped by exits in the run")
def drops(observation: Observation) -> Values:
    """What an exit cut short; the reason names what the contact was waiting for."""
    return _by_reason(observation, Kind.DROPPED)


@measure(title="Bounces", unit="count", by=_BY, cohort=_ALL, numerator="messages that came back in the run")
def bounces(observation: Observation) -> Values:
    """Messages that were returned, hard or soft."""
    return _by_reason(observation, Kind.BOUNCED)


@measure(title="Visits ended", unit="count", by=_BY, cohort=_ALL, numerator="visits that ended in the run")
def ends(observation: Observation) -> Values:
    """Passages through journeys that are over, by the label under which they ended."""
    return _by_reason(observation, Kind.ENDED)


@measure(
    title="Cap breaches", unit="count", by=("cap",), cohort=_ALL, numerator="messages of the journeys sent over a cap"
)
def cap_breaches(observation: Observation) -> Values:
    """Messages that went out although a cap was full, counted anew from the record; must be zero."""
    caps = observation.context.caps
    found = {cap.name: observation.mail(cap).breaches(cap.maximum) for cap in caps}
    return count_by(found, total=sum(found.values()))


GATE_ANSWERS: Final[tuple[Measure, ...]] = (refusals, skips, deferrals, drops, bounces, ends, cap_breaches)
