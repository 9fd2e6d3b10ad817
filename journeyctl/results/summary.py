"""From one replication's record to its values, and from the values of many to estimates and comparisons.

A `Summary` holds numbers only: it is small, can be sent between processes, and outlives its record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from journeyctl.results.intervals import USUAL, Estimate, estimate, paired_difference
from journeyctl.results.measures import (
    MEASURES,
    Key,
    Measure,
    MeasuringContext,
    Observation,
    Observed,
    Values,
    measured_rows,
)
from journeyctl.results.pairs import (
    ContactCounts,
    FlippedContact,
    Flips,
    click_rate_uplift,
    contact_flips,
    counts_of,
    flipped_contacts,
)
from journeyctl.results.record import EventRecord

Estimates = Mapping[str, Mapping[Key, Estimate]]
"""By name of the measure, then by key."""


@dataclass(frozen=True, slots=True)
class Summary:
    """All measures of one replication."""

    replication: int
    values: Mapping[str, Values]
    """By name of the measure, then by key; weekly series are keys."""
    contacts: ContactCounts = field(compare=False, repr=False)
    """What a comparison with another world needs."""

    def value(self, name: str, key: Key | None = None) -> float | None:
        """One value, by default that of all together; `None` where it is n/a."""
        found = MEASURES[name]
        observed = self.values[name].get(found.total if key is None else key)
        return _value(observed, found)


@dataclass(frozen=True, slots=True)
class Pair:
    """One replication in two worlds with the same people and draws."""

    summary: Summary
    baseline: Summary
    uplift: Observed
    """Click-rate uplift; see `pairs.click_rate_uplift`."""
    flips: Flips
    uplift_recorded: Observed = field(default=Observed(None))
    """The same with machines' clicks, as platforms show it."""

    def __post_init__(self) -> None:
        if self.summary.replication != self.baseline.replication:
            raise ValueError("only the same replication of two worlds has the same draws")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A world against a baseline over replications, each replication compared with its twin."""

    differences: Estimates
    """This world less the baseline."""
    uplift: Estimate
    """Click-rate uplift, as a share of the baseline's rate."""
    gained: Estimate
    """Contacts per replication that ask for sales in this world only, and exist in both."""
    lost: Estimate
    """Contacts per replication that ask for sales in the baseline only, and exist in both."""
    only_here: Estimate
    """Askers per replication that exist in this world only."""
    only_there: Estimate
    """Askers per replication that exist in the baseline only."""
    replications: tuple[int, ...]
    uplift_recorded: Estimate
    """Click-rate uplift as platforms show it, machines' clicks included."""
    flipped: tuple[FlippedContact, ...] = ()
    """Every contact behind `gained` to `only_there`, the most frequent first."""


def summarise(
    record: EventRecord,
    context: MeasuringContext,
    *,
    replication: int | None = None,
    measures: Iterable[str] | None = None,
) -> Summary:
    """The measures (default: all) of the one replication that the record holds.

    `replication` numbers it where the record may be empty. Raises `ValueError` if there are several.
    """
    held = record.replications()
    number = replication if replication is not None else held[0] if held else 0
    return summary_of(Observation(measured_rows(record), context), replication=number, measures=measures)


def summary_of(observation: Observation, *, replication: int, measures: Iterable[str] | None = None) -> Summary:
    """The measures (default: all) of what is observed."""
    names = MEASURES if measures is None else measures
    values = {name: dict(MEASURES[name](observation)) for name in names}
    return Summary(replication, values, counts_of(observation))


def pair(
    summary: Summary,
    baseline: Summary,
    *,
    here: frozenset[str] | None = None,
    there: frozenset[str] | None = None,
) -> Pair:
    """One replication in both worlds. `here` and `there` as in `pairs.contact_flips`.

    Raises `ValueError` for different replications, which have different draws.
    """
    return Pair(
        summary,
        baseline,
        click_rate_uplift(summary.contacts, baseline.contacts),
        contact_flips(summary.contacts, baseline.contacts, here=here, there=there),
        click_rate_uplift(summary.contacts, baseline.contacts, recorded=True),
    )


def estimates(summaries: Sequence[Summary], *, confidence: float = USUAL) -> Estimates:
    """Mean and t-interval of every value over replications.

    A key that some replication lacks (a reason that never occurred there) counts as zero for counts and sums,
    and as n/a for all else.
    """
    return {
        name: {key: estimate(_series(summaries, name, key), confidence=confidence) for key in keys}
        for name, keys in _keys(summaries).items()
    }


def compare(pairs: Sequence[Pair], *, confidence: float = USUAL) -> Comparison:
    """Differences over replications with t-intervals; n/a in either world leaves a replication out, counted."""
    this, other = [pair.summary for pair in pairs], [pair.baseline for pair in pairs]

    def of(numbers: Iterable[float | None]) -> Estimate:
        return estimate(numbers, confidence=confidence)

    return Comparison(
        differences={
            name: {
                key: paired_difference(_series(this, name, key), _series(other, name, key), confidence=confidence)
                for key in keys
            }
            for name, keys in _keys((*this, *other)).items()
        },
        uplift=of(pair.uplift.value for pair in pairs),
        uplift_recorded=of(pair.uplift_recorded.value for pair in pairs),
        gained=of(len(pair.flips.gained) for pair in pairs),
        lost=of(len(pair.flips.lost) for pair in pairs),
        only_here=of(len(pair.flips.only_here) for pair in pairs),
        only_there=of(len(pair.flips.only_there) for pair in pairs),
        replications=tuple(pair.summary.replication for pair in pairs),
        flipped=flipped_contacts([pair.flips for pair in pairs]),
    )


def _keys(summaries: Iterable[Summary]) -> dict[str, list[Key]]:
    """The measures in the table's order, and all keys that any replication has, sorted."""
    found: dict[str, set[Key]] = {}
    for summary in summaries:
        for name, values in summary.values.items():
            found.setdefault(name, set()).update(values)
    return {name: sorted(found[name]) for name in MEASURES if name in found}


def _series(summaries: Iterable[Summary], name: str, key: Key) -> list[float | None]:
    nothing = Observed(0.0 if MEASURES[name].adds_up else None)
    return [summary.values[name].get(key, nothing).value for summary in summaries]


def _value(observed: Observed | None, found: Measure) -> float | None:
    if observed is None:
        return 0.0 if found.adds_up else None
    return observed.value
