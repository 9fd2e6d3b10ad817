"""A program as arrays: journeys, ops, policies, items, houses and scoring in every form that countries have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from journeyctl.calendars import iso_week, local_date, to_utc, zone_names
from journeyctl.calendars.zones import day_date, day_number
from journeyctl.draws import Draws, name_hash, round_keys
from journeyctl.expr import Value
from journeyctl.fixed_point import half_life_table
from journeyctl.graph.condition import Condition
from journeyctl.graph.house import House, Item
from journeyctl.graph.ops import HandoffOp, SendOp
from journeyctl.graph.program import Cap, Exit, Program, Scoring
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.reactions import fact_text
from journeyctl.semantics.turn import Launch
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine.building import Building, event_count, lengths, signed
from journeyctl.simulate.population_engine.condition_code import ConditionCode
from journeyctl.simulate.population_engine.field_codes import UNKNOWN, FieldCodes, Interned, Sort, Unsupported
from journeyctl.simulate.population_engine.op_tables import op_row
from journeyctl.simulate.population_engine.program_head import head_of
from journeyctl.simulate.population_engine.program_reads import concerned, forms, groups_read, updates
from journeyctl.simulate.thinning import Dropping
from journeyctl.units import SECONDS_PER_DAY, Duration

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from journeyctl.simulate.population_engine.clock_tables import Clocks

_WHEN: Final = ("continuous", "once", "event")
_DAILY: Final = Duration(seconds=SECONDS_PER_DAY)
_HALF_LIVES: Final = 48
"""As many as the step machine's table has."""


@dataclass(frozen=True, slots=True)
class Tables:
    """A program as arrays, with the names and numbers that the outside needs to speak of it."""

    program: NDArray[int64]
    """See `program_columns`."""
    names: Interned
    """What records call things; rows hold places in it."""
    op_names: NDArray[int64]
    """Shape `(ops, 3)`: names of journey, step and op."""
    codes: FieldCodes
    items: tuple[str, ...]
    """Sorted; the place is the item's number."""
    desks: tuple[str, ...]
    places: tuple[str, ...]
    """What precedes the number in a lead's name, by number."""
    groups: tuple[str, ...]
    countries: tuple[str, ...]
    code: tuple[ConditionCode, ...]
    """By form."""

    def fact_name(self, path: str, value: Value) -> int:
        """The name under which the record has a changed field; a new one where it is new."""
        return self.names(f"{path}={fact_text(value)}")


def build(
    program: Program,
    codes: FieldCodes,
    clock: Clocks,
    *,
    journeys: Iterable[str] | None = None,
    launches: Mapping[str, Launch] | None = None,
    changing: Collection[str] = (),
    span: tuple[int, int] | None = None,
) -> Tables:
    """The tables of a program. All values that occur are known to `codes`; `changing` are paths that facts change,
    `span` the first and last second of the run, which thinned programs need.

    Raises `Unsupported` for what the engine cannot carry.
    """
    made = Building(program, codes, clock, launches or {}, span)
    _number_names(made)
    _sort_assigned(made)
    made.code += [
        ConditionCode(codes, made.pool, program.defaults, program.audiences_for(country), program.scoring_for(country))
        for country in made.form_names
    ]
    if _forms_move(program, changing):
        for code in made.code:
            code.forms = made.code
    _register_zones(made)
    ops, op_names = _ops(made)
    graphs = [_graph(made, form, name) for form in range(len(made.form_names)) for name in made.journeys]
    items = [_item(made, form, name) for form in range(len(made.form_names)) for name in made.items]
    houses = [_house(made, form, name) for form in range(len(made.form_names)) for name in made.houses]
    form_rows = [_form(made, form) for form in range(len(made.form_names))]
    head = head_of(made, Machine(program, Draws(0), journeys=journeys, launches=launches).rules)
    codes.closed = True
    tables = ((ops, p.OP_COLUMNS), (graphs, p.G_COLUMNS), (items, p.ITEM_COLUMNS), (houses, p.HOUSE_COLUMNS),
              (form_rows, p.F_COLUMNS))  # fmt: skip
    for place, (rows, width) in enumerate(tables, p.OPS_AT):
        head[place] = made.listed(number for row in rows for number in [*row, *[0] * (width - len(row))])
    made.pool[: p.HEAD] = head
    return Tables(
        np.array(made.pool, np.int64), made.names, np.array(op_names, np.int64).reshape(-1, 3), codes,
        tuple(made.items), tuple(made.desks),
        tuple(made.places), made.groups, tuple(program.countries), tuple(made.code),
    )  # fmt: skip


