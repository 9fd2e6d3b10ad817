"""What desks and account evaluations tell contacts, as rows of numbers that lives read."""

from __future__ import annotations

from journeyctl.expr import Value
from journeyctl.semantics.stimuli import FieldChanged, GroupChanged, GroupReady, LeadOutcome, Stimulus
from journeyctl.simulate.population_engine import life
from journeyctl.simulate.population_engine.condition_code import group_path
from journeyctl.simulate.population_engine.field_codes import Unsupported
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.lead_names import WHOLE
from journeyctl.simulate.population_engine.program_columns import OUTCOMES
from journeyctl.simulate.population_engine.program_reads import groups_watched

News = tuple[int, ...]
"""One row for `life.live_all`: second, sort, and what there is to say."""


class Telling:
    """Writes news in the numbers of one world."""

    def __init__(self, inputs: Inputs) -> None:
        """Numbers of groups and desks are those of the tables."""
        self._tables, self._ranks = inputs.tables, inputs.ranks
        self._groups = {name: number for number, name in enumerate(inputs.tables.groups)}
        self._desks = {name: number for number, name in enumerate(inputs.tables.desks)}
        self._places = frozenset(inputs.tables.places)
        self._watched = groups_watched(inputs.world.program)
        """Groups whose changes make visits look at their exits and deferred sends at once."""
        self._states: dict[tuple[Value, ...], tuple[int, ...]] = {}
        """What a member is told of its group, by group and fields, but for the lead."""

    def acts_at_once(self, news: Stimulus) -> bool:
        """Whether it can change a life that asks for nothing it says: all but states of groups that no exit watches.

        Being looked at once more by journeys changes nothing: they look whenever the answer can have changed.
        """
        return not isinstance(news, GroupChanged) or news.group in self._watched

    def row(self, contact: str, time: int, news: Stimulus) -> News:
        """What reaches a contact at a second. Raises `Unsupported` for values that nobody foresaw."""
        match news:
            case LeadOutcome(desk, lead, outcome, reason):
                told = (*self._desk(desk), *self._lead(contact, lead), OUTCOMES.index(outcome),
                        self._tables.codes.text(reason))  # fmt: skip
                return _row(time, life.LEAD_OUTCOME, *told)
            case FieldChanged(path, value):
                codes = self._tables.codes
                name = self._tables.fact_name(path, value)
                column, code = codes.changed_column(path, value), codes.code(path, value)
                return _row(time, life.FIELD_CHANGED, column, code, name, self._ranks[path])
            case GroupChanged():
                return self._changed(contact, time, news)
            case GroupReady(group, lead, desk):
                called = (*self._desk(desk), *self._lead(contact, lead)) if lead else (-1, 0, 0, 0)
                return _row(time, life.GROUP_READY, self._groups[group], *called)
            case _:
                raise Unsupported(f"news of the kind {type(news).__name__}")

    def _changed(self, contact: str, time: int, news: GroupChanged) -> News:
        # Equal numbers are told alike: `ready` is true or false always, and completeness a broken number.
        state = news.group, news.completeness, news.ready, news.missing_roles, news.my_role
        known = self._states.get(state)
        if known is None:
            known = self._states[state] = self._state(news)
        lead = (-1, 0, 0) if news.lead is None else (1, *self._lead(contact, news.lead)) if news.lead else (0, 0, 0)
        return _row(time, life.GROUP_CHANGED, *known, *lead)

    def _state(self, news: GroupChanged) -> tuple[int, ...]:
        fields: dict[str, Value] = {
            "completeness": news.completeness, "ready": news.ready, "missing_roles": news.missing_roles,
            "my_role": news.my_role,
        }  # fmt: skip
        found = [self._tables.codes.code(group_path(news.group, name), value) for name, value in fields.items()]
        return self._groups[news.group], *found

    def _desk(self, name: str) -> tuple[int, int]:
        return self._desks[name], self._tables.names(name)

    def _lead(self, contact: str, lead: str) -> tuple[int, int]:
        """Place and number of a lead as this contact's life knows it."""
        place, _, number = lead.rpartition("~")
        own = place.removeprefix(f"{contact}~")
        written = own if own != place and own in self._places else WHOLE + place
        return self._tables.names(written), int(number)


def _row(*numbers: int) -> News:
    return (*numbers, *(0,) * (life.NEWS_COLUMNS - len(numbers)))
