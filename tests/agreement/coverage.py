"""What made-up workspaces exercise, counted from the records of their runs.

`python -m tests.agreement.coverage 100` prints the table over so many workspaces.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from journeyctl.graph.ops import (
    AnyOp,
    DeepenOp,
    FromItem,
    FromTop,
    FromTopic,
    LadderOp,
    ListenOp,
    OfferOp,
    OpId,
    Reaction,
    UpdateOp,
)
from journeyctl.graph.program import Program
from journeyctl.results.record import EventRecord, EventRow
from journeyctl.semantics.effects import Kind
from journeyctl.simulate import reference
from journeyctl.simulate.world import World
from tests.agreement.generated import generated_world

LEAST = 50
"""How often everything must occur over a hundred workspaces."""
MEDIAN_ROWS = 2_000
SHARE = 0.3
"""Of workspaces in which journeys compete under a cap, and of those in which outcomes come back."""
COMPETING, CAPPED, HANDED_BACK = 0.5, 20, 5
"""Share of the entered contacts that are in two journeys, capped answers, and outcomes that journeys go on with."""

EVENTS = ("unsubscribed", "sales_request", "mql", "bounced", "form_submitted", "page_viewed", "clicked", "opened")
CAPS = (
    "rolling-week", "rolling-days", "rolling-skip", "leaders-week", "day", "week", "month", "rolling-month", "letters",
    "topic",
)  # fmt: skip
WANTED: Mapping[str, tuple[str, ...]] = {
    "op": (
        "SendOp", "WaitOp", "ListenOp", "BranchOp", "SplitOp", "LadderOp", "OfferOp", "DeepenOp", "UpdateOp",
        "HandoffOp", "ActivateOp", "EnterOp", "EndOp",
    ),
    "ladder": (
        "from top", "from topic", "from item", "topic_unknown", "exhausted.all_sent", "exhausted.cold",
        "exhausted.no_content", "cold depth", "breadth", "repeat", "only", "pace", "bottom", "asked",
    ),
    "gate": (
        "sent", "deferred quiet_hours", "deferred send_window", "deferred suppressed", "deferred capped",
        "skipped expired", "skipped undeliverable", "skipped no_consent.marketing", "skipped no_consent.profiling",
        "skipped suppressed", "skipped not_available", "skipped no_locale", "skipped already_sent", "skipped capped",
        "skipped holdout",
    ),
    "cap": CAPS,
    "suppression": ("system-down", "with-sales", "just-bought", "just-clicked", "strategic", "important", "hot"),
    "reaction": ("opened", "clicked", "sales_request", "unsubscribed", "timeout", "machine click", "bounce hard",
                 "bounce soft"),
    "wait": ("elapsed", "past", "unknown"),
    "entry": ("entered", "again", "no_consent.marketing", "no_consent.profiling", "exit", "already_in", "by event",
              "ramp", "inflow"),
    "exit": (
        *(f"{event} end" for event in EVENTS[1:]), *(f"{event} go" for event in EVENTS), "unsubscribed end",
        "condition end", "condition go", "consent_lost go", "consent-lost", "asked", "parent-left",
    ),
    "dropped": ("gate", "wait", "listen", "pace", "handoff", "child", "holdout"),
    "end": ("done", "completed", "left", "opted-out", "consent-lost", "parent-left"),
    "desk": (
        "request", "score", "merged request", "merged score", "elsewhere", "routed", "enriched", "attempted",
        "connected", "qualified", "accepted", "rejected wrong_person", "rejected no_need", "rejected not_passed",
        "recycled", "unreachable", "expired stale", "expired gone", "met", "sql", "opportunity", "won", "lost",
        "synced accepted", "synced rejected", "synced recycled", "synced unreachable", "synced expired",
    ),
    "fact": (
        "hospital.open_ticket=true", "hospital.open_ticket=false", "clinic.is_customer=true", "clinic.last_purchase",
        "clinic.last_purchase_line", "contact.left_company=true", "contact.vip=true", "contact.vip=false",
        "contact.consent_profiling=false", "contact.consent_profiling=true", "contact.consent_marketing=false",
        "contact.consent_marketing=true", "contact.web_topic", "hospital.beds",
        "umbrella.is_strategic=true", "umbrella.is_strategic=false", "contact.country", "contact.zone",
        "update contact.stage", "update contact.topic", "update contact.topic=unknown", "update contact.touches",
        "update contact.noted_on", "update contact.consent_profiling=true", "update contact.locale", "update score",
    ),
    "group": ("joined decides", "joined speaks", "ready", "missing", "complete", "brought"),
    "kind": ("visited", "form", "asked", "unsubscribed", "scored", "mql", "activated", "other mail", "overlay"),
}  # fmt: skip
"""Everything that must occur, by group."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One run."""

    number: int
    rows: int
    counts: Counter[str]
    competes: bool
    """Contacts are in several journeys, and a cap binds."""
    hears_back: bool
    """Journeys go on with outcomes of the desk within the run."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Many runs together."""

    seen: tuple[Seen, ...]

    @property
    def counts(self) -> Counter[str]:
        """How often everything occurred."""
        total: Counter[str] = Counter()
        for one in self.seen:
            total.update(one.counts)
        return total

    def wanting(self, least: int = LEAST) -> tuple[str, ...]:
        """What occurred less often than `least` times in a hundred workspaces."""
        counts, runs = self.counts, len(self.seen)
        return tuple(f"{name}: {counts[name]}" for name in wanted() if counts[name] * 100 < least * runs)

    def table(self) -> str:
        """All counts, and in how many of the workspaces, as lines of text."""
        counts = self.counts
        spread = Counter(name for one in self.seen for name in one.counts)
        lines = [f"{name:<40} {counts[name]:>9} in {spread[name]:>4}" for name in wanted()]
        lines += [f"{name:<40} {counts[name]:>9} (not asked for)" for name in sorted(set(counts) - set(wanted()))]
        return "\n".join((*lines, *self._shares()))

    def _shares(self) -> Iterator[str]:
        runs = len(self.seen)
        yield f"workspaces {runs}, rows {sum(one.rows for one in self.seen)}, median {self.median_rows:.0f}"
        yield f"several journeys under a binding cap: {self.share('competes'):.0%}"
        yield f"outcomes back within the run: {self.share('hears_back'):.0%}"

    @property
    def median_rows(self) -> float:
        """Of the logs' lengths."""
        return float(median(one.rows for one in self.seen))

    def share(self, name: str) -> float:
        """Of the runs of which something is true."""
        return sum(bool(getattr(one, name)) for one in self.seen) / len(self.seen)


