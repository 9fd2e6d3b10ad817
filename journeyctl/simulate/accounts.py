"""The account book: what contacts' acts make of accounts and buying groups, looked at once a day.

Independent of any engine: it is told rows and facts of contacts as they happen, and at each account
evaluation says what reaches which contact, which leads groups make, what the record gets and who is new.
Rows may be told ahead of time; an evaluation sees those before its own second, and facts up to it.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from journeyctl.calendars import iso_week, local_week, next_daily
from journeyctl.graph.group import BuyingGroup
from journeyctl.graph.program import Program
from journeyctl.semantics.buying_group import account_score
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.stimuli import FieldChanged, LeadOutcome, Stimulus
from journeyctl.simulate.account_group import EVERY_EVALUATION, Account, AccountGroup, Findings, GroupLead, GroupRules
from journeyctl.simulate.group_members import KnownContact, Noting
from journeyctl.simulate.group_scope import Belongs, GroupScope, with_audiences
from journeyctl.simulate.matched_audiences import MatchedAudiences, Newcomer, Vacancy
from journeyctl.simulate.people import Person

if TYPE_CHECKING:
    from journeyctl.draws import DrawSource
    from journeyctl.expr import Value
    from journeyctl.results.record import Recorded
    from journeyctl.simulate.world import World

__all__ = ["NEVER", "AccountBook", "Evaluation", "evaluation_times"]

NEVER: Final = 1 << 62
"""Second of an evaluation that does not come."""
_LEVELS: Final = ("clinic", "hospital", "umbrella")


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


def evaluation_times(program: Program, start: int, end: int) -> tuple[int, ...]:
    """Seconds of all account evaluations in `[start, end)`: every day at the same time of the workspace's zone."""
    found = []
    at = next_daily(start, program.account_evaluation, program.zone)
    while at < end:
        found.append(at)
        at = next_daily(at + 1, program.account_evaluation, program.zone)
    return tuple(found)


