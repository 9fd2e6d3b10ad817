"""Buying groups: how many there are, how complete they grow, whom they lack, how often they are handed over.

Read from what account evaluations record: members as they join, a row about the account whenever its
group's completeness or missing roles have changed, and a row whenever a group is found ready for a lead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, count_by, measure
from journeyctl.results.measures.observation import Observation
from journeyctl.results.record import Integers, Mask
from journeyctl.results.row_keys import Groups, flags, grouped, row_groups
from journeyctl.semantics.effects import Kind

_MISSING: Final = "missing_roles="
_WHOLE: Final = 10_000
"""Rows give completeness in hundredths of a percent."""
_COHORT: Final = "accounts in which somebody has joined the group"
_ACCOUNT: Final = ("group", "umbrella", "hospital", "clinic")


@dataclass(frozen=True, slots=True)
class _Changes:
    """Every change of any group in the run, in order of time. Columns of shape `(changes,)`."""

    time: Integers
    group: Integers
    """Number of the group's name."""
    account: Groups
    """One group in one account has one number."""
    completeness: Integers
    reason: Integers
    """Number of the name that says which roles are missing."""

    @property
    def latest(self) -> Integers:
        """The places of the last change of each group in each account."""
        found = np.empty(self.account.count, np.int64)
        # Of several changes of one the one that is written last stays.
        found[self.account.number] = np.arange(len(self.time))
        return found

    @property
    def steps(self) -> Integers:
        """By how much each change raises the completeness of its group in its account."""
        order = np.argsort(self.account.number, kind="stable")
        shares, accounts = self.completeness.take(order), self.account.number.take(order)
        steps = np.diff(shares, prepend=0)
        begins = np.diff(accounts, prepend=-1) != 0
        steps[begins] = shares[begins]
        found = np.empty(len(order), np.int64)
        found[order] = steps
        return found

    @property
    def begins(self) -> Mask:
        """Which changes are the first of a group in an account."""
        found = np.zeros(len(self.time), np.bool_)
        found[self.account.first] = True
        return found


def _changes(observation: Observation) -> _Changes:
    record, rows = observation.record, observation.in_run(Kind.FACT)
    rows = rows.compress(record.cells("group", rows) != 0)
    tells = flags(record.cells("reason", rows), len(record.names))
    for number in np.flatnonzero(tells).tolist():
        tells[number] = record.names[number].startswith(_MISSING)
    rows = rows.compress(tells.take(record.cells("reason", rows)))
    rows = rows.take(np.argsort(record.cells("time", rows), kind="stable"))
    time, group, completeness, reason = (record.cells(name, rows) for name in ("time", "group", "value", "reason"))
    return _Changes(time, group, row_groups(record, rows, *_ACCOUNT), completeness.astype(np.int64), reason)


def _by_group(observation: Observation, rows: Integers) -> Iterator[tuple[str, int]]:
    """The names of the groups of these changes, and how many of the changes are theirs."""
    many = np.bincount(observation.once(_changes).group.take(rows), minlength=1)
    return ((observation.record.names[number], int(many[number])) for number in np.flatnonzero(many).tolist())


def _mean(total: int, many: int) -> Observed:
    return Observed(float(Fraction(total, many * _WHOLE)), many) if many else Observed(None, 0)


@measure(
    title="Buying groups", unit="count", by=("group",), cohort=_COHORT,
    numerator="accounts whose group had a member by the end of the run",
)  # fmt: skip
def buying_groups(observation: Observation) -> Values:
    """How many groups there are: one for every account in which somebody has joined."""
    found = dict(_by_group(observation, observation.once(_changes).latest))
    return count_by(found, total=sum(found.values()))


