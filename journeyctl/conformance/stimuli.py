"""One contact's script: who it is, and all that will happen to it. Step machine and engine get the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from journeyctl.conformance.candidates import candidates, entry_paths, merged_lists
from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.graph.ops import EndOp, HandoffOp, ListenOp
from journeyctl.graph.program import Program
from journeyctl.semantics.state import Contact
from journeyctl.semantics.stimuli import Clicked, Opened, PageViewed, SalesRequested, Unsubscribed
from journeyctl.semantics.view import ContactView
from journeyctl.units import SECONDS_PER_DAY

Reaction = Opened | Clicked | SalesRequested | Unsubscribed | PageViewed
Chance = Callable[..., float]
"""A number from 0 up to 1 for a purpose, a place and an occurrence."""
_CERTAIN = 1 << 53


@dataclass(frozen=True, slots=True)
class Fact:
    """A field gets a value so many seconds after the contact became known."""

    after: int
    path: str
    value: Value


@dataclass(frozen=True, slots=True)
class Delivery:
    """What becomes of one send: delivered or returned, and the reactions with their seconds after delivery."""

    delivered: bool
    hard: bool
    reactions: tuple[tuple[int, Reaction], ...]


@dataclass(frozen=True, slots=True)
class Temper:
    """How a contact behaves, as shares of its sends."""

    click: float = 0.4
    open_only: float = 0.2
    request: float = 0.02
    unsubscribe: float = 0.005
    bounce: float = 0.02
    hard: float = 0.3
    early: float = 0.15
    """Of the clicks: by a machine, in the first minute or on every link."""
    edge: float = 0.1
    """Of the clicks: at the very second at which the window closes, or the filter ends."""
    human: float = 0.2
    """Of the clicks: recorded as a human's, so that they score."""


@dataclass(frozen=True, slots=True)
class Script:
    """A contact and its future."""

    key: str
    seed: int
    fields: Mapping[str, Value]
    facts: tuple[Fact, ...] = ()
    temper: Temper = field(default_factory=Temper)
    windows: tuple[int, ...] = (7 * SECONDS_PER_DAY,)
    """Lengths of the journey's listens, for reactions at their very end."""
    outcomes: tuple[str, ...] = ("accepted",)
    ignored: frozenset[str] = frozenset()
    """Items to which the contact never reacts."""

    def _chance(self, purpose: str, item: str, number: int) -> float:
        return Draws(self.seed).bits(self.key, purpose, place=item, occurrence=number) / _CERTAIN

    def delivery(self, item: str, number: int) -> Delivery:
        """What becomes of the n-th send of an item."""
        temper = self.temper
        if self._chance("bounce", item, number) < temper.bounce:
            return Delivery(delivered=False, hard=self._chance("hard", item, number) < temper.hard, reactions=())
        if item in self.ignored:
            return Delivery(delivered=True, hard=False, reactions=())
        u = self._chance("react", item, number)
        found: list[tuple[int, Reaction]] = []
        if u < temper.click:
            found = self._clicking(item, number)
        elif u < temper.click + temper.open_only:
            found = [(self._delay("open", item, number, 6 * SECONDS_PER_DAY), Opened(item, number))]
        if self._chance("request", item, number) < temper.request:
            asked = self._delay("ask", item, number, 9 * SECONDS_PER_DAY)
            found.append((asked, SalesRequested(item, number)))
            if self._chance("regret", item, number) < 0.3:
                found.append((asked + 100_001, Unsubscribed(item, number)))
        if self._chance("unsubscribe", item, number) < temper.unsubscribe:
            found.append((self._delay("leave", item, number, 8 * SECONDS_PER_DAY), Unsubscribed(item, number)))
        return Delivery(delivered=True, hard=False, reactions=tuple(sorted(found, key=lambda entry: entry[0])))

    def _clicking(self, item: str, number: int) -> list[tuple[int, Reaction]]:
        temper, who = self.temper, "human" if self._chance("who", item, number) < self.temper.human else "machine"
        delay = 61 + self._delay("click", item, number, 5 * SECONDS_PER_DAY)
        every_link = False
        if self._chance("early", item, number) < temper.early:
            every_link = self._chance("links", item, number) < 0.5
            delay = delay if every_link else 1 + int(self._chance("soon", item, number) * 58)
        elif self._chance("edge", item, number) < temper.edge:
            places = [*self.windows, *(window + 1 for window in self.windows), 59, 60]
            delay = places[int(self._chance("which", item, number) * len(places))]
        found: list[tuple[int, Reaction]] = [
            (max(1, delay - 1), Opened(item, number, who)),
            (delay, Clicked(item, number, who, every_link)),
            (delay + 40, PageViewed(item, number)) if who == "human" else (delay + 50, Opened(item, number, who)),
        ]
        if self._chance("again", item, number) < 0.3:
            found.append((delay + 600, Clicked(item, number, who)))
        if self._chance("then-ask", item, number) < temper.request * 2:
            asked = delay + (1_800 if self._chance("soon-ask", item, number) < 0.7 else 3_600)
            found.append((asked, SalesRequested(item, number)))
            if self._chance("keen", item, number) < 0.5:
                for later in range(asked + 7_200, asked + 7_200 + 3 * 600, 600):
                    found += [(later, Clicked(item, number, "human")), (later + 40, PageViewed(item, number))]
        return found

    def _delay(self, purpose: str, item: str, number: int, longest: int) -> int:
        return 1 + int(self._chance(f"{purpose}-delay", item, number) * longest)

    def outcome(self, number: int) -> tuple[int, str]:
        """Seconds until the CRM reports on the n-th lead (from 1), and what it reports."""
        wait = SECONDS_PER_DAY + int(self._chance("outcome", "", number) * 20 * SECONDS_PER_DAY)
        return wait | 1, self.outcomes[(number - 1) % len(self.outcomes)]


