"""Buying groups: how many there are, how complete they grow, whom they lack, how often they are handed over.

Read from what account evaluations record: members as they join, a row about the account whenever its
group's completeness or missing roles have changed, and a row whenever a group is found ready for a lead.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from journeyctl.calendars import iso_weeks
from journeyctl.results.measures.measure import Key, Measure, Observed, Values, count, count_by, measure
from journeyctl.results.measures.observation import Observation
from journeyctl.results.record import Integers
from journeyctl.semantics.effects import Kind

_MISSING: Final = "missing_roles="
_WHOLE: Final = 10_000
"""Rows give completeness in hundredths of a percent."""
_COHORT: Final = "accounts in which somebody has joined the group"
_ACCOUNT: Final = ("group", "umbrella", "hospital", "clinic")

_Account = tuple[int, ...]
"""Numbers of the names of group, umbrella, hospital and clinic."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a group was like from `time` on."""

    time: int
    account: _Account
    completeness: int
    missing: tuple[str, ...]


def _states(observation: Observation) -> tuple[_State, ...]:
    """Every change of any group in the run, in order of time."""
    record, rows = observation.record, observation.in_run(Kind.FACT)
    rows = rows[record.cells("group", rows) != 0]
    rows = rows[np.argsort(record.cells("time", rows), kind="stable")]
    accounts = _accounts(observation, rows)
    columns = (
        record.cells("time", rows).tolist(),
        record.cells("value", rows).tolist(),
        record.texts("reason", rows),
    )
    return tuple(
        _State(time, account, share, tuple(filter(None, reason.removeprefix(_MISSING).split(","))))
        for account, time, share, reason in zip(accounts, *columns, strict=True)
        if reason.startswith(_MISSING)
    )


def _accounts(observation: Observation, rows: Integers) -> list[_Account]:
    cells = [observation.record.cells(name, rows).tolist() for name in _ACCOUNT]
    return list(zip(*cells, strict=True))


def _last(observation: Observation) -> dict[_Account, _State]:
    """Every group as it was at the end of the run."""
    return {state.account: state for state in observation.once(_states)}


def _name(observation: Observation, account: _Account) -> str:
    return observation.record.names[account[0]]


def _mean(shares: list[int]) -> Observed:
    if not shares:
        return Observed(None, 0)
    return Observed(float(Fraction(sum(shares), len(shares) * _WHOLE)), len(shares))


@measure(
    title="Buying groups", unit="count", by=("group",), cohort=_COHORT,
    numerator="accounts whose group had a member by the end of the run",
)  # fmt: skip
def buying_groups(observation: Observation) -> Values:
    """How many groups there are: one for every account in which somebody has joined."""
    found = Counter(_name(observation, account) for account in observation.once(_last))
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
    context = observation.context
    states = observation.once(_states)
    weeks = iso_weeks(context.start, context.end, context.zone)
    values: dict[Key, Observed] = {}
    known: dict[_Account, int] = {}
    place = 0
    for week, _, after in weeks:
        while place < len(states) and states[place].time < after:
            known[states[place].account] = states[place].completeness
            place += 1
        by_group = _shares_by_group(observation, known)
        values |= {(name, week): _mean(shares) for name, shares in by_group.items()}
        values["", week] = _mean(list(known.values()))
    values |= {(name, ""): _mean(shares) for name, shares in _shares_by_group(observation, known).items()}
    values["", ""] = _mean(list(known.values()))
    return values


def _shares_by_group(observation: Observation, known: dict[_Account, int]) -> dict[str, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for account, share in known.items():
        found[account[0]].append(share)
    return {observation.record.names[number]: shares for number, shares in found.items()}


@measure(
    title="Missing roles", unit="count", by=("group", "role"), cohort=_COHORT,
    numerator="groups that lack somebody in the role at the end of the run",
)  # fmt: skip
def missing_roles(observation: Observation) -> Values:
    """How many groups lack which role; a group that lacks several counts for each, and once in all."""
    found: Counter[Key] = Counter({("", ""): 0})
    for account, state in observation.once(_last).items():
        if state.missing:
            name = _name(observation, account)
            found.update([("", ""), (name, ""), *((name, role) for role in state.missing)])
    return {key: count(many) for key, many in found.items()}


@measure(
    title="Buying groups ready", unit="count", by=("group",), cohort=_COHORT,
    numerator="groups found ready in the run, each once",
)  # fmt: skip
def groups_ready(observation: Observation) -> Values:
    """Groups that reached their thresholds at least once and were handed over."""
    accounts = set(_accounts(observation, observation.in_run(Kind.GROUP_READY)))
    found = Counter(_name(observation, account) for account in accounts)
    return count_by(found, total=len(accounts))


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
