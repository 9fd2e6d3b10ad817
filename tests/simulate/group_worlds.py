"""Small worlds with buying groups: people put into clinics by hand, and a book or a run over them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.graph.program import Program
from journeyctl.model.specification import DOCUMENT_KINDS
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.simulate.account_rules import BookRules
from journeyctl.simulate.accounts import AccountBook
from journeyctl.simulate.group_scope import GroupScope, membership
from journeyctl.simulate.people import Person
from journeyctl.simulate.run import world_of
from journeyctl.simulate.world import World
from journeyctl.spec import load
from tests.semantics.worlds import (
    AUDIENCES,
    CATALOG,
    DAY,
    DESK,
    MIDNIGHT,
    POLICIES,
    PROFILE,
    WORKSPACE,
    program,
)

DEFAULTS = (WORKSPACE, PROFILE, AUDIENCES, POLICIES, CATALOG, DESK)

SCORING = """
kind: scoring
points: {opened: 1, clicked: 5, page_viewed: 3, form_submitted: 20}
fit: {A: contact.role = "head"}
account: max
"""
SCENARIO = """
kind: scenario
name: s
population: {accounts: {umbrellas: 1, hospitals_per_umbrella: 1, clinics_per_hospital: 1, contacts: 1}}
activation: {linkedin: {fills_role: 100%, per: 7d}}
start: 2026-01-05
length: 8w
"""


def group(
    name: str = "g",
    *,
    scope: str = "clinic",
    roles: str = '{head: {need: 1, weight: 3, when: contact.role = "head"}, '
    'cio: {need: 1, weight: 1, when: contact.role = "cio"}}',
    joins: str | None = None,
    ready: str | None = "{completeness: 100%, handoff: sales, again: 10d}",
    fill: str | None = None,
) -> str:
    """A buying group as a document."""
    document: dict[str, object] = {"kind": "buying_group", "name": name, "interest": "t", "scope": scope}
    document["roles"] = yaml.safe_load(roles)
    for key, text in (("joins", joins), ("ready", ready), ("fill", fill)):
        if text is not None:
            document[key] = text if key == "joins" else yaml.safe_load(text)
    return yaml.safe_dump(document, sort_keys=False)


def person(key: str, role: str, *, at: int = MIDNIGHT, **fields: Value) -> Person:
    """A contact by its path `u1/h1/c1/p1`; further fields of the contact by name."""
    umbrella, hospital, clinic, _ = key.split("/", 3)
    known: dict[str, Value] = {
        "contact.role": role, "contact.consent_marketing": True, "contact.consent_profiling": True,
        **{f"contact.{name}": value for name, value in fields.items()},
    }  # fmt: skip
    return Person(key, umbrella, f"{umbrella}/{hospital}", f"{umbrella}/{hospital}/{clinic}", known, at)


def book(
    found: Program, people: Sequence[Person], *, weeks: int = 8, names: Sequence[str] | None = None
) -> AccountBook:
    """An account book over these people in which all groups (or these) take part; nobody is brought."""
    scope = GroupScope(tuple(sorted(found.groups if names is None else names)))
    period = (MIDNIGHT, MIDNIGHT + weeks * 7 * DAY)
    made = AccountBook(BookRules.of(found, scope, membership(found, scope, changing=()), period), Draws(7, 0))
    for one in people:
        made.admit(one)
    return made


def clicked(time: int, *, item: str = "a", journey: str = "walk") -> Effect:
    """A human click."""
    return Effect(time, Kind.CLICKED, item=item, journey=journey, send=1, who="human")


def scored(time: int, points: int) -> Effect:
    """The contact's score is now so many points."""
    return Effect(time, Kind.SCORED, value=points * 100)


def small_program(*documents: str) -> Program:
    """A lowered workspace with a scenario, so that platforms are known."""
    return program(*documents, SCORING, SCENARIO)


@cache
def _world(documents: tuple[str, ...]) -> World:
    texts = (*DEFAULTS, SCORING, SCENARIO, *documents)
    with TemporaryDirectory() as folder:
        for text in texts:
            read = yaml.safe_load(text)
            place = DOCUMENT_KINDS[read["kind"]].place
            file = Path(folder) / (place if place.endswith(".yaml") else f"{place}/{read['name']}.yaml")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return world_of(load(Path(folder)), "s", Draws(7))


def run_world(
    documents: Sequence[str],
    people: Sequence[Person],
    *,
    facts: Mapping[str, Sequence[tuple[int, str, Value]]] | None = None,
    bystanders: Sequence[Person] = (),
) -> World:
    """The scenario of these documents with these people instead of drawn ones."""
    return dataclasses.replace(
        _world(tuple(documents)), persons=tuple(people), bystanders=tuple(bystanders), facts=facts or {}
    )