class Scripts:
    """Makes scripts for one journey: contacts that may enter, facts and reactions on every side of its conditions."""

    def __init__(self, program: Program, journey: str, *, seed: int, start: int, length: int) -> None:
        self._program, self._graph, self._seed = program, program.journeys[journey], seed
        self._start, self._length = start, length
        known = candidates(program, journey, start)
        self._values = {path: merged_lists(values) for path, values in known.items()}
        # A click at the bottom of a house leads out of it; who is to see all of it does not click there.
        self._bottom = frozenset(item.name for item in program.items.values() if not item.children)
        self._entry_paths = entry_paths(program, journey)
        self._windows = tuple(
            sorted({op.window.seconds for op in self._graph.ops.values() if isinstance(op, ListenOp)})
        )
        consents = program.policies[""].consents
        self._consents = sorted({consents[purpose] for purpose in self._graph.purposes if purpose in consents})

    def make(self, number: int, attempt: int = 0) -> Script:
        """The script of one contact; each attempt is another one for the same contact."""
        key = f"contact-{number}-{attempt}"
        draws = Draws(self._seed)

        def chance(purpose: str, place: str = "", occurrence: int = 0) -> float:
            return draws.bits(key, purpose, place=place, occurrence=occurrence) / _CERTAIN

        handoffs = [op for op in self._graph.ops.values() if isinstance(op, HandoffOp)]
        names = sorted({outcome for op in handoffs for outcome in op.outcomes if outcome != "not_ready"}) or [
            "accepted"
        ]
        first = int(chance("outcome") * len(names))
        return Script(
            key, self._seed, self._fields(chance), self._facts(chance), self._temper(chance),
            self._windows or (SECONDS_PER_DAY,), (*names[first:], *names[:first]),
            self._bottom if _is_thorough(chance) else frozenset(),
        )  # fmt: skip

    def _fields(self, chance: Chance) -> dict[str, Value]:
        for occurrence in range(400):
            fields = {path: self._value(chance, path, occurrence) for path in self._values}
            fields.update(dict.fromkeys(self._consents, True))
            if self._may_enter(fields):
                return {path: value for path, value in fields.items() if value is not None}
        raise ValueError(f"no contact was found that may enter '{self._graph.journey}'")

    def _value(self, chance: Chance, path: str, occurrence: int) -> Value:
        """A candidate; for what the entry asks mostly the first, which is the one that it names."""
        values = self._values[path]
        if path in self._entry_paths and chance("named", path, occurrence) < 0.7:
            return values[0]
        return values[int(chance("field", path, occurrence) * len(values))]

    def _may_enter(self, fields: Mapping[str, Value]) -> bool:
        contact = Contact("", {path: value for path, value in fields.items() if value is not None}, self._start)
        view = ContactView(self._program, contact).at(self._start)
        barred = any(e.condition is not None and e.condition.holds(view) for e in self._graph.exits)
        held = any(
            s.condition.holds(view)
            for s in self._program.policies_for(view.country).suppressions
            if not s.condition.reads.paths & {"item.line"}
        )
        return self._graph.entry.condition.holds(view) and not barred and not held

    def _facts(self, chance: Chance) -> tuple[Fact, ...]:
        """Changes at odd seconds: an engine moves a token as far as it can, so that a fact at the very second of a
        timeout cannot come before what the timeout causes.
        """
        if _is_thorough(chance):
            return self._ripening()
        found: list[Fact] = []
        paths = sorted({*self._values, *self._consents})
        ends = {
            path
            for e in self._graph.exits
            if e.condition is not None and isinstance(self._graph.ops[e.target], EndOp)
            for path in e.condition.reads.paths
        }
        for place in range(int(chance("facts") * 14)):
            path = paths[int(chance("fact-path", "", place) * len(paths))]
            rare = 0.75 if path in ends else 0.4 if path in self._consents else 0.0
            if chance("fact-rare", "", place) < rare:
                continue
            values: tuple[Value, ...] = (False, None) if path in self._consents else self._values[path]
            value = values[int(chance("fact-value", path, place) * len(values))]
            within = self._length if chance("fact-late", "", place) < 0.5 else self._length // 8
            after = int(chance("fact-time", "", place) * within)
            found.append(Fact(after // 600 * 600 + 1 + 2 * int(chance("fact-second", "", place) * 250), path, value))
        found += self._episodes(chance)
        if chance("wavering") < 0.25:
            found += self._wavering(chance)
        if self._consents and chance("revoking") < 0.15:
            path = self._consents[int(chance("revoked") * len(self._consents))]
            after = int(chance("revoked-at") * 40 * SECONDS_PER_DAY) // 600 * 600 + 5
            found.append(Fact(after, path, False if chance("revoked-to") < 0.7 else None))
        return tuple(sorted(found, key=lambda fact: (fact.after, fact.path)))

    def _asked_by_items(self) -> set[str]:
        conditions = [item.when for item in self._program.items.values() if item.when is not None]
        return {path for condition in conditions for path in condition.reads.paths}

    def _wavering(self, chance: Chance) -> list[Fact]:
        """What items ask of a contact changes often, so that it also changes while a send waits for the gate."""
        found: list[Fact] = []
        for path in sorted(self._asked_by_items() & set(self._values)):
            values = self._values[path]
            for place in range(8):
                after = int(chance("waver", path, place) * self._length / 2) // 600 * 600 + 3
                found.append(Fact(after, path, values[int(chance("waver-to", path, place) * len(values))]))
        return found

    def _ripening(self) -> tuple[Fact, ...]:
        """Two days after a thorough reader became known, all that items ask of a contact is true."""
        asked = self._asked_by_items()
        lists = {path: [value for value in self._values.get(path, ()) if isinstance(value, tuple)] for path in asked}
        wanted: dict[str, Value] = {path: max(found, key=len) for path, found in lists.items() if found}
        wanted |= {path: True for path in asked if True in self._values.get(path, ())}
        return tuple(Fact(2 * SECONDS_PER_DAY + 1, path, value) for path, value in sorted(wanted.items()))

    def _episodes(self, chance: Chance) -> list[Fact]:
        """A suppression that defers comes and goes again, sooner or later than a send expires."""
        found: list[Fact] = []
        for suppression in self._program.policies[""].suppressions:
            for path in sorted(suppression.condition.reads.paths & set(self._values)):
                if suppression.then != "defer" or True not in self._values[path]:
                    continue
                for place in range(int(chance("episodes", path) * 5)):
                    begin = int(chance("episode", path, place) * self._length) // 600 * 600 + 1
                    days = 1 + chance("episode-length", path, place) ** 2 * 24
                    found += [Fact(begin, path, True), Fact(begin + int(days * 144) * 600 + 2, path, False)]
        return found

    def _temper(self, chance: Chance) -> Temper:
        if _is_thorough(chance):
            return Temper(click=0.99, request=0.0, unsubscribe=0.0, bounce=0.0, early=0.0, human=0.0)
        kinds = (
            Temper(click=0.0, open_only=0.3), Temper(click=0.9, request=0.002, human=0.05), Temper(click=0.5),
            Temper(click=0.97, request=0.0, unsubscribe=0.0, bounce=0.0, early=0.02, human=0.0),
            Temper(click=0.3, unsubscribe=0.08), Temper(click=0.6, request=0.15), Temper(click=0.5, human=1.0),
            Temper(click=0.99, request=0.0, unsubscribe=0.0, bounce=0.0, early=0.0, human=0.0),
            Temper(click=0.8, request=0.1, human=1.0, early=0.0),
            Temper(click=0.2, bounce=0.2, hard=0.15), Temper(click=0.7, request=0.0, human=0.0, early=0.4, edge=0.5),
        )  # fmt: skip
        return kinds[int(chance("temper") * len(kinds))]


def _is_thorough(chance: Chance) -> bool:
    """One contact in five reads everything, so that the depths of a house are reached."""
    return chance("thorough") < 0.2
