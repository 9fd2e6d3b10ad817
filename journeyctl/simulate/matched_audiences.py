"""Matched audiences: advertising that looks for the missing roles of buying groups and brings new contacts.

Whether somebody comes is one draw per clinic, group, role and week. Who it would be is drawn from the
scenario's population, the same in every replication, and plays the role for which the audience looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
from numpy import uint64
from numpy.typing import NDArray

from journeyctl.behaviour import purposes
from journeyctl.behaviour.response import place_of_role
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import CERTAIN, share_threshold
from journeyctl.graph.lowering.values import seconds_of
from journeyctl.simulate.audience_people import AudiencePeople, Newcomer, Place
from journeyctl.simulate.facts import Facts
from journeyctl.simulate.people import Drawing, Person
from journeyctl.simulate.possible_values import possible_values

if TYPE_CHECKING:
    from journeyctl.behaviour.response import ResponseModel
    from journeyctl.expr import Value
    from journeyctl.graph.group import BuyingGroup
    from journeyctl.graph.program import Program
    from journeyctl.model.values import Activation

__all__ = ["AudienceSearch", "AudienceWeek", "MatchedAudiences", "Newcomer", "weekly"]

WEEK: Final = 7 * 86_400

Group = tuple[str, str]
"""Name of a group, and path of the account that it belongs to."""


class AudienceWeek(NamedTuple):
    """A week in which audiences look for people."""

    name: str
    """Of the ISO week."""
    begins: int
    """Second of its first account evaluation; whoever comes, comes later."""
    ends: int
    """The second after its last within the run."""


class Seeker(Protocol):
    """A group that has members, and may lack some."""

    def wanted(self, now: int) -> frozenset[tuple[str, str]]:
        """Platform and role of every missing role that a matched audience looks for from now on."""
        ...


class MatchedAudiences:
    """The audiences that a scenario's `activation` gives effect to. The same in all replications of a world."""

    def __init__(
        self,
        program: Program,
        model: ResponseModel,
        facts: Facts,
        drawing: Callable[[str], Drawing],
        *,
        activation: Mapping[str, Activation],
        clinics: Sequence[tuple[str, str, str]],
        people: Draws,
        enters: Callable[[Mapping[str, Value]], bool],
        adorned: Callable[[Person], Person] = lambda person: person,
    ) -> None:
        """`drawing` draws people of a source; `clinics` are umbrella, hospital and clinic of everybody known.

        `people` draws when somebody comes, without a replication; `adorned` adds what a run keeps with a contact.
        """
        self._program, self._facts, self._drawing, self._draws = program, facts, drawing, people
        self.platforms: Mapping[str, int | None] = {name: weekly(found) for name, found in sorted(activation.items())}
        """Weekly chance as a threshold in 2^-53 by platform; `None`: the behaviour document's."""
        self.limits: Mapping[str, int] = {
            name: model.role_limit if chance is None else chance for name, chance in self.platforms.items()
        }
        """The chance that there is, for each platform."""
        above = {clinic: (umbrella, hospital) for umbrella, hospital, clinic in clinics}
        self.people = AudiencePeople(program, facts, drawing, above=above, enters=enters, adorned=adorned)
        """Who comes."""
        self.clinics = tuple(sorted(above))
        """Each of them has chances of its own."""
        self._above = above
        self._of_account: dict[str, list[int]] | None = None
        self._hashes: NDArray[uint64] | None = None
        self._places: dict[tuple[str, tuple[AudienceWeek, ...]], NDArray[uint64]] = {}

    def search(self, draws: Draws, weeks: Sequence[AudienceWeek]) -> AudienceSearch:
        """Looks for people in one replication, whose draws these are, in these weeks."""
        return AudienceSearch(self, self._program, draws, weeks)

    def values(self) -> Iterator[tuple[str, Value]]:
        """Every field that somebody who comes may have, with every value; see `possible_values`."""
        for platform in self.platforms:
            for drawn in self._drawing(platform).fields:
                yield from ((drawn.path, value) for value in possible_values(drawn.value, drawn.type))
        for process in self._facts.processes:
            for change in process.sets:
                yield from ((change.path, value) for value in possible_values(change.value, change.type))

    @property
    def changing(self) -> frozenset[str]:
        """Fields of those who come, and of their accounts, that facts can change."""
        return self._facts.paths

    # --- what a search wants to know

    def clinics_of(self, account: str) -> Sequence[int]:
        """Places of an account's clinics among `clinics`."""
        if self._of_account is None:
            self._of_account = {}
            for place, clinic in enumerate(self.clinics):
                for above in (clinic, *self._above[clinic]):
                    self._of_account.setdefault(above, []).append(place)
        return self._of_account.get(account, ())

    def hashes(self, clinics: Sequence[int]) -> NDArray[uint64]:
        """Numbers of clinics in addresses of draws."""
        if self._hashes is None:
            self._hashes = name_hashes(self.clinics)
        return self._hashes[np.array(clinics, np.int64)]

    def role_places(self, group: str, weeks: tuple[AudienceWeek, ...]) -> NDArray[uint64]:
        """Places in addresses of draws, shape `(weeks, roles)`."""
        found = self._places.get((group, weeks))
        if found is None:
            roles = self._program.groups[group].roles
            names = [place_of_role(group, role.name, week.name) for week in weeks for role in roles]
            found = self._places[group, weeks] = name_hashes(names).reshape(len(weeks), len(roles))
        return found

    def places(self, chances: Sequence[tuple[Chance, str]]) -> list[Place]:
        """Somebody comes to a platform's audience where there is a chance: the same second in every replication."""
        keys = [
            f"{chance.clinic}/{platform}/{chance.week.name}/{chance.group[0]}/{chance.role}"
            for chance, platform in chances
        ]
        us = self._draws.block(name_hashes(keys), name_hash(purposes.INFLOW_TIME)).tolist() if keys else ()
        return [
            Place(
                chance.group[0], chance.role, platform, chance.clinic, key,
                chance.week.begins + 1 + (u * (chance.week.ends - chance.week.begins - 1) >> 53),
            )
            for (chance, platform), key, u in zip(chances, keys, us, strict=True)
        ]  # fmt: skip


