"""Matched audiences: advertising that looks for the missing roles of buying groups and brings new contacts.

Whether somebody comes is one draw per clinic, group, role and week. Who it would be is drawn from the
scenario's population, the same in every replication, and plays the role for which the audience looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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

    def wanted(self, now: int) -> Iterator[tuple[str, str]]:
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

    def place(self, group: str, role: str, platform: str, clinic: str, week: AudienceWeek) -> Place:
        """Somebody comes to a clinic in a week; the same second in every replication."""
        key = f"{clinic}/{platform}/{week.name}/{group}/{role}"
        moment = self._draws.bits(key, purposes.INFLOW_TIME) * (week.ends - week.begins - 1) >> 53
        return Place(group, role, platform, clinic, key, week.begins + 1 + moment)


class AudienceSearch:
    """Whom audiences bring in one replication."""

    def __init__(
        self, audiences: MatchedAudiences, program: Program, draws: Draws, weeks: Sequence[AudienceWeek]
    ) -> None:
        """Nobody looks for anybody yet."""
        self._audiences, self._program, self._draws, self._weeks = audiences, program, draws, tuple(weeks)
        self._chances: list[list[tuple[Group, str, str, int]]] = [[] for _ in weeks]
        """By week: group, role and clinic where somebody may come, and the draw; some may want nobody then."""
        self._limit = max(audiences.limits.values(), default=0)

    def begin(self, groups: Sequence[Group], number: int) -> None:
        """These groups have got members, in the week of this number."""
        weeks, audiences = self._weeks, self._audiences
        for name in sorted({name for name, _ in groups}):
            pairs = [(path, clinic) for own, path in groups if own == name for clinic in audiences.clinics_of(path)]
            us = self._draws.block(
                audiences.hashes([clinic for _, clinic in pairs])[:, None, None], name_hash(purposes.ACTIVATED_FORM),
                places=audiences.role_places(name, weeks)[None, number:, :],
            )  # fmt: skip
            roles = self._program.groups[name].roles
            found = np.nonzero(us < self._limit)
            for pair, week, role, u in zip(*(part.tolist() for part in (*found, us[found])), strict=True):
                path, clinic = pairs[pair]
                self._chances[number + week].append(((name, path), roles[role].name, audiences.clinics[clinic], u))

    def brought(self, groups: Mapping[Group, Seeker], number: int) -> tuple[Newcomer, ...]:
        """Who comes in the week of this number, by time and key. `groups` are as of its first evaluation."""
        people = self._audiences.people
        wanted: dict[Group, frozenset[tuple[str, str]]] = {}
        places = self._places(groups, number, wanted)
        if not all(map(people.knows, places)):
            # Whoever is looked for now will mostly be looked for later: all are drawn together.
            later = range(number + 1, len(self._weeks))
            people.learn((*places, *(place for week in later for place in self._places(groups, week, wanted))))
        found = map(people.newcomer, places)
        return tuple(sorted(found, key=lambda newcomer: (newcomer.person.at, newcomer.person.key)))

    def _places(
        self, groups: Mapping[Group, Seeker], number: int, wanted: dict[Group, frozenset[tuple[str, str]]]
    ) -> list[Place]:
        """Where somebody would come in a week if groups lacked then what they lack now."""
        week, found = self._weeks[number], []
        if week.ends - week.begins < 2:
            return []
        for group, role, clinic, u in self._chances[number]:
            if group not in wanted:
                wanted[group] = frozenset(groups[group].wanted(week.begins))
            for platform, limit in self._audiences.limits.items():
                if u < limit and (platform, role) in wanted[group]:
                    found.append(self._audiences.place(group[0], role, platform, clinic, week))
        return found


def weekly(activation: Activation) -> int | None:
    """The chance of one week, threshold in 2^-53, of an audience that says a chance per period."""
    if activation.fills_role is None:
        return None
    period = seconds_of(activation.per) or WEEK
    return min(CERTAIN, share_threshold(activation.fills_role.value) * WEEK // period)
