"""Matched audiences: advertising that looks for the missing roles of buying groups and brings new contacts.

Whether somebody comes is one draw per clinic, group, role and week. Who it would be is drawn from the
scenario's population, the same in every replication, and plays the role for which the audience looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.behaviour import purposes
from journeyctl.behaviour.response import place_of_role
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import CERTAIN, share_threshold
from journeyctl.graph.lowering.values import seconds_of
from journeyctl.simulate.audience_people import AudiencePeople, Newcomer, Place
from journeyctl.simulate.facts import Facts
from journeyctl.simulate.group_rules import NOTHING, GroupRules, Sought
from journeyctl.simulate.people import Drawing, Person
from journeyctl.simulate.possible_values import possible_values

if TYPE_CHECKING:
    from journeyctl.behaviour.response import ResponseModel
    from journeyctl.expr import Value
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


class Expected(NamedTuple):
    """When a group will probably get its first member, and who that is."""

    week: int
    """Number of the first week in which audiences look for the others."""
    role: str
    """The member's; empty: none."""


class Seeker(Protocol):
    """A group that has members, and may lack some."""

    @property
    def activated(self) -> Mapping[str, int]:
        """Platform -> second until which a journey has put the missing roles into an audience."""
        ...

    def wanted(self, now: int) -> Sought:
        """Platform and role of every missing role that a matched audience looks for from now on."""
        ...

    def counts(self) -> tuple[int, ...] | None:
        """How many members have each role, in the group's order; `None` before anybody joined."""
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

    def search(self, draws: Draws, weeks: Sequence[AudienceWeek], rules: Mapping[str, GroupRules]) -> AudienceSearch:
        """Looks for people in one replication, whose draws these are, in these weeks; `rules` are those of groups."""
        return AudienceSearch(self, rules, draws, weeks)

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

    def hashes(self, clinics: NDArray[int64]) -> NDArray[uint64]:
        """Numbers of clinics in addresses of draws."""
        if self._hashes is None:
            self._hashes = name_hashes(self.clinics)
        return self._hashes[clinics]

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
    role_number: int
    clinic: str
    week: AudienceWeek
    u: int
    """The draw: a platform has the chance if its limit is above."""
    places: dict[str, Place] = field(default_factory=dict)
    """By platform, as far as somebody asked."""


