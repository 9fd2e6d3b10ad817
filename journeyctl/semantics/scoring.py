"""Lead scoring: points per act, decay, grade of fit, and the moment a contact becomes an MQL.

Scores are integers in hundredths of a point. Decay is read from a table over whole hours since the
last change, so that every engine and machine computes the same number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from journeyctl.expr import Environment
from journeyctl.fixed_point import decayed, half_life_table, multiply
from journeyctl.graph.program import Scoring

_HOUR = 3_600
_HALF_LIVES = 48
"""After so many half-lives the decay table ends: nothing that 2^-32 can hold is left by then."""


@dataclass(slots=True)
class Score:
    """A contact's score over all journeys, as of its last change."""

    hundredths: int = 0
    changed_at: int = 0
    """UTC seconds of the last change."""
    last_mql: int | None = None
    armed: bool = True
    """The score was below the threshold since the contact last became an MQL."""


def current(scoring: Scoring | None, score: Score, now: int) -> int:
    """The score in hundredths, decayed to `now`."""
    elapsed = now - score.changed_at
    if scoring is None or scoring.half_life_hours is None or elapsed < _HOUR or score.hundredths == 0:
        return score.hundredths
    return multiply(score.hundredths, decayed(_decay(scoring.half_life_hours), elapsed), 32)


def points_for(scoring: Scoring | None, act: str, who: str) -> int:
    """Hundredths of a point that an act by `who` (human or machine) is worth."""
    return scoring.points.get(act, {}).get(who, 0) if scoring is not None else 0


def add(scoring: Scoring, score: Score, hundredths: int, now: int) -> None:
    """Decays the score to `now` and adds points; a score never falls below zero."""
    before = current(scoring, score, now)
    if scoring.mql_score is not None and before < scoring.mql_score:
        score.armed = True
    score.changed_at = now
    score.hundredths = max(0, before + hundredths)


def fit_of(scoring: Scoring | None, environment: Environment) -> str | None:
    """The first grade whose condition holds; `None` where none does."""
    if scoring is None:
        return None
    return next((grade for grade, condition in scoring.fit if condition.holds(environment)), None)


def becomes_mql(scoring: Scoring | None, score: Score, *, fit: str | None, now: int) -> bool:
    """Score and fit have reached the threshold: once, until the score has fallen below and `again` has passed."""
    if scoring is None or scoring.mql_score is None or not score.armed:
        return False
    if scoring.mql_fit and fit not in scoring.mql_fit:
        return False
    if score.last_mql is not None and now - score.last_mql < scoring.mql_again:
        return False
    return current(scoring, score, now) >= scoring.mql_score


@lru_cache(maxsize=8)
def _decay(half_life_hours: int) -> tuple[int, ...]:
    return half_life_table(half_life_hours, hours=_HALF_LIVES * half_life_hours)
