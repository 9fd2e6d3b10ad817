"""Circles that are named are those in which the step machine really ends a contact as stuck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
import yaml

from journeyctl.diagnostics import Origin
from journeyctl.expr import Value
from journeyctl.graph.analysis import flow_of
from journeyctl.graph.standstill import circles_at_once, circles_of_skipped_mail
from journeyctl.model.catalog import Catalog
from journeyctl.model.fields import Struct
from journeyctl.model.journey import Journey
from journeyctl.spec.decode import Decoder
from tests.semantics.worlds import CATALOG, DAY, JOHN, Life, journey, program

Reactions = Mapping[str, Sequence[tuple[str, int]]]

GROUP = """
kind: buying_group
name: circle
interest: t
scope: clinic
roles: {decider: {need: 1, weight: 1, when: contact.role = "head"}}
joins: score >= 20
ready: {completeness: 100%, handoff: sales}
"""


@dataclass(frozen=True)
class Case:
    """A journey, somebody who meets the case in which it spins, and the circles that are found."""

    steps: str
    at_once: str = ""
    """The circle, its steps separated by spaces."""
    skipped: str = ""
    reactions: Reactions = field(default_factory=dict)
    fields: Mapping[str, Value] = field(default_factory=dict)


CLICK: Reactions = {"a": [("clicked", 3_600)]}
NO_ADDRESS: Reactions = {"a": [("bounced", 0)]}
SPINS = {
    "a wait of no length": Case("[{id: s, send: a}, {id: w, wait: 0d, next: s}]", at_once="s w"),
    "a moment of the week": Case(
        '[{id: w, wait: {until: "tue 09:00"}}, {id: s, send: a, next: w}]', at_once="w s",
    ),
    "the same hour of several days": Case(
        '[{id: w, wait: {until: "mon-wed 09:00"}}, {id: v, wait: {until: "wed-fri 09:00"}, next: w}]', at_once="w v",
    ),
    "a date that is past": Case(
        "[{id: s, update: {contact.topic: x}}, {id: w, wait: {until: contact.until}, next: s}]", at_once="s w",
        fields={"contact.until": None},
    ),
    "a moment after the entry": Case(
        "[{id: s, update: {contact.topic: x}},"
        " {id: w, wait: {until: 'journey.entered_at + duration(\"P7D\")'}, next: s}]",
        at_once="s w",
    ),
    "a click that is heard again": Case(
        "[{id: s, send: a}, {id: l, listen: {to: s, for: 3d, outcomes: {clicked: n, timeout: e}}},"
        " {id: n, update: {contact.topic: x}, next: l}, {id: e, end: out}]",
        at_once="l n", reactions=CLICK,
    ),
    "a click that is heard again while another message goes out": Case(
        "[{id: s, send: a}, {id: l, listen: {to: a, for: 3d, outcomes: {clicked: n, timeout: e}}},"
        " {id: n, send: b, next: l}, {id: e, end: out}]",
        at_once="l n", reactions=CLICK,
    ),
    "a click on a ladder's item, heard again": Case(
        "[{id: r, ladder: {house: house, window: 7d, breadth: 1, exhausted: l}},"
        " {id: l, listen: {to: a, for: 30d, outcomes: {clicked: n, timeout: e}}},"
        " {id: n, update: {contact.topic: x}, next: l}, {id: e, end: out}]",
        at_once="l n", reactions={"a": [("clicked", 8 * DAY)]},
    ),
    "a listen of no length": Case(
        "[{id: s, send: a}, {id: l, listen: {for: 0d, outcomes: {clicked: e, timeout: s}}}, {id: e, end: out}]",
        at_once="s l",
    ),
    "a group that is not ready": Case(
        "[{id: s, update: {contact.topic: x}}, {id: h, handoff: {buying_group: circle, outcomes: {not_ready: s}}}]",
        at_once="s h",
    ),
    "a group that is not ready, in so many steps": Case(
        "[{id: h, handoff: {buying_group: circle}}, {id: s, update: {contact.topic: x}, next: h}]", at_once="h s",
    ),
    "mail that bounced": Case(
        "[{id: s, send: a}, {id: l, listen: {for: 3d, outcomes: {clicked: e, timeout: s}}}, {id: e, end: out}]",
        skipped="s l", reactions=NO_ADDRESS,
    ),
    "mail that is heard without end": Case(
        "[{id: s, send: a}, {id: l, listen: {for: 3d, outcomes: {clicked: e}}, next: l}, {id: e, end: out}]",
        skipped="l", reactions=NO_ADDRESS,
    ),
    "a ladder that leads on where mail is skipped": Case(
        "[{id: r, ladder: {house: house, window: 7d, exhausted: e}, skipped: l},"
        " {id: l, listen: {to: r, for: 3d, outcomes: {clicked: e, timeout: r}}}, {id: e, end: out}]",
        skipped="r l", reactions=NO_ADDRESS,
    ),
    "a ladder that has nothing left": Case(
        "[{id: r, ladder: {house: house, window: 7d}},"
        " {id: l, listen: {to: r, for: 3d, outcomes: {clicked: e, timeout: r}}}, {id: e, end: out}]",
        skipped="r l", reactions=NO_ADDRESS,
    ),
}  # fmt: skip
RESTS = {
    "a day before a moment of the week": Case(
        '[{id: s, send: a}, {id: d, wait: 1d}, {id: w, wait: {until: "tue 09:00"}, next: s}]',
    ),
    "moments that never come together": Case(
        '[{id: w, wait: {until: "mon 09:00"}}, {id: v, wait: {until: "tue 09:00"}, next: w}]',
    ),
    "a date that the journey moves": Case(
        "[{id: s, update: {contact.until: {expr: 'today() + duration(\"P7D\")'}}},"
        " {id: w, wait: {until: contact.until}, next: s}]",
    ),
    "a moment that moves with the clock": Case(
        "[{id: s, send: a}, {id: w, wait: {until: 'now() + duration(\"P1D\")'}, next: s}]",
    ),
    "a click on a message that is sent anew": Case(
        "[{id: s, send: a}, {id: l, listen: {for: 3d, outcomes: {clicked: s, timeout: e}}}, {id: e, end: out}]",
        reactions=CLICK,
    ),
    "a lead at the desk": Case("[{id: h, handoff: {desk: sales}, next: h}]"),
    "mail that bounces, and a wait": Case(
        "[{id: s, send: a}, {id: l, listen: {for: 3d, outcomes: {timeout: w}}}, {id: w, wait: 1d, next: s}]",
        reactions=NO_ADDRESS,
    ),
    "mail that bounces, and a way out for what is skipped": Case(
        "[{id: s, send: a, skipped: e}, {id: l, listen: {for: 3d, outcomes: {timeout: s}}}, {id: e, end: out}]",
        reactions=NO_ADDRESS,
    ),
}  # fmt: skip


def found_in(case: Case) -> tuple[list[str], list[str]]:
    """The circles of the two sorts, their steps separated by spaces."""
    decoder = Decoder()
    read = decoder.decode(Struct(Journey), yaml.safe_load(text_of(case)), Origin("walk.yaml"))
    house = decoder.decode(Struct(Catalog), yaml.safe_load(CATALOG), Origin("house.yaml"))
    assert isinstance(read, Journey), decoder.findings
    assert isinstance(house, Catalog)
    both = (circles(read, flow_of(read), {"house": house}) for circles in (circles_at_once, circles_of_skipped_mail))
    at_once, skipped = ([" ".join(circle) for circle in found] for found in both)
    return at_once, skipped


def text_of(case: Case) -> str:
    return journey(case.steps)


def lived(case: Case) -> Life:
    life = Life(program(text_of(case), GROUP), fields=JOHN | dict(case.fields), reactions=case.reactions)
    return life.run()


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in SPINS.items()])
def test_where_a_circle_is_named_somebody_is_stuck_in_it(case: Case) -> None:
    assert found_in(case) == ([case.at_once] if case.at_once else [], [case.skipped] if case.skipped else [])
    life = lived(case)
    assert life.contact.stuck
    last = {effect.step for effect in life.effects[-100:] if effect.step}
    assert last <= set((case.at_once or case.skipped).split())


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in RESTS.items()])
def test_where_none_is_named_the_same_person_is_not(case: Case) -> None:
    assert found_in(case) == ([], [])
    assert not lived(case).contact.stuck


def test_a_moment_that_cannot_be_read_is_another_finding() -> None:
    assert found_in(Case("[{id: s, send: a}, {id: w, wait: {until: 'contact.until +'}, next: s}]")) == ([], [])


def test_of_circles_that_share_steps_the_shortest_is_named() -> None:
    long = '{id: f, update: {contact.topic: x}}, {id: w, wait: {until: "tue 09:00"}}, {id: s, send: a}'
    short = "{id: l, listen: {to: h, for: 0d, outcomes: {clicked: s, timeout: f}}}, {id: h, send: b}"
    assert found_in(Case(f"[{long}, {short}]")) == (["s l"], [])


def test_a_thousand_moments_are_no_matter() -> None:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    waits = [f'{{id: w{k}, wait: {{until: "{days[k % 7]} {k // 60:02}:{k % 60:02}"}}}}' for k in range(1_000)]
    assert found_in(Case(f"[{', '.join(waits)}, {{id: s, send: a, next: w0}}]")) == ([], [])
