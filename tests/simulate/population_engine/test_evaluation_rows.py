"""What account evaluations record is, as columns, what a recorder makes of it row by row."""

from __future__ import annotations

import pytest

pytest.importorskip("numba", reason="the population engine is compiled by Numba")

from journeyctl.draws import Draws
from journeyctl.results.record import EventRecord, Recorded
from journeyctl.results.recorder import Recorder
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.simulate.account_group import Account
from journeyctl.simulate.population_engine.engine import inputs_of
from journeyctl.simulate.population_engine.evaluation_rows import part_of_evaluations
from journeyctl.simulate.population_engine.inputs import Inputs
from journeyctl.simulate.population_engine.known_people import KnownPeople
from journeyctl.simulate.population_engine.rows import WorldNames
from tests.simulate.group_worlds import person, run_world
from tests.simulate.population_engine.test_group_news import ASKING, group

OLD = [person(f"u1/h{number}/c1/p1", "head", country="US") for number in (1, 2, 3)]
NEW = person("u9/h9/c9/p1", "cio", country="DE")
FIRST = Account("u1/h1/c1", "u1/h1", "u1")


def rows(again: int) -> list[tuple[Recorded, Effect]]:
    whom = (
        OLD[1], FIRST, NEW, Account("", "u1/h2", "u1"), Account("", "", "u1"), FIRST,
        Account("u9/h9/c9", "u9/h9", "u9"),
        Account("u1/h3/c1", "u1/h3", "another umbrella"), OLD[1],
        Account("u1/h3/c1", "u1/h3", "u1", key=OLD[2].key, source="fair"), Account("", "", ""),
    )  # fmt: skip
    return [
        (one, Effect(number + 5, Kind.FACT, reason=f"r{number % 3}", value=number, group="g", lead="l" * (number % 2)))
        for number, one in enumerate(whom, again)
    ]


def test_columns_say_what_a_recorder_says() -> None:
    inputs = inputs_of(run_world((ASKING["nobody"], group()), OLD))
    assert isinstance(inputs, Inputs)
    for again in range(3):
        people, recorder = KnownPeople(inputs), Recorder(again)
        people.append(NEW)
        names = WorldNames.of(inputs.tables.names.numbers, inputs.everybody)
        known = names.with_newcomers(people.newcomers)
        for one, effect in rows(again):
            recorder.add(one, effect)
        part, all_names = part_of_evaluations(
            rows(again), inputs, people, known, known.names, replication=Draws(1, again).replication or 0
        )
        found = EventRecord.of_parts([part], all_names)
        assert list(found.rows()) == list(recorder.record().rows())


def test_no_rows_are_no_rows() -> None:
    inputs = inputs_of(run_world((ASKING["nobody"], group()), OLD))
    assert isinstance(inputs, Inputs)
    known = WorldNames.of(inputs.tables.names.numbers, inputs.everybody)
    part, names = part_of_evaluations([], inputs, KnownPeople(inputs), known, known.names, replication=0)
    assert (part.length, names) == (0, known.names)
