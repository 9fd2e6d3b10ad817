"""Which buying groups and account facts a run has to do with, and whom they can ever concern.

A group takes part in a run where a running journey reads it, hands it over, looks for its roles, or waits
for `group_ready`. The others change nothing that any journey could see, and make no lead.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from journeyctl.diagnostics import Origin
from journeyctl.expr import Expression, Value, compile_expression, reads
from journeyctl.expr.syntax import (
    And,
    Comparator,
    Comparison,
    DurationLiteral,
    History,
    Name,
    Number,
    Or,
    Text,
    children,
)
from journeyctl.graph.condition import Condition
from journeyctl.graph.group import BuyingGroup
from journeyctl.graph.ops import ActivateOp, EnterOp, HandoffOp, OfferOp, conditions_of
from journeyctl.graph.program import Program, StepGraph
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from journeyctl.simulate.person import FieldQuestion
from journeyctl.simulate.reach import lasting_parts, moving_fields, reach
from journeyctl.units import Duration

_READY = "group_ready"
_GROWING = (Comparator.MORE, Comparator.AT_LEAST)
_MOVED_BY_ACTS = ("score", "fit", "lead", "journey", "item", "group")


@dataclass(frozen=True, slots=True)
class GroupScope:
    """What account evaluations of one run are about."""

    groups: tuple[str, ...] = ()
    """Names of the groups that are evaluated, sorted."""
    facts: tuple[str, ...] = ()
    """Built-in fields of accounts that some running journey reads, sorted."""

    def __bool__(self) -> bool:
        return bool(self.groups or self.facts)

    @classmethod
    def of(cls, program: Program, journeys: Iterable[str]) -> GroupScope:
        """The groups and account facts of these journeys, of those they enter, and of the policies."""
        graphs = tuple(_graphs(program, journeys))
        conditions = tuple(dict.fromkeys(_conditions(program, graphs)))
        asked = {name for condition in conditions for name in _groups_read(program, condition)}
        for graph in graphs:
            if graph.entry.event == _READY or any(way_out.event == _READY for way_out in graph.exits):
                asked |= set(program.groups)
            asked |= {op.group for op in graph.ops.values() if isinstance(op, (HandoffOp, ActivateOp)) and op.group}
        groups = tuple(sorted(asked & set(program.groups)))
        own = (condition for name in groups for condition in program.groups[name].conditions())
        paths = {path for condition in (*conditions, *own) for path in _paths_read(program, condition)}
        return cls(groups, tuple(sorted(paths & program.account_facts)))


def _graphs(program: Program, journeys: Iterable[str]) -> Iterator[StepGraph]:
    seen: set[str] = set()
    left = sorted(journeys)
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        for graph in program.forms_of(name):
            yield graph
            left += [op.journey for op in graph.ops.values() if isinstance(op, EnterOp)]


def _conditions(program: Program, graphs: Iterable[StepGraph]) -> Iterator[Condition]:
    """Conditions of journeys, of the items they can offer, and of everything that holds for every journey."""
    houses: set[str] = set()
    for graph in graphs:
        yield graph.entry.condition
        yield from (way_out.condition for way_out in graph.exits if way_out.condition is not None)
        for op in graph.ops.values():
            yield from conditions_of(op)
        houses |= {op.house for op in graph.ops.values() if isinstance(op, OfferOp)}
    for country in ("", *program.shared):
        for name in houses:
            yield from _inside(program.house_for(name, country).items)
        scoring = program.scoring_for(country)
        yield from (condition for _, condition in (scoring.fit if scoring is not None else ()))
    yield from _inside(program.policies)


def _inside(value: object) -> Iterator[Condition]:
    if isinstance(value, Condition):
        yield value
    elif names := _parts_of(type(value)):  # type: ignore[arg-type]  # classes can be hashed, whatever their values can
        for name in names:
            yield from _inside(getattr(value, name))
    elif isinstance(value, Mapping):
        for found in value.values():
            yield from _inside(found)
    elif isinstance(value, (list, tuple)):
        for found in value:
            yield from _inside(found)


@cache
def _parts_of(kind: type[object]) -> tuple[str, ...]:
    """Names of what an op or policy consists of; none for what can hold no condition."""
    if not dataclasses.is_dataclass(kind) or kind in (Origin, Duration, Number, DurationLiteral):
        return ()
    return tuple(entry.name for entry in dataclasses.fields(kind))


def _groups_read(program: Program, condition: Condition) -> set[str]:
    return {name for found in with_audiences(program, condition) for name in found.reads.groups}


def _paths_read(program: Program, condition: Condition) -> set[str]:
    return {path for found in with_audiences(program, condition) for path in found.reads.paths}


def with_audiences(program: Program, condition: Condition) -> tuple[Condition, ...]:
    """A condition with those of the audiences that it asks about, in every country's form."""
    found = [condition]
    seen: set[str] = set()
    for asked in found:
        for name in sorted(asked.reads.audiences - seen):
            seen.add(name)
            forms = (program.audiences_for(country).get(name) for country in ("", *program.shared))
            found += [form for form in forms if form is not None]
    return tuple(dict.fromkeys(found))


