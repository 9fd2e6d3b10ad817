"""The head of a program's array: what holds for all journeys, and where everything lies."""

from __future__ import annotations

from collections.abc import Mapping

from journeyctl.draws import name_hash
from journeyctl.fixed_point import share_threshold
from journeyctl.semantics.turn import Rules
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine.building import Building, event_count, signed
from journeyctl.simulate.population_engine.field_codes import UNKNOWN, Sort, group_path
from journeyctl.simulate.population_engine.program_reads import GROUP_FIELDS, conditions


def head_of(made: Building, rules: Rules) -> list[int]:
    """The head; lists that it names are put behind what there is."""
    head = [0] * p.HEAD
    _sizes(made, head)
    _fields(made, head)
    _journeys(made, rules, head)
    _countries(made, head)
    program = made.program
    head[p.HOLDOUT_THRESHOLD] = share_threshold(program.policies[""].holdout)
    for place, purpose in ((p.HOLDOUT_PURPOSE, "holdout"), (p.SPLIT_PURPOSE, "split"), (p.RAMP_PURPOSE, "ramp")):
        head[place] = signed(name_hash(purpose))
    head[p.KEEPS_ACTS] = int(any(condition.reads.history for condition in conditions(program)))
    head[p.SCORE_IS_READ] = int(rules.score_is_read)
    head[p.OUTCOME_TEXTS] = made.listed(made.codes.text(name) for name in p.OUTCOMES)
    head[p.OUTCOME_NAMES] = made.listed(made.names(name) for name in p.OUTCOMES)
    return head


def _sizes(made: Building, head: list[int]) -> None:
    codes, program = made.codes, made.program
    head[p.JOURNEYS], head[p.ITEMS], head[p.HOUSES] = len(made.journeys), len(made.items), len(made.houses)
    head[p.SCORE_KEY], head[p.LEAD_KEY], head[p.GROUP_KEYS] = len(codes), len(codes) + 1, len(codes) + 2
    head[p.KEYS] = len(codes) + 2 + len(made.groups)
    head[p.GROUP_COUNT], head[p.FORMS] = len(made.groups), len(made.form_names)
    head[p.ZONE_COUNT], head[p.TEXT_COUNT] = len(made.clock.zones), len(codes.texts)
    head[p.DESKS], head[p.PLACES] = len(made.desks), len(made.places)
    head[p.LARGEST_HOUSE] = max(
        (len(program.house_for(house, form).items) for house in made.houses for form in made.form_names), default=1
    )


def _fields(made: Building, head: list[int]) -> None:
    program, codes = made.program, made.codes
    country = program.meanings.get("country", "contact.country")
    for place, path in enumerate((program.meanings.get("zone"), country, program.meanings.get("locale"))):
        head[p.ZONE_COLUMN + place] = -1 if path is None else codes.column(path)
        default = None if path is None else program.defaults.get(path)
        head[p.ZONE_DEFAULT + place] = codes.text(default) if isinstance(default, str) else UNKNOWN
    head[p.DELIVERABLE_COLUMN] = codes.column("contact.deliverable")
    head[p.DELIVERABLE_DEFAULT] = int(bool(program.defaults.get("contact.deliverable", True)))
    head[p.GROUP_COLUMNS] = made.listed(
        codes.column(group_path(group, name)) for group in made.groups for name in GROUP_FIELDS
    )
    head[p.GROUP_NAMES] = made.listed(made.names(group) for group in made.groups)
    lists = [(made.listed(codes.text(member) for member in members), len(members)) for members in codes.lists]
    head[p.LISTS] = made.listed(value for pair in lists for value in pair)
    head[p.FACT_NAMES] = _fact_names(made)
    head[p.COMPANIONS] = made.listed(codes.companions.get(column, -1) for column in range(len(codes)))


def _journeys(made: Building, rules: Rules, head: list[int]) -> None:
    number = {name: place for place, name in enumerate(made.journeys)}
    head[p.ACTIVE] = made.listed(number[graph.journey] for graph in rules.active)
    head[p.ACTIVE_COUNT] = len(rules.active)
    head[p.EVENTS] = event_count(made)
    head[p.ENTRY_EVENTS] = _entry_events(made, rules, number)
    head[p.JOURNEY_TEXTS] = made.listed(made.codes.text(name) for name in made.journeys)


def _countries(made: Building, head: list[int]) -> None:
    program, texts = made.program, made.codes.texts.values
    zones = {name: place for place, name in enumerate(made.clock.zones)}
    countries = {name: place for place, name in enumerate(program.countries)}
    form_of = {name: place for place, name in enumerate(made.form_names)}
    head[p.ZONE_OF_TEXT] = made.listed(zones.get(text, -1) for text in texts)
    head[p.COUNTRY_OF_TEXT] = made.listed(countries.get(text, -1) for text in texts)
    head[p.FORM_OF_TEXT] = made.listed(form_of.get(text, 0) for text in texts)
    head[p.TAG_OF_TEXT] = made.listed(made.tags.get(text, -1) for text in texts)
    head[p.COUNTRIES] = made.listed(
        value
        for found in program.countries.values()
        for value in (zones[found.zone], made.clock.calendar(found.calendar), made.tags.get(found.locale, -1))
    )
    head[p.OWN_TAG] = made.tags.get(program.locale, -1)


def _entry_events(made: Building, rules: Rules, number: Mapping[str, int]) -> int:
    pairs: list[int] = []
    for event in made.names.values[: event_count(made)]:
        lets_in = rules.by_entry_event.get(event, ())
        pairs += [made.listed(number[graph.journey] for graph in lets_in), len(lets_in)]
    return made.listed(pairs)


def _fact_names(made: Building) -> int:
    """By column: names for false, true and unknown; other values are spelled out afterwards."""
    numbers: list[int] = []
    for column, path in enumerate(made.codes.paths):
        truth = made.codes.sorts[column] is Sort.BOOLEAN
        numbers += [made.names(f"{path}=false") if truth else -1, made.names(f"{path}=true") if truth else -1]
        numbers.append(made.names(f"{path}=unknown"))
    return made.listed(numbers)
