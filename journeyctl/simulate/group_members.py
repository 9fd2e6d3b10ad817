"""What an account book knows of one contact: its fields, acts, score and open leads, rebuilt from rows.

An engine tells rows and facts; nothing here asks an engine anything, so every engine is read the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from journeyctl.graph.condition import Condition
from journeyctl.graph.program import Program
from journeyctl.semantics import scoring
from journeyctl.semantics.buying_group import ENGAGED_FOR, engagement_of
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.state import Act, Contact, OpenLead
from journeyctl.semantics.stimuli import LeadOutcome
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.group_scope import items_counted, least_score
from journeyctl.simulate.people import Person

if TYPE_CHECKING:
    from journeyctl.expr import Value

LEFT_COMPANY: Final = "contact.left_company"
"""Who has left the company belongs to no group of it."""
_DELIVERABLE: Final = "contact.deliverable"
COUNTED: Final[Mapping[Kind, str]] = {
    Kind.SENT: "sends", Kind.OPENED: "opens", Kind.CLICKED: "clicks", Kind.VISITED: "visits", Kind.ASKED: "requests",
}  # fmt: skip
EVENTS: Final[Mapping[Kind, str]] = {
    Kind.OPENED: "opened", Kind.CLICKED: "clicked", Kind.VISITED: "page_viewed", Kind.FORM: "form_submitted",
    Kind.ASKED: "sales_request",
}  # fmt: skip
_ALWAYS: Final = (Kind.SCORED, Kind.FACT, Kind.HANDED_OFF, Kind.MERGED, Kind.SYNCED, Kind.ACTIVATED)


@dataclass(frozen=True, slots=True)
class Noting:
    """Which rows account evaluations look at, and which of them can make somebody a member."""

    history: frozenset[str]
    """Kinds of acts that some group's conditions count."""
    kinds: frozenset[Kind]
    """Rows that are taken in at all."""
    waking: frozenset[Kind]
    """Rows after which a contact may join a group; of kind `fact` only those about `paths`."""
    paths: frozenset[str]
    """Fields that some group's conditions read."""
    least_score: int = 0
    """Hundredths of a point below which a new score makes nobody a member."""
    items: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    """Acts that count for certain items only; those about any other wake nobody."""

    @classmethod
    def of(cls, program: Program, conditions: Iterable[Condition]) -> Noting:
        """What these conditions of groups make worth noting."""
        asked = tuple(conditions)
        read = [condition.reads for condition in asked]
        history = frozenset(kind for found in read for kind in found.history)
        paths = {path for found in read for path in found.paths}
        if "fit" in paths:
            rules = (program.scoring_for(country) for country in ("", *program.shared))
            grades = (condition for found in rules if found is not None for _, condition in found.fit)
            paths |= {path for condition in grades for path in condition.reads.paths}
        waking = {kind for kind, act in COUNTED.items() if act in history} | {Kind.FACT}
        if "score" in paths:
            waking.add(Kind.SCORED)
        if any(path.startswith("lead.") for path in paths):
            waking |= {Kind.HANDED_OFF, Kind.SYNCED}
        if paths & {program.policies_for(country).consents.get("marketing") for country in ("", *program.shared)}:
            waking.add(Kind.UNSUBSCRIBED)
        if _DELIVERABLE in paths:
            waking.add(Kind.BOUNCED)
        kinds = frozenset((*_ALWAYS, *EVENTS, *waking))
        scores = (least_score(condition.expression) for condition in asked)
        least = min((found for found in scores if found is not None), default=0)
        counted = items_counted(program, asked)
        items = {kind: counted[act] for kind, act in COUNTED.items() if act in counted}
        return cls(history, kinds, frozenset(waking), frozenset(paths), least, items)

    def wakes(self, effect: Effect) -> bool:
        """Whether the row's contact may join a group in the next evaluation because of it."""
        kind = effect.kind
        if kind not in self.waking:
            return False
        if kind is Kind.SCORED:
            return effect.value >= self.least_score
        if kind is Kind.FACT:
            return effect.reason.partition("=")[0] in self.paths
        return kind not in self.items or effect.item in self.items[kind]


class Standing(NamedTuple):
    """What a group's conditions say of a contact as of an evaluation."""

    joins: bool
    """The group's own condition holds, or there is none."""
    roles: tuple[str, ...]
    """Those whose condition holds, in the group's order."""
    until: int | None
    """The second from which on time may change that; `None`: never."""


