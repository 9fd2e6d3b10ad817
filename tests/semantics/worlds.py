"""Small workspaces from text, and a contact that lives in one: what the tests of the step machine are made of."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from journeyctl.calendars import to_utc
from journeyctl.diagnostics import Severity
from journeyctl.draws import DrawSource
from journeyctl.expr import Value
from journeyctl.graph.lowering import lower
from journeyctl.graph.program import Program
from journeyctl.model.specification import DOCUMENT_KINDS
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.stimuli import Bounced, Clicked, Delivered, Opened, SalesRequested, Stimulus, Unsubscribed
from journeyctl.semantics.turn import Launch
from journeyctl.spec.workspace import load_with_findings
from journeyctl.trace.script import ScriptedDraws

MINUTE, HOUR, DAY = 60, 3_600, 86_400
MIDNIGHT = to_utc(date(2026, 1, 5), 0, "UTC")
"""A Monday."""
ENTRY = MIDNIGHT + 6 * HOUR
"""The first daily evaluation."""

WORKSPACE = """
kind: workspace
name: test
spec: 1
time_zone: UTC
week_starts: monday
currency: USD
locale: en-US
calendar: {business_days: mon-fri}
countries:
  US: {locale: en-US, zone: America/New_York, holidays: US}
  DE: {locale: de-DE, zone: Europe/Berlin, holidays: DE}
targets: [bpmn]
"""
PROFILE = """
kind: profile
contact:
  role: {type: text, values: [head, cio, other], means: role, source: crm, writer: sales}
  country: {type: country, means: country, source: crm, writer: sales}
  language: {type: locale, means: locale, source: crm, writer: sales}
  zone: {type: zone, means: zone, source: crm, writer: sales}
  consent_marketing: {type: boolean, source: crm, writer: marketing}
  consent_profiling: {type: boolean, source: crm, writer: marketing}
  topic: {type: text, source: crm, writer: marketing}
  stage: {type: text, values: [cold, engaged], source: crm, writer: marketing, default: cold}
  count: {type: number, source: crm, writer: marketing}
  until: {type: date, source: crm, writer: sales}
  moment: {type: date-time, source: crm, writer: sales}
  left: {type: boolean, source: crm, writer: sales, default: false}
  tags: {type: list of text, source: crm, writer: marketing}
clinic:
  is_customer: {type: boolean, source: erp, writer: sales}
hospital:
  open_ticket: {type: boolean, source: service, writer: service, default: false}
events: {webinar: {source: crm}}
"""
AUDIENCES = """
kind: audiences
audiences:
  everybody: {when: 'contact.role = "head"'}
  customers: {when: account.is_customer}
"""
POLICIES = """
kind: policies
consent: {purposes: {marketing: contact.consent_marketing, profiling: contact.consent_profiling}, unknown: refused}
"""
CATALOG = """
kind: catalog
name: house
levels: [top, middle, bottom]
topics: {t: T, u: U}
items:
  a: {level: top, topic: t, next: [b, c]}
  b: {level: middle, topic: t, next: [d]}
  c: {level: middle, topic: u, next: [e], line: ct, tags: [x]}
  d: {level: bottom, topic: t}
  e: {level: bottom, topic: u}
