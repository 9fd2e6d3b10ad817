"""One op as a row of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from journeyctl.draws import name_hash
from journeyctl.expr.syntax import Arithmetic, Number, Operator
from journeyctl.fixed_point import share_threshold
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import (
    ActivateOp,
    AnyOp,
    Assignment,
    BranchOp,
    Change,
    DeepenOp,
    Elapsed,
    EndOp,
    EnterOp,
    FromItem,
    FromTopic,
    HandoffOp,
    LadderOp,
    ListenOp,
    OfferOp,
    OpId,
    Reaction,
    SendOp,
    SplitOp,
    UntilMoment,
    UntilValue,
    UpdateOp,
    WaitOp,
)
from journeyctl.graph.program import StepGraph
from journeyctl.semantics.reactions import fact_text
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine.field_codes import UNKNOWN, Sort, Unsupported, group_path
from journeyctl.simulate.population_engine.program_reads import plain
from journeyctl.units import Duration

if TYPE_CHECKING:
    from journeyctl.simulate.population_engine.building import Building


def op_row(made: Building, form: int, graph: StepGraph, op: AnyOp) -> list[int]:  # noqa: C901  (one case per op)
    """The row of one op of a journey in one form."""
    place = _Place(made, form, graph)
    match op:
        case SendOp():
            kind, rest = p.SEND, _send(place, op)
        case WaitOp():
            kind, rest = p.WAIT, _wait(place, op)
        case ListenOp():
            kind, rest = p.LISTEN, _listen(place, op)
        case BranchOp():
            kind, rest = p.BRANCH, _branch(place, op)
        case SplitOp():
            kind, rest = p.SPLIT, _split(place, op)
        case LadderOp():
            kind, rest = p.LADDER, _ladder(place, op)
        case OfferOp():
            kind, rest = p.OFFER, _offer(place, op)
        case DeepenOp():
            kind, rest = p.DEEPEN, _deepen(place, op)
        case UpdateOp():
            kind, rest = p.UPDATE_FIELDS, _update(place, op)
        case HandoffOp():
            kind, rest = p.HANDOFF, _handoff(place, op)
        case ActivateOp():
            kind, rest = p.ACTIVATE, _activate(place, op)
        case EnterOp():
            kind, rest = p.ENTER, _enter(place, op)
        case EndOp():
            kind, rest = p.END, [made.names(op.label)]
        case _:
            assert_never(op)
    return [kind, made.names(op.step), made.gate_ranks[graph.journey, op.step], *rest]


class _Place:
    """Where an op stands while its row is made."""

    __slots__ = ("form", "graph", "made")

    def __init__(self, made: Building, form: int, graph: StepGraph) -> None:
        self.made, self.form, self.graph = made, form, graph

    def row(self, op: OpId | None) -> int:
        """The row of another op of the journey; -1 for none."""
        return -1 if op is None else self.made.op_rows[self.form, self.graph.journey, op]

    def house_place(self, house: str, item: str) -> int:
        """The place of an item in its house."""
        return list(self.made.program.house_for(house, self.made.form_names[self.form]).items).index(item)


def _lengths(duration: Duration | None) -> tuple[int, int, int]:
    return (0, 0, 0) if duration is None else (duration.months, duration.business_days, duration.seconds)


def _maybe(number: int | None) -> int:
    return -1 if number is None else number


def _send(place: _Place, op: SendOp) -> list[int]:
    made = place.made
    offer = place.graph.ops[OpId(f"{op.ladder}/offer")] if op.ladder else None
    repeat = offer.repeat if isinstance(offer, OfferOp) else None
    return [
        made.items.get(op.item, -1), place.row(op.next), place.row(op.skipped), made.names(op.channel),
        -1 if not op.locale else made.tags[op.locale], _maybe(op.expire), made.window(op.send_on),
        int(op.ladder is not None), int(repeat is not None), *_lengths(repeat),
    ]  # fmt: skip


def _wait(place: _Place, op: WaitOp) -> list[int]:
    made = place.made
    match op.until:
        case Elapsed(duration):
            return [0, place.row(op.next), *_lengths(duration)]
        case UntilMoment(moment, zone):
            days = sum(1 << day for day in moment.weekdays)
            return [1, place.row(op.next), days, moment.time_of_day, int(zone.of_contact), made.fallback(zone)]
        case UntilValue(expression):
            found = made.code[place.form].expression(expression)
            mode = 2 if found.sort in (Sort.DATE, Sort.MOMENT) else 3
            return [mode, place.row(op.next), 0, 0, 0, -1, found.start, int(found.sort is Sort.MOMENT)]
        case _:
            assert_never(op.until)


def _listen(place: _Place, op: ListenOp) -> list[int]:
    made = place.made
    item, step = (-1, -1) if op.to is None else (made.items.get(op.to, -1), made.names(op.to))
    return [
        int(op.to is None), item, step, *_lengths(op.window),
        *(place.row(op.outcomes.get(reaction)) for reaction in Reaction), _maybe(op.human_min_delay), op.settle,
    ]  # fmt: skip


def _branch(place: _Place, op: BranchOp) -> list[int]:
    made = place.made
    cases = [
        number
        for condition, target in op.cases
        for number in (made.condition(place.form, condition), place.row(target), made.names(target))
    ]
    return [made.listed(cases), len(op.cases), place.row(op.otherwise), made.names(op.otherwise)]


def _split(place: _Place, op: SplitOp) -> list[int]:
    made, arms, reached = place.made, [], 0.0
    for arm in op.arms:
        # Added up as the step machine does, so that both see the same boundaries.
        reached += arm.share
        arms += [share_threshold(min(1.0, reached)), place.row(arm.target), made.names(arm.name)]
    hashed = name_hash(f"{place.graph.journey}/{op.step}")
    return [made.listed(arms), len(op.arms), hashed - (1 << 64) if hashed >> 63 else hashed]


def _ladder(place: _Place, op: LadderOp) -> list[int]:
    made = place.made
    house = made.program.house_for(op.house, made.form_names[place.form])
    row = [made.houses[op.house], place.row(op.offer)]
    match op.start:
        case FromTopic(topic):
            found = made.code[place.form].expression(topic)
            return [*row, 1, found.start if found.sort is Sort.TEXT else -1]
        case FromItem(item):
            group = [place.house_place(op.house, name) for name in house.siblings_of(item)]
            return [*row, 2, -1, made.listed(group), len(group), house.items[item].level]
        case _:
            return [*row, 0]


def _offer(place: _Place, op: OfferOp) -> list[int]:
    made = place.made
    house = made.program.house_for(op.house, made.form_names[place.form])
    return [
        made.houses[op.house], made.listed([place.row(op.offers.get(name)) for name in house.items]),
        place.row(op.exhausted), op.pace, op.cold_depth, _maybe(op.breadth), made.condition(place.form, op.only),
        int(op.repeat is not None), *_lengths(op.repeat), place.row(op.asked),
    ]  # fmt: skip


def _deepen(place: _Place, op: DeepenOp) -> list[int]:
    offer = place.graph.ops[op.offer]
    if not isinstance(offer, OfferOp):
        raise Unsupported(f"'{op.id}', which goes deeper without an offer")
    return [place.house_place(offer.house, op.item), place.row(op.offer)]


def _update(place: _Place, op: UpdateOp) -> list[int]:
    numbers = [number for assignment in op.assignments for number in _assignment(place, assignment)]
    return [place.made.listed(numbers), len(op.assignments), place.row(op.next)]


def _assignment(place: _Place, assignment: Assignment) -> list[int]:
    made, codes = place.made, place.made.codes
    if assignment.path == "score":
        return _of_score(place, assignment)
    column = codes.columns[assignment.path]
    if assignment.change is Change.EVALUATE and assignment.expression is not None:
        found = made.code[place.form].expression(assignment.expression)
        broken = -1
        if found.sort is Sort.NUMBER:
            broken = made.code[place.form].is_broken(assignment.expression.expression)
        return [column, 2, UNKNOWN, 0, found.start, broken]
    value = None if assignment.change is Change.CLEAR else plain(assignment.path, assignment.value)
    if assignment.change is Change.ADD and isinstance(value, (int, float)):
        if codes.sorts[column] is not Sort.NUMBER or isinstance(value, bool):
            raise Unsupported(f"an update that adds to '{assignment.path}', which holds no plain numbers")
        before = Condition.of(assignment.path)
        added = Arithmetic(before.expression, Operator.PLUS, Number(value))
        return [
            column, 1, codes.code(assignment.path, value), made.names(_fact(assignment.path, value)),
            made.condition(place.form, before), made.code[place.form].is_broken(added),
        ]  # fmt: skip
    broken = -2 if isinstance(value, float) else -1
    return [column, 0, codes.code(assignment.path, value), made.names(_fact(assignment.path, value)), -1, broken]


def _fact(path: str, value: bool | int | float | str | None) -> str:
    return f"{path}={fact_text(value)}"


def _of_score(place: _Place, assignment: Assignment) -> list[int]:
    adds = int(assignment.change is Change.ADD)
    if assignment.change is Change.EVALUATE and assignment.expression is not None:
        found = place.made.code[place.form].expression(assignment.expression)
        if found.sort not in (Sort.NUMBER, Sort.NOTHING):
            raise Unsupported("an update of the score with something other than a number")
        return [-1, 2, 0, 0, found.start, -1]
    value = None if assignment.change is Change.CLEAR else assignment.value
    hundredths = round(value * 100) if isinstance(value, (int, float)) else 0
    return [-1, adds, hundredths, 0, -1, -1]


def _handoff(place: _Place, op: HandoffOp) -> list[int]:
    made = place.made
    where = f"{place.graph.journey}/{op.step}"
    group = -1 if op.group is None else made.groups.index(op.group)
    return [
        made.desks[op.desk], made.names(op.desk),
        made.listed([place.row(op.outcomes.get(name)) for name in p.OUTCOMES]),
        -1 if op.group is None else made.codes.column(group_path(op.group, "ready")), group,
        made.names(op.group or ""), made.places[where], made.names(where),
    ]  # fmt: skip


def _activate(place: _Place, op: ActivateOp) -> list[int]:
    made = place.made
    return [
        made.names(op.audience_on), *_lengths(op.lasts), made.condition(place.form, op.when), place.row(op.next),
        made.names(op.group or ""),
    ]  # fmt: skip


def _enter(place: _Place, op: EnterOp) -> list[int]:
    made = place.made
    outcomes = [n for label, target in op.outcomes.items() for n in (made.names(label), place.row(target))]
    return [made.journeys.index(op.journey), made.listed(outcomes), len(op.outcomes), place.row(op.then)]
