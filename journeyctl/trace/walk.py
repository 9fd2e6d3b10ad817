"""The walk of one contact through one journey, driven by a script."""

from __future__ import annotations

from dataclasses import dataclass

from journeyctl.calendars import next_daily, to_utc
from journeyctl.expr import field_path
from journeyctl.graph.program import Program
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.state import Contact
from journeyctl.semantics.stimuli import Bounced, Delivered, FieldChanged, LeadOutcome
from journeyctl.semantics.view import ContactView
from journeyctl.trace.reasons import Reason, reasons_of
from journeyctl.trace.script import Script, ScriptedDraws


@dataclass(frozen=True, slots=True)
class Moment:
    """One effect of a walk, and why it came about."""

    effect: Effect
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """What happened to the contact, in order."""

    script: Script
    entry_at: int
    """UTC second of the audience evaluation at which the contact entered, or was not entered."""
    moments: tuple[Moment, ...]
    defaults_used: tuple[str, ...]
    """Fields whose default stood in for a missing value."""

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects without their reasons."""
        return tuple(moment.effect for moment in self.moments)

    def of(self, *kinds: Kind) -> tuple[Effect, ...]:
        """The effects of these kinds."""
        return tuple(effect for effect in self.effects if effect.kind in kinds)


def walk(program: Program, script: Script) -> Walk:
    """Runs the script from the entry on its first day until the journey ends, the lead is handed off, or time is up."""
    return _Walker(program, script).run()


class _Walker:
    def __init__(self, program: Program, script: Script) -> None:
        self._program, self._script = program, script
        draws = ScriptedDraws(program.journeys, script.splits)
        self._machine = Machine(program, draws, journeys=[script.journey])
        midnight = to_utc(script.start, 0, program.zone)
        self._entry_at = next_daily(midnight, program.evaluation_time, program.zone)
        given = {field_path(path): value for path, value in script.given.items() if value is not None}
        self._contact: Contact = self._machine.new_contact(script.contact, given, at=midnight)
        self._view = ContactView(program, self._contact)
        self._moments: list[Moment] = []

    def run(self) -> Walk:
        for fact in self._script.facts:
            for path, value in fact.values.items():
                self._machine.post(self._contact, self._entry_at + fact.after, FieldChanged(field_path(path), value))
        end = self._entry_at + self._script.length
        while (now := self._machine.next_time(self._contact)) is not None and now <= end:
            effects = self._machine.advance(self._contact, now)
            self._moments.extend(Moment(effect, reasons_of(self._program, self._view, effect)) for effect in effects)
            for effect in effects:
                self._answer(effect)
            if any(self._is_last(effect) for effect in effects):
                break
        return Walk(self._script, self._entry_at, tuple(self._moments), tuple(sorted(self._contact.defaults_used)))

    def _answer(self, effect: Effect) -> None:
        if effect.kind is Kind.SENT:
            reaction = self._script.reaction_to(effect.item, effect.step)
            stimuli = reaction.stimuli(effect.item, effect.send)
            if not any(isinstance(stimulus, Bounced) for _, stimulus in stimuli):
                self._machine.post(self._contact, effect.time, Delivered(effect.item, effect.send))
            for after, stimulus in stimuli:
                self._machine.post(self._contact, effect.time + after, stimulus)
        elif effect.kind is Kind.HANDED_OFF and self._script.desk is not None:
            learnt = self._program.calendar.add_business_days(effect.time, 1)
            sync = self._program.crm_sync.get(effect.desk, 0)
            at = next_daily(learnt, sync, self._program.zone)
            self._machine.post(self._contact, at, LeadOutcome(effect.desk, effect.lead, self._script.desk))

    def _is_last(self, effect: Effect) -> bool:
        if effect.kind is Kind.HANDED_OFF:
            return self._script.desk is None
        refused = effect.kind is Kind.REFUSED and effect.time == self._entry_at
        return (effect.kind is Kind.ENDED or refused) and effect.journey == self._script.journey