"""
DESK = """
kind: desk
name: sales
teams: {inside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00", zone: UTC}, productive: 5h}}
route: [{otherwise: inside}]
order: [sales_request, score]
sla: {first_call: 48h, target: 95%, clock: business}
cadence: {attempts: 2, gaps: [1bd]}
process:
  - {task: call, by: team, kind: human, research: 10min, attempt: 5min, conversation: 20min}
connect: {first: 35%, later_factor: 50%}
outcomes: {accepted: {need: 85%, no_need: 10%}, rejected: {share: 50%, reasons: {no_need: 100%}}, recycled: 50%}
cooling: {exponent: 0.3}
stale: 30d
crm_sync: {at: "02:00"}
"""
HEAD: dict[str, object] = {
    "kind": "journey", "name": "walk", "status": "live", "purpose": ["marketing"], "entry": {"audience": "everybody"},
}  # fmt: skip
JOHN: dict[str, Value] = {
    "contact.role": "head", "contact.consent_marketing": True, "contact.consent_profiling": True,
}  # fmt: skip


def journey(steps: str, *, exits: str = "[]", entry: str = "", **head: object) -> str:
    """A live journey called `walk` for everybody, with these steps and exits (YAML)."""
    document = HEAD | head | {"exits": yaml.safe_load(exits), "steps": yaml.safe_load(textwrap.dedent(steps))}
    if entry:
        document["entry"] = {"audience": "everybody"} | yaml.safe_load(entry)
    return yaml.safe_dump(document, sort_keys=False)


@lru_cache(maxsize=512)
def program(*documents: str) -> Program:
    """The lowered workspace of these documents; kinds that are not among them have the texts above."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        texts = dict(map(_placed, (*_DEFAULTS, *documents)))
        for place, text in texts.items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_text(text, encoding="utf-8")
        loaded = load_with_findings(root)
    problems = [finding for finding in loaded.findings if finding.severity is Severity.ERROR]
    assert not problems, problems
    assert loaded.workspace is not None
    return lower(loaded.workspace)


def _placed(text: str) -> tuple[str, str]:
    """A document's file and its text."""
    read = yaml.safe_load(text)
    place = DOCUMENT_KINDS[read["kind"]].place
    return place if place.endswith(".yaml") else f"{place}/{read['name']}.yaml", text


_DEFAULTS = (WORKSPACE, PROFILE, AUDIENCES, POLICIES, CATALOG, DESK)

Answer = Callable[[str, int], Stimulus]
ANSWERS: Mapping[str, Answer] = {
    "opened": Opened, "clicked": Clicked, "asked": SalesRequested, "unsubscribed": Unsubscribed,
    "every_link": lambda item, send: Clicked(item, send, every_link=True),
}  # fmt: skip


@dataclass
class Life:
    """One contact over time: posts what the outside world does and keeps what happened."""

    program: Program
    fields: Mapping[str, Value] = field(default_factory=lambda: JOHN)
    reactions: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    """By item: answer and seconds after delivery. `bounced` (hard) and `soft` come instead of a delivery."""
    at: int = MIDNIGHT
    journeys: Sequence[str] | None = None
    launches: Mapping[str, Launch] = field(default_factory=dict)
    splits: Mapping[str, str] = field(default_factory=dict)
    draws: DrawSource | None = None
    key: str = "john"
    effects: list[Effect] = field(default_factory=list)

    def __post_init__(self) -> None:
        draws = self.draws or ScriptedDraws(self.program.journeys, self.splits)
        self.machine = Machine(self.program, draws, journeys=self.journeys, launches=self.launches)
        self.contact = self.machine.new_contact(self.key, self.fields, at=self.at)

    def post(self, after: int, *stimuli: Stimulus) -> Life:
        """Something reaches the contact `after` seconds after the first evaluation."""
        for stimulus in stimuli:
            self.machine.post(self.contact, ENTRY + after, stimulus)
        return self

    def run(self, length: int = 60 * DAY) -> Life:
        """Advances to `length` seconds after the first evaluation."""
        while (now := self.machine.next_time(self.contact)) is not None and now <= ENTRY + length:
            for effect in self.machine.advance(self.contact, now):
                self.effects.append(effect)
                if effect.kind is Kind.SENT:
                    self._answer(effect)
        return self

    def _answer(self, sent: Effect) -> None:
        answers = self.reactions.get(sent.item, ())
        back = [kind for kind, _ in answers if kind in ("bounced", "soft")]
        if back:
            self.machine.post(self.contact, sent.time, Bounced(sent.item, sent.send, hard=back[0] == "bounced"))
            return
        self.machine.post(self.contact, sent.time, Delivered(sent.item, sent.send))
        for kind, after in answers:
            self.machine.post(self.contact, sent.time + after, ANSWERS[kind](sent.item, sent.send))

    def told(self, *kinds: Kind) -> list[str]:
        """What happened, one line each: `2d 04:00 sent a`; all kinds where none is named."""
        return [line(effect) for effect in self.effects if not kinds or effect.kind in kinds]

    def of(self, kind: Kind) -> list[Effect]:
        """The effects of one kind."""
        return [effect for effect in self.effects if effect.kind is kind]

    def sends(self) -> list[str]:
        """The items sent, each with its time."""
        return [line(effect) for effect in self.of(Kind.SENT)]

    def items(self) -> list[str]:
        """The items sent, in order."""
        return [effect.item for effect in self.of(Kind.SENT)]

    def ends(self) -> list[str]:
        """The labels of ends, each with its time."""
        return [f"{after(effect.time)} {effect.reason}" for effect in self.of(Kind.ENDED)]


def line(effect: Effect) -> str:
    """One effect in a few words."""
    what = effect.item if effect.kind is Kind.SENT else " ".join(x for x in (effect.item, effect.reason) if x)
    return f"{after(effect.time)} {effect.kind.value} {what}".strip()


def after(time: int) -> str:
    """A moment as days and clock time after the first evaluation."""
    days, rest = divmod(time - ENTRY, DAY)
    clock = f"{rest // HOUR:02}:{rest % HOUR // 60:02}" + (f":{rest % 60:02}" if rest % 60 else "")
    return f"{days}d {clock}"
