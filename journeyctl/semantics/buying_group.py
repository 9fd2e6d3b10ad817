"""What an account evaluation makes of a buying group: engagement, readiness, the group's lead and who is called.

Pure rules over members as the evaluation finds them. Who keeps the members, and when the next evaluation
is, is the business of whoever drives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, lcm

from journeyctl.calendars import Calendar, local_date
from journeyctl.graph.group import BuyingGroup
from journeyctl.graph.program import Scoring
from journeyctl.semantics.completeness import Completeness, as_written
from journeyctl.semantics.scoring import points_for

ENGAGED_FOR = 30 * 86_400
"""Seconds for which an act counts as engagement."""
MOST_A_DAY = 20
"""Acts of one kind on one local day that count."""
FULL = 100
"""Engagement never exceeds this."""
ONE_POINT = 100
"""Hundredths; what every act is worth where nobody scores."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member with a role, as of an evaluation."""

    key: str
    role: str
    score: int
    """Hundredths of a point."""
    engagement: int
    """Hundredths of a point that the member's acts of the last 30 days earned."""


def engagement_of(acts: Iterable[tuple[int, str]], now: int, *, scoring: Scoring | None, zone: str) -> int:
    """Hundredths of a point for human acts (second, event) in the 30 days before `now`, at most 20 of one a day.

    An act is worth what scoring gives for it, without decay.
    """
    days: dict[tuple[str, int], int] = {}
    for time, act in acts:
        if now - ENGAGED_FOR <= time < now:
            day = act, local_date(time, zone).toordinal()
            days[day] = days.get(day, 0) + 1
    return sum(min(count, MOST_A_DAY) * worth(scoring, act) for (act, _), count in days.items())


def worth(scoring: Scoring | None, act: str) -> int:
    """Hundredths of a point that one human act of this event is worth."""
    return ONE_POINT if scoring is None else max(0, points_for(scoring, act, "human"))


def group_engagement(group: BuyingGroup, members: Iterable[Member]) -> Fraction:
    """Engagement of the group, 0..100: its members' points, each by the weight of the role against the mean weight."""
    weights = role_weights(group)
    everything = sum(weights.values())
    if not everything:
        return Fraction()
    total = sum(weights[member.role] * member.engagement for member in members)
    return min(Fraction(FULL), Fraction(total * len(weights), everything * ONE_POINT))


def role_weights(group: BuyingGroup) -> Mapping[str, int]:
    """Weights of roles as whole numbers in the same proportions."""
    whole = _whole_weights(tuple(role.weight for role in group.roles))
    return {role.name: weight for role, weight in zip(group.roles, whole, strict=True)}


@lru_cache(maxsize=256)
def _whole_weights(weights: tuple[float, ...]) -> tuple[int, ...]:
    """Whole numbers in the same proportions, so that nothing is rounded and nothing is slow."""
    exact = [as_written(weight) for weight in weights]
    common = lcm(*(weight.denominator for weight in exact))
    return tuple(int(weight * common) for weight in exact)


def is_ready(group: BuyingGroup, found: Completeness, engagement: Fraction) -> bool:
    """Completeness and engagement have both reached what the group's `ready` asks for."""
    ready = group.ready
    if ready is None:
        return False
    return found.overall >= as_written(ready.completeness) and engagement >= as_written(ready.engagement)


def points_to_be_ready(group: BuyingGroup, found: Completeness) -> int | None:
    """What members' points, each times its `role_weights`, must add up to for a group as complete as this to be ready.

    `None`: no engagement is enough.
    """
    whole = role_weights(group).values()
    if group.ready is None or not is_ready(group, found, Fraction(FULL if sum(whole) else 0)):
        return None
    return max(0, ceil(as_written(group.ready.engagement) * ONE_POINT * Fraction(sum(whole), max(1, len(whole)))))


def is_looked_for(group: BuyingGroup, found: Completeness) -> bool:
    """The group's own matched audience looks for its missing roles."""
    return group.fill is not None and bool(found.missing) and found.overall < as_written(group.fill.below)


def called(group: BuyingGroup, members: Sequence[Member]) -> Member | None:
    """Who is called: of the heaviest role that anybody has, the highest score, then the lower key."""
    chosen = in_heaviest_role(group, members)
    return min(chosen, key=lambda member: (-member.score, member.key), default=None)


def in_heaviest_role(group: BuyingGroup, members: Sequence[Member]) -> list[Member]:
    """The members with the heaviest role that anybody has, the earlier one of two."""
    order = {role.name: (-role.weight, place) for place, role in enumerate(group.roles)}
    heaviest = min((order[member.role] for member in members), default=None)
    return [member for member in members if order[member.role] == heaviest]


def may_hand_over(group: BuyingGroup, *, leads: int, closed_at: int | None, now: int, calendar: Calendar) -> bool:
    """Whether a ready group may have a lead now: its first, or another once the last is over and `again` has passed."""
    if group.ready is None:
        return False
    if leads == 0:
        return True
    again = group.ready.again
    return again is not None and closed_at is not None and calendar.add(closed_at, again) <= now


def account_score(how: str, scores: Iterable[int]) -> int:
    """An account's score in hundredths from those of its contacts; those without any points take no part."""
    found = [score for score in scores if score > 0]
    if not found:
        return 0
    match how:
        case "sum":
            return sum(found)
        case "mean":
            return (2 * sum(found) + len(found)) // (2 * len(found))
        case _:
            return max(found)


def lead_name(account: str, group: str, number: int) -> str:
    """The stable name of an account's n-th lead for a group, which addresses every draw about it."""
    return f"{account}~{group}~{number}"


def roles_needed(group: BuyingGroup) -> Mapping[str, int]:
    """People needed by role, in the group's order."""
    return {role.name: role.need for role in group.roles}
