"""Findings for people, compared with whole outputs in `golden/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from journeyctl.diagnostics import NOWHERE, Finding, Label, Origin, Part, Position, Severity, Span, SpecError
from journeyctl.report.findings_text import render, summary
from journeyctl.report.text_width import display_width, shown
from journeyctl.spec.source import Sources
from journeyctl.spec.yaml_reader import read_document

GOLDEN = Path(__file__).parent / "golden"

JOURNEY = """\
kind: journey
name: head-of-radiology-us
title: 放射線科 😀 welcome
steps:
  - {id: customer, branch: [{when: account.is_customer and account.last_purchase >= today() - duration("P2Y"), \
go: upgrde}, {otherwise: awareness}]}
  - id: webinar
    send: intro
    note: |
      one
      two
"""
CATALOG = """\
kind: catalog
items:
  intro: {level: product}
"""
BROKEN = "kind: scenario\nname: 'us-pilot\nlength: 26w\n"
DUPLICATE = "cap: 1\nname: x\nlimit: 2\ncap: 3\n"
HIDDEN = "title: a\u202eb\n"


def sample() -> tuple[list[Finding], Sources]:
    sources = Sources()
    findings: list[Finding] = []
    texts = {"j/head.yaml": JOURNEY, "c/radiology.yaml": CATALOG, "s/us.yaml": BROKEN}
    for file, text in (texts | {"p.yaml": DUPLICATE, "x.yaml": HIDDEN}).items():
        try:
            sources.add_document(read_document(file, text.encode()))
        except SpecError as error:
            sources.add_broken(file, text.encode())
            findings += error.findings
    journey = Origin("j/head.yaml")
    intro = Origin("c/radiology.yaml", ("items", "intro"))
    findings += [
        Finding(
            "JC110",
            "unknown-step",
            "step 'customer' goes to 'upgrde', which is no step of this journey",
            journey.child("steps", 0, "branch", 0, "go"),
            help="write 'upgrade', the nearest name, or add a step with the id 'upgrde'",
        ),
        Finding(
            "JC104",
            "unreachable-step",
            "step 'webinar' is never reached from 'customer' (entry)",
            journey.child("steps", 1, "id"),
            Severity.WARNING,
            labels=(
                Label(journey.child("steps", 0, "id"), "the journey starts here"),
                Label(intro, "the item that it sends, which then nobody gets from this journey", Part.KEY),
            ),
            help="point a next: at it or delete it",
        ),
        Finding("JC120", "wide", "'welcome' is not translated", journey.child("title"), span=Span(7, 14)),
        Finding("JC121", "long", "this note is a note", journey.child("steps", 1, "note"), Severity.INFO),
        Finding("JC130", "no-file", "the default behaviour has no source", NOWHERE, help="name one"),
        Finding("JC131", "unread", "'gone.yaml' is not there", Origin("gone.yaml", ("a",))),
    ]
    return findings, sources


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_output_is_as_recorded(width: int) -> None:
    findings, sources = sample()
    assert render(findings, sources, width=width, colour=False) == (GOLDEN / f"findings-{width}.txt").read_text("utf-8")


@pytest.mark.parametrize(("width", "taken_as"), [(10, 60), (500, 120)])
def test_very_narrow_and_very_wide_terminals_are_taken_as_the_nearest_fit(width: int, taken_as: int) -> None:
    findings, sources = sample()
    expected = render(findings, sources, width=taken_as, colour=False)
    assert render(findings, sources, width=width, colour=False) == expected


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_asked(width: int) -> None:
    findings, sources = sample()
    lines = render(findings, sources, width=width, colour=False).splitlines()
    assert max(display_width(line) for line in lines) <= width


def test_colour_changes_nothing_but_colour() -> None:
    findings, sources = sample()
    coloured = render(findings, sources, width=80, colour=True)
    assert "\x1b[1;31merror[JC110]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(findings, sources, width=80, colour=False)


def test_no_sign_of_a_file_reaches_the_terminal_as_a_command() -> None:
    sources = Sources()
    sources.add_broken("f\x1b.yaml", b"a: \x1b[31m\x07 x\xe2\x80\xaey")
    finding = Finding("JC1", "x", "has '\x1b[2J'", Origin("f\x1b.yaml"), position=Position(1, 4, 1, 5), help="\u202e")
    text = render([finding], sources, width=80, colour=False)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


@pytest.mark.parametrize(
    ("severities", "files", "text"),
    [
        ((), 1, "no findings in 1 file"),
        ((Severity.ERROR,) * 2 + (Severity.WARNING,), 14, "2 errors, 1 warning in 14 files"),
        ((Severity.INFO,) * 1_200, 0, "1,200 notes in 0 files"),
    ],
)
def test_the_last_line_counts(severities: tuple[Severity, ...], files: int, text: str) -> None:
    assert summary([Finding("JC1", "x", "m", NOWHERE, severity) for severity in severities], files=files) == text


WIDTHS = (("abc", 3), ("é", 1), ("e\u0301", 1), ("放", 2), ("😀", 2), ("\t", 4), ("\u202e", 8))


@pytest.mark.parametrize(("text", "width"), WIDTHS)
def test_columns_are_those_of_a_terminal(text: str, width: int) -> None:
    assert display_width(text) == width
    assert shown("plain") == "plain"
