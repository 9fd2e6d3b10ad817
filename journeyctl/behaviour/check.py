"""Does the model give what untargeted weekly mail is known to give? If not, which summand is to blame?

Published rates for mail that nobody aimed at anybody: a fifth is opened by people, nearly two fifths are
recorded as opened, one in forty is clicked, one in four hundred loses the reader. A model that misses
them is wrong, whatever a journey run on it says.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from journeyctl.behaviour.planned import Planned, What
from journeyctl.behaviour.response import ResponseModel
from journeyctl.draws import Draws
from journeyctl.fixed_point import ONE
from journeyctl.graph.house import Item
from journeyctl.units import Duration

if TYPE_CHECKING:
    from journeyctl.behaviour.traits import Traits
    from journeyctl.expr import Value
    from journeyctl.graph.program import Scoring
    from journeyctl.model.behaviour import Behaviour

LEVELS = ("thought-leadership", "educational", "cross-portfolio", "product")
TOPICS = tuple(f"topic-{number}" for number in range(1, 13))
ALIKE = 10
"""Items of each topic and level, so many that their own effects cancel out."""
WEEK = 7 * 86_400
FIRST_MAIL = 1_767_690_000
"""Tuesday 2026-01-06, 09:00 in UTC."""


@dataclass(frozen=True, slots=True)
class Target:
    """A rate per delivered mail and how far the model may be from it."""

    rate: float
    tolerance: float
    logit: str
    """Whose terms explain it."""

    def met_by(self, rate: float) -> bool:
        """True within the tolerance, bounds included."""
        return abs(rate - self.rate) <= self.tolerance


TARGETS: Mapping[str, Target] = {
    "human open": Target(0.22, 0.02, "open"),
    "recorded open": Target(0.38, 0.03, "open"),
    "human click": Target(0.023, 0.005, "click"),
    "unsubscribe": Target(0.0025, 0.001, "unsubscribe"),
}
INTENDED: Mapping[str, Mapping[str, float]] = {
    "open": {
        "intercept": -0.65, "responsiveness": 0.0, "interest": -0.31, "misfit": -0.19, "fatigue": -0.03,
        "weekday": 0.0, "quality": 0.0,
    },
    "click": {"intercept": -1.95, "responsiveness": 0.19, "interest": -0.23, "misfit": -0.41, "quality": 0.0},
    "unsubscribe": {"intercept": -4.65, "interest": 0.15, "fatigue": 0.0},
}  # fmt: skip
"""Mean of each summand in logits when the model is as published; clicks and opt-outs are among openers."""


@dataclass(slots=True)
class Outcome:
    """Counts of one trial, and the sum of every summand over the decisions it took part in."""

    delivered: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TARGETS, 0))
    decisions: dict[str, int] = field(default_factory=dict)
    sums: dict[str, dict[str, int]] = field(default_factory=dict)

    def rates(self) -> dict[str, float]:
        """Each rate per delivered mail."""
        return {name: count / max(1, self.delivered) for name, count in self.counts.items()}

    def means(self, logit: str) -> dict[str, float]:
        """Mean contribution of each summand, in logits."""
        count = max(1, self.decisions.get(logit, 0))
        return {name: total / count / ONE for name, total in self.sums.get(logit, {}).items()}

    def failures(self) -> tuple[str, ...]:
        """One message for every rate that is missed, naming the summand that lies farthest from its intended mean."""
        missed = ((name, rate) for name, rate in self.rates().items() if not TARGETS[name].met_by(rate))
        return tuple(self._explained(name, rate) for name, rate in missed)

    def note(self, logit: str, terms: Mapping[str, int]) -> None:
        """Adds one decision's summands."""
        self.decisions[logit] = self.decisions.get(logit, 0) + 1
        sums = self.sums.setdefault(logit, dict.fromkeys(terms, 0))
        for name, value in terms.items():
            sums[name] += value

    def _explained(self, name: str, rate: float) -> str:
        target = TARGETS[name]
        means, intended = self.means(target.logit), INTENDED[target.logit]
        away = {term: mean - intended.get(term, 0.0) for term, mean in means.items()}
        cause = max(sorted(away), key=lambda term: abs(away[term]), default="none")
        listed = ", ".join(f"{term} {mean:+.2f}" for term, mean in means.items())
        return (
            f"{name} is {rate:.2%} of delivered mail, not {target.rate:.2%} +-{target.tolerance:.2%}; "
            f"term '{cause}' of the {target.logit} logit is {away.get(cause, 0.0):+.2f} from its intended mean "
            f"({listed})"
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """The least that the response model asks of a workspace."""

    items: Mapping[str, Item]
    meanings: Mapping[str, str] = field(default_factory=dict)
    scoring: Scoring | None = None


class _Nobody:
    """An environment in which nothing is known, so that nobody has a persona."""

    def value(self, path: str) -> Value:
        """Unknown."""
        return None

    def now(self) -> int:
        """The first mail."""
        return FIRST_MAIL

    def today(self) -> date:
        """The day of the first mail."""
        return date(2026, 1, 6)

    def history(
        self,
        kind: str,
        *,
        item: str | None = None,
        topic: str | None = None,
        level: str | None = None,
        journey: str | None = None,
        within: Duration | None = None,
        human: bool | None = None,
    ) -> int:
        """None."""
        return 0

    def group(self, name: str, field: str) -> Value:
        """Unknown."""
        return None

    def in_audience(self, name: str) -> bool | None:
        """Unknown."""
        return None


def untargeted_mail(
    behaviour: Behaviour, *, contacts: int = 4_000, mails: int = 8, seed: int = 1, topics: Sequence[str] = TOPICS
) -> Outcome:
    """Mails everybody once a week on a random topic and level, and counts what comes of it."""
    items = {
        f"{topic}/{level}/{number}": Item(f"{topic}/{level}/{number}", "check", rank, level, topic, None)
        for topic in topics
        for rank, level in enumerate(LEVELS)
        for number in range(ALIKE)
    }
    trial = _Trial(ResponseModel(behaviour, _Known(items)), Draws(seed, 0), tuple(items.values()), Outcome())
    for number in range(contacts):
        trial.follow(number, mails)
    return trial.outcome


@dataclass(frozen=True, slots=True)
class _Trial:
    model: ResponseModel
    draws: Draws
    offered: tuple[Item, ...]
    outcome: Outcome

    def follow(self, number: int, mails: int) -> None:
        """One contact's mails, each with what it leads to; numbers count over all items, so they tell mails apart."""
        key, clinic, hospital = f"p{number}", f"c{number // 2}", f"h{number // 4}"
        traits = self.model.traits(self.draws, contact=key, clinic=clinic, hospital=hospital, environment=_Nobody())
        plans: list[Planned] = []
        opened: set[int] = set()
        for mail in range(mails):
            now = FIRST_MAIL + mail * WEEK
            self._live(key, traits, plans, until=now, opened=opened)
            item = self.offered[self.draws.bits(key, "check", occurrence=mail) * len(self.offered) >> 53]
            self._send(key, traits, item, number=mail + 1, now=now, plans=plans)
        self._live(key, traits, plans, until=FIRST_MAIL + (mails + 4) * WEEK, opened=opened)
        self.outcome.counts["recorded open"] += len(opened)

    def _send(self, key: str, traits: Traits, item: Item, *, number: int, now: int, plans: list[Planned]) -> None:
        first, *later = self.model.sent(self.draws, traits, item, number, now, contact=key, zone="UTC")
        if first.what is not What.DELIVERED:
            return
        self.outcome.delivered += 1
        self.outcome.note("open", self.model.open_logit(self.draws, traits, item, now, zone="UTC")._asdict())
        if any(planned.what is What.OPEN for planned in later):
            self.outcome.note("unsubscribe", self.model.unsubscribe_logit(traits, item, now)._asdict())
        self.model.mailed(traits, now)
        for planned in later:
            heapq.heappush(plans, planned)

    def _live(self, key: str, traits: Traits, plans: list[Planned], *, until: int, opened: set[int]) -> None:
        while plans and plans[0].time <= until:
            planned = heapq.heappop(plans)
            if planned.what is What.OPEN:
                self.outcome.note(
                    "click", self.model.click_logit(self.draws, traits, self.model.items[planned.item])._asdict()
                )
            if planned.what in _OPENS:
                opened.add(planned.number)
            counted = _COUNTED.get(planned.what)
            if counted is not None:
                self.outcome.counts[counted] += 1
            _, later = self.model.happens(self.draws, traits, planned, planned.time, contact=key, zone="UTC")
            for follows in later:
                heapq.heappush(plans, follows)


_OPENS = frozenset({What.OPEN, What.PREFETCH, What.SCANNER_OPEN})
_COUNTED = {What.OPEN: "human open", What.CLICK: "human click", What.UNSUBSCRIBE: "unsubscribe"}
