"""One contact driven by the step machine and by the compiled one, with the same stimuli from outside."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from journeyctl.draws import Draws, name_hash
from journeyctl.expr import Value
from journeyctl.graph.program import Program
from journeyctl.results.record import KINDS
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.stimuli import (
    Bounced,
    Clicked,
    CustomEvent,
    Delivered,
    FieldChanged,
    FormSubmitted,
    GroupChanged,
    GroupReady,
    LeadOutcome,
    Opened,
    OtherMail,
    PageViewed,
    SalesRequested,
    Stimulus,
    Unsubscribed,
)
from journeyctl.semantics.turn import Launch
from journeyctl.simulate.population_engine import machine, stimuli
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine import row_columns as r
from journeyctl.simulate.population_engine import state_columns as c
from journeyctl.simulate.population_engine.agenda import next_time
from journeyctl.simulate.population_engine.building import signed
from journeyctl.simulate.population_engine.clock_tables import Clocks
from journeyctl.simulate.population_engine.contact_state import scratch
from journeyctl.simulate.population_engine.field_codes import UNKNOWN, group_path
from journeyctl.simulate.population_engine.philox import keys_of
from journeyctl.simulate.population_engine.program_reads import codes_of
from journeyctl.simulate.population_engine.program_tables import Tables, build
from journeyctl.simulate.population_engine.row_columns import Rows

OUTCOMES = ("accepted", "rejected", "recycled", "unreachable", "expired")
LINES = ("ct", "mri", "service")
EVENTS = ("webinar",)
Answers = Callable[[str, int], Sequence[tuple[int, Stimulus]]]
"""What comes of a send, by item and number: seconds after it, and what."""


@dataclass(frozen=True)
class Script:
    """All that reaches one contact."""

    key: str
    fields: Mapping[str, Value]
    born: int
    end: int
    given: Sequence[tuple[int, Stimulus]]
    answers: Answers
    outcome: Callable[[str], tuple[int, str, str]]
    """By lead: seconds until its outcome, the outcome and its reason."""


@dataclass
class Setting:
    """A program as both machines know it."""

    program: Program
    draws: Draws
    scripts: Sequence[Script]
    journeys: Sequence[str] | None = None
    launches: Mapping[str, Launch] = field(default_factory=dict)

    def expected(self, script: Script) -> list[Effect]:
        """What the step machine says."""
        made = Machine(self.program, self.draws, journeys=self.journeys, launches=self.launches)
        contact = made.new_contact(script.key, script.fields, at=script.born)
        for time, stimulus in script.given:
            made.post(contact, time, stimulus)
        effects: list[Effect] = []
        while (now := made.next_time(contact)) is not None and now < script.end:
            for effect in made.advance(contact, now):
                effects.append(effect)
                for time, stimulus in answers_to(script, effect):
                    made.post(contact, time, stimulus)
        return effects

    def tables(self) -> tuple[Tables, Clocks]:
        """The program as arrays, all values of the scripts known."""
        codes = codes_of(self.program)
        changing = set()
        for script in self.scripts:
            for path, value in script.fields.items():
                codes.learn(path, value)
            for _, stimulus in script.given:
                if isinstance(stimulus, FieldChanged):
                    codes.learn(stimulus.path, stimulus.value)
                    changing.add(stimulus.path)
                if isinstance(stimulus, GroupChanged):
                    codes.list_of("group", stimulus.missing_roles)
                    codes.text(stimulus.my_role or "")
        for reason in ("no_need", "busy", ""):
            codes.text(reason)
        zone = self.program.zone
        clock = Clocks.of(self.program.calendar, zone=zone, evaluation_time=self.program.evaluation_time,
                          week_starts=self.program.week_starts)  # fmt: skip
        made = build(self.program, codes, clock, journeys=self.journeys, launches=self.launches, changing=changing)
        return made, clock


def answers_to(script: Script, effect: Effect) -> list[tuple[int, Stimulus]]:
    """What the outside world makes of a row."""
    if effect.kind is Kind.SENT:
        return [(effect.time + after, stimulus) for after, stimulus in script.answers(effect.item, effect.send)]
    if effect.kind is Kind.HANDED_OFF:
        after, outcome, reason = script.outcome(effect.lead)
        return [(effect.time + after, LeadOutcome(effect.desk, effect.lead, outcome, reason))]
    return []


class Compiled:
    """The compiled machine for one setting."""

    def __init__(self, setting: Setting, *, room: int = 1, rows: int = 20_000) -> None:
        self.setting = setting
        self.tables, clocks = setting.tables()
        start = min(script.born for script in setting.scripts)
        self.clock = clocks.tables(start, max(script.end for script in setting.scripts))
        self.keys = np.stack([keys_of(setting.draws.stable()), keys_of(setting.draws)])
        self.room = room
        self.state = scratch(self.tables.program, len(self.tables.codes), room=room)
        wide, narrow = np.zeros((rows, r.WIDE), np.int64), np.zeros((rows, r.NARROW), np.int32)
        self.rows = Rows(wide, narrow, np.zeros(3, np.int64))
        self.leads: dict[str, tuple[int, int]] = {}

    def effects(self, script: Script) -> list[Effect]:
        """What the compiled machine says; with as much room as that takes."""
        found = self._effects(script)
        while found is None:
            self.room *= 2
            self.state = scratch(self.tables.program, len(self.tables.codes), room=self.room)
            found = self._effects(script)
        return found

    def _effects(self, script: Script) -> list[Effect] | None:
        state, codes = self.state, self.tables.codes
        self.rows.count[:] = 0
        row = np.full(len(codes), UNKNOWN, np.int64)
        for column, path in enumerate(codes.paths):
            row[column] = codes.code(path, codes.own(path, script.fields))
        machine.new_contact(
            state, self.tables.program, self.clock, self.keys, row, np.int64(signed(name_hash(script.key))), script.born
        )
        for time, stimulus in script.given:
            self.post(time, stimulus)
        effects: list[Effect] = []
        while (now := next_time(state)) < script.end:
            before = self.rows.count[r.ROWS]
            machine.advance(state, self.tables.program, self.clock, self.keys, self.rows, now)
            if state[c.FULL]:
                return None
            assert not self.rows.count[r.FULL], "the rows need more room"
            for place in range(before, self.rows.count[r.ROWS]):
                effect = self.effect(place, script.key)
                effects.append(effect)
                for time, stimulus in answers_to(script, effect):
                    self.post(time, stimulus)
        return effects

    def effect(self, place: int, key: str) -> Effect:
        """One row spelled out."""
        names, narrow, wide = self.tables.names.values, self.rows.narrow[place], self.rows.wide[place]
        journey, step, op = ("", "", "")
        if narrow[r.OP] >= 0:
            journey, step, op = (names[n] for n in self.tables.op_names[narrow[r.OP]])
        elif narrow[r.JOURNEY]:
            journey = names[narrow[r.JOURNEY]]
        lead = ""
        if narrow[r.LEAD_PLACE]:
            lead = f"{key}~{names[narrow[r.LEAD_PLACE]]}~{narrow[r.LEAD_NUMBER]}"
            self.leads[lead] = int(narrow[r.LEAD_PLACE]), int(narrow[r.LEAD_NUMBER])
        value, reason = int(wide[r.VALUE]), ""
        if narrow[r.REASON] < 0:
            reason, value = self.tables.codes.fact_text(-int(narrow[r.REASON]) - 1, value), 0
        else:
            reason = names[narrow[r.REASON]]
        cause = f"{names[narrow[r.CAUSE]]}@{wide[r.CAUSE_TIME]}" if narrow[r.CAUSE] else ""
        return Effect(
            int(wide[r.TIME]), KINDS[narrow[r.KIND]], journey, int(narrow[r.VISIT]), step, op, names[narrow[r.ITEM]],
            names[narrow[r.CHANNEL]], int(narrow[r.SEND]), lead, names[narrow[r.DESK]], "", 0, "",
            names[narrow[r.LINE]], reason, names[narrow[r.WHO]], value, cause, names[narrow[r.GROUP]],
        )  # fmt: skip

    def post(self, time: int, stimulus: Stimulus) -> None:  # noqa: C901  (one case per stimulus)
        """The same stimulus for the compiled machine."""
        state, tables = self.state, self.tables
        item = tables.items.index(stimulus.item) if getattr(stimulus, "item", "") else -1
        match stimulus:
            case FieldChanged(path, value):
                rank = sorted({s.path for _, s in self.given() if isinstance(s, FieldChanged)}).index(path)
                code = tables.codes.code(path, value) if tables.codes.column(path) >= 0 else 0
                column, name = tables.codes.changed_column(path, value), tables.fact_name(path, value)
                stimuli.post_field(state, time, column, code, name, rank)
            case OtherMail(line):
                stimuli.post_other_mail(state, time, tables.names(line), LINES.index(line))
            case LeadOutcome(desk, lead, outcome, reason):
                stimuli.post_lead_outcome(
                    state, time, tables.desks.index(desk), tables.names(desk), *self.leads[lead],
                    p.OUTCOMES.index(outcome), tables.codes.text(reason) if reason else UNKNOWN,
                )  # fmt: skip
            case GroupChanged(group):
                number, codes = tables.groups.index(group), tables.codes
                stimuli.post_group_changed(
                    state, time, number, codes.code(group_path(group, "completeness"), stimulus.completeness),
                    int(stimulus.ready), codes.list_of(group, stimulus.missing_roles),
                    UNKNOWN if stimulus.my_role is None else codes.text(stimulus.my_role), -1, 0, 0,
                )  # fmt: skip
            case GroupReady(group):
                stimuli.post_group_ready(state, time, tables.groups.index(group), -1, 0, 0, 0)
            case Delivered(_, send):
                stimuli.post_delivered(state, time, item, send)
            case Bounced(_, send, hard):
                stimuli.post_bounced(state, time, item, send, int(hard))
            case Opened(_, send, who):
                stimuli.post_opened(state, time, item, send, tables.names(who))
            case Clicked(_, send, who, every_link):
                stimuli.post_clicked(state, time, item, send, tables.names(who), int(every_link))
            case PageViewed(_, send, pages):
                stimuli.post_page_viewed(state, time, item, send, pages)
            case FormSubmitted(_, send):
                stimuli.post_form_submitted(state, time, item, send)
            case SalesRequested(_, send):
                stimuli.post_sales_requested(state, time, item, send)
            case Unsubscribed(_, send):
                stimuli.post_unsubscribed(state, time, item, send)
            case CustomEvent(name):
                stimuli.post_custom_event(state, time, tables.names(name), EVENTS.index(name))
            case _:
                raise AssertionError(stimulus)

    def given(self) -> list[tuple[int, Stimulus]]:
        """All given stimuli of all scripts."""
        return [pair for script in self.setting.scripts for pair in script.given]


def random_answers(seed: int) -> Answers:
    """Deliveries, bounces and reactions at random, the same for the same send."""

    def answers(item: str, send: int) -> list[tuple[int, Stimulus]]:
        chance = random.Random(f"{seed}/{item}/{send}")
        if chance.random() < 0.06:
            return [(0, Bounced(item, send, hard=chance.random() < 0.3))]
        found: list[tuple[int, Stimulus]] = [(0, Delivered(item, send))]
        for _ in range(chance.choice([0, 0, 1, 2, 4])):
            after = chance.choice([0, 1, 30, 61, 600, 3_600, 5_000, 40_000, 86_400, 200_000, 400_000])
            kind = chance.random()
            who = chance.choice(["human", "human", "machine"])
            if kind < 0.4:
                found.append((after, Opened(item, send, who)))
            elif kind < 0.75:
                found.append((after, Clicked(item, send, who, every_link=chance.random() < 0.2)))
            elif kind < 0.9:
                found.append((after, PageViewed(item, send, chance.randint(1, 3))))
            elif kind < 0.94:
                found.append((after, FormSubmitted(item, send)))
            elif kind < 0.985:
                found.append((after, SalesRequested(item, send)))
            else:
                found.append((after, Unsubscribed(item, send)))
        return found

    return answers


def random_outcome(seed: int) -> Callable[[str], tuple[int, str, str]]:
    """An outcome for each lead."""

    def outcome(lead: str) -> tuple[int, str, str]:
        chance = random.Random(f"{seed}/{lead}")
        return chance.randint(1, 30) * 43_200, chance.choice(OUTCOMES), chance.choice(["", "no_need", "busy"])

    return outcome