class AccountBook:
    """Accounts and buying groups of one replication."""

    def __init__(
        self,
        program: Program,
        scope: GroupScope,
        *,
        belongs: Belongs,
        draws: DrawSource,
        period: tuple[int, int],
        audiences: MatchedAudiences | None = None,
    ) -> None:
        """`belongs` tells which groups a contact can ever be in; `audiences` brings newcomers, nobody without it.

        `period` is the first second of the run and the one after its last.
        """
        self._program, self._scope, self._belongs = program, scope, belongs
        self._draws, self._end, self._audiences = draws, period[1], audiences
        self.times = evaluation_times(program, *period)
        """Seconds of all evaluations, ascending."""
        self.moments = frozenset(self.times)
        """The same, to ask whether a second is one."""
        self._done = -1
        self._rules = {name: GroupRules.of(program.groups[name], program.calendar) for name in scope.groups}
        self._noting_of = {name: _noting(program, (name,)) for name in scope.groups}
        self._noting = _noting(program, scope.groups)
        self.kinds = self._noting.kinds
        """Kinds of rows that the book wants to be told of; all others change nothing."""
        self._told: list[tuple[int, int, str, Effect | tuple[str, Value]]] = []
        self._known: dict[str, KnownContact] = {}
        self._groups: dict[tuple[str, str], AccountGroup] = {}
        self._groups_of: dict[str, tuple[AccountGroup, ...]] = {}
        """By contact: groups to which it can ever belong."""
        self._touched: set[tuple[str, str]] = set()
        self._due: list[tuple[int, tuple[str, str]]] = []
        self._nightly: set[tuple[str, str]] = set()
        self._living: set[tuple[str, str]] = set()
        self._leads: dict[str, list[AccountGroup]] = {}
        self._facts: list[tuple[int, str, int, str, Value]] = []
        self._births: list[tuple[int, str]] = []
        self._facts_of_accounts = _AccountFacts(program, scope.facts)
        self._groups_read_facts = bool(set(scope.facts) & self._noting.paths)
        self._week = ""
        self._count = 0

    @classmethod
    def of(cls, world: World, draws: DrawSource) -> AccountBook | None:
        """The book of one replication with everybody in it; `None` where no journey asks for accounts or groups."""
        if not world.scope:
            return None
        book = cls(
            world.program, world.scope, belongs=world.belongs, draws=draws,
            period=(world.start, world.end), audiences=world.matched_audiences,
        )  # fmt: skip
        for person in (*world.persons, *world.bystanders):
            book.admit(person, world.facts.get(person.key, ()))
        return book

    # --- what is known

    def admit(self, person: Person, facts: Sequence[tuple[int, str, Value]] = ()) -> bool:
        """A contact that is or becomes known, and every change of its fields by facts (second, path, value).

        True where account evaluations can ever reach it.
        """
        return self._admit(person, facts, None)

    def _admit(
        self, person: Person, facts: Sequence[tuple[int, str, Value]], brought_for: tuple[str, str] | None
    ) -> bool:
        groups = set(self._belongs(person.fields)) | ({brought_for[0]} if brought_for is not None else set())
        if not groups and not self._scope.facts:
            return False
        known = KnownContact(
            self._program, person, sorted(groups), history=self._noting.history, brought_for=brought_for
        )
        self._known[person.key] = known
        groups_of = tuple(self._group_of(self._program.groups[name], person) for name in known.groups)
        self._groups_of[person.key] = groups_of
        for group in groups_of:
            group.candidates[person.key] = known
        self._facts_of_accounts.admit(known)
        if self._scope.facts or self._is_new(known):
            heapq.heappush(self._births, (person.at, person.key))
        for place, (time, path, value) in enumerate(facts):
            if time >= person.at:
                # The place keeps values, which have no order, from being compared.
                heapq.heappush(self._facts, (time, person.key, place, path, value))
        return True

    def _group_of(self, group: BuyingGroup, person: Person) -> AccountGroup:
        path = str(getattr(person, group.scope))
        order = group.name, path
        if order not in self._groups:
            clinic = person.clinic if group.scope == "clinic" else ""
            hospital = person.hospital if group.scope != "umbrella" else ""
            account = Account(clinic, hospital, person.umbrella)
            self._groups[order] = AccountGroup(self._rules[group.name], path, account)
        return self._groups[order]

    # --- whom evaluations reach

    def concerns(self, contact: str) -> bool:
        """Whether account evaluations can ever reach the contact."""
        return contact in self._known

    def reached_from(self, contact: str) -> int:
        """The first evaluation not yet over that can reach the contact as things stand.

        Past it a contact must not live before it is over. Far away for one that belongs to no group and has done
        nothing since the last evaluation: only rows for which `note` answers true can change that.
        """
        known = self._known.get(contact)
        if known is None:
            return NEVER
        restless = bool(self._scope.facts) or known.is_member
        restless = restless or any(group.restless for group in self._groups_of[contact])
        if restless or self._is_new(known):
            return self.next_after(max(self._done, known.person.at - 1))
        return NEVER

    def next_after(self, time: int) -> int:
        """The first evaluation after a second; far away behind the last."""
        place = bisect_right(self.times, time)
        return self.times[place] if place < len(self.times) else NEVER

    @property
    def done(self) -> int:
        """Second of the last evaluation that is over; -1 before the first."""
        return self._done

    def _is_new(self, known: KnownContact) -> bool:
        """No evaluation has seen the contact yet, and what is known of it may be enough for a group."""
        enough = known.brought_for is not None or any(self._rules[name].by_fields for name in known.groups)
        return enough and known.person.at > self._done

    # --- what happens to contacts

    def note(self, contact: str, effect: Effect) -> bool:
        """A row of a contact, in the order of time for each contact; counts from the first evaluation after it.

        True where that evaluation can reach the contact because of it.
        """
        if contact not in self._known:
            return False
        heapq.heappush(self._told, (effect.time, self._number(), contact, effect))
        return self._noting.wakes(effect)

    def set_field(self, contact: str, time: int, path: str, value: Value) -> None:
        """A journey has given a field another value; what facts do was told by `admit`."""
        if contact in self._known:
            heapq.heappush(self._told, (time, self._number(), contact, (path, value)))

    def outcome(self, contact: str, time: int, outcome: LeadOutcome) -> tuple[tuple[str, int, Stimulus], ...]:
        """The CRM sync at `time` will bring the outcome of a contact's lead; gives back what other contacts learn then.

        The desk tells it as soon as the lead is over.
        """
        known = self._known.get(contact)
        if known is not None:
            known.closing[outcome.lead] = time, outcome
        told: dict[str, tuple[str, int, Stimulus]] = {}
        for group in self._leads.pop(outcome.lead, ()):
            self._due_at(group, time)
            told.update({news[0]: news for news in group.outcome(time, outcome) if news[0] != contact})
        return tuple(told[key] for key in sorted(told))

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _take_in(self, contact: str, news: Effect | tuple[str, Value]) -> None:
        known = self._known[contact]
        if not isinstance(news, Effect):
            path, value = news
            self._set(known, path, value)
        elif news.kind is Kind.ACTIVATED:
            self._activate(known, news)
        elif news.kind is not Kind.MERGED and known.note(news) and (known.is_member or self._noting.wakes(news)):
            self._touch_by(known, news)
        elif news.kind is Kind.ASKED or news.kind is Kind.SCORED:
            self._facts_of_accounts.touch(known)

    def _set(self, known: KnownContact, path: str, value: Value) -> None:
        known.set_field(path, value)
        if known.is_member or path in self._noting.paths:
            self._touch(known)

    def _activate(self, known: KnownContact, effect: Effect) -> None:
        found = self._groups.get(self._order(effect.group, known)) if effect.group in self._rules else None
        if found is not None:
            found.activated[effect.channel] = max(effect.value, found.activated.get(effect.channel, 0))

    def _order(self, group: str, known: KnownContact) -> tuple[str, str]:
        return group, str(getattr(known.person, self._program.groups[group].scope))

    def _touch(self, known: KnownContact) -> None:
        self._facts_of_accounts.touch(known)
        for group in self._groups_of[known.person.key]:
            group.touched.add(known.person.key)
            self._touched.add(group.order)

    def _touch_by(self, known: KnownContact, effect: Effect) -> None:
        """A row changes the groups whose member the contact is, and those whose conditions ask for such rows."""
        self._facts_of_accounts.touch(known)
        key = known.person.key
        for group in self._groups_of[key]:
            if key in group.members or self._noting_of[group.name].wakes(effect):
                group.touched.add(key)
                self._touched.add(group.order)

    # --- evaluations

    def evaluate(self, now: int) -> Evaluation:
        """The account evaluation of second `now`: everything told of before `now` becomes visible."""
        self._catch_up(now)
        out = Findings()
        for group in self._to_look_at(now):
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
        """Contacts that have become known, and facts, up to and including `now`."""
        while self._told and self._told[0][0] < now:
            _, _, contact, news = heapq.heappop(self._told)
            self._take_in(contact, news)
        while self._births and self._births[0][0] <= now:
            self._touch(self._known[heapq.heappop(self._births)[1]])
        while self._facts and self._facts[0][0] <= now:
            _, contact, _, path, value = heapq.heappop(self._facts)
            self._set(self._known[contact], path, value)

    def _to_look_at(self, now: int) -> list[AccountGroup]:
        chosen = self._touched | self._nightly
        while self._due and self._due[0][0] <= now:
            chosen.add(heapq.heappop(self._due)[1])
        self._touched = set()
        return [self._groups[order] for order in sorted(chosen)]

    def _plan(self, group: AccountGroup) -> None:
        self._nightly.discard(group.order)
        if group.members:
            self._living.add(group.order)
        if group.next_look == EVERY_EVALUATION:
            self._nightly.add(group.order)
        elif group.next_look is not None:
            self._due_at(group, group.next_look)

    def _due_at(self, group: AccountGroup, time: int) -> None:
        heapq.heappush(self._due, (time, group.order))

    # --- newcomers

    def _newcomers(self, now: int) -> tuple[Newcomer, ...]:
        """Once a week, in its first evaluation: whom matched audiences will bring until it ends."""
        week = iso_week(now, self._program.zone)
        if self._audiences is None or week == self._week:
            return ()
        self._week = week
        vacancies = [
            Vacancy(name, role, platform, path)
            for name, path in sorted(self._living)
            for platform, role in self._groups[name, path].wanted(now)
        ]
        _, after = local_week(now, self._program.zone)
        found = self._audiences.brought(vacancies, self._draws, week=week, now=now, until=min(after, self._end))
        for newcomer in found:
            self._admit(newcomer.person, newcomer.facts, (newcomer.group, newcomer.role))
        return found


