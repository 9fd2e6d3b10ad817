"""Where conditions and fields stand, and what conditions may talk about there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import journeyctl
from journeyctl.diagnostics import Origin
from journeyctl.expr import Type, field_path
from journeyctl.expr.scope import ALL_ROOTS, PROFILE_ROOTS
from journeyctl.model.fields import Kind, Later, MappingOf, Plain, Struct, rows
from journeyctl.model.specification import DOCUMENT_KINDS, Workspace
from journeyctl.spec import load, load_with_findings, with_set
from journeyctl.spec.conditions import MOMENTS, ConditionUse, conditions, uses
from journeyctl.spec.scopes import ROOTS

ROOT = Path(journeyctl.__file__).parents[1]
SMALL = ROOT / "journeyctl" / "workspaces" / "small"
TEXTS = (Plain.CONDITION, Plain.EXPRESSION, Plain.MOMENT)


def parts(kind: Kind) -> Iterator[Kind]:
    """The kinds that a kind is made of, whatever it is."""
    if isinstance(kind, Later):
        yield kind.kind()
    elif dataclasses.is_dataclass(kind):
        for field in dataclasses.fields(kind):
            value = getattr(kind, field.name)
            yield from value.values() if isinstance(value, Mapping) else [value]


def kinds_below(kind: Kind, seen: set[type[Any]]) -> Iterator[tuple[type[Any], str]]:
    """Class and key of every text that is a condition or expression, found without the walk under test."""
    if not isinstance(kind, Struct):
        for part in parts(kind):
            yield from kinds_below(part, seen)
    elif kind.of not in seen:
        seen.add(kind.of)
        for row in rows(kind.of):
            yield from texts_of(kind.of, row.key, row.entry.kind, seen)


def texts_of(of: type[Any], key: str, kind: Kind, seen: set[type[Any]]) -> Iterator[tuple[type[Any], str]]:
    if kind in TEXTS or (isinstance(kind, MappingOf) and kind.value in TEXTS):
        yield of, key
    else:
        yield from kinds_below(kind, seen)


def test_every_key_that_holds_a_condition_says_what_is_at_hand_there() -> None:
    found = {place for kind in DOCUMENT_KINDS.values() for place in kinds_below(Struct(kind.of), set())}
    assert found == set(ROOTS)


def by_place(workspace: Workspace) -> dict[str, ConditionUse]:
    return {f"{use.origin.file.rsplit('/', 1)[-1]} {use.origin.dotted()}": use for use in conditions(workspace)}


@pytest.fixture(scope="module")
def pilot() -> dict[str, ConditionUse]:
    return by_place(load(ROOT))


@pytest.mark.parametrize(
    ("place", "expected", "roots"),
    [
        ("audiences.yaml audiences.radiology-heads-us.when", (Type.BOOLEAN,), ALL_ROOTS - {"item", "journey"}),
        ("policies.yaml caps[0].applies", (Type.BOOLEAN,), ALL_ROOTS),
        ("policies.yaml suppressions[0].when", (Type.BOOLEAN,), ALL_ROOTS),
        ("scoring.yaml fit.A", (Type.BOOLEAN,), ALL_ROOTS - {"item", "journey", "fit"}),
        ("radiology.yaml items.fleet-renewal.when", (Type.BOOLEAN,), ALL_ROOTS),
        ("head-of-radiology-us.yaml exits[3].when", (Type.BOOLEAN,), ALL_ROOTS - {"item"}),
        ("head-of-radiology-us.yaml steps[0].branch[0].when", (Type.BOOLEAN,), ALL_ROOTS - {"item"}),
        ("head-of-radiology-us.yaml steps[1].ladder.only", (Type.BOOLEAN,), ALL_ROOTS),
        ("head-of-radiology-us.yaml steps[4].ladder.from.topic", (Type.TEXT,), ALL_ROOTS - {"item"}),
        ("imaging-ai.yaml roles.champion.when", (Type.BOOLEAN,), ALL_ROOTS - {"item", "journey", "group"}),
        (
            "base-population.yaml population.fields.account.last_purchase.given[0].when",
            (Type.BOOLEAN,),
            PROFILE_ROOTS,
        ),
    ],
)
def test_a_condition_is_found_with_what_its_place_needs_and_offers(
    place: str, expected: tuple[Type, ...], roots: frozenset[str], pilot: dict[str, ConditionUse]
) -> None:
    assert pilot[place].expected == expected
    assert pilot[place].scope.roots == roots


def test_each_text_is_found_once_also_where_documents_take_it_over() -> None:
    workspace = load(ROOT)
    assert len(workspace.scenarios) > 1
    found = [use.origin for use in conditions(workspace)]
    assert len(found) == len(set(found))
    fields = [(use.origin, use.part) for use in uses(workspace).fields]
    assert len(fields) == len(set(fields))


def test_fields_of_the_account_are_those_of_the_clinic() -> None:
    assert field_path("account.is_customer") == "clinic.is_customer"
    assert field_path("contact.account") == "contact.account"
    paths = {use.path for use in uses(load(SMALL)).fields}
    assert "clinic.is_customer" in paths
    assert not any(path.startswith("account.") for path in paths)


def test_a_moment_to_wait_for_is_an_expression_unless_it_is_a_weekday_and_time() -> None:
    text = """\
kind: journey
name: welcome
purpose: [marketing]
entry: {audience: department-heads}
steps:
  - {id: one, wait: {until: "tue 09:00"}}
  - {id: two, wait: {until: today()}}
  - {id: three, update: {score: {expr: 1 + 1}, contact.email: {expr: '"x"'}, contact.nothing: {expr: 7}}}
  - {id: last, end: done}
"""
    name = "journey_specs/journeys/department-heads.yaml"
    loaded = load_with_findings(SMALL, texts={name: text.encode()})
    assert loaded.workspace is not None
    found = {use.text: use.expected for use in conditions(loaded.workspace) if use.origin.file == name}
    assert found == {"today()": MOMENTS, "1 + 1": (Type.NUMBER,), '"x"': (Type.TEXT,), "7": ()}


def test_a_value_set_on_the_command_line_has_its_own_place() -> None:
    workspace = with_set(load(SMALL), [("audiences.audiences.department-heads.when", "contact.role = null")])
    found = {use.text: use.origin for use in conditions(workspace)}
    assert found["contact.role = null"] == Origin("", ("--set", "audiences.audiences.department-heads.when"))