# --- whom a group can concern


Belongs = Callable[[Mapping[str, Value]], tuple[str, ...]]
"""Names of the groups that a contact with these fields can ever belong to."""


def membership(
    program: Program, scope: GroupScope, *, changing: Iterable[str], journeys: Iterable[str] | None = None
) -> FieldQuestion[tuple[str, ...]]:
    """Who can ever be a member: all lasting parts of `joins`, and of some role, hold.

    `changing` are the paths that facts of the scenario set. Who can enter none of `journeys` (`None`: everybody
    can) belongs only to groups that ask for no acts: nothing is known of what it does.
    """
    changing = tuple(changing)
    moving = moving_fields(program, changing)
    groups = [program.groups[name] for name in scope.groups]
    silent = frozenset(group.name for group in groups if needs_no_acts(group))
    enters = reach(program, journeys, changing=changing) if journeys is not None else None
    ways = {
        country: [
            (group.name, [_lasting(program, country, way, moving) for way in _ways_in(group)]) for group in groups
        ]
        for country in ("", *program.shared)
    }

    def belongs(fields: Mapping[str, Value]) -> tuple[str, ...]:
        view = ContactView(program, Contact("", dict(fields), 0))
        own = ways.get(view.country or "", ways[""])
        found = tuple(
            name for name, way in own if any(all(answer(view) is True for _, answer in parts) for parts in way)
        )
        if enters is None or silent.issuperset(found) or enters(fields):
            return found
        return tuple(name for name in found if name in silent)

    parts = (part for own in ways.values() for _, way in own for found in way for part in found)
    read = {path for part, _ in parts for path in reads(part).paths}
    country = program.meanings.get("country", "contact.country")
    return FieldQuestion(read | {country} | set(enters.paths if enters is not None else ()), belongs)


def _ways_in(group: BuyingGroup) -> Iterator[tuple[Condition, ...]]:
    """For each role the conditions of a member who has it."""
    for role in group.roles:
        yield tuple(condition for condition in (role.when, group.joins) if condition is not None)


def needs_no_acts(group: BuyingGroup) -> bool:
    """Whether somebody without any history can belong to the group."""
    return any(_without_acts(way) for way in _ways_in(group))


def _without_acts(way: tuple[Condition, ...]) -> bool:
    """Whether somebody without any history can meet all of these conditions."""
    return not any(_asks_for_acts(condition.expression) for condition in way)


def _asks_for_acts(expression: Expression) -> bool:
    match expression:
        case And(terms):
            return any(_asks_for_acts(term) for term in terms)
        case Or(terms):
            return all(_asks_for_acts(term) for term in terms)
        case Comparison(History() | Name(("score",)), comparator, Number(value)):
            return comparator in _GROWING and (value > 0 or comparator is Comparator.MORE)
        case _:
            return False


def _lasting(
    program: Program, country: str, way: Iterable[Condition], moving: frozenset[str]
) -> list[tuple[Expression, Callable[[ContactView], Value]]]:
    parts = (part for found in way for part in lasting_parts(program, country, found.expression, moving))
    return [(part, compile_expression(part)) for part in parts]


