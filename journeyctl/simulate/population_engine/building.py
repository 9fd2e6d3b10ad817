"""What is known while a program's tables are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from journeyctl.calendars import ZoneChoice
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import SendWindow
from journeyctl.graph.program import Program, StepGraph
from journeyctl.semantics.turn import Launch
from journeyctl.simulate.population_engine import program_columns as p
from journeyctl.simulate.population_engine.condition_code import ConditionCode
from journeyctl.simulate.population_engine.field_codes import FieldCodes, Interned
from journeyctl.units import Duration

if TYPE_CHECKING:
    from journeyctl.simulate.population_engine.clock_tables import Clocks


@dataclass(slots=True)
class Building:
    """What is known while tables are made."""

    program: Program
    codes: FieldCodes
    clock: Clocks
    launches: Mapping[str, Launch]
    span: tuple[int, int] | None
    names: Interned = field(default_factory=lambda: Interned(*p.FIXED_NAMES))
    pool: list[int] = field(default_factory=lambda: [0] * p.HEAD)
    """The program's array as it grows; the head is filled in last."""
    code: list[ConditionCode] = field(default_factory=list)
    form_names: tuple[str, ...] = ()
    journeys: tuple[str, ...] = ()
    items: Mapping[str, int] = field(default_factory=dict)
    houses: Mapping[str, int] = field(default_factory=dict)
    desks: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    tags: Mapping[str, int] = field(default_factory=dict)
    op_rows: dict[tuple[int, str, str], int] = field(default_factory=dict)
    """By form, journey and op."""
    gate_ranks: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def listed(self, numbers: Iterable[int]) -> int:
        """Where some numbers begin in the pool."""
        start = len(self.pool)
        self.pool += numbers
        return start

    def graph(self, form: int, journey: str) -> StepGraph:
        """A journey in one form."""
        return self.program.journey_for(journey, self.form_names[form])

    def condition(self, form: int, condition: Condition | None) -> int:
        """Where a condition's instructions begin; -1 for none."""
        return self.code[form].condition(condition)

    def window(self, window: SendWindow | None) -> int:
        """Start of a table of clock windows: for an unknown zone, then for every zone; -1 for no window."""
        if window is None:
            return -1
        known = tuple(self.clock.zones)
        chosen = [window.zone.resolve(None), *(window.zone.resolve(zone) for zone in known)]
        return self.listed(
            [self.clock.window(window.weekdays, window.hours, zone or self.program.zone) for zone in chosen]
        )

    def fallback(self, choice: ZoneChoice | None) -> int:
        """The zone behind a choice, -1 where it has none."""
        return self.clock.zone(choice.name) if choice is not None and choice.name is not None else -1


def lengths(duration: Duration | None) -> tuple[int, int, int]:
    """Months, business days, seconds."""
    return (0, 0, 0) if duration is None else (duration.months, duration.business_days, duration.seconds)


def signed(number: int) -> int:
    """An unsigned number of 64 bits as arrays of signed ones hold it."""
    return number - (1 << 64) if number >> 63 else number


def event_count(made: Building) -> int:
    """Names below this one can be events: the fixed ones, then those that journeys and scoring name."""
    named = {graph.entry.event or "" for j in made.journeys for graph in made.program.forms_of(j)}
    named |= {e.event or "" for j in made.journeys for g in made.program.forms_of(j) for e in g.exits}
    for form in made.form_names:
        scoring = made.program.scoring_for(form)
        named |= set(scoring.points) if scoring is not None else set()
    return max(len(p.FIXED_NAMES), *(made.names.numbers[name] + 1 for name in named))