class HeldBack(Protocol):
    """Rows that an engine keeps to itself because by themselves they change nothing that anybody could see."""

    def held_back(self, contact: str, before: int) -> Iterable[Effect]:
        """A contact's rows before a second that were not told yet, in the order of time; they count as told then.

        Not what counts as engagement only, unless the contact is watched.
        """
        ...

    def watch(self, contacts: Sequence[str], before: int) -> Iterable[tuple[str, Iterable[Effect]]]:
        """From second `before` on every human act of these contacts is told at once.

        Answers, by contact, what was not told of the time before, acts that are nothing but engagement included as
        far as they still count.
        """
        ...

    def standing(self, contact: str, group: str, now: int) -> Standing | None:
        """How a contact stands to a group in the evaluation of second `now`; `None`: ask what was told of it."""
        ...

    def foresee(self, contacts: Iterable[str], now: int) -> None:
        """The evaluation of second `now` will probably ask how these contacts stand, or how engaged they are."""
        ...

    def engagement(self, contact: str, now: int) -> tuple[int, int | None] | None:
        """Hundredths of a point that a contact's acts of the last 30 days earned, and the second of the first of them.

        `None`: what was told of the contact says that.
        """
        ...


class KnownContact:
    """One contact as account evaluations see it."""

    __slots__ = (
        "_engaged", "_first_act", "_history", "_kept", "_program", "_state", "_view", "_worth", "asked", "brought_for",
        "closing", "gone", "is_member", "is_watched", "person", "told_until",
    )  # fmt: skip

    def __init__(
        self,
        program: Program,
        person: Person,
        history: frozenset[str],
        brought_for: tuple[str, str] | None,
        kept: HeldBack | None,
    ) -> None:
        """`history` are the kinds of acts that conditions of groups count; `brought_for` what a newcomer fills.

        That is a group and a role. `kept` has rows that are told on demand; `None`: all are told.
        """
        self._program = program
        self.person = person
        self.brought_for = brought_for
        self._state: Contact | None = None
        """Made when somebody asks: of many contacts only the engine ever knows what they do."""
        self._view: ContactView | None = None
        self.closing: dict[str, tuple[int, LeadOutcome]] = {}
        """By lead: what the CRM sync will say, and when."""
        self.asked = False
        self.gone = person.fields.get(LEFT_COMPANY) is True
        """Has left the company."""
        self.is_member = False
        """Of any group."""
        self.told_until = -1
        """Everything before this second was told."""
        self.is_watched = kept is None
        """All its acts are told at once."""
        self._history = history
        self._kept = kept
        self._engaged: list[tuple[int, str]] = []
        self._worth: int | None = None
        """Of the acts so far, as long as the first that counts does; `None`: it has to be worked out."""
        self._first_act: int | None = None

    @property
    def state(self) -> Contact:
        """Fields, acts, score and open leads as far as they were told."""
        if self._state is None:
            self._state = Contact(self.person.key, dict(self.person.fields), self.person.at)
        return self._state

    @property
    def view(self) -> ContactView:
        """What conditions see of the contact."""
        if self._view is None:
            self._view = ContactView(self._program, self.state)
        return self._view

    @property
    def engaged_until(self) -> int | None:
        """The second from which on its engagement is another by the passing of time alone, as of when it was asked."""
        return None if self._first_act is None else self._first_act + ENGAGED_FOR + 1

    def keep_up_with(self, kept: HeldBack) -> None:
        """From now on rows of the contact are told on demand."""
        self._kept, self.is_watched = kept, False

    def catch_up(self, now: int) -> None:
        """Takes in what was held back; from here on all that happened before `now` is known."""
        if self._kept is not None and self.told_until < now:
            self.told_until = now
            for effect in self._kept.held_back(self.person.key, now):
                self.note(effect)

    def note(self, effect: Effect) -> bool:
        """Takes a row in; true where it can change what a group or account is like."""
        kind = effect.kind
        if kind is Kind.SCORED:
            self.state.score.hundredths, self.state.score.changed_at = effect.value, effect.time
            return True
        if kind in EVENTS or kind in COUNTED:
            return self._act(effect)
        if kind is Kind.FACT:
            return self._event(effect)
        if kind is Kind.HANDED_OFF:
            self.state.leads[effect.desk] = OpenLead(effect.lead, effect.reason, effect.time)
            return True
        return self._synced(effect) if kind is Kind.SYNCED else self._lost(effect)

    def set_field(self, path: str, value: Value) -> None:
        """A field has a new value; `None`: it is unknown from now on."""
        self._worth = None
        if path == LEFT_COMPANY:
            self.gone = value is True
        if value is None:
            self.state.fields.pop(path, None)
        else:
            self.state.fields[path] = value

    def open_lead(self, desk: str, now: int) -> str:
        """The contact's open lead at a desk; empty where there is none, or the sync of this second closes it."""
        lead = self.state.leads.get(desk)
        if lead is None:
            return ""
        due = self.closing.get(lead.name)
        return "" if due is not None and due[0] <= now else lead.name

    def score(self, now: int) -> int:
        """Hundredths of a point, decayed to `now`."""
        return scoring.current(self.view.scoring, self.state.score, now)

    def stir(self) -> None:
        """It has done something that counts as engagement."""
        self._worth = None

    def has_moved(self, now: int) -> bool:
        """Its engagement may be another than when it was asked for."""
        return self._worth is None or (self._first_act is not None and self._first_act + ENGAGED_FOR < now)

    def engagement(self, now: int) -> int:
        """Hundredths of a point that the acts of the last 30 days earned, of a contact that is watched."""
        if self._worth is None or (self._first_act is not None and self._first_act + ENGAGED_FOR < now):
            found = None if self._kept is None else self._kept.engagement(self.person.key, now)
            self._worth, self._first_act = self._earned(now) if found is None else found
        return self._worth

    def _earned(self, now: int) -> tuple[int, int | None]:
        """The same from what was told, with the second of the first act that counts."""
        self._engaged = [act for act in self._engaged if act[0] >= now - ENGAGED_FOR]
        if not self._engaged:
            return 0, None
        worth = engagement_of(self._engaged, now, scoring=self.view.scoring, zone=self._program.zone)
        return worth, min(time for time, _ in self._engaged)

    def standing(self, group: str, now: int) -> Standing | None:
        """How it stands to a group, where the engine can say that; else conditions are asked of its view."""
        return None if self._kept is None else self._kept.standing(self.person.key, group, now)

    def next_fade(self, windows: Sequence[int], now: int) -> int | None:
        """The first second at which an act leaves one of these windows (seconds); `None`: none ever does."""
        ends = (act.time + window + 1 for act in self.state.acts if act.kind in self._history for window in windows)
        return min((end for end in ends if end > now), default=None)

    def watched(self) -> HeldBack | None:
        """From now on all its acts count at once: who is to be asked for those before; `None` where they are known."""
        self.is_watched = True
        return self._kept

    # --- rows

    def _act(self, effect: Effect) -> bool:
        kind, human = effect.kind, effect.who == "human"
        if kind in COUNTED and COUNTED[kind] in self._history:
            self.state.acts.append(Act(effect.time, COUNTED[kind], effect.item, effect.journey, human))
        if human and kind in EVENTS:
            self._engaged.append((effect.time, EVENTS[kind]))
            self._worth = None
        self.asked = self.asked or kind is Kind.ASKED
        return kind is not Kind.SENT or "sends" in self._history

    def _synced(self, effect: Effect) -> bool:
        lead, state = self.state.leads.get(effect.desk), self.state
        if lead is None or lead.name != effect.lead:
            return False
        _, outcome = self.closing.pop(effect.lead, (0, None))
        del state.leads[effect.desk]
        state.last_outcome, state.last_reason = effect.reason, outcome.reason if outcome is not None else ""
        return True

    def _event(self, effect: Effect) -> bool:
        """A custom event counts as engagement; values of fields are told by `set_field`."""
        if "=" in effect.reason:
            return False
        self._engaged.append((effect.time, effect.reason))
        self._worth = None
        return True

    def _lost(self, effect: Effect) -> bool:
        """What a contact's opting out and a hard bounce do to its fields, which no row of their own says."""
        if effect.kind is Kind.UNSUBSCRIBED:
            path = self._program.policies_for(self.view.country).consents.get("marketing")
            if path is not None:
                self.state.fields[path] = False
            return path is not None
        if effect.kind is Kind.BOUNCED and effect.reason == "hard":
            self.state.fields[_DELIVERABLE] = False
            return True
        return False


def watch(new: Mapping[str, KnownContact], now: int) -> None:
    """From now on all acts of these contacts count at once, those of before included. All are kept by one engine."""
    kept = {key: kept for key, known in new.items() if (kept := known.watched()) is not None}
    if kept:
        for key, effects in next(iter(kept.values())).watch(tuple(kept), now):
            new[key].told_until = max(now, new[key].told_until)
            for effect in effects:
                new[key].note(effect)