def _forms_move(program: Program, changing: Collection[str]) -> bool:
    """Whether contacts can come into another country, of another form."""
    country = program.meanings.get("country", "contact.country")
    written = {a.path for op in updates(program) for a in op.assignments}
    return len(forms(program)) > 1 and country in {*changing, *written}


def _number_names(made: Building) -> None:
    program = made.program
    made.form_names = forms(program)
    made.journeys = tuple(sorted(program.journeys))
    all_items = sorted({name for form in made.form_names for name in program.items_for(form)})
    made.items = {name: number for number, name in enumerate(all_items)}
    made.houses = {name: number for number, name in enumerate(sorted(program.houses))}
    graphs = [graph for name in made.journeys for graph in program.forms_of(name)]
    handoffs = [(g, op) for g in graphs for op in g.ops.values() if isinstance(op, HandoffOp)]
    desks = sorted({op.desk for _, op in handoffs} | set(program.crm_sync))
    made.desks = {name: number for number, name in enumerate(desks)}
    steps = sorted({f"{graph.journey}/{op.step}" for graph, op in handoffs} - {"score"})
    made.places = {name: number for number, name in enumerate(["score", *steps])}
    made.groups = groups_read(program)
    made.purposes = tuple(sorted({purpose for graph in graphs for purpose in graph.purposes}))
    for graph in graphs:
        for event in (graph.entry.event, *(way_out.event for way_out in graph.exits)):
            made.names(event or "")
    for form in made.form_names:
        scoring = program.scoring_for(form)
        for event in scoring.points if scoring is not None else ():
            made.names(event)
    steps_of = sorted({(graph.journey, op.step) for graph in graphs for op in graph.ops.values()})
    made.gate_ranks = {step: rank for rank, step in enumerate(steps_of)}


def _sort_assigned(made: Building) -> None:
    """Columns that expressions are assigned to have the expressions' sorts, which may depend on one another."""
    pairs = [
        (a.path, a.expression)
        for op in updates(made.program)
        for a in op.assignments
        if a.expression is not None and a.path != "score"
    ]
    program, codes = made.program, made.codes
    codes.computed |= {codes.columns[path] for path, _ in pairs}
    for _ in range(len(pairs) + 1):
        dry = ConditionCode(codes, [], program.defaults, program.audiences, program.scoring, dry=True)
        for path, expression in pairs:
            found = dry.expression(expression)
            if found.sort is Sort.DURATION:
                raise Unsupported(f"an update of '{path}' with a duration")
            if found.sort is not Sort.NOTHING:
                codes.be(codes.columns[path], found.sort)
            if found.sort is Sort.NUMBER:
                codes.learn_whole(codes.columns[path], whole=found.whole)
    assigned = {codes.columns[a.path] for op in updates(program) for a in op.assignments if a.path != "score"}
    for column, sort in enumerate(tuple(codes.sorts)):
        if sort is Sort.NUMBER and (column in assigned or codes.is_whole(column) is None):
            codes.accompany(column)


def _register_zones(made: Building) -> None:
    """Zones that contacts can be in become known to the clock before windows are made for each."""
    program, codes = made.program, made.codes
    path = program.meanings.get("zone")
    valid = frozenset(zone_names())
    for text in codes.texts_of(codes.column(path) if path is not None else -1):
        if text in valid:
            made.clock.zone(text)
    for country in program.countries.values():
        made.clock.zone(country.zone)
        made.clock.calendar(country.calendar)
    locale = program.meanings.get("locale")
    tags = {program.locale, *(country.locale for country in program.countries.values())}
    tags |= set(codes.texts_of(codes.column(locale) if locale is not None else -1)) - {""}
    for name in made.journeys:
        for graph in program.forms_of(name):
            tags |= {op.locale for op in graph.ops.values() if isinstance(op, SendOp) and op.locale}
    made.tags = {tag: number for number, tag in enumerate(sorted(tags))}