def wanted() -> Iterator[str]:
    """The names of all counts that are asked for."""
    for group, names in WANTED.items():
        yield from (f"{group}: {name}" for name in names)


def coverage(numbers: Iterable[int]) -> Coverage:
    """Runs workspaces in the reference engine and counts."""
    found = []
    for number in numbers:
        world, draws = generated_world(number)
        found.append(seen(number, world, reference.simulate(world, draws).record.record()))
    return Coverage(tuple(found))


def seen(number: int, world: World, record: EventRecord) -> Seen:
    """What one run exercised."""
    counter = _Counter(world)
    for row in record.rows():
        counter.add(row)
    counts = counter.finished()
    several = sum(len(journeys) > 1 for journeys in counter.journeys.values())
    return Seen(
        number, len(record), counts,
        competes=several >= COMPETING * max(1, len(counter.journeys)) and counter.capped >= CAPPED,
        hears_back=counter.handed_back >= HANDED_BACK,
    )  # fmt: skip


# --- counting rows

_Visit = tuple[str, str, int]
_PLAIN = {
    Kind.SENT: "gate: sent", Kind.ACTIVATED: "kind: activated", Kind.VISITED: "kind: visited", Kind.FORM: "kind: form",
    Kind.ASKED: "kind: asked", Kind.UNSUBSCRIBED: "kind: unsubscribed", Kind.SCORED: "kind: scored",
    Kind.MQL: "kind: mql", Kind.SPLIT: "op: SplitOp",
}  # fmt: skip
_AT_DESK = {
    Kind.ROUTED, Kind.ENRICHED, Kind.ATTEMPTED, Kind.CONNECTED, Kind.QUALIFIED, Kind.ACCEPTED, Kind.RECYCLED,
    Kind.UNREACHABLE, Kind.MET, Kind.SQL, Kind.OPPORTUNITY, Kind.WON, Kind.LOST,
}  # fmt: skip
_SWITCHES = ("=true", "=false", "=unknown")


