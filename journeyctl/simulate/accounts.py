"""The account book: what contacts' acts make of accounts and buying groups, looked at once a day.

Independent of any engine: it is told rows and facts of contacts as they happen, and at each account
evaluation says what reaches which contact, which leads groups make, what the record gets and who is new.
Rows may be told ahead of time; an evaluation sees those before its own second, and facts up to it. An engine
that keeps rows itself need not tell those of which the book would take no notice; the book asks where it does.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.stimuli import LeadOutcome, Stimulus
from journeyctl.simulate.account_facts import AccountFacts
from journeyctl.simulate.account_group import EVERY_EVALUATION, AccountGroup, Findings, GroupLead
from journeyctl.simulate.account_rules import NOBODY, BookRules, Roster, evaluation_times
from journeyctl.simulate.group_members import HeldBack, KnownContact, Standing
from journeyctl.simulate.matched_audiences import Expected, MatchedAudiences, Newcomer
from journeyctl.simulate.people import Person

if TYPE_CHECKING:
    from journeyctl.draws import Draws
    from journeyctl.expr import Value
    from journeyctl.results.record import Recorded
    from journeyctl.simulate.world import World

__all__ = ["NEVER", "AccountBook", "Evaluation", "evaluation_times", "rules_of"]

NEVER: Final = 1 << 62
"""Second of an evaluation that does not come."""
_RULES: Final = "account book: rules"
_ROSTER: Final = "account book: everybody"


def rules_of(world: World) -> BookRules:
    """What a world's account evaluations go by, worked out once."""
    found = world.memory.get(_RULES)
    if not isinstance(found, BookRules):
        period = world.start, world.end
        found = world.memory[_RULES] = BookRules.of(world.program, world.scope, world.belongs, period)
    return found


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one account evaluation brings."""

    stimuli: tuple[tuple[str, int, Stimulus], ...] = ()
    """Contact, second (never before the evaluation's) and what reaches it."""
    leads: tuple[GroupLead, ...] = ()
    """The leads that groups make; the contact's own journeys record them once its stimulus arrives."""
    rows: tuple[tuple[Recorded, Effect], ...] = ()
    """Rows for the record with whom they concern: a contact, or an account."""
    newcomers: tuple[Newcomer, ...] = ()
    """Contacts that matched audiences will bring until the next week; the book knows them already."""


class AccountBook:
    """Accounts and buying groups of one replication."""

    def __init__(
        self,
        rules: BookRules,
        draws: Draws,
        *,
        roster: Roster = NOBODY,
        audiences: MatchedAudiences | None = None,
    ) -> None:
        """`roster` are those who are known from the start; `audiences` brings newcomers, nobody without it."""
        self._all, self._program, self._scope = rules, rules.program, rules.scope
        self._search = None if audiences is None else audiences.search(draws, rules.weeks, rules.groups)
        self.times, self.moments, self.kinds = rules.times, rules.moments, rules.noting.kinds
        """Seconds of all evaluations; and kinds of rows of which the book takes notice."""
        self._done = -1
        self._noting, self._rules = rules.noting, rules.groups
        self._keeper: HeldBack | None = None
        self._told: list[tuple[int, int, str, Effect | tuple[str, Value]]] = []
        self._enrolled = dict(roster.enrolled)
        self._known: dict[str, KnownContact] = {}
        """Those with whom an evaluation has had to do so far."""
        self._closing: dict[str, dict[str, tuple[int, LeadOutcome]]] = {}
        """By contact and lead: what CRM syncs will say of leads that are over, and when."""
        self._groups: dict[tuple[str, str], AccountGroup] = {}
        self._groups_of: dict[str, tuple[AccountGroup, ...]] = {}
        """By known contact: groups to which it can ever belong."""
        self._touched: set[tuple[str, str]] = set()
        self._due: list[tuple[int, tuple[str, str]]] = []
        self._nightly: set[tuple[str, str]] = set()
        self._beginning: list[tuple[str, str]] = []
        """Groups that have got their first members since the week began."""
        self._leads: dict[str, list[AccountGroup]] = {}
        self._possible = set(roster.groups)
        """Groups, by name and account, to which somebody can ever belong."""
        self._births, self._facts = list(roster.births), list(roster.facts)
        """Ascending by time; the next ones are at the front."""
        self._facts_until = -1
        """Facts up to this second have happened."""
        self._facts_of_accounts = AccountFacts(self._program, self._scope.facts)
        self._groups_read_facts = bool(set(self._scope.facts) & self._noting.paths)
        self._count = 0
        if rules.needs_every_row:
            for key in self._enrolled:
                self._contact(key)

    @classmethod
    def of(cls, world: World, draws: Draws) -> AccountBook | None:
        """The book of one replication with everybody in it; `None` where no journey asks for accounts or groups."""
        if not world.scope:
            return None
        found = world.memory.get(_ROSTER)
        if not isinstance(found, Roster):
            people = ((one, world.facts.get(one.key, ())) for one in (*world.persons, *world.bystanders))
            found = world.memory[_ROSTER] = Roster.of(rules_of(world), people)
        return cls(rules_of(world), draws, roster=found, audiences=world.matched_audiences)

    def rely_on(self, keeper: HeldBack) -> None:
        """Rows are kept by the engine; it tells those that matter with `tell`, and is asked for the others."""
        self._keeper = keeper
        for known in self._known.values():
            known.keep_up_with(keeper)

    def expect(self, coming: Iterable[tuple[str, str, int]]) -> None:
        """Contact, group, second of an evaluation: by then something will probably happen that makes it a member.

        Nothing depends on it but how long it takes to find out whom matched audiences bring.
        """
        if self._search is None:
            return
        begins, first = [week.begins for week in self._all.weeks], dict[tuple[str, str], tuple[int, str]]()
        for contact, name, time in coming:
            for group in self._enrolled[contact].accounts:
                if group[0] == name and (group not in first or (time, contact) < first[group]):
                    first[group] = time, contact
        expected = dict[tuple[str, str], Expected]()
        for group, (time, contact) in first.items():
            week = bisect_left(begins, time)
            if week < len(begins):
                role = self._rules[group[0]].first_role(self._enrolled[contact].person.fields)
                expected[group] = Expected(week, role)
        self._search.expect(expected)

    # --- what is known

    def admit(self, person: Person, facts: Sequence[tuple[int, str, Value]] = ()) -> bool:
        """A contact that is or becomes known, and every change of its fields by facts (second, path, value).

        True where account evaluations can ever reach it.
        """
        return self._admit(person, facts, None)

    def _admit(
        self, person: Person, facts: Sequence[tuple[int, str, Value]], brought_for: tuple[str, str] | None
    ) -> bool:
        found = self._all.enrolled(person, facts, brought_for)
        if found is None:
            return False
        self._enrolled[person.key] = found
        self._possible.update(found.accounts)
        if found.enough or self._scope.facts:
            insort(self._births, (person.at, person.key))
        for time, path, value in found.facts:
            # Values have no order: what is told later of the same second comes later.
            insort(self._facts, (time, person.key, path, value), key=_when)
        if self._all.needs_every_row:
            self._contact(person.key)
        return True

    def _contact(self, key: str) -> KnownContact:
        known = self._known.get(key)
        return self._begin_to_know(key) if known is None else known

    def _begin_to_know(self, key: str) -> KnownContact:
        one = self._enrolled[key]
        known = KnownContact(self._program, one.person, self._noting.history, one.brought_for, self._keeper)
        self._known[key] = known
        known.closing = self._closing.setdefault(key, known.closing)
        for time, path, value in one.facts:
            if time <= self._facts_until:
                known.set_field(path, value)
        if self._all.needs_every_row:
            self._facts_of_accounts.admit(known)
            self._groups_with(known)
        return known

    def _groups_with(self, known: KnownContact) -> tuple[AccountGroup, ...]:
        """All groups to which a contact can ever belong, which know of it from now on."""
        key = known.person.key
        found = self._groups_of.get(key)
        if found is None:
            accounts = self._enrolled[key].accounts
            found = self._groups_of[key] = tuple([self._as_candidate(known, order) for order in accounts])
        return found

    def _as_candidate(self, known: KnownContact, order: tuple[str, str]) -> AccountGroup:
        group = self._groups.get(order) or self._group_of(order, known.person)
        group.candidates[known.person.key] = known
        return group

    def _group_of(self, order: tuple[str, str], person: Person) -> AccountGroup:
        found = self._groups.get(order)
        if found is None:
            found = self._groups[order] = AccountGroup(self._rules[order[0]], order, person)
        return found

    # --- whom evaluations reach

    def groups_of(self, contact: str) -> tuple[str, ...] | None:
        """Names of the groups to which a contact can ever belong; `None`: evaluations can never reach it."""
        found = self._enrolled.get(contact)
        return None if found is None else found.groups

    def concerns(self, contact: str) -> bool:
        """Whether account evaluations can ever reach the contact."""
        return contact in self._enrolled

    def reached_from(self, contact: str) -> int:
        """The first evaluation not yet over that can reach the contact as things stand.

        Past it a contact must not live before it is over. Far away for one that belongs to no group and has done
        nothing since the last evaluation: only rows for which `note` answers true can change that.
        """
        one = self._enrolled.get(contact)
        if one is None:
            return NEVER
        known = self._known.get(contact)
        restless = bool(self._scope.facts) or (known is not None and known.is_member)
        restless = restless or not all(self._rules[name].joins_awake for name in one.groups)
        if restless or (one.enough and one.person.at > self._done):
            return self.next_after(max(self._done, one.person.at - 1))
        return NEVER

    def next_after(self, time: int) -> int:
        """The first evaluation after a second; far away behind the last."""
        place = bisect_right(self.times, time)
        return self.times[place] if place < len(self.times) else NEVER

    @property
    def done(self) -> int:
        """Second of the last evaluation that is over; -1 before the first."""
        return self._done

    @property
    def rules(self) -> BookRules:
        """What evaluations go by."""
        return self._all

    # --- what happens to contacts

    def note(self, contact: str, effect: Effect) -> bool:
        """A row of a contact, in the order of time for each contact; counts from the first evaluation after it.

        True where that evaluation can reach the contact because of it.
        """
        if contact not in self._enrolled:
            return False
        heapq.heappush(self._told, (effect.time, self._number(), contact, effect))
        return self._noting.wakes(effect)

    def set_field(self, contact: str, time: int, path: str, value: Value) -> None:
        """A journey has given a field another value; what facts do was told by `admit`."""
        if contact in self._enrolled:
            heapq.heappush(self._told, (time, self._number(), contact, (path, value)))

    def tell(self, contact: str, news: Iterable[Effect | tuple[str, Value]], *, until: int) -> None:
        """What has happened to a contact before second `until`, as far as it was not told, in the order of time."""
        known = self._contact(contact)
        known.told_until = until
        for one in news:
            self._take_in(known, one)

    def wake(self, contact: str, standings: Mapping[str, Standing], *, stirs: bool) -> None:
        """Before the next evaluation something has happened that groups' conditions ask about: how the contact stands.

        `stirs`: it, or some of it, counts as engagement. For engines that keep the rows, and can say how contacts
        stand to groups and how engaged they are.
        """
        known = self._contact(contact)
        if stirs:
            known.stir()
        for order in self._enrolled[contact].accounts:
            standing = standings.get(order[0])
            if standing is not None and self._as_candidate(known, order).wake(known, standing):
                self._touched.add(order)
            elif stirs:
                group = self._groups.get(order)
                if group is not None and group.counts_acts and contact in group.members:
                    group.stirred = True
                    self._touched.add(order)

    def outcome(self, contact: str, time: int, outcome: LeadOutcome) -> tuple[tuple[str, int, Stimulus], ...]:
        """The CRM sync at `time` will bring the outcome of a contact's lead; gives back what other contacts learn then.

        The desk tells it as soon as the lead is over.
        """
        if contact in self._enrolled:
            self._closing.setdefault(contact, {})[outcome.lead] = time, outcome
        told: dict[str, tuple[str, int, Stimulus]] = {}
        for group in self._leads.pop(outcome.lead, ()):
            self._due_at(group, time)
            told.update({news[0]: news for news in group.outcome(time, outcome) if news[0] != contact})
        return tuple(told[key] for key in sorted(told))

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _take_in(self, known: KnownContact, news: Effect | tuple[str, Value]) -> None:
        if not isinstance(news, Effect):
            self._set(known, *news)
        elif news.kind is Kind.ACTIVATED:
            self._activate(known, news)
        elif news.kind is not Kind.MERGED and known.note(news):
            self._touch_by(known, news)

    def _set(self, known: KnownContact, path: str, value: Value) -> None:
        known.set_field(path, value)
        if path in self._noting.paths or (known.is_member and path in self._all.reading):
            self._touch(known)

    def _activate(self, known: KnownContact, effect: Effect) -> None:
        """A journey has put missing roles into an audience; where nobody can ever be a member there are none."""
        if effect.group in self._rules:
            order = effect.group, str(getattr(known.person, self._program.groups[effect.group].scope))
            if order in self._possible:
                found = self._group_of(order, known.person)
                found.activated[effect.channel] = max(effect.value, found.activated.get(effect.channel, 0))

    def _touch(self, known: KnownContact) -> None:
        self._facts_of_accounts.touch(known)
        for group in self._groups_with(known):
            group.touch(known.person.key)
            self._touched.add(group.order)

    def _touch_by(self, known: KnownContact, effect: Effect) -> None:
        """A row changes the groups whose conditions ask for such rows, and those that its engagement can make ready."""
        self._facts_of_accounts.touch(known)
        key = known.person.key
        noting = self._all.noting_of
        for group in self._groups_with(known):
            if noting[group.name].wakes(effect):
                group.touch(key)
            elif group.counts_acts and key in group.members:
                group.stirred = True
            else:
                continue
            self._touched.add(group.order)

    # --- evaluations

    def evaluate(self, now: int) -> Evaluation:
        """The account evaluation of second `now`: everything told of before `now` becomes visible."""
        self._catch_up(now)
        out, groups = Findings(), self._to_look_at(now)
        if self._keeper is not None:
            unsure = [key for group in groups if group.members for key in group.unsure(now)]
            if unsure:
                self._keeper.foresee(dict.fromkeys(unsure), now)
        for group in groups:
            before = len(out.leads)
            group.look(now, out)
            for lead in out.leads[before:]:
                self._leads.setdefault(lead.lead, []).append(group)
            self._plan(group)
        for news in self._facts_of_accounts.changes(now):
            out.stimuli.append(news)
            if self._groups_read_facts:
                self._touch(self._known[news[0]])
        self._done = now
        return Evaluation(tuple(out.stimuli), tuple(out.leads), tuple(out.rows), self._newcomers(now))

    def _catch_up(self, now: int) -> None:
        """Rows that were told, contacts that have become known, and facts, up to and including `now`."""
        while self._told and self._told[0][0] < now:
            _, _, contact, news = heapq.heappop(self._told)
            self._take_in(self._contact(contact), news)
        self._facts_until = now
        births, facts = bisect_right(self._births, now, key=_first), bisect_right(self._facts, now, key=_first)
        for _, contact in self._births[:births]:
            self._touch(self._contact(contact))
        for _, contact, path, value in self._facts[:facts]:
            if contact in self._known or path in self._noting.paths:
                self._set(self._contact(contact), path, value)
        del self._births[:births], self._facts[:facts]

    def coming(self, now: int) -> Sequence[str]:
        """Who becomes known by second `now`, that of the next evaluation, which has to look at it."""
        return [contact for _, contact in self._births[: bisect_right(self._births, now, key=_first)]]

    def _to_look_at(self, now: int) -> list[AccountGroup]:
        chosen = self._touched | self._nightly
        while self._due and self._due[0][0] <= now:
            chosen.add(heapq.heappop(self._due)[1])
        self._touched = set()
        return [self._groups[order] for order in sorted(chosen)]

    def _plan(self, group: AccountGroup) -> None:
        self._nightly.discard(group.order)
        if group.members and not group.is_alive:
            group.is_alive = True
            self._beginning.append(group.order)
        if group.next_look == EVERY_EVALUATION:
            self._nightly.add(group.order)
        elif group.next_look is not None:
            self._due_at(group, group.next_look)

    def _due_at(self, group: AccountGroup, time: int) -> None:
        heapq.heappush(self._due, (time, group.order))

    # --- newcomers

    def _newcomers(self, now: int) -> tuple[Newcomer, ...]:
        """Once a week, in its first evaluation: whom matched audiences will bring until it ends."""
        number = self._all.weeks_begin.get(now)
        if self._search is None or number is None:
            return ()
        self._search.begin(self._beginning, number)
        self._beginning.clear()
        found = self._search.brought(self._groups, number)
        for newcomer in found:
            self._admit(newcomer.person, newcomer.facts, (newcomer.group, newcomer.role))
        return found


_first = itemgetter(0)
_when = itemgetter(0, 1)
