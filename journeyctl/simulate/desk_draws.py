"""Everything that chance decides about one lead at a desk, each draw by its own address."""

from __future__ import annotations

from journeyctl.draws import DrawSource
from journeyctl.semantics.lead import Finished, Lead, LeadState, Stage
from journeyctl.simulate.desk_rules import DeskRules


class LeadDraws:
    """Draws of one lead. The same lead finds the same person at the n-th call in every variant of a scenario."""

    __slots__ = ("_draws", "_lead", "_rules", "_times")

    def __init__(self, rules: DeskRules, draws: DrawSource, lead: str) -> None:
        """`lead` is the lead's stable name."""
        self._rules = rules
        self._draws = draws
        self._lead = lead
        # Asked first for the demand, then when the work is done.
        self._times: dict[tuple[str, int], int] = {}

    def connects(self, attempt: int) -> bool:
        """Whether attempt number `attempt` (from 1) reaches the person."""
        u = self._draws.bits(self._lead, "connect", occurrence=attempt - 1)
        return self._rules.lead.connects(attempt, u)

    def attempt_seconds(self, attempt: int) -> int:
        """Working time of an attempt; before the first one something is looked up."""
        research = self._seconds("research", 0) if attempt == 1 else 0
        return research + self._seconds("attempt", attempt - 1)

    def conversation_seconds(self, attempt: int) -> int:
        """Working time of the conversation that follows when this attempt connects."""
        return self._seconds("conversation", attempt - 1)

    def stage_seconds(self, lead: Lead) -> int:
        """Working time of the task at hand, other than a call."""
        return self._seconds(self._rules.lead.stages[lead.stage].name, 0)

    def finished(self, lead: Lead, *, worker: int, seconds: int) -> Finished:
        """The end of the task at hand: passed or not, and the outcome where this task decides."""
        rules = self._rules.lead
        stage = rules.stages[lead.stage]
        if not self._passes(stage):
            return Finished(worker, seconds, passed=False)
        if lead.stage != rules.decides:
            return Finished(worker, seconds)
        outcome, reason = self.outcome(need=lead.need, waited=lead.waited)
        return Finished(worker, seconds, outcome=outcome, reason=reason)

    def outcome(self, *, need: bool, waited: int) -> tuple[LeadState, str]:
        """How the conversation ends if the first call began `waited` seconds after creation."""
        return self._rules.lead.odds.decide(self._draws.bits(self._lead, "outcome"), need=need, waited=waited)

    def response(self) -> int:
        """The draw of the time to the first call at a desk without SDRs."""
        return self._draws.bits(self._lead, "response")

    def demand(self, lead: Lead) -> int:
        """Working seconds of the tasks from here on that one team does in a row, if every one is done at once."""
        rules = self._rules.lead
        doer, total = rules.stages[lead.stage].by, 0
        for place in range(lead.stage, len(rules.stages)):
            stage = rules.stages[place]
            if stage.by != doer and not stage.automatic:
                break
            seconds, goes_on = self._call_demand() if place == rules.call else (self._seconds(stage.name, 0), True)
            total += 0 if stage.automatic else seconds
            if place == rules.decides:
                goes_on = goes_on and self.outcome(need=lead.need, waited=0)[0] is LeadState.ACCEPTED
            if not goes_on or not self._passes(stage):
                break
        return total

    def _passes(self, stage: Stage) -> bool:
        return stage.passes is None or self._draws.bits(self._lead, "pass", place=stage.name) < stage.passes

    def _call_demand(self) -> tuple[int, bool]:
        seconds = 0
        for attempt in range(1, self._rules.lead.attempts + 1):
            seconds += self.attempt_seconds(attempt)
            if self.connects(attempt):
                return seconds + self.conversation_seconds(attempt), True
        return seconds, False

    def _seconds(self, part: str, occurrence: int) -> int:
        known = self._times.get((part, occurrence))
        if known is None:
            work = self._rules.work.get(part)
            known = 0
            if work is not None and work.median:
                known = work.seconds(self._draws.bits(self._lead, "minutes", place=part, occurrence=occurrence))
            self._times[part, occurrence] = known
        return known