@measure(
    title="Members of buying groups", unit="count", by=("group", "source"), cohort="all contacts",
    numerator="contacts that joined a group in the run",
)  # fmt: skip
def group_members(observation: Observation) -> Values:
    """Who joined, by where the contact came from; the population at the start has the source `population`."""
    record, rows = observation.record, observation.in_run(Kind.JOINED_GROUP)
    found: Counter[Key] = Counter({("", ""): len(rows)})
    for group, source in zip(record.texts("group", rows), record.texts("source", rows), strict=True):
        for key in ((group, ""), (group, source or "population")):
            found[key] += 1
    return {key: count(many) for key, many in found.items()}


@measure(
    title="Completeness of buying groups", unit="share", by=("group", "week"), cohort=_COHORT,
    numerator="sum of the groups' completeness at the end of the week, or of the run",
    denominator="groups that have had a member by then",
    censoring="none: every group counts as it is at that moment",
)  # fmt: skip
def group_completeness(observation: Observation) -> Values:
    """Mean completeness over groups, by week as of its end; new groups begin low, so it may fall while all grow."""
    changes, weeks = observation.once(_changes), observation.calendar_weeks
    # How many changes there are by the end of each week, and of the run.
    names = [*(week for week, _, _ in weeks), ""]
    ends = [*np.searchsorted(changes.time, [after for _, _, after in weeks]).tolist(), len(changes.time)]
    steps, begins, values = changes.steps, changes.begins, dict[Key, Observed]()
    for number in (0, *np.flatnonzero(flags(changes.group, len(observation.record.names))).tolist()):
        own = changes.group == number if number else np.ones(len(changes.time), np.bool_)
        totals, many = (np.concatenate(([0], np.cumsum(found * own))) for found in (steps, begins))
        found = zip(names, totals.take(ends).tolist(), many.take(ends).tolist(), strict=True)
        name = observation.record.names[number]
        values |= {(name, week): _mean(total, count) for week, total, count in found if count or not number}
    return values


@measure(
    title="Missing roles", unit="count", by=("group", "role"), cohort=_COHORT,
    numerator="groups that lack somebody in the role at the end of the run",
)  # fmt: skip
def missing_roles(observation: Observation) -> Values:
    """How many groups lack which role; a group that lacks several counts for each, and once in all."""
    record, changes = observation.record, observation.once(_changes)
    latest = changes.latest
    pairs = grouped(*((column.take(latest), len(record.names)) for column in (changes.group, changes.reason)))
    found: Counter[Key] = Counter({("", ""): 0})
    for first, many in zip(latest.take(pairs.first).tolist(), np.bincount(pairs.number).tolist(), strict=True):
        roles = list(filter(None, record.names[changes.reason[first]].removeprefix(_MISSING).split(",")))
        name = record.names[changes.group[first]]
        for key in (("", ""), (name, ""), *((name, role) for role in roles)) if roles else ():
            found[key] += many
    return {key: count(many) for key, many in found.items()}


@measure(
    title="Buying groups ready", unit="count", by=("group",), cohort=_COHORT,
    numerator="groups found ready in the run, each once",
)  # fmt: skip
def groups_ready(observation: Observation) -> Values:
    """Groups that reached their thresholds at least once and were handed over."""
    rows = observation.in_run(Kind.GROUP_READY)
    firsts = rows.take(row_groups(observation.record, rows, *_ACCOUNT).first)
    found = Counter(observation.record.texts("group", firsts))
    return count_by(found, total=len(firsts))


@measure(
    title="Leads of buying groups", unit="count", by=("group",), cohort=_COHORT,
    numerator="times in the run that a group was handed over",
)  # fmt: skip
def group_leads(observation: Observation) -> Values:
    """Leads made for groups, and open leads of the member who is called that a group joined instead."""
    found = Counter(observation.record.texts("group", observation.in_run(Kind.GROUP_READY)))
    return count_by(found, total=sum(found.values()))


BUYING_GROUPS: Final[tuple[Measure, ...]] = (
    buying_groups, group_members, group_completeness, missing_roles, groups_ready, group_leads,
)  # fmt: skip