# --- when a group has to be looked at again


def only_fades(condition: Condition | None) -> bool:
    """True where time alone can make the condition false but never true: nobody joins while asleep."""
    return condition is None or _fades(condition.expression)


def least_score(expression: Expression) -> int | None:
    """Hundredths of a point below which a score can make the condition true for nobody; 0: any score may.

    `None` where the condition has nothing to do with scores.
    """
    match expression:
        case And(terms) | Or(terms):
            return min((least for term in terms if (least := least_score(term)) is not None), default=None)
        case Comparison(Name(("score",)), comparator, Number(value)) if comparator in _GROWING:
            # One less than the number says, so that rounding a fraction of a hundredth never matters.
            return max(0, int(value * 100) - 1)
        case _:
            found = reads(expression)
            return 0 if {"score", "fit"} & found.paths or found.audiences else None


def items_counted(program: Program, conditions: Iterable[Condition]) -> Mapping[str, frozenset[str]]:
    """By kind of act the items about which alone conditions count it; kinds counted about any item are left out."""
    found: dict[str, set[str] | None] = {}
    for history in (one for condition in conditions for one in _histories(condition.expression)):
        items, known = _items_of(program, history), found.get(history.act.value, set())
        found[history.act.value] = None if items is None or known is None else known | items
    return {act: frozenset(items) for act, items in found.items() if items is not None}


def _histories(expression: Expression) -> Iterator[History]:
    if isinstance(expression, History):
        yield expression
    for child in children(expression):
        yield from _histories(child)


def _items_of(program: Program, history: History) -> set[str] | None:
    """Items that the history counts in some country's form of the catalog; `None`: nothing says which."""
    item, topic, level = history.item, history.topic, history.level
    if isinstance(item, Text):
        return {item.value}
    if not isinstance(topic, Text) and not isinstance(level, Text):
        return None
    return {
        name
        for country in ("", *program.shared)
        for name, found in program.items_for(country).items()
        if (not isinstance(topic, Text) or found.topic == topic.value)
        and (not isinstance(level, Text) or found.level_name == level.value)
    }


def is_timeless(condition: Condition | None) -> bool:
    """True where nothing but changes of fields can change the answer."""
    return condition is None or not (condition.is_volatile or condition.reads.uses_time)


def _fades(expression: Expression) -> bool:
    match expression:
        case And(terms) | Or(terms):
            return all(_fades(term) for term in terms)
        case Comparison(History() | Name(("score",)), comparator, Number()):
            return comparator in _GROWING
        case _:
            found = reads(expression)
            derived = any(path.partition(".")[0] in _MOVED_BY_ACTS for path in found.paths)
            return not (derived or found.uses_time or found.history or found.groups or found.audiences)


def fading_windows(conditions: Iterable[Condition]) -> tuple[int, ...] | None:
    """Lengths in seconds of the windows over which acts are counted; `None`: the answers change in other ways, too."""
    found: set[int] = set()
    for condition in conditions:
        if is_timeless(condition):
            continue
        windows = _windows(condition.expression)
        if windows is None:
            return None
        found |= windows
    return tuple(sorted(found))


def _windows(expression: Expression) -> set[int] | None:
    match expression:
        case And(terms) | Or(terms):
            parts = [_windows(term) for term in terms]
            return None if any(part is None for part in parts) else {w for part in parts if part for w in part}
        case Comparison(History(within=None), _, Number()):
            return set()
        case Comparison(History(within=DurationLiteral(duration)), _, Number()) if duration.is_elapsed:
            return {duration.seconds}
        case _:
            found = reads(expression)
            derived = any(path.partition(".")[0] in _MOVED_BY_ACTS for path in found.paths)
            moves = derived or found.uses_time or found.history or found.groups or found.audiences
            return None if moves else set()


def plays_without_acts(condition: Condition) -> bool:
    """Whether somebody without any history can meet the condition."""
    return not _asks_for_acts(condition.expression)
