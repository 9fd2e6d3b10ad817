"""The state of one contact over all journeys. Owned by the step machine, which advances it in place.

Nothing here decides anything: these are the facts that the machine, the gate and conditions read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappush
from typing import NamedTuple

from journeyctl.calendars import Calendar
from journeyctl.expr import Value
from journeyctl.graph.ops import OpId, Reaction
from journeyctl.graph.program import StepGraph
from journeyctl.semantics.ladder import LadderState
from journeyctl.semantics.scoring import Score
from journeyctl.semantics.stimuli import Phase, Stimulus
from journeyctl.units import Duration

_UTC = Calendar("UTC")


@dataclass(slots=True)
class Message:
    """One send of one item to one contact, and what came of it. Times are UTC seconds."""

    item: str
    number: int
    """Which send of this item to this contact, from 1; 0 stands for a send that the gate skipped."""
    journey: str
    visit: int
    op: OpId
    step: str
    channel: str
    sent_at: int
    delivered_at: int | None = None
    bounced: bool = False
    clicked: bool = False
    """A click was recorded, by whomever; such an item does not return to ladders."""
    reactions: list[tuple[int, Reaction, bool]] = field(default_factory=list)
    """Time, reaction, and whether every link was clicked."""


class Act(NamedTuple):
    """One entry of the contact's history, as conditions see it."""

    time: int
    kind: str
    """sends, opens, clicks, visits or requests."""
    item: str
    journey: str
    human: bool


@dataclass(slots=True)
class Pending:
    """A send that waits for the gate."""

    due: int
    """When the gate was first asked."""
    answers: int = 0
    """How often the gate has answered; a question scheduled before the last answer is stale."""
    last_reason: str = ""


@dataclass(slots=True)
class Listening:
    """What a visit awaits of one message."""

    message: Message
    outcomes: frozenset[Reaction]
    human_min_delay: int | None
    settle: int
    best: Reaction = Reaction.TIMEOUT
    settling: bool = False
    """A click waits for something stronger; the timeout does not cut it short."""


@dataclass(slots=True)
class Visit:
    """One passage of the contact through one journey."""

    graph: StepGraph
    number: int
    entered_at: int
    op: OpId
    token: int = 0
    """Rises whenever the visit moves; what was scheduled under an older one is stale."""
    waiting: str = ""
    """`""` (about to step), wait, gate, delivery, pace, listen, handoff, child or holdout."""
    messages: list[Message] = field(default_factory=list)
    ladder: LadderState | None = None
    ladder_step: str = ""
    last_offer_at: int | None = None
    """Delivery of the visit's latest delivered ladder offer."""
    pending: Pending | None = None
    listening: Listening | None = None
    cause: str = ""
    """The event that last diverted the visit: sales_request, mql, ..."""
    cause_at: int = 0
    parent: str = ""
    country: str | None = None
    """Of the contact at entry: whose overlays made the graph, and the houses that it walks."""
    held_out: bool = False
    """In a holdout arm: the visit gets no sends to its end."""
    outdated: bool = False
    """A newer version of the journey is there, and the visit looks for a step where it can move over."""

    journey: str = field(init=False)
    """Name of the journey."""
    order: tuple[int, str] = field(init=False)
    """Where the visit stands among those of the contact: by priority, then name."""

    def __post_init__(self) -> None:
        self.journey = self.graph.journey
        self.order = (-self.graph.priority, self.graph.journey)


@dataclass(slots=True)
class OpenLead:
    """The contact's open lead at one desk."""

    name: str
    cause: str
    """`request` or `score`."""
    created_at: int


class Step(NamedTuple):
    """A visit goes on with its present op."""

    journey: str
    token: int
    phase: Phase = Phase.STEP


class AskGate(NamedTuple):
    """A due send of a visit is asked at the gate."""

    journey: str
    token: int
    answers: int
    phase: Phase = Phase.GATE


class CheckExits(NamedTuple):
    """A field changed: the exit conditions of one visit are looked at."""

    journey: str
    consent_lost: bool = False
    """A consent that the journey needs was taken back: it ends unless a written exit comes first."""
    phase: Phase = Phase.EXIT


@dataclass(frozen=True, slots=True)
class LookAround:
    """The daily evaluation has come to the entries of journeys."""

    phase = Phase.ENTRY