@dataclass(slots=True, eq=False)
class Chance:
    """In this week somebody comes to a clinic, if the group lacks the role then and an audience looks for it."""

    group: Group
    role: str
    clinic: str
    week: AudienceWeek
    u: int
    """The draw: a platform has the chance if its limit is above."""
    places: dict[str, Place] = field(default_factory=dict)
    """By platform, as far as somebody asked."""


class AudienceSearch:
    """Whom audiences bring in one replication."""

    def __init__(
        self, audiences: MatchedAudiences, program: Program, draws: Draws, weeks: Sequence[AudienceWeek]
    ) -> None:
        """Nobody looks for anybody yet."""
        self._audiences, self._program, self._draws, self._weeks = audiences, program, draws, tuple(weeks)
        self._chances: list[list[Chance]] = [[] for _ in weeks]
        """By week."""
        self._begun: set[Group] = set()
        self._expected: dict[Group, int] = {}
        self._limit = max(audiences.limits.values(), default=0)

    def expect(self, groups: Mapping[Group, int]) -> None:
        """These groups will probably get members, in the week of this number; it only makes the search shorter."""
        self._expected.update(groups)
        self._begin(sorted(groups))

    def begin(self, groups: Sequence[Group]) -> None:
        """These groups have got members."""
        self._begin([group for group in groups if group not in self._begun])

    def _begin(self, groups: Sequence[Group]) -> None:
        self._begun.update(groups)
        weeks, audiences = self._weeks, self._audiences
        for name in sorted({name for name, _ in groups}):
            pairs = [(path, clinic) for own, path in groups if own == name for clinic in audiences.clinics_of(path)]
            us = self._draws.block(
                audiences.hashes([clinic for _, clinic in pairs])[:, None, None], name_hash(purposes.ACTIVATED_FORM),
                places=audiences.role_places(name, weeks)[None, :, :],
            )  # fmt: skip
            roles, found = self._program.groups[name].roles, np.nonzero(us < self._limit)
            for pair, week, role, u in zip(*(part.tolist() for part in (*found, us[found])), strict=True):
                path, clinic = pairs[pair]
                self._chances[week].append(
                    Chance((name, path), roles[role].name, audiences.clinics[clinic], weeks[week], u)
                )

    def brought(self, groups: Mapping[Group, Seeker], number: int) -> tuple[Newcomer, ...]:
        """Who comes in the week of this number, by time and key. `groups` are as of its first evaluation."""
        people, wanted = self._audiences.people, _Wanted(groups, self._weeks[number].begins)
        places = self._places(self._chances[number], wanted)
        if not all(map(people.knows, places)):
            # Whoever is looked for now will mostly be looked for later: all are drawn together.
            later = [chance for chances in self._chances[number + 1 :] for chance in chances]
            people.learn((*places, *self._places(later, wanted), *self._places(*self._foreseen(later))))
        return tuple(sorted(people.newcomers(places), key=lambda newcomer: (newcomer.person.at, newcomer.person.key)))

    def _foreseen(self, later: Sequence[Chance]) -> tuple[list[Chance], _Wanted]:
        """Chances of groups that are expected to have members by then, once."""
        begins = {group: self._weeks[number].begins for group, number in self._expected.items()}
        self._expected.clear()
        found = [chance for chance in later if begins.get(chance.group, chance.week.ends) <= chance.week.begins]
        fills = {group: self._program.groups[group[0]] for group in begins}
        return found, _Wanted({group: _Everything(rules) for group, rules in fills.items()}, 0)

    def _places(self, chances: Sequence[Chance], wanted: _Wanted) -> list[Place]:
        """Where somebody would come if groups lacked then what they lack now."""
        found, limits = list[tuple[Chance, str]](), tuple(self._audiences.limits.items())
        for chance in chances:
            asked = wanted.by(chance.group)
            if asked and chance.week.ends - chance.week.begins >= 2:
                found += [
                    (chance, platform)
                    for platform, limit in limits
                    if chance.u < limit and (platform, chance.role) in asked
                ]
        new = [(chance, platform) for chance, platform in found if platform not in chance.places]
        for (chance, platform), place in zip(new, self._audiences.places(new), strict=True):
            chance.places[platform] = place
        return [chance.places[platform] for chance, platform in found]