def _noting(program: Program, groups: Iterable[str]) -> Noting:
    """Which rows these groups have to do with."""
    conditions = (
        form
        for name in groups
        for condition in program.groups[name].conditions()
        for form in with_audiences(program, condition)
    )
    return Noting.of(conditions, (program.scoring_for(country) for country in ("", *program.shared)))


class _AccountFacts:
    """Built-in fields of accounts: the score rolled up from contacts, and whether anybody has asked for sales."""

    def __init__(self, program: Program, paths: Sequence[str]) -> None:
        self._program = program
        self._paths = tuple((level, name) for level, _, name in (path.partition(".") for path in paths))
        self._contacts: dict[tuple[str, str], list[KnownContact]] = {}
        self._awake: dict[tuple[str, str], set[str]] = {}
        self._shown: dict[tuple[str, str], Value] = {}
        """By field and contact: what it was last told."""

    def admit(self, known: KnownContact) -> None:
        """A contact of the accounts."""
        for level in dict.fromkeys(level for level, _ in self._paths):
            self._contacts.setdefault((level, str(getattr(known.person, level))), []).append(known)

    def touch(self, known: KnownContact) -> None:
        """Something has happened to the contact: its accounts are looked at in every evaluation from now on."""
        for level in dict.fromkeys(level for level, _ in self._paths):
            self._awake.setdefault((level, str(getattr(known.person, level))), set()).add(known.person.key)

    def changes(self, now: int) -> Iterable[tuple[str, int, Stimulus]]:
        """What contacts learn of their accounts: fields that are not as they were told."""
        for level, account in sorted(self._awake):
            contacts = [known for known in self._contacts[level, account] if known.person.at <= now]
            for path, value in self._values(level, contacts, now):
                for known in contacts:
                    if self._shown.get((path, known.person.key)) != value:
                        self._shown[path, known.person.key] = value
                        known.set_field(path, value)
                        yield known.person.key, now, FieldChanged(path, value)

    def _values(self, level: str, contacts: Sequence[KnownContact], now: int) -> Iterable[tuple[str, Value]]:
        for place, name in self._paths:
            if place != level:
                continue
            if name == "asked":
                yield f"{level}.asked", any(known.asked for known in contacts)
            else:
                how = self._program.scoring.account if self._program.scoring is not None else "max"
                yield f"{level}.score", account_score(how, (known.score(now) for known in contacts)) / 100
