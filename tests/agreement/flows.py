"""Journeys of made-up workspaces: blocks of steps in a row, with ways on, back by a pause, and out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.agreement.chances import Chances, Document
from tests.agreement.houses import House
from tests.agreement.people import AUDIENCES

CONDITIONS = (
    'contact.role = "head"', "contact.tier >= 2", 'contact.stage = "engaged"', "contact.topic != null",
    "account.is_customer", 'account.last_purchase >= today() - duration("P1Y")', "hospital.beds > 150",
    'list contains(account.modalities, "MRI")', "umbrella.is_strategic", "not(contact.vip)", "contact.touches >= 2",
    'opens(within: duration("P5D")) >= 1', "clicks(human: true) >= 1", "visits() >= 2", "score >= 6", 'fit = "A"',
    'lead.outcome = "rejected"', "lead.open", 'journey.entered_at <= now() - duration("P9D")',
    'in audience("customers")', 'some m in account.modalities satisfies m = "CT"',
    "if account.is_customer then contact.tier > 1 else contact.vip", 'sends(within: duration("P7D")) < 2',
    "requests(within: duration(\"P20D\")) = 0", 'clicks(topic: "ai") + clicks(topic: "ct") >= 1',
    'contact.role in ["cio", "buyer"] or contact.tier between 1 and 2', "contact.country = \"DE\"",
)  # fmt: skip
"""What branches ask."""
WAY_OUT_CONDITIONS = (
    "contact.left_company", "not(contact.deliverable)", "contact.vip", "umbrella.is_strategic",
    'account.last_purchase >= today() - duration("P6D")', "score >= 40", 'lead.outcome = "accepted"',
    'sends(within: duration("P7D")) >= 5', "hospital.open_ticket and contact.tier >= 1",
    'journey.entered_at <= now() - duration("P25D")', "hospital.beds > 300",
)  # fmt: skip
"""What exits watch; no update of a journey changes the fields, so that no exit and update chase each other."""
GO_CONDITIONS = ("contact.vip", "umbrella.is_strategic", "hospital.open_ticket", "hospital.beds > 250")
WAY_OUT_EVENTS = (
    "unsubscribed", "sales_request", "mql", "bounced", "form_submitted", "page_viewed", "clicked", "opened",
    "consent_lost",
)  # fmt: skip
ENTRY_EVENTS = ("clicked", "form_submitted", "mql", "sales_request", "page_viewed", "unsubscribed", "bounced", "opened")
SEND_ON: tuple[Document, ...] = (
    {"days": "tue-thu", "between": "09:00-16:00", "zone": "contact | America/New_York"},
    {"days": "mon-sat", "between": "22:00-07:00"},
    {"between": "01:30-03:30", "zone": "America/New_York"},
    {"days": "mon", "zone": "contact"},
)  # fmt: skip
WAITS: tuple[object, ...] = (
    "1d", "30h", "90min", "2bd", "1bd", "3d", "1mo", {"until": "tue 09:00", "zone": "contact"}, {"until": "02:30"},
    {"until": "18:00"},
    {"until": "12:00", "zone": "contact | Europe/Berlin"},
    {"until": "sun 01:30", "zone": "America/New_York"}, {"until": 'account.contract_end - duration("P90D")'},
    {"until": 'account.last_purchase + duration("P3W")'}, {"until": "contact.noted_on"},
    {"until": "sun 02:30", "zone": "Europe/Berlin"}, {"until": 'journey.entered_at + duration("PT50H")'},
)  # fmt: skip
UPDATES: tuple[Document, ...] = (
    {"score": {"add": 4}}, {"score": {"add": -3}}, {"score": 7}, {"score": {"expr": "score / 2"}},
    {"contact.stage": "engaged"}, {"contact.stage": "settled", "score": {"add": 2}},
    {"contact.topic": {"expr": "contact.web_topic"}}, {"contact.topic": None}, {"contact.consent_profiling": True},
    {"contact.noted_on": {"expr": 'today() + duration("P4D")'}},
)  # fmt: skip
ADDS: tuple[Document, ...] = (
    {"contact.touches": {"add": 1}},
    {"contact.touches": {"add": 2.5}, "contact.locale": "de-DE"},
)
SETS: tuple[Document, ...] = (
    {"contact.touches": {"expr": "if contact.touches > 3 then 0 else contact.touches + 1"}},
    {"contact.locale": "de-DE", "contact.touches": 1},
)  # fmt: skip
"""What is added is no whole number to the language, so that a record writes 1.0; what is set is one."""
WINDOWS = ("1d", "2d", "4d", "8d", "2bd", "10h", "90min", "30s", "20s")
"""How long reactions are awaited; the short ones end when scanners and hasty readers act."""
KINDS = {
    "message": 30, "burst": 5, "wait": 9, "branch": 13, "split": 8, "ladder": 26, "update": 9, "handoff": 7,
    "activate": 3, "enter": 9, "maybe-end": 4,
}  # fmt: skip
PAUSES = ("1d", "3d", "4d", "3bd", "6d", "30h")
OUTCOMES = ("accepted", "rejected", "recycled", "unreachable", "expired")


@dataclass(slots=True)
class Surroundings:
    """What journeys of a workspace can speak of."""

    houses: tuple[House, ...]
    desks: tuple[str, ...]
    children: tuple[str, ...] = ()
    """Journeys that may be entered from this one."""
    group: str = ""
    """A buying group that may be handed over."""
    updates: tuple[Document, ...] = UPDATES
    """What journeys change."""


@dataclass(slots=True)
class Flow:
    """One journey while its steps are written down."""

    chances: Chances
    around: Surroundings
    steps: list[Document] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    """First steps of the blocks, planned ahead so that ways can lead forwards."""
    at: int = 0
    """The block at hand."""

    # --- where ways lead

    def following(self) -> str:
        """The first step of the next block, or the pause after the last."""
        return self.ids[self.at + 1] if self.at + 1 < len(self.ids) else "rest"

    def onwards(self) -> str:
        """Any place that cannot lead back here without a pause."""
        later = self.ids[self.at + 1 :]
        pick = self.chances.weighted({"later": 45 if later else 0, "rest": 28, "sdr": 14, "goodbye": 8, "done": 5})
        return self.chances.one(later) if pick == "later" else pick

    def anywhere(self) -> str:
        """Any block, also an earlier one: for ways that begin with a pause."""
        return self.chances.one(self.ids) if self.chances.happens(35) else self.onwards()

    def item(self) -> str:
        """Any item."""
        return self.chances.one(self.chances.one(self.around.houses).items)

    def add(self, step: str, **parts: object) -> None:
        """One step."""
        self.steps.append({"id": step, **parts})

    # --- blocks

    def message(self, here: str) -> None:
        """A send, often with a pause, a listen and a note on what it heard."""
        chances = self.chances
        self.add(here, send=self.send(), **chances.maybe(30, skipped=self.onwards()))
        if chances.happens(15):
            self.add(f"{here}-pause", wait=chances.one(("2h", "1d", "1bd")))
        noted = f"{here}-noted" if chances.happens(35) else ""
        if chances.happens(85):
            self.add(f"{here}-heard", listen=self.listen(here, noted or self.following()))
        if noted:
            self.add(noted, update=chances.one(self.around.updates))

    def send(self) -> object:
        """An item with none, some or all of what a send can say."""
        chances = self.chances
        item = self.item()
        extras = {
            **chances.maybe(12, channel="letter"), **chances.maybe(8, locale=chances.one(("de-DE", "fr-FR"))),
            **chances.maybe(35, expire=chances.one(("12h", "3d", "10d"))),
            **chances.maybe(25, send_on=chances.one(SEND_ON)),
        }  # fmt: skip
        return {"item": item, **extras} if extras else item

    def listen(self, send: str, following: str) -> Document:
        """A listen to the send before it, by step or by default; something leads to what follows."""
        chances = self.chances
        outcomes: Document = {}
        for reaction in chances.some(
            ("opened", "clicked", "sales_request", "unsubscribed", "timeout"), least=2, most=5
        ):
            # A timeout comes at once where the send was skipped, so it must not lead back without a pause.
            back = self.onwards() if reaction == "timeout" else self.anywhere()
            outcomes[reaction] = "goodbye" if reaction == "unsubscribed" else back
        outcomes |= chances.maybe(70, unsubscribed="goodbye") | chances.maybe(60, sales_request=self.onwards())
        if chances.happens(75) or "timeout" not in outcomes:
            outcomes["timeout"] = following
        if following not in outcomes.values():
            outcomes["opened"] = following
        return {
            **chances.maybe(65, to=send), "for": chances.one(WINDOWS),
            **chances.maybe(65, human={"min_delay": chances.one(("60s", "60s", "62s", "10min"))}),
            **chances.maybe(40, settle=chances.one(("10min", "1d", "4h"))), "outcomes": outcomes,
        }  # fmt: skip

    def burst(self, here: str) -> None:
        """Several sends that are due at once or shortly after each other."""
        self.add(here, send=self.send())
        for number in range(self.chances.whole(1, 2)):
            if self.chances.happens(40):
                self.add(f"{here}-gap{number}", wait=self.chances.one(("1h", "20h")))
            self.add(f"{here}-more{number}", send=self.send())

    def wait(self, here: str) -> None:
        """A wait of any kind."""
        self.add(here, wait=self.chances.one(WAITS))

    def branch(self, here: str) -> None:
        """One to three questions."""
        arms: list[Document] = [
            {"when": self.chances.one(CONDITIONS), "go": self.onwards()} for _ in range(self.chances.whole(1, 3))
        ]
        self.add(here, branch=[*arms, {"otherwise": self.following()}])

    def split(self, here: str) -> None:
        """Arms by chance, sometimes with a holdout."""
        arms: Document = {
            "main": {"share": "60%", "go": self.following()},
            "other": {"share": "25%", "go": self.onwards()},
        }
        last: Document = {"share": "15%", "holdout": True}
        arms["rest"] = last if self.chances.happens(60) else {"share": "15%", "go": self.onwards()}
        self.add(here, split=arms)

    def ladder(self, here: str) -> None:
        """A walk down a house."""
        chances, house = self.chances, self.chances.one(self.around.houses)
        start = chances.one(("top", "top", {"topic": "contact.web_topic"}, {"topic": "contact.topic"},
                             {"item": chances.one(house.items)}))  # fmt: skip
        bottom: Document = {"go": self.onwards()} | chances.maybe(60, update=chances.one(self.around.updates))
        only = chances.one(('item.line in ["ct", "service"]', 'item.topic != "mri" or contact.tier > 0'))
        walk: Document = {
            "house": house.name, **({} if start == "top" and chances.happens(50) else {"from": start}),
            "window": chances.one(WINDOWS),
            **chances.maybe(65, pace=chances.one(("1d", "2d", "5d"))),
            **chances.maybe(75, cold_depth=chances.one(house.levels)),
            **chances.maybe(50, breadth=chances.one((1, 2, "all"))),
            **chances.maybe(60, human={"min_delay": chances.one(("60s", "62s"))}),
            **chances.maybe(45, repeat={"after": chances.one(("5d", "14d"))}), **chances.maybe(25, only=only),
            **chances.maybe(65, bottom=bottom), **chances.maybe(35, exhausted=self.onwards()),
            **chances.maybe(45, asked="sdr"), **chances.maybe(20, channel="letter"),
            **chances.maybe(35, expire=chances.one(("1d", "4d"))), **chances.maybe(20, send_on=chances.one(SEND_ON)),
        }  # fmt: skip
        if walk.get("exhausted") not in (None, self.following()):
            # Nothing but its end leads out of a ladder for certain; the next block needs a way in.
            walk["bottom"] = {**bottom, "go": self.following()}
        self.add(here, ladder=walk, **chances.maybe(15, skipped=self.following()))

    def update(self, here: str) -> None:
        """A change of score or fields."""
        self.add(here, update=self.chances.one(self.around.updates))

    def handoff(self, here: str) -> None:
        """A lead, or a buying group."""
        chances = self.chances
        outcomes: Document = {outcome: self.anywhere() for outcome in chances.some(OUTCOMES, most=4)}
        if self.around.group and chances.happens(70):
            self.add(
                here,
                handoff={"buying_group": self.around.group, "outcomes": {**outcomes, "not_ready": self.following()}},
            )
        else:
            self.add(here, handoff={"desk": chances.one(self.around.desks), "outcomes": outcomes})

    def activate(self, here: str) -> None:
        """A matched audience."""
        when = self.chances.maybe(50, when=self.chances.one(CONDITIONS))
        self.add(here, activate={"audience_on": "linkedin", "for": self.chances.one(("7d", "20d")), **when})

    def enter(self, here: str) -> None:
        """Another journey, where there is one; else an update."""
        if not self.around.children:
            self.update(here)
            return
        labels = self.chances.some(("done", "opted-out", "left", "completed"), most=2)
        self.add(here, enter={
            "journey": self.chances.one(self.around.children),
            "outcomes": {label: self.onwards() for label in labels}, "then": self.following(),
        })  # fmt: skip

    def maybe_end(self, here: str) -> None:
        """Some leave here."""
        self.add(here, branch=[{"when": self.chances.one(CONDITIONS), "go": "done"},
                               {"otherwise": self.following()}])  # fmt: skip

    # --- the end of the list

    def close(self, exits: list[Document]) -> None:
        """Adds the closing steps to which some way leads."""
        chances = self.chances
        if self.is_meant("sdr", exits):
            outcomes: Document = {outcome: chances.one(self.ids) for outcome in chances.some(OUTCOMES, most=2)}
            self.add("sdr", handoff={"desk": chances.one(self.around.desks), "outcomes": outcomes}, next="rest")
        if self.is_meant("goodbye", exits):
            self.add("goodbye", send=self.send(), next="done")
        if self.is_meant("rest", exits):
            back = "done" if chances.happens(20) else chances.one(self.ids)
            self.add("rest", wait=chances.one(PAUSES), next=back)
        if self.is_meant("done", exits):
            self.add("done", end=chances.one(("done", "completed", "left")))

    def is_meant(self, name: str, exits: list[Document]) -> bool:
        """Whether a step or an exit leads to the closing step."""
        return any(name in _texts(part) for part in (*self.steps, *exits))


def _texts(part: object) -> Iterator[str]:
    """Every text value in a part of a document."""
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _texts(inner)
    elif isinstance(part, str):
        yield part


def journey(chances: Chances, name: str, around: Surroundings, *, child: bool = False) -> Document:
    """A journey. `child` ones are short and end by themselves."""
    flow = Flow(chances, around)
    blocks = [chances.weighted(KINDS) for _ in range(chances.whole(1, 2) if child else chances.whole(2, 5))]
    if not {"message", "burst", "ladder"} & set(blocks):
        blocks.append("message" if child else "ladder")
    flow.ids = [f"{kind}-{number}" for number, kind in enumerate(blocks, 1)]
    for flow.at, kind in enumerate(blocks):
        getattr(flow, kind.replace("-", "_"))(flow.ids[flow.at])
    _lead_out_of_last(flow)
    exits = _exits(chances, flow)
    flow.close(exits)
    return {
        "kind": "journey", "name": name, "status": "live", "priority": chances.one((20, 50, 50, 80)),
        "purpose": chances.one((["marketing"], ["marketing", "profiling"])), "entry": _entry(chances),
        **chances.maybe(60, goal=chances.one(("sales_request", "clicked"))), "exits": exits,
        "overridable": ["title", "priority", "entry", "steps"], "steps": flow.steps,
    }  # fmt: skip


def _lead_out_of_last(flow: Flow) -> None:
    """The last block goes on to the pause, which need not be the next step of the list."""
    last = flow.steps[-1]
    if not {"branch", "split", "listen"} & set(last):
        last.setdefault("next", "rest")


def _entry(chances: Chances) -> Document:
    kind = chances.weighted({"continuous": 62, "once": 14, "event": 24})
    when: object = {"event": chances.one(ENTRY_EVENTS)} if kind == "event" else kind
    wide = ("everybody", "everybody", "everybody", "customers", "prospects", "imaging", "leaders")
    again = chances.one(("never", "always", {"after": "2d"}, {"after": "5d"}, {"after": "6bd"}, {"after": "12d"}))
    return {
        "audience": chances.one(wide) if chances.happens(55) else chances.one(tuple(AUDIENCES)), "when": when,
        **chances.maybe(45, every=chances.one(("1d", "2d", "7d", "3bd", "1mo"))), "again": again,
    }  # fmt: skip


def _exits(chances: Chances, flow: Flow) -> list[Document]:
    """Ways out by events and conditions, the one for good among them."""
    found: list[Document] = []
    # Whoever unsubscribes often leaves; where nothing is written, the lost consent ends the visit.
    if chances.happens(60):
        go = chances.happens(35)
        found.append({"event": "unsubscribed", **({"go": "goodbye"} if go else {"end": "opted-out"})})
    if chances.happens(30):
        found.append({"event": "consent_lost", "go": "goodbye"})
    for event in chances.some(WAY_OUT_EVENTS[1:], least=1, most=3):
        percent = 65 if event in ("sales_request", "mql") else 45
        if chances.happens(percent):
            found.append({"event": event, "go": _exit_target(chances, flow, event)})
        else:
            found.append({"event": event, "end": f"by-{event}".replace("_", "-")})
    usual = chances.one(WAY_OUT_CONDITIONS[:2])
    further = [condition for condition in chances.some(WAY_OUT_CONDITIONS, most=2) if condition != usual]
    found += [{"when": condition, "end": "left"} for condition in (usual, *further)]
    if chances.happens(35):
        found.append({"when": chances.one(GO_CONDITIONS), "go": "rest"})
    found = chances.shuffled(found)
    if not any("end" in way_out for way_out in found):
        found.append({"when": "contact.left_company", "end": "gone"})
    return found


def _exit_target(chances: Chances, flow: Flow, event: str) -> str:
    if event in ("sales_request", "mql"):
        return "sdr"
    if event == "consent_lost":
        return "goodbye"
    return "rest" if chances.happens(40) else chances.one(flow.ids)
