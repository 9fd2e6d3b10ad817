"""The published schemas say what decoding does, with both engines."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.diagnostics import Origin
from journeyctl.model.fields import Kind, Struct, rows
from journeyctl.model.specification import DOCUMENT_KINDS
from journeyctl.spec.decode import Decoder
from journeyctl.spec.inherit import BASE_KEYS
from journeyctl.spec.schema import document_schema
from journeyctl.spec.schema_writer import FOLDER, schema_texts
from journeyctl.spec.yaml_reader import read_document
from tests.spec.workspace_files import FILES

ROOT = Path(__file__).parents[2]
ONLY_DECODING = (
    "there is no time zone",
    "the calendar has no day",
    "begins and ends at the same time",
    "fallback to a fixed zone",
)
"""What no schema can say."""


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, text in FILES.items():
        yield name, read(text.encode())
    for folder in ("journey_specs", "content_catalog", "journeyctl/spec/defaults"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            yield path.relative_to(ROOT).as_posix(), read(path.read_bytes())


def read(content: bytes) -> dict[str, Any]:
    value = read_document("some.yaml", content).value
    assert isinstance(value, dict)
    return value


DOCUMENTS = dict(documents())


@cache
def checks(kind: str) -> tuple[Callable[[Any], bool], Callable[[Any], bool]]:
    schema = document_schema(kind)
    return jsonschema_rs.validator_for(schema).is_valid, jsonschema.Draft202012Validator(schema).is_valid


def refusals(document: Mapping[str, Any]) -> list[str]:
    decoder = Decoder()
    kind: Kind = Struct(DOCUMENT_KINDS[str(document["kind"])].of)
    decoder.decode(kind, document, Origin("some.yaml"))
    return [
        finding.message for finding in decoder.findings if not any(part in finding.message for part in ONLY_DECODING)
    ]


def test_the_checked_in_schemas_are_those_of_the_field_table() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}

    assert texts == dict(schema_texts()), "run make generate"


@pytest.mark.parametrize("kind", DOCUMENT_KINDS)
def test_every_schema_is_one(kind: str) -> None:
    schema = document_schema(kind)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert '"oneOf"' not in json.dumps(schema)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_fits_its_schema(name: str) -> None:
    document = DOCUMENTS[name]

    assert [is_valid(document) for is_valid in checks(document["kind"])] == [True, True]


def places(value: object, route: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a document but its kind."""
    if route and route != ("kind",):
        yield route
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield from places(item, (*route, key))


VALUES = st.sampled_from(
    [None, True, 0, 1, -1, 2.5, 250, "", " ", "x", "A b", "7d", "7", "120%", "25%", "-3%", "0.5", "mon-fri", "mon-fry",
     "09:00-17:00", "25:00", "Europe/Berlin", "contact", "tue 09:00", "2026-01-05", "5. Jan", "top", "all", "never",
     "1pp", "0pp", [], ["a"], [1], ["a", ["b"]], {}, {"a": 1}, {"value": 3}, {"value": "7d", "range": ["1d", "9d"]},
     {"value": 1, "source": "guess"}, {"after": "3d"}, {"otherwise": "a"}, {"add": 1}, {"share": "5%"}]
).map(copy.deepcopy)  # fmt: skip


@st.composite
def mutants(draw: st.DrawFn) -> dict[str, Any]:
    """A document with one to three changes anywhere."""
    names = [name for name, value in DOCUMENTS.items() if BASE_KEYS.get(value["kind"], "-") not in value]
    document = copy.deepcopy(DOCUMENTS[draw(st.sampled_from(names))])
    for _ in range(draw(st.integers(1, 3))):
        routes = list(places(document))
        if routes:
            change(draw, document, draw(st.sampled_from(routes)))
    return document


def change(draw: st.DrawFn, document: dict[str, Any], route: tuple[Any, ...]) -> None:
    parent: Any = document
    for key in route[:-1]:
        parent = parent[key]
    match draw(st.sampled_from(["replace", "delete", "rename", "add", "known"])):
        case "delete":
            del parent[route[-1]]
        case "rename" if isinstance(parent, dict):
            parent[f"{route[-1]}x"] = parent.pop(route[-1])
        case "add" if isinstance(parent, dict):
            parent["another"] = draw(VALUES)
        case "known" if isinstance(parent, dict):
            # A key of some class, so that optional keys and conflicts are met.
            parent[draw(st.sampled_from(KEYS))] = draw(VALUES)
        case _:
            parent[route[-1]] = draw(VALUES)


def all_keys() -> list[str]:
    keys = {row.key for kind in DOCUMENT_KINDS.values() for row in rows(kind.of)}
    return sorted(keys | {"send", "wait", "end", "when", "event", "go", "desk", "share", "item", "by", "sets", "for"})


KEYS = all_keys()


@given(mutants())
def test_schema_and_decoding_accept_the_same_documents(document: dict[str, Any]) -> None:
    refused = refusals(document)

    assert [is_valid(document) for is_valid in checks(document["kind"])] == [not refused] * 2, refused
