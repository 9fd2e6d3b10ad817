"""What account evaluations of one run go by, worked out once for all replications: times, rules, who is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from journeyctl.calendars import iso_week, local_week, next_daily
from journeyctl.graph.program import Program
from journeyctl.simulate.group_members import LEFT_COMPANY, Noting
from journeyctl.simulate.group_rules import GroupRules
from journeyctl.simulate.group_scope import Belongs, GroupScope, with_audiences
from journeyctl.simulate.matched_audiences import AudienceWeek
from journeyctl.simulate.people import Person

if TYPE_CHECKING:
    from journeyctl.expr import Value

Facts = Sequence[tuple[int, str, "Value"]]
"""Changes of a contact's fields: second, path, new value."""


def evaluation_times(program: Program, start: int, end: int) -> tuple[int, ...]:
    """Seconds of all account evaluations in `[start, end)`: every day at the same time of the workspace's zone."""
    found = []
    at = next_daily(start, program.account_evaluation, program.zone)
    while at < end:
        found.append(at)
        at = next_daily(at + 1, program.account_evaluation, program.zone)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class BookRules:
    """When evaluations are, what groups are like, and which rows and fields they have to do with."""

    program: Program
    scope: GroupScope
    belongs: Belongs
    end: int
    """The second after the run's last."""
    times: tuple[int, ...]
    """Seconds of all evaluations, ascending."""
    moments: frozenset[int]
    """The same, to ask whether a second is one."""
    weeks: tuple[AudienceWeek, ...]
    """In which matched audiences look for people."""
    weeks_begin: Mapping[int, int]
    """Number of the week by the second of its first evaluation."""
    groups: Mapping[str, GroupRules]
    noting_of: Mapping[str, Noting]
    """By group."""
    noting: Noting
    """Of all groups together."""
    reading: frozenset[str]
    """Fields of which evaluations take any notice; changes of others are nothing to them."""
    needs_every_row: bool
    """Evaluations can see more of a contact than what follows from its last waking row."""
    kinds: dict[tuple[tuple[str, ...], tuple[str, str] | None], _Kind | None] = field(default_factory=dict)
    """What contacts are who can belong to the same groups, and were brought for the same, as far as somebody asked."""

    @classmethod
    def of(cls, program: Program, scope: GroupScope, belongs: Belongs, period: tuple[int, int]) -> BookRules:
        """`period` is the first second of the run and the one after its last."""
        weeks = tuple(_weeks(program, evaluation_times(program, *period), period[1]))
        times, noting = evaluation_times(program, *period), _noting(program, scope.groups)
        groups = {name: GroupRules.of(program.groups[name], program) for name in scope.groups}
        restless = any(not rules.joins_awake or rules.windows is None for rules in groups.values())
        # Engagement and scores are worth what scoring gives in the contact's country.
        country = program.meanings.get("country", "contact.country")
        return cls(
            program, scope, belongs, period[1], times, frozenset(times), weeks,
            {week.begins: number for number, week in enumerate(weeks)},
            groups, {name: _noting(program, (name,)) for name in scope.groups}, noting,
            noting.paths | {LEFT_COMPANY, country}, restless or bool(scope.facts),
        )  # fmt: skip

    def enrolled(self, person: Person, facts: Facts, brought_for: tuple[str, str] | None = None) -> Enrolled | None:
        """How evaluations know a contact; `None` where they can never reach it."""
        asked = self.belongs(person.fields), brought_for
        if asked not in self.kinds:
            self.kinds[asked] = self._kind(*asked)
        kind = self.kinds[asked]
        if kind is None:
            return None
        kept = [change for change in facts if change[0] >= person.at and change[1] in self.reading]
        if len(kept) > 1:
            kept.sort(key=lambda change: change[0])
        accounts = tuple([(name, getattr(person, scope)) for name, scope in kind.scopes])
        return Enrolled(person, kind.groups, accounts, kept, brought_for, kind.enough)

    def _kind(self, belongs: tuple[str, ...], brought_for: tuple[str, str] | None) -> _Kind | None:
        groups = {*belongs, brought_for[0]} if brought_for is not None else set(belongs)
        if not groups and not self.scope.facts:
            return None
        names = tuple(sorted(groups))
        enough = brought_for is not None or any(self.groups[name].by_fields for name in names)
        return _Kind(names, tuple((name, self.program.groups[name].scope) for name in names), enough)


class _Kind(NamedTuple):
    """What is the same of contacts who can belong to the same groups."""

    groups: tuple[str, ...]
    scopes: tuple[tuple[str, str], ...]
    """Each group with the level of its accounts."""
    enough: bool
    """See `Enrolled`."""


class Enrolled(NamedTuple):
    """A contact whom evaluations can reach."""

    person: Person
    groups: tuple[str, ...]
    """To which it can ever belong, sorted."""
    accounts: tuple[tuple[str, str], ...]
    """The same with the path of its account."""
    facts: Facts
    """What happens to its fields from the second on at which it becomes known, in the order of time."""
    brought_for: tuple[str, str] | None
    """The group and the role that a newcomer fills."""
    enough: bool
    """What is known of it may be enough for a group, without any act."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody whom evaluations can reach, newcomers aside."""

    enrolled: Mapping[str, Enrolled]
    births: Sequence[tuple[int, str]]
    """Second from which on it is known, and key, of those at whom the next evaluation has to look; ascending."""
    facts: Sequence[tuple[int, str, str, Value]]
    """Second, contact, path and new value; in the order of time, and of one contact's changes."""
    groups: frozenset[tuple[str, str]]
    """Name and account of every group to which somebody can ever belong."""

    @classmethod
    def of(cls, rules: BookRules, people: Iterable[tuple[Person, Facts]]) -> Roster:
        """These people, each with all changes of its fields."""
        found = {person.key: one for person, facts in people if (one := rules.enrolled(person, facts)) is not None}
        births = sorted((one.person.at, key) for key, one in found.items() if one.enough or rules.scope.facts)
        facts = [(time, key, path, value) for key, one in found.items() for time, path, value in one.facts]
        groups = frozenset(order for one in found.values() for order in one.accounts)
        return cls(found, births, sorted(facts, key=lambda change: change[:2]), groups)


NOBODY: Final = Roster({}, (), (), frozenset())


def _weeks(program: Program, times: Iterable[int], end: int) -> Iterator[AudienceWeek]:
    latest = ""
    for time in times:
        name = iso_week(time, program.zone)
        if name != latest:
            latest = name
            yield AudienceWeek(name, time, min(local_week(time, program.zone)[1], end))


def _noting(program: Program, groups: Iterable[str]) -> Noting:
    """Which rows these groups have to do with."""
    conditions = (
        form
        for name in groups
        for condition in program.groups[name].conditions()
        for form in with_audiences(program, condition)
    )
    return Noting.of(program, conditions)