@dataclass(slots=True)
class _Counter:
    """Reads rows in the order in which they happened to each contact."""

    world: World
    counts: Counter[str] = field(default_factory=Counter)
    journeys: dict[str, set[str]] = field(default_factory=dict)
    """Journeys by contact that entered any."""
    capped: int = 0
    handed_back: int = 0
    _heard: set[tuple[_Visit, str, int]] = field(default_factory=set)
    """Reactions that a listen took, so that they were no exits."""
    _causes: set[tuple[_Visit, str]] = field(default_factory=set)
    _dropped: dict[_Visit, tuple[int, OpId]] = field(default_factory=dict)
    _walks: set[tuple[_Visit, str]] = field(default_factory=set)
    _waits_for_desk: dict[_Visit, int] = field(default_factory=dict)
    _synced: dict[str, int] = field(default_factory=dict)

    def finished(self) -> Counter[str]:
        """All counts."""
        return self.counts

    @property
    def program(self) -> Program:
        """The journeys of the run."""
        return self.world.program

    def op(self, row: EventRow) -> AnyOp | None:
        """The op at which a row happened."""
        graph = self.program.journeys.get(row.journey)
        return None if graph is None else graph.ops.get(OpId(row.op))

    def count(self, group: str, name: str) -> None:
        """One more."""
        self.counts[f"{group}: {name}"] += 1

    def add(self, row: EventRow) -> None:
        """Counts a row."""
        if row.kind in _PLAIN:
            self.counts[_PLAIN[row.kind]] += 1
        self._by_kind(row)
        op = self.op(row)
        if op is not None:
            self._op(row, op)
        if row.cause:
            self._cause(row)

    def _by_kind(self, row: EventRow) -> None:  # noqa: C901  (one case per kind)
        visit = (row.contact, row.journey, row.visit)
        match row.kind:
            case Kind.DEFERRED | Kind.SKIPPED:
                self._gate(row)
            case Kind.WAITED:
                self._waited(row, visit)
            case Kind.ENTERED:
                self._entered(row)
            case Kind.REFUSED:
                self.count("entry", "exit" if row.reason.startswith("exit.") else row.reason)
            case Kind.DROPPED:
                self._dropped[visit] = (row.time, OpId(row.op))
                self.count("dropped", row.reason)
            case Kind.ENDED:
                self._ended(row)
            case Kind.FACT:
                self._fact(row)
            case Kind.SCORED if row.reason == "update":
                self.count("fact", "update score")
            case Kind.CLICKED if row.who == "machine":
                self.count("reaction", "machine click")
            case Kind.BOUNCED:
                self.count("reaction", f"bounce {row.reason}")
            case Kind.JOINED_GROUP if row.reason:
                self.count("group", f"joined {row.reason}")
                if row.source in self.world.platforms:
                    self.count("group", "brought")
            case Kind.GROUP_READY:
                self.count("group", "ready")
            case Kind.DELIVERED if row.reason == "other_mail":
                self.count("kind", "other mail")
            case _:
                self._desk(row)

    def _gate(self, row: EventRow) -> None:
        family, _, name = row.reason.partition(".")
        reason = row.reason if family == "no_consent" else family
        self.count("gate", f"{row.kind.value} {reason}")
        if family == "capped":
            self.capped += 1
            self.count("cap", name)
        elif family == "suppressed":
            self.count("suppression", name)

    def _waited(self, row: EventRow, visit: _Visit) -> None:
        op = self.op(row)
        if isinstance(op, ListenOp):
            self.count("reaction", row.reason)
            self._heard.add((visit, row.reason, row.time))
            if row.reason == "clicked":
                graph = self.program.journeys[row.journey]
                target = graph.ops.get(op.outcomes[Reaction.CLICKED])
                if isinstance(target, DeepenOp):
                    self.count("op", "DeepenOp")
                elif op.ladder is not None:
                    self.count("ladder", "bottom")
        else:
            self.count("wait", row.reason)

    def _entered(self, row: EventRow) -> None:
        self.journeys.setdefault(row.contact, set()).add(row.journey)
        self.count("entry", "entered")
        if self.program.journeys[row.journey].entry.when == "event":
            self.count("entry", "by event")
        launch = self.world.launches.get(row.journey)
        if launch is not None and launch.ramp_days > 1 and row.time > launch.at + 86_400:
            self.count("entry", "ramp")
        if row.source:
            self.count("entry", "inflow")
        if row.journey.endswith("-abroad"):
            self.count("kind", "overlay")

    def _ended(self, row: EventRow) -> None:
        self.count("end", row.reason)
        if row.reason in ("consent-lost", "parent-left"):
            self.count("exit", row.reason)

    def _fact(self, row: EventRow) -> None:
        path, _, missing = row.reason.partition("=")
        if path == "missing_roles":
            self.count("group", "missing" if missing else "complete")
            return
        name = row.reason if row.reason.endswith(_SWITCHES) else path
        self.count("fact", f"update {name}" if row.step else name)

    def _desk(self, row: EventRow) -> None:
        match row.kind:
            case Kind.HANDED_OFF if row.source and not row.contact:
                self.count("desk", "elsewhere")
            case Kind.HANDED_OFF:
                self.count("desk", row.reason if row.contact else "elsewhere")
                if row.contact:
                    self._waits_for_desk[row.contact, row.journey, row.visit] = row.time
            case Kind.MERGED:
                self.count("desk", f"merged {row.reason}")
            case Kind.REJECTED | Kind.EXPIRED:
                self.count("desk", f"{row.kind.value} {row.reason}")
            case Kind.SYNCED:
                self.count("desk", f"synced {row.reason}")
            case kind if kind in _AT_DESK:
                self.count("desk", kind.value)
            case _:
                pass

    def _op(self, row: EventRow, op: AnyOp) -> None:
        visit = (row.contact, row.journey, row.visit)
        if isinstance(op, (LadderOp, OfferOp)):
            self._walk(row, op, visit)
        elif not isinstance(op, UpdateOp):
            if row.kind in (Kind.REQUESTED_SEND, Kind.WAITED, Kind.BRANCHED, Kind.HANDED_OFF, Kind.MERGED,
                            Kind.ACTIVATED, Kind.ENDED):  # fmt: skip
                self.count("op", type(op).__name__)
        elif row.kind is Kind.FACT:
            self.count("op", "UpdateOp")

    def _walk(self, row: EventRow, op: LadderOp | OfferOp, visit: _Visit) -> None:
        if row.kind is not Kind.BRANCHED:
            return
        if row.reason == "topic_unknown" or row.reason.startswith("exhausted."):
            self.count("ladder", row.reason)
        if not isinstance(op, OfferOp):
            return
        self.count("op", "OfferOp")
        for name, given in (
            ("breadth", op.breadth),
            ("repeat", op.repeat),
            ("only", op.only),
            ("pace", op.pace or None),
        ):
            if given is not None:
                self.count("ladder", name)
        house = self.program.houses[op.house]
        if row.item and 0 < house.items[row.item].level <= op.cold_depth:
            self.count("ladder", "cold depth")
        if (visit, op.step) not in self._walks:
            self._walks.add((visit, op.step))
            self._start(row, op.step)

    def _start(self, row: EventRow, step: str) -> None:
        self.count("op", "LadderOp")
        ladder = self.program.journeys[row.journey].ops[OpId(step)]
        assert isinstance(ladder, LadderOp), "an offer follows the start of its ladder"
        names = {FromTop: "from top", FromTopic: "from topic", FromItem: "from item"}
        self.count("ladder", names[type(ladder.start)])

    def _cause(self, row: EventRow) -> None:
        visit = (row.contact, row.journey, row.visit)
        event, _, at = row.cause.partition("@")
        if (visit, row.cause) in self._causes or row.kind is Kind.MERGED:
            return
        self._causes.add((visit, row.cause))
        if event in ("accepted", "rejected", "recycled", "unreachable", "expired"):
            self.handed_back += 1
        elif (visit, event, int(at)) not in self._heard:
            self.count("exit", f"{event} {'end' if row.op.startswith('exit/') else 'go'}")
            if event == "sales_request" and self._left_a_ladder(row, visit, int(at)):
                self.count("exit", "asked")
                self.count("ladder", "asked")

    def _left_a_ladder(self, row: EventRow, visit: _Visit, at: int) -> bool:
        time, op = self._dropped.get(visit, (0, OpId("")))
        graph = self.program.journeys[row.journey]
        step = graph.ops[op].step if op in graph.ops else ""
        offer = graph.ops.get(OpId(f"{step}/offer"))
        return time == at and isinstance(offer, OfferOp) and offer.asked is not None


if __name__ == "__main__":
    first, last = [0, *map(int, sys.argv[1:])][-2:]
    found = coverage(range(first, last))
    sys.stdout.write("\n".join((found.table(), "wanting:", *found.wanting(), "")))