class AudienceSearch:
    """Whom audiences bring in one replication."""

    def __init__(
        self, audiences: MatchedAudiences, rules: Mapping[str, GroupRules], draws: Draws, weeks: Sequence[AudienceWeek]
    ) -> None:
        """Nobody looks for anybody yet."""
        self._audiences, self._rules, self._draws, self._weeks = audiences, rules, draws, tuple(weeks)
        self._chances: list[list[Chance]] = [[] for _ in weeks]
        """By week."""
        self._drawn: dict[Group, int] = {}
        """By group the number of the first week whose chances are known, and those of all later ones."""
        self._expected: Mapping[Group, Expected] = {}
        self._limits = tuple(audiences.limits.items())

    def expect(self, groups: Mapping[Group, Expected]) -> None:
        """These groups will probably get members; it only makes the search shorter."""
        self._expected = groups
        self._draw({group: expected.week for group, expected in groups.items()})

    def begin(self, groups: Sequence[Group], number: int) -> None:
        """These groups have got members by the first evaluation of the week of this number."""
        self._draw(dict.fromkeys(groups, number))

    def _draw(self, since: Mapping[Group, int]) -> None:
        """Finds the chances of these groups in the week of this number and later ones, as far as they are not known."""
        weeks, audiences, of_name = self._weeks, self._audiences, dict[str, list[tuple[Group, int, int]]]()
        for group, first in since.items():
            before = self._drawn.get(group, len(weeks))
            if first < before:
                of_name.setdefault(group[0], []).append((group, first, before))
                self._drawn[group] = first
        numbers, limit = np.arange(len(weeks)), max(audiences.limits.values(), default=0)
        for name, groups in of_name.items():
            clinics_of = [audiences.clinics_of(group[1]) for group, _, _ in groups]
            owner = np.repeat(np.arange(len(groups)), list(map(len, clinics_of)))
            clinics = np.fromiter(chain.from_iterable(clinics_of), np.int64, len(owner))
            begin, end = (np.array([span[place] for span in groups])[owner, None] for place in (1, 2))
            found, week = np.nonzero((numbers >= begin) & (numbers < end))
            us = self._draws.block(
                audiences.hashes(clinics[found])[:, None], name_hash(purposes.ACTIVATED_FORM),
                places=audiences.role_places(name, weeks)[week],
            )  # fmt: skip
            here, role = np.nonzero(us < limit)
            roles, at = tuple(self._rules[name].needed), found[here]
            columns = (owner[at], clinics[at], week[here], role, us[here, role])
            for place, clinic, number, role_number, u in zip(*(one.tolist() for one in columns), strict=True):
                self._chances[number].append(
                    Chance(
                        groups[place][0], roles[role_number], role_number, audiences.clinics[clinic], weeks[number], u
                    )
                )

    def brought(self, groups: Mapping[Group, Seeker], number: int) -> tuple[Newcomer, ...]:
        """Who comes in the week of this number, by time and key. `groups` are as of its first evaluation."""
        people, wanted = self._audiences.people, dict[Group, Sought]()
        chosen = list[tuple[Chance, str]]()
        for chance in self._chances[number]:
            sought = wanted.get(chance.group)
            if sought is None:
                seeker = groups.get(chance.group)
                sought = NOTHING if seeker is None else seeker.wanted(self._weeks[number].begins)
                wanted[chance.group] = sought
            if sought:
                chosen += self._bringing(chance, sought)
        places = self._places(chosen)
        if not all(map(people.knows, places)):
            # Whoever is looked for now will mostly be looked for later: all are drawn together.
            people.learn((*places, *self._places(self._foreseen(groups, number))))
        return tuple(sorted(people.newcomers(places), key=lambda newcomer: (newcomer.person.at, newcomer.person.key)))

    def _bringing(self, chance: Chance, sought: Sought) -> list[tuple[Chance, str]]:
        """The chance with each platform that brings somebody, of those on which the group looks for roles."""
        if chance.week.ends - chance.week.begins < 2:
            return []
        role, u = chance.role, chance.u
        return [(chance, platform) for platform, limit in self._limits if u < limit and (platform, role) in sought]

    def _foreseen(self, groups: Mapping[Group, Seeker], number: int) -> list[tuple[Chance, str]]:
        """What will probably be wanted after this week: each group is taken to be filled by those who come.

        Nothing depends on it but how many are drawn together.
        """
        found, counts = list[tuple[Chance, str]](), dict[Group, list[int]]()
        for later in range(number + 1, len(self._weeks)):
            come = list[tuple[Chance, str]]()
            for chance in self._chances[later]:
                own = counts.get(chance.group)
                if own is None:
                    own = self._counts(chance.group, groups.get(chance.group), later)
                    if own is None:
                        continue
                    counts[chance.group] = own
                filled, seeker = self._rules[chance.group[0]].filled(tuple(own)), groups.get(chance.group)
                activated = seeker.activated if seeker is not None else {}
                come += self._bringing(chance, filled.sought_with(activated, chance.week.begins))
            for chance, _ in come:
                counts[chance.group][chance.role_number] += 1
            found += come
        return found

    def _counts(self, group: Group, seeker: Seeker | None, week: int) -> list[int] | None:
        """How many members have each role: those whom it has, else the one who is expected by this week."""
        known = seeker.counts() if seeker is not None else None
        if known is not None:
            return list(known)
        expected = self._expected.get(group)
        if expected is None or expected.week > week:
            return None
        return [int(role == expected.role) for role in self._rules[group[0]].needed]

    def _places(self, chosen: Sequence[tuple[Chance, str]]) -> list[Place]:
        """To which of its places each of these chances brings somebody."""
        new = [(chance, platform) for chance, platform in chosen if platform not in chance.places]
        for (chance, platform), place in zip(new, self._audiences.places(new), strict=True):
            chance.places[platform] = place
        return [chance.places[platform] for chance, platform in chosen]


def weekly(activation: Activation) -> int | None:
    """The chance of one week, threshold in 2^-53, of an audience that says a chance per period."""
    if activation.fills_role is None:
        return None
    period = seconds_of(activation.per) or WEEK
    return min(CERTAIN, share_threshold(activation.fills_role.value) * WEEK // period)