def _ops(made: Building) -> tuple[list[list[int]], list[tuple[int, int, int]]]:
    names: list[tuple[int, int, int]] = []
    for form in range(len(made.form_names)):
        for journey in made.journeys:
            for op in made.graph(form, journey).ops.values():
                made.op_rows[form, journey, op.id] = len(names)
                names.append((made.names(journey), made.names(op.step), made.names(op.id)))
    rows = [
        op_row(made, form, made.graph(form, journey), op)
        for form in range(len(made.form_names))
        for journey in made.journeys
        for op in made.graph(form, journey).ops.values()
    ]
    return rows, names


def _graph(made: Building, form: int, name: str) -> list[int]:
    program, graph = made.program, made.graph(form, name)
    entry = graph.entry
    orders = sorted({(-g.priority, g.journey) for j in made.journeys for g in program.forms_of(j)})
    purposes = [
        number
        for purpose in graph.purposes
        for number in (made.purposes.index(purpose), made.names(f"no_consent.{purpose}"))
    ]
    written = [e.condition for e in graph.exits if e.condition is not None]
    launch = made.launches.get(name)
    row = {
        p.G_NAME: made.names(name),
        p.G_ORDER: orders.index((-graph.priority, name)),
        p.G_PRIORITY: -graph.priority,
        p.G_EXITS_ON_LOSS: int(any(e.event == "unsubscribed" for e in graph.exits)),
        p.G_START: made.op_rows[form, name, graph.start],
        p.G_PURPOSES: made.listed(purposes),
        p.G_PURPOSE_COUNT: len(graph.purposes),
        p.G_EXITS: _exits(made, form, name, graph.exits),
        p.G_EXIT_COUNT: len(graph.exits),
        p.G_EXITS_VOLATILE: int(any(c.is_volatile for c in written)),
        p.G_READS: made.listed([_reads(made, each, written) for each in range(len(made.form_names))]),
        p.G_WHEN: _WHEN.index(entry.when),
        p.G_CONDITION: made.condition(form, entry.condition),
        p.G_VOLATILE: int(entry.condition.is_volatile or entry.every != _DAILY),
        p.G_DAILY: int(not entry.every.months and not entry.every.business_days
                       and entry.every.seconds <= SECONDS_PER_DAY),
        p.G_AGAIN_KIND: int(entry.again is not None),
        p.G_LAUNCH: launch.at if launch is not None else -1,
        p.G_RAMP_DAYS: launch.ramp_days if launch is not None else 1,
        p.G_RAMP_PLACE: signed(name_hash(name)),
    }  # fmt: skip
    row |= dict(enumerate(lengths(entry.every), p.G_EVERY)) | dict(enumerate(lengths(entry.again), p.G_AGAIN))
    return [row.get(column, 0) for column in range(p.G_COLUMNS)]


def _exits(made: Building, form: int, journey: str, exits: Sequence[Exit]) -> int:
    numbers: list[int] = []
    for way_out in exits:
        numbers += [
            made.op_rows[form, journey, way_out.target], made.names(way_out.event or ""),
            made.condition(form, way_out.condition), made.names(f"exit.{way_out.label}"),
            int(way_out.condition is not None and way_out.condition.is_volatile),
        ]  # fmt: skip
    return made.listed(numbers)


def _reads(made: Building, form: int, found: Sequence[Condition]) -> int:
    program, country = made.program, made.form_names[form]
    moving = program.meanings.get("country", "contact.country") if program.shared else ""
    audiences, scoring = program.audiences_for(country), program.scoring_for(country)
    return made.listed(concerned(found, made.codes, audiences, scoring, made.groups, moving))


def _item(made: Building, form: int, name: str) -> list[int]:
    program, codes = made.program, made.codes
    item = program.items_for(made.form_names[form]).get(name)
    if item is None:
        return [codes.text(name), *[UNKNOWN] * 4, made.names(name), 0, 0, 0, -1, -1]
    house = program.house_for(item.house, made.form_names[form])
    places = {child: place for place, child in enumerate(house.items)}

    def known(text: str | None) -> int:
        return UNKNOWN if text is None else codes.text(text)

    return [
        codes.text(name), known(item.line), known(item.topic), known(item.level_name),
        codes.list_of("item.tags", item.tags), made.names(name), made.names(item.line or ""),
        -(1 << 60) if item.available_from is None else item.available_from,
        1 << 60 if item.available_until is None else item.available_until,
        int(item.live), made.condition(form, item.when), int(bool(item.locales)),
        made.listed([_locale(made, item, tag) for tag in made.tags]), item.level,
        made.listed([places[child] for child in item.children]), len(item.children),
    ]  # fmt: skip