class _Wanted:
    """What groups want at one second, each asked once."""

    def __init__(self, groups: Mapping[Group, Seeker], now: int) -> None:
        self._groups, self._now = groups, now
        self._known: dict[Group, frozenset[tuple[str, str]]] = {}

    def by(self, group: Group) -> frozenset[tuple[str, str]]:
        """Platforms and roles."""
        found = self._known.get(group)
        if found is None:
            seeker = self._groups.get(group)
            found = self._known[group] = seeker.wanted(self._now) if seeker is not None else frozenset()
        return found


@dataclass(frozen=True, slots=True)
class _Everything:
    """A group that lacks all its roles. Satisfies `Seeker`."""

    group: BuyingGroup

    def wanted(self, now: int) -> frozenset[tuple[str, str]]:
        """Platform and role of everybody for whom its own audience can ever look."""
        fill = self.group.fill
        return (
            frozenset((fill.audience_on, role.name) for role in self.group.roles) if fill is not None else frozenset()
        )


def weekly(activation: Activation) -> int | None:
    """The chance of one week, threshold in 2^-53, of an audience that says a chance per period."""
    if activation.fills_role is None:
        return None
    period = seconds_of(activation.per) or WEEK
    return min(CERTAIN, share_threshold(activation.fills_role.value) * WEEK // period)
