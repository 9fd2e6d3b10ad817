"""Whatever is changed in a workspace, loading answers with findings."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyctl.diagnostics import UsageError
from journeyctl.spec import known_names, load_with_findings, references, with_set
from journeyctl.spec.paths import list_paths
from journeyctl.spec.yaml_reader import read_document
from tests.spec.workspace_files import FILES, write_workspace

OVERLAY = (
    "kind: overlay\nname: de\nfor: {countries: [DE]}\nset:\n  policies.caps.weekly.max: 2\n"
    "  journeys.heads: {name: heads-de, title: Deutsch, steps.first.send: intro}\n"
)
BEHAVIOUR = "kind: behaviour\nname: own\nextends: default\nparameters: {fatigue: 0.2}\n"
ADDED = {"journey_specs/overlays/de.yaml": OVERLAY, "journey_specs/behaviour/own.yaml": BEHAVIOUR}
DOCUMENTS = {name: read_document(name, text.encode()).value for name, text in {**FILES, **ADDED}.items()}
VALUES = st.sampled_from(
    [None, True, 3, -1.5, "", "x", "pilot", "own", "7d", [], [1], {}, {"a": {"b": 1}}, [{"name": "a"}]]
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("workspace"), ADDED)


@st.composite
def broken_files(draw: st.DrawFn) -> dict[str, bytes]:
    """New contents of one or two files, each with a value replaced, deleted or added somewhere."""
    names = draw(st.lists(st.sampled_from(sorted(DOCUMENTS)), min_size=1, max_size=2, unique=True))
    return {name: json.dumps(broken(draw, copy.deepcopy(DOCUMENTS[name]))).encode() for name in names}


def broken(draw: st.DrawFn, node: object) -> object:
    if isinstance(node, dict) and node and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(node)))
        match draw(st.integers(0, 6)):
            case 0:
                del node[key]
            case 1:
                node[f"{key}x"] = node.pop(key)
            case _:
                node[key] = broken(draw, node[key])
        return node
    if isinstance(node, list) and node and draw(st.booleans()):
        index = draw(st.integers(0, len(node) - 1))
        node[index] = broken(draw, node[index])
        return node
    return copy.deepcopy(draw(VALUES))


@settings(max_examples=60)
@given(texts=broken_files())
def test_every_broken_workspace_gets_findings_and_never_a_traceback(root: Path, texts: dict[str, bytes]) -> None:
    loaded = load_with_findings(root, texts=texts)

    located = loaded.sources.resolve_all(loaded.findings)
    assert all(item.finding.message and item.finding.help for item in located)
    if loaded.workspace is not None:
        for use in references(loaded.workspace):
            known_names(loaded.workspace, use)


@settings(max_examples=60)
@given(choice=st.randoms(use_true_random=False), value=VALUES | st.text(max_size=6))
def test_every_path_can_be_set_or_says_why_not(root: Path, choice: Random, value: object) -> None:
    workspace = load_with_findings(root).workspace
    assert workspace is not None
    path = choice.choice(list(list_paths(workspace.raw)))
    with contextlib.suppress(UsageError):
        with_set(workspace, [(path, value)])
