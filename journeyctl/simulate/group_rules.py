"""A buying group with what is worked out once for all accounts and replications of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final

from journeyctl.graph.group import BuyingGroup
from journeyctl.semantics.buying_group import is_looked_for, points_to_be_ready, role_weights, roles_needed
from journeyctl.semantics.completeness import Completeness, as_written, assign_roles, completeness, fewest
from journeyctl.semantics.state import Contact
from journeyctl.semantics.stimuli import GroupChanged
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.group_scope import fading_windows, needs_no_acts, only_fades
from journeyctl.simulate.person import FieldQuestion

if TYPE_CHECKING:
    from journeyctl.calendars import Calendar
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program
    from journeyctl.simulate.people import Person

BASIS_POINTS: Final = 10_000
"""Completeness in rows counts in hundredths of a percent."""
MISSING_ROLES: Final = "missing_roles"
"""Rows of kind `fact` about a group say `missing_roles=champion,influencer`."""
NOTHING: Final = frozenset[tuple[str, str]]()
_FEW: Final = 6
"""Up to so many members, what they can play is remembered as a whole."""
_MOST_SEATED: Final = 1 << 12

Sought = frozenset[tuple[str, str]]
"""Platform and role of missing roles for which audiences look."""
Seats = tuple[tuple["str | None", ...], "Filled"]
"""The role of each member, `None` for one without; and how far the group is filled by that."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as rows name it; satisfies `results.record.Recorded`."""

    clinic: str
    hospital: str
    umbrella: str
    key: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """How far a group's roles are filled, and what follows from that alone."""

    found: Completeness
    share: float
    """Completeness as members are told it."""
    enough: bool
    """As complete as `ready` asks for."""
    ready_from: int | None
    """Members' points, each times the weight of its role, with which the group is ready; `None`: it is not."""
    sought: Sought
    """What the group's own matched audience looks for."""
    recorded: tuple[int, int, tuple[str, ...]]
    """What has a row whenever it is not as before: completeness, as a fraction, and what is missing."""
    reason: str
    """What rows say is missing."""
    basis_points: int
    """How complete it is in rows."""
    told: dict[tuple[bool, str | None], GroupChanged] = field(default_factory=dict, compare=False)
    """What members learn of it while no lead is open, by whether the group is ready and their role."""

    def sought_with(self, activated: Mapping[str, int], now: int) -> Sought:
        """What audiences look for where a journey has put missing roles into those of platforms, until a second."""
        if not activated:
            return self.sought
        platforms = tuple(platform for platform, until in activated.items() if until > now)
        return _everywhere(platforms, self.found.missing) | self.sought


@dataclass(frozen=True, slots=True)
class GroupRules:
    """A group of the program, the same at all accounts."""

    group: BuyingGroup
    calendar: Calendar
    history: frozenset[str]
    """Kinds of acts that its conditions count."""
    joins_awake: bool
    """Nobody can come to belong to it by the passing of time alone."""
    windows: tuple[int, ...] | None
    """Seconds over which roles count acts; `None`: roles can change in each evaluation."""
    by_fields: bool
    """Somebody can belong to it without ever doing anything."""
    needed: Mapping[str, int]
    """People needed by role, in the group's order."""
    counts_acts: bool
    """`ready` asks for engagement."""
    weights: Mapping[str, int]
    """Of roles, as whole numbers."""
    fewest: int
    """With fewer members it is never as complete as `ready` asks for."""
    first_role: FieldQuestion[str]
    """The first role that somebody can play who has done nothing so far; empty: none."""
    states: dict[tuple[int, ...], Filled] = field(default_factory=dict)
    """By the numbers of members in each role, as far as it was worked out."""
    seats: dict[tuple[tuple[str, ...], ...], Seats] = field(default_factory=dict)
    """By what each of a few members can play, as far as it was worked out."""
    accounts: dict[str, Account] = field(default_factory=dict)
    """By path, as far as somebody asked."""

    def account(self, path: str, person: Person) -> Account:
        """The account at this path, to which the contact belongs."""
        found = self.accounts.get(path)
        if found is None:
            scope = self.group.scope
            clinic = person.clinic if scope == "clinic" else ""
            hospital = person.hospital if scope != "umbrella" else ""
            found = self.accounts[path] = Account(clinic, hospital, person.umbrella)
        return found

    def filled(self, counts: tuple[int, ...]) -> Filled:
        """The state with so many members in each role, in the group's order; one object for all that are alike."""
        known = self.states.get(counts)
        if known is None:
            # More than needed adds nothing.
            least = tuple(map(min, counts, self.needed.values()))
            known = self.filled(least) if least != counts else self._filled(counts)
            self.states[counts] = known
        return known

    def seated(self, fits: tuple[tuple[str, ...], ...]) -> Seats:
        """Which roles members get who can play these, in the order of joining, and what follows."""
        found = self.seats.get(fits)
        if found is None:
            roles = assign_roles(self.needed, list(enumerate(fits)))
            given = list(roles.values())
            found = (
                tuple([roles.get(place) for place in range(len(fits))]),
                self.filled(tuple(map(given.count, self.needed))),
            )
            if len(fits) <= _FEW and len(self.seats) < _MOST_SEATED:
                self.seats[fits] = found
        return found

    def _filled(self, counts: Sequence[int]) -> Filled:
        group, weights = self.group, {role.name: role.weight for role in self.group.roles}
        found = completeness(self.needed, dict(zip(self.needed, counts, strict=True)), weights)
        enough = group.ready is not None and found.overall >= as_written(group.ready.completeness)
        sought = NOTHING
        if group.fill is not None and is_looked_for(group, found):
            sought = _everywhere((group.fill.audience_on,), found.missing)
        return Filled(
            found, float(found.overall), enough, points_to_be_ready(group, found), sought,
            (found.overall.numerator, found.overall.denominator, found.missing),
            f"{MISSING_ROLES}={','.join(found.missing)}", int(found.overall * BASIS_POINTS + Fraction(1, 2)),
        )  # fmt: skip

    @classmethod
    def of(cls, group: BuyingGroup, program: Program) -> GroupRules:
        """The rules of a group of the program."""
        roles, needed = [role.when for role in group.roles if role.when is not None], roles_needed(group)
        return cls(
            group, program.calendar, frozenset(kind for asked in group.conditions() for kind in asked.reads.history),
            all(only_fades(condition) for condition in group.conditions()), fading_windows(roles),
            needs_no_acts(group), needed, group.ready is not None and group.ready.engagement > 0, role_weights(group),
            fewest(needed, as_written(group.ready.completeness)) if group.ready is not None else 0,
            _first_role(group, program),
        )  # fmt: skip


def _first_role(group: BuyingGroup, program: Program) -> FieldQuestion[str]:
    def answer(fields: Mapping[str, Value]) -> str:
        view = ContactView(program, Contact("", dict(fields), 0))
        return next((role.name for role in group.roles if role.when is None or role.when.holds(view)), "")

    country = program.meanings.get("country", "contact.country")
    return FieldQuestion({country, *(path for when in group.conditions() for path in when.reads.paths)}, answer)


@lru_cache(maxsize=256)
def _everywhere(platforms: tuple[str, ...], roles: tuple[str, ...]) -> Sought:
    return frozenset(product(platforms, roles))
