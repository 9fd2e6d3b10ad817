"""One buying group at one account: its members, what they were last told, and its lead."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from journeyctl.semantics.buying_group import (
    Member,
    called,
    group_engagement,
    in_heaviest_role,
    lead_name,
    may_hand_over,
)
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.state import OpenLead
from journeyctl.semantics.stimuli import GroupChanged, GroupReady, LeadOutcome, Stimulus
from journeyctl.simulate.group_members import KnownContact, Standing, watch
from journeyctl.simulate.group_rules import NOTHING, Account, Filled, GroupRules, Sought

if TYPE_CHECKING:
    from journeyctl.results.record import Recorded
    from journeyctl.simulate.people import Person

EVERY_EVALUATION: Final = 0
"""A next look so early means that the group is looked at in each evaluation."""


Fitting = tuple[tuple[str, ...], "int | None"]
"""Roles that a member can play, and the second from which on time may change that; `None`: it never does."""


@dataclass(frozen=True, slots=True)
class GroupLead:
    """A lead that an evaluation made for a group."""

    group: str
    account: str
    """Path of the account."""
    contact: str
    """Who is called."""
    desk: str
    lead: str
    merged: bool
    """The contact had this lead open already; the group has joined it."""


@dataclass(slots=True)
class Findings:
    """What an evaluation collects while it goes from group to group."""

    stimuli: list[tuple[str, int, Stimulus]] = field(default_factory=list)
    leads: list[GroupLead] = field(default_factory=list)
    rows: list[tuple[Recorded, Effect]] = field(default_factory=list)


class AccountGroup:
    """A group of one account. Conditions are asked anew only of contacts that something has happened to."""

    __slots__ = (
        "_anybody", "_closing", "_fades_at", "_filled", "_fitting", "_leads", "_ready", "_roles", "_rules", "_told",
        "_woken", "activated", "candidates", "closed_at", "is_alive", "lead", "members", "name", "next_look", "order",
        "stirred", "touched",
    )  # fmt: skip

    def __init__(self, rules: GroupRules, order: tuple[str, str], anybody: Person) -> None:
        """`order` is its name and the path of its account, such as `u17/h2`, to which `anybody` belongs."""
        self._rules, self._anybody = rules, anybody
        self.name = order[0]
        self.order = order
        """Groups are evaluated in this order."""
        self.candidates: dict[str, KnownContact] = {}
        """Who is known and can ever belong to it, members included."""
        self.members: dict[str, int] = {}
        """Contact -> second of joining, in the order of joining, then of keys."""
        self.touched: set[str] = set()
        """Candidates to whom something has happened since the last look that conditions ask about."""
        self.stirred = False
        """Some member has done something since then that counts as engagement."""
        self.lead = ""
        """Name of the open lead."""
        self.closed_at: int | None = None
        self.activated: dict[str, int] = {}
        """Platform -> second until which a journey has put the missing roles into an audience."""
        self.next_look: int | None = None
        self.is_alive = False
        """Somebody has joined; it belongs to those for whom audiences look."""
        self._leads = 0
        self._closing: tuple[int, LeadOutcome] | None = None
        self._told: dict[str, GroupChanged] = {}
        self._filled: Filled | None = None
        """As of the last look; `None` before anybody joined."""
        self._ready = False
        self._roles: dict[str, str] = {}
        """By member who has not left."""
        self._fades_at: int | None = None
        self._fitting: dict[str, Fitting] = {}
        """Of each member, as far as it was asked."""
        self._woken: set[str] = set()
        """Of those to whom something has happened, who join, or are members, by what was said of how they stand."""

    @property
    def path(self) -> str:
        """Of its account."""
        return self.order[1]

    @property
    def account(self) -> Account:
        """To which it belongs."""
        return self._rules.account(self.order[1], self._anybody)

    @property
    def restless(self) -> bool:
        """The passing of time alone can make members."""
        return not self._rules.joins_awake

    @property
    def counts_acts(self) -> bool:
        """Complete enough and not ready yet, so that what its members do can make it so."""
        return self._filled is not None and self._filled.enough and self._rules.counts_acts and not self._ready

    def wake(self, known: KnownContact, standing: Standing) -> bool:
        """Something that conditions ask about has happened to a candidate, who stands to the group like this now.

        Whether the next look has to see it: not where it does not join, or is a member who can play the same roles for
        as long as before.
        """
        key, found = known.person.key, (self._as_brought(known, standing.roles), standing.until)
        if self._fitting.get(key) == found if key in self.members else not (standing.joins and found[0]):
            return False
        self.touched.add(key)
        self._woken.add(key)
        self._fitting[key] = found
        return True

    def touch(self, key: str) -> None:
        """Something has happened to a candidate: the next look asks conditions anew."""
        self.touched.add(key)
        self._woken.discard(key)
        self._fitting.pop(key, None)

    # --- one evaluation

    def look(self, now: int, out: Findings) -> None:
        """The account evaluation of second `now`."""
        closed = self._closing is not None and self._close(now)
        refit = not self.members.keys().isdisjoint(self.touched)
        joined = self._let_in(now)
        self.touched.clear()
        self._woken.clear()
        if not self.members:
            self.next_look = None if self._rules.joins_awake else EVERY_EVALUATION
            return
        if not (closed or refit or joined or self.stirred or self._is_due(now)):
            return
        self.stirred = False
        new = bool(refit or joined) or (self._has_faded(now) and self._has_changed(now))
        if new:
            self._assign(joined, now, out)
        self._judge(new or closed, now, out)

    def _assign(self, joined: Sequence[str], now: int, out: Findings) -> None:
        """Who has which role, and what follows for completeness."""
        before, (present, playing, fades_at) = self._filled, self._playing(now)
        roles, filled = self._rules.seated(playing)
        self._filled, self._fades_at = filled, fades_at
        self._roles = {key: role for key, role in zip(present, roles, strict=True) if role is not None}
        for key in joined:
            row = Effect(now, Kind.JOINED_GROUP, reason=self._roles.get(key, ""), group=self.name)
            out.rows.append((self.candidates[key].person, row))
        if before is None or before.recorded != filled.recorded:
            row = Effect(now, Kind.FACT, reason=filled.reason, value=filled.basis_points, group=self.name)
            out.rows.append((self.account, row))

    def _playing(self, now: int) -> tuple[list[str], tuple[tuple[str, ...], ...], int | None]:
        """Members who have not left, which roles each can play, and the first second at which time may change that."""
        fades_at: int | None = None
        present, playing = self._present(), []
        for key in present:
            roles, until = self._still_fits(key, now)
            playing.append(roles)
            if until is not None and (fades_at is None or until < fades_at):
                fades_at = until
        return present, tuple(playing), fades_at

    def _judge(self, new: bool, now: int, out: Findings) -> None:  # noqa: FBT001  (a step of `look`)
        """Whether the group is ready, and what members learn of it; `new` where roles or the lead have changed."""
        filled, was_ready, lead = self._filled, self._ready, self.lead
        assert filled is not None, "roles were assigned when the first one joined"
        self._ready = filled.ready_from is not None and self._points(now) >= filled.ready_from
        if self._ready and not lead:
            self._hand_over(now, out)
        if new or self._ready is not was_ready or self.lead != lead:
            self._tell(filled, now, out)
        self.next_look = self._next(now)

    def _has_faded(self, now: int) -> bool:
        """Roles may be others by now, because acts lie too far back or the time has come."""
        return self._rules.windows is None or (self._fades_at is not None and self._fades_at <= now)

    def _has_changed(self, now: int) -> bool:
        """Whether some member can play other roles than when roles were assigned; if not, when to look again."""
        if self._rules.windows is None:
            return True
        before = tuple([self._fitting[key][0] if key in self._fitting else None for key in self._present()])
        _, playing, fades_at = self._playing(now)
        if before != playing:
            return True
        self._fades_at = fades_at
        return False

    def _is_due(self, now: int) -> bool:
        """Time alone may have changed something since the last look."""
        return self.next_look is not None and self.next_look <= now

    def outcome(self, time: int, outcome: LeadOutcome) -> Iterator[tuple[str, int, Stimulus]]:
        """The group's lead is over; whoever was told of it learns the outcome at second `time`, of the CRM sync.

        Nobody else: who has left was not told of the lead, so nothing holds its life back until the sync.
        """
        self._closing = time, outcome
        for key, told in self._told.items():
            if told.lead == outcome.lead:
                yield key, time, outcome

    def wanted(self, now: int) -> Sought:
        """Platform and role of every missing role that a matched audience looks for from now on."""
        filled = self._filled
        if filled is None or not filled.found.missing or not self._present():
            return NOTHING
        return filled.sought_with(self.activated, now)

    def counts(self) -> tuple[int, ...] | None:
        """How many members have each role, in the group's order; `None` before anybody joined."""
        given = list(self._roles.values())
        return tuple(map(given.count, self._rules.needed)) if self._filled is not None else None

    def unsure(self, now: int) -> list[str]:
        """Members of whom the next look will probably ask how they stand, or what their acts have earned."""
        rules, fades = self._rules, self._fades_at is not None and self._fades_at <= now
        is_scored = rules.counts_acts and len(self.members) + len(self.touched) >= rules.fewest
        if not fades and not is_scored:
            return []
        fitting, found = self._fitting, list[str]()
        if fades:
            known = ((key, fitting.get(key)) for key in self.members)
            found += [key for key, fits in known if fits is None or (fits[1] is not None and fits[1] <= now)]
        if is_scored and self._may_be_enough():
            found += [key for key in self.members if self.candidates[key].has_moved(now)]
        return found

    def _may_be_enough(self) -> bool:
        """With those to whom something has happened it is as complete as `ready` asks for, or will probably be."""
        if self._filled is not None and self._filled.enough:
            return True
        everybody, fitting = (*self.members, *sorted(self.touched - self.members.keys())), self._fitting
        if not all(map(fitting.__contains__, everybody)):
            return True
        return self._rules.seated(tuple([fitting[key][0] for key in everybody]))[1].enough

    # --- members and roles

    def _present(self) -> list[str]:
        candidates = self.candidates
        return [key for key in self.members if not candidates[key].gone]

    def _let_in(self, now: int) -> list[str]:
        asked = self.touched if self._rules.joins_awake else self.candidates.keys()
        joined = sorted([key for key in asked if key not in self.members and self._joins(key, now)])
        for key in joined:
            self.members[key] = now
            self.candidates[key].is_member = True
        return joined

    def _joins(self, key: str, now: int) -> bool:
        known, group = self.candidates[key], self._rules.group
        if known.person.at > now or known.gone:
            return False
        if key in self._woken or (known.brought_for is not None and known.brought_for[0] == group.name):
            return True
        standing = known.standing(group.name, now)
        if standing is not None:
            return standing.joins and bool(standing.roles)
        known.catch_up(now)
        joins = group.joins is None or group.joins.holds(known.view.at(now))
        return joins and bool(self._still_fits(key, now)[0])

    def _fits(self, key: str, now: int) -> Fitting:
        """Roles that the contact can play: those whose condition holds, and the one that it was brought for."""
        known, windows = self.candidates[key], self._rules.windows
        standing = known.standing(self.name, now)
        if standing is not None:
            return self._as_brought(known, standing.roles), standing.until
        # Whatever can change the answer was told; nothing of it is held back.
        view = known.view.at(now)
        roles = [role.name for role in self._rules.group.roles if role.when is None or role.when.holds(view)]
        return self._as_brought(known, tuple(roles)), known.next_fade(windows, now) if windows else None

    def _as_brought(self, known: KnownContact, roles: tuple[str, ...]) -> tuple[str, ...]:
        """With the role of this group, if any, for which the contact was brought."""
        group, role = known.brought_for or ("", "")
        if group != self.name or role in roles:
            return roles
        return tuple(found.name for found in self._rules.group.roles if found.name == role or found.name in roles)

    def _still_fits(self, key: str, now: int) -> Fitting:
        """The same of a member, asked anew only after something has happened to it or an act has left a window."""
        known = self._fitting.get(key)
        if known is None or self._rules.windows is None or (known[1] is not None and known[1] <= now):
            known = self._fitting[key] = self._fits(key, now)
        return known

    def _points(self, now: int) -> int:
        """What the acts of members with a role earned, by its weight; nobody asks before the group is complete enough.

        From then on all that they do counts at once.
        """
        if not self._rules.counts_acts:
            return 0
        candidates, weights, points = self.candidates, self._rules.weights, 0
        new = {key: known for key in self._roles if not (known := candidates[key]).is_watched}
        if new:
            watch(new, now)
        for key, role in self._roles.items():
            points += weights[role] * candidates[key].engagement(now)
        return points

    def _seated(self, now: int) -> list[Member]:
        """Members with a role and what their acts earned."""
        counts = self._rules.counts_acts
        earned = {key: self.candidates[key].engagement(now) if counts else 0 for key in self._roles}
        return [Member(key, role, 0, earned[key]) for key, role in self._roles.items()]

    def _scored(self, member: Member, now: int) -> Member:
        known = self.candidates[member.key]
        known.catch_up(now)
        return dataclasses.replace(member, score=known.score(now))

    # --- the lead

    def _close(self, now: int) -> bool:
        """A lead whose outcome the CRM sync has brought by now is over; whether there was one."""
        over = self._closing is not None and self._closing[0] <= now
        if self._closing is not None and over:
            self.closed_at, self._closing, self.lead = self._closing[0], None, ""
            self._told = {key: dataclasses.replace(told, lead="") for key, told in self._told.items()}
        return over

    def _hand_over(self, now: int, out: Findings) -> None:
        group, ready = self._rules.group, self._rules.group.ready
        calendar = self._rules.calendar
        if not may_hand_over(group, leads=self._leads, closed_at=self.closed_at, now=now, calendar=calendar):
            return
        members = self._seated(now)
        chosen = called(group, [self._scored(member, now) for member in in_heaviest_role(group, members)])
        if ready is None or chosen is None:
            return
        self._leads += 1
        known = self.candidates[chosen.key]
        own = known.open_lead(ready.desk, now)
        self.lead = own or lead_name(self.path, group.name, self._leads)
        if own:
            self._closing = known.closing.get(own)
        else:
            known.state.leads[ready.desk] = OpenLead(self.lead, "score", now)
        found = GroupLead(group.name, self.path, chosen.key, ready.desk, self.lead, bool(own))
        out.leads.append(found)
        row = Effect(
            now, Kind.GROUP_READY, lead=self.lead, desk=ready.desk, reason=chosen.role, group=group.name,
            value=int(group_engagement(group, members) * 100),
        )  # fmt: skip
        whom = dataclasses.replace(self.account, key=chosen.key, source=known.person.source)
        out.rows.append((whom, row))
        for key in self._present():
            mine = key == chosen.key
            news = GroupReady(group.name, self.lead if mine else "", ready.desk if mine else "")
            out.stimuli.append((key, now, news))

    # --- what members learn

    def _tell(self, filled: Filled, now: int, out: Findings) -> None:
        share, missing, ready = filled.share, filled.found.missing, self._ready
        for key in self._present():
            role, before = self._roles.get(key), self._told.get(key)
            # The same news for all who learn the same: most are in a state in which others have been before.
            news = None if self.lead else filled.told.get((ready, role))
            if news is None:
                news = GroupChanged(self.name, share, ready, missing, role, self.lead)
                if not self.lead:
                    filled.told[ready, role] = news
            if news is before or news == before:
                continue
            self._told[key] = news
            out.stimuli.append((key, now, news))
            if self._closing is not None and (before is None or before.lead != self.lead):
                out.stimuli.append((key, *self._closing))

    def _next(self, now: int) -> int | None:
        """The second from which on time alone can change something; `None`: only acts and facts can."""
        ready = self._ready
        if self._rules.windows is None or not self._rules.joins_awake:
            return EVERY_EVALUATION
        if not ready and self._closing is None:
            return self._fades_at if self._fades_at is not None and self._fades_at > now else None
        ends = [self._closing[0] if self._closing is not None else None, self._fades_at]
        if ready and self._rules.counts_acts:
            ends += [self.candidates[key].engaged_until for key in self._roles]
        again = self._rules.group.ready.again if self._rules.group.ready is not None else None
        if ready and again is not None and self.closed_at is not None:
            ends.append(self._rules.calendar.add(self.closed_at, again))
        return min((end for end in ends if end is not None and end > now), default=None)