def _locale(made: Building, item: Item, tag: str) -> int:
    """Name of the item's locale that fits a tag best: exactly, then by language, else its fallback."""
    if tag in item.locales:
        return made.names(tag)
    language = tag.split("-", maxsplit=1)[0]
    close = next((offered for offered in item.locales if offered.split("-", maxsplit=1)[0] == language), None)
    return made.names(close or item.fallback or "")


def _house(made: Building, form: int, name: str) -> list[int]:
    house: House = made.program.house_for(name, made.form_names[form])
    places = {item: place for place, item in enumerate(house.items)}
    return [
        made.listed([made.items[item] for item in house.items]), len(house.items), len(house.levels),
        made.listed([places[item] for item in house.first]), len(house.first),
    ]  # fmt: skip


def _form(made: Building, form: int) -> list[int]:
    policies = made.program.policies_for(made.form_names[form])
    suppressions: list[int] = []
    for found in policies.suppressions:
        suppressions += [
            made.condition(form, found.condition), int(found.then == "skip"), made.names(f"suppressed.{found.name}"),
            _reads(made, form, [found.condition]), _thins(made, found.condition),
        ]  # fmt: skip
    caps = [number for cap in policies.caps for number in _cap(made, form, cap)]
    marketing = policies.consents.get("marketing")
    row = [
        int(policies.unknown_granted), made.listed(caps), len(policies.caps), made.listed(suppressions),
        len(policies.suppressions), made.window(policies.quiet_hours),
        -1 if marketing is None else made.codes.column(marketing),
        *_scoring(made, form, made.program.scoring_for(made.form_names[form])),
    ]  # fmt: skip
    consents = [made.codes.column(policies.consents.get(purpose, "")) for purpose in made.purposes]
    return [*row, *[0] * (p.F_CONSENTS - len(row)), made.listed(consents)]


def _thins(made: Building, condition: Condition) -> int:
    """Where the numbers of a thinned world begin; -1 for a condition that is written down."""
    drops = condition.evaluate
    if not isinstance(drops, Dropping):
        return -1
    if made.span is None or drops.zone != made.program.zone:
        raise Unsupported("a thinned world whose weeks are not known")
    days = [day_number(local_date(second, drops.zone)) for second in made.span]
    weeks = range((days[0] + 3) // 7, (days[1] + 3) // 7 + 1)
    named = [iso_week(to_utc(day_date(7 * week - 3), 43_200, drops.zone), drops.zone) for week in weeks]
    places = [signed(name_hash(f"{item}/{week}")) for item in made.items for week in named]
    keys = [signed(word) for pair in round_keys(*drops.draws.key) for word in pair]
    return made.listed([drops.share, signed(name_hash("same-volume")), weeks.start, len(weeks), *keys, *places])


def _cap(made: Building, form: int, cap: Cap) -> list[int]:
    period = -1
    if cap.window != "rolling":
        period = 2 if cap.per.months else 1 if cap.per.seconds >= 7 * SECONDS_PER_DAY else 0
    return [
        made.condition(form, cap.applies), -1 if cap.channel is None else made.names(cap.channel), cap.maximum,
        *lengths(cap.per), period, int(cap.over == "skip"), -1 if cap.expire is None else cap.expire,
        int(cap.zone is not None and cap.zone.of_contact), made.fallback(cap.zone), made.names(f"capped.{cap.name}"),
    ]  # fmt: skip


def _scoring(made: Building, form: int, scoring: Scoring | None) -> list[int]:
    if scoring is None:
        return [0]
    half: tuple[int, ...] = ()
    if scoring.half_life_hours is not None:
        half = half_life_table(scoring.half_life_hours, hours=_HALF_LIVES * scoring.half_life_hours)
    grades = [
        number
        for grade, _ in scoring.fit
        for number in (made.codes.text(grade), made.names(grade), int(grade in scoring.mql_fit))
    ]
    events = event_count(made)
    points = [
        scoring.points.get(name, {}).get(who, 0) for name in made.names.values[:events] for who in ("human", "machine")
    ]
    return [
        1, made.listed(half), len(half), -1 if scoring.mql_score is None else scoring.mql_score,
        int(not scoring.mql_fit), scoring.mql_again, made.condition(form, Condition.of("fit")), made.listed(grades),
        len(scoring.fit), made.listed(points),
    ]  # fmt: skip