Internal = Step | AskGate | CheckExits | LookAround
"""What the machine schedules for itself, besides timeouts."""
Entry = tuple[int, Phase, tuple[int | str, ...], int, Stimulus | Internal]
"""One thing that will happen to the contact: second, phase, key and number of scheduling, which order it, and what.

A plain tuple, because an agenda compares its entries more often than anything else is done with them.
"""


class Sends:
    """The counted sends of one contact: what caps and ladders read. Satisfies the gate's `History`."""

    __slots__ = ("_all", "_by_channel", "_calendar", "_latest", "_messages")

    def __init__(self, calendar: Calendar = _UTC) -> None:
        """Business days and months of `repeat` count in `calendar`."""
        self._calendar = calendar
        self._all: list[int] = []
        self._by_channel: dict[str, list[int]] = defaultdict(list)
        self._latest: dict[str, Message] = {}
        self._messages: dict[tuple[str, int], Message] = {}

    def reserve(self, channel: str, time: int) -> None:
        """Counts one send, of ours or of another line; times never fall."""
        self._all.append(time)
        self._by_channel[channel].append(time)

    def remember(self, message: Message) -> None:
        """Keeps the message as the latest send of its item."""
        self._latest[message.item] = message
        self._messages[message.item, message.number] = message

    def counted(self, channel: str | None, after: int, until: int) -> Sequence[int]:
        """Times of counted sends in `(after, until]`, ascending, over one channel or all."""
        times = self._all if channel is None else self._by_channel.get(channel)
        if not times or times[-1] <= after:
            return ()
        first = bisect_right(times, after)
        return times[first:] if times[-1] <= until else times[first : bisect_right(times, until)]

    def message(self, item: str, number: int) -> Message | None:
        """The n-th send of an item to this contact."""
        return self._messages.get((item, number))

    def number_of_next(self, item: str) -> int:
        """Which send of the item the next one is, from 1."""
        latest = self._latest.get(item)
        return 1 if latest is None else latest.number + 1

    def may_send_again(self, item: str, repeat: Duration | None, now: int) -> bool:
        """True where the item was never sent, or was never clicked and `repeat` has passed since its last send."""
        message = self._latest.get(item)
        if message is None:
            return True
        if repeat is None or now < self._calendar.add(message.sent_at, repeat):
            return False
        return not any(self._messages[item, number].clicked for number in range(1, message.number + 1))


@dataclass(slots=True)
class Contact:
    """One contact with everything that journeys may know of it."""

    key: str
    """Stable name, for example `u17/h2/c1/p3`; addresses every draw about the contact."""
    fields: dict[str, Value]
    """By path (`contact.role`, `clinic.last_purchase`, `hospital.open_ticket`); missing is unknown."""
    created_at: int
    held_out: bool = False
    score: Score = field(default_factory=Score)
    sends: Sends = field(default_factory=Sends)
    acts: list[Act] = field(default_factory=list)
    visits: dict[str, Visit] = field(default_factory=dict)
    visit_counts: dict[str, int] = field(default_factory=dict)
    last_end: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    """Last reason for which each journey refused the contact."""
    decided: set[str] = field(default_factory=set)
    """Journeys that look at a contact only once, or at their launch, and have done so."""
    leads: dict[str, OpenLead] = field(default_factory=dict)
    """Open leads by desk."""
    lead_counts: dict[str, int] = field(default_factory=dict)
    last_outcome: str = ""
    last_reason: str = ""
    groups: dict[str, dict[str, Value]] = field(default_factory=dict)
    group_leads: dict[str, str] = field(default_factory=dict)
    """The open lead of each buying group that makes leads of its own; empty while it has none."""
    defaults_used: dict[str, int] = field(default_factory=dict)
    agenda: list[Entry] = field(default_factory=list)
    sequence: int = 0
    evaluation_at: int | None = None
    """The evaluation that is scheduled, if any."""
    evaluated_at: int | None = None
    """The second of the last evaluation."""
    instant: int = -1
    steps_at_instant: int = 0
    stuck: bool = False

    def schedule(self, time: int, stimulus: Stimulus | Internal, key: tuple[int | str, ...] = ()) -> None:
        """Puts something on the contact's agenda."""
        self.sequence += 1
        heappush(self.agenda, (time, stimulus.phase, key, self.sequence, stimulus))

    def next_time(self) -> int | None:
        """The second at which the next thing happens to this contact; `None`: nothing is scheduled."""
        return self.agenda[0][0] if self.agenda else None


NOBODY = Contact("", {}, 0)
"""Stands where no contact is at hand yet."""
