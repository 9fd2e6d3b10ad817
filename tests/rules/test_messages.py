"""What findings say: the fact, the marked characters, the other places, the next move, the edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyctl.api import ValidationResult, validate
from journeyctl.diagnostics import Finding
from journeyctl.rules.base import pages
from journeyctl.spec.source import Located
from tests.rules.examples import SMALL, files_of, validated


def cut(result: ValidationResult, located: Located) -> str:
    """The characters at which a finding points."""
    position = located.position
    assert position is not None
    line = result.sources.line(located.finding.origin.file, position.line)
    assert line is not None
    return line[position.column - 1 : position.end_column - 1]


def labels(located: Located) -> list[tuple[str, int, str]]:
    """File, line and words of the other places."""
    return [
        (label.label.origin.file.rsplit("/", 1)[-1], label.position.line if label.position else 0, label.label.message)
        for label in located.labels
    ]


def only(result: ValidationResult) -> tuple[Finding, Located]:
    (located,) = result.sources.resolve_all(result.findings)
    return located.finding, located


ITEMS = "staff-shortage, planning-basics, reading-basics, planning-suite, planning-service, reading-suite"
LAST = "  - {id: last, end: done}\n"
CASES = [
    (
        "steps:\n  - {id: mail, send: planning-basic}\n" + LAST,
        ("there is no item 'planning-basic'", "planning-basic", "did you mean 'planning-basics'?", "planning-basics"),
        [("house.yaml", 16, "'planning-basics' is declared here")],
    ),
    (
        "steps:\n  - {id: which, branch: [{when: account.is_customer, go: lst}, {otherwise: lst}]}\n" + LAST,
        ("there is no step 'lst'", "lst", "did you mean 'last'?", "last"),
        [("welcome.yaml", 7, "'last' is declared here"), ("welcome.yaml", 6, "and here")],
    ),
    (
        "steps:\n  - {id: mail, send: something-else}\n" + LAST,
        (
            "there is no item 'something-else'",
            "something-else",
            f"write one of {ITEMS}",
            None,
        ),
        [],
    ),
    (
        "steps:\n  - {id: which, branch: [{when: contact.rol = null, go: last}, {otherwise: last}]}\n" + LAST,
        ("there is no field 'contact.rol'", "contact.rol", "did you mean 'contact.role'?", "contact.role"),
        [("profile.yaml", 6, "'contact.role' is declared here")],
    ),
    (
        'steps:\n  - {id: which, branch: [{when: score > 1 and contact.role = "speciallist", go: last}]}\n' + LAST,
        ("'speciallist' never occurs here", '"speciallist"', "did you mean 'specialist'?", '"specialist"'),
        [],
    ),
    (
        "steps:\n  - {id: note, update: {account.is_customer: true}}\n" + LAST,
        (
            "'account.is_customer' is written by sales, in system 'erp'; journeys write only what marketing writes",
            "account.is_customer",
            "change a field whose writer is marketing, or leave this one to its owner",
            None,
        ),
        [("profile.yaml", 18, "sales writes 'is_customer'")],
    ),
    (
        "steps:\n" + LAST + "  - {id: lost, wait: 7d}\n  - {id: later, end: late}\n",
        (
            "no way leads to step 'lost', nor to 'later' after it",
            "lost",
            "lead a go: or next: to it, or delete it",
            None,
        ),
        [("welcome.yaml", 6, "contacts begin here")],
    ),
    (
        "exits: [{event: mql, go: rest}]\nsteps:\n  - {id: mail, wait: 1d}\n  - {id: rest, wait: 9d, next: mail}\n",
        (
            "steps 'mail' and 'rest' lead to no end, and no exit leads out",
            "mail",
            "lead one of them to an end, or write an exit with end:",
            None,
        ),
        [("welcome.yaml", 8, "comes round to the same steps")],
    ),
    (
        "steps:\n  - {id: one, send: planning-basics}\n  - {id: two, send: reading-basics, next: one}\n",
        (
            "no time passes in the circle 'one' -> 'two' -> 'one'",
            "one",
            "put a wait, a listen or a handoff into the circle",
            None,
        ),
        [("welcome.yaml", 7, "goes on at once")],
    ),
    (
        'steps:\n  - {id: one, send: planning-basics}\n  - {id: two, wait: {until: "tue 09:00"}, next: one}\n',
        (
            "no time passes in the circle 'one' -> 'two' -> 'one'",
            "one",
            "put a wait of some length, such as 7d, into the circle",
            None,
        ),
        [("welcome.yaml", 7, "what this waits for has come already when a contact comes round")],
    ),
    (
        "steps:\n  - {id: one, send: planning-basics}\n"
        "  - {id: two, listen: {for: 3d, outcomes: {clicked: last, timeout: one}}}\n" + LAST,
        (
            "no time passes in the circle 'one' -> 'two' -> 'one' for a contact whose mail is skipped or bounces",
            "one",
            "put a wait of some length, such as 7d, into the circle, or lead `skipped` out of it",
            None,
        ),
        [("welcome.yaml", 7, "this times out at once where there is nothing to hear")],
    ),
    (
        "steps:\n  - {id: mail, send: planning-basics}\n"
        "  - {id: heard, listen: {to: reading-basics, for: 3d, outcomes: {clicked: last}}}\n" + LAST,
        (
            "'reading-basics' is sent on no way to 'heard'",
            "reading-basics",
            "did you mean 'planning-basics'?",
            None,
        ),
        [("welcome.yaml", 6, "this is sent before it")],
    ),
    (
        "steps:\n  - {id: more, enter: {journey: welcome, then: last}}\n" + LAST,
        (
            "the journey 'welcome' enters itself, in which the contact already is",
            "welcome",
            "take one of the enters out, or let the journey take the contact again by its entry",
            None,
        ),
        [],
    ),
    (
        "steps:\n  - {id: test, split: {a: {share: 50%, go: last}, b: {share: 49.5%, go: last}}}\n" + LAST,
        ("the shares of the arms add up to 99.5 %", "split", "make them 100 % together", None),
        [],
    ),
    (
        "steps:\n  - {id: note, update: {contact.email: 12}}\n" + LAST,
        ("12 is no text, which 'contact.email' holds", "12", "write it in quotes", None),
        [("profile.yaml", 5, "'contact.email' is declared here")],
    ),
    (
        "steps:\n  - {id: last, end: done}\n  - {id: last, end: late}\n",
        ("there is a step 'last' already", "last", "choose another name, or delete one of the two", None),
        [("welcome.yaml", 6, "declared here first")],
    ),
]

DESK = """\
# journey_specs/desks/sales.yaml
kind: desk
name: sales
teams:
  inside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
  outside: {sdrs: 1, shift: {days: mon-fri, hours: "09:00-17:00"}}
ROUTE
cadence: {attempts: 2, gaps: [1bd]}
process: [{task: call, by: team, kind: human, attempt: 5min}]
connect: {first: 35%}
outcomes: {accepted: 40%, rejected: 50%, recycled: 50%}
"""
OF_DESKS = [
    (
        "route: [{when: contact.role = null, to: outside}]",
        (
            "nobody decided which of 2 teams calls the leads that no route takes; 'inside' would, its name comes first",
            "route",
            "end `route` with an otherwise: that names the team",
            None,
        ),
        [("sales.yaml", 5, "this team would get them")],
    ),
    (
        "route: [{otherwise: inside}, {when: contact.role = null, to: outside}, {otherwise: outside}]",
        (
            "this route is never asked, nor is the one after it",
            "{when: contact.role = null, to: outside}",
            "move `otherwise` to the end",
            None,
        ),
        [("sales.yaml", 7, "all leads that come here go to 'inside'")],
    ),
    (
        "route: [{otherwise: inside}]",
        ("no lead and no task comes to team 'outside'", "outside", "name it in a route, or leave the team out", None),
        [],
    ),
]
CASES += [(DESK.replace("ROUTE", route), said, elsewhere) for route, said, elsewhere in OF_DESKS]


@pytest.mark.parametrize(("text", "said", "elsewhere"), CASES, ids=[case[1][0] for case in CASES])
def test_a_finding_says_what_where_and_what_next(
    text: str, said: tuple[str, str, str, str | None], elsewhere: list[tuple[str, int, str]], tmp_path: Path
) -> None:
    result = validated(files_of(text), tmp_path)
    finding, located = only(result)
    replacement = finding.fix.replacement if finding.fix else None
    assert (finding.message, cut(result, located), finding.help, replacement) == said
    assert labels(located) == elsewhere


@pytest.mark.parametrize("text", [case[0] for case in CASES if case[1][3]], ids=str)
def test_the_offered_edit_heals_the_finding(text: str, tmp_path: Path) -> None:
    result = validated(files_of(text), tmp_path)
    finding, located = only(result)
    assert finding.fix is not None
    assert finding.fix.safe
    before = finding.origin
    healed = text.replace(cut(result, located), finding.fix.replacement)
    assert finding not in validated(files_of(healed), tmp_path).findings
    assert before.file == "journey_specs/journeys/welcome.yaml"


TEXTS = {
    path.relative_to(SMALL).as_posix(): path.read_text(encoding="utf-8").splitlines(keepends=True)
    for folder in ("journey_specs", "content_catalog")
    for path in sorted((SMALL / folder).rglob("*.yaml"))
}
KNOWN = {page.code for page in pages()}


@settings(max_examples=60)
@given(st.data())
def test_a_workspace_with_lines_missing_or_moved_is_told_about_and_breaks_nothing(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(sorted(TEXTS)))
    lines = list(TEXTS[file])
    taken = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
    if data.draw(st.booleans()):
        lines.insert(data.draw(st.integers(0, len(lines))), taken)
    result = validate(SMALL, texts={file: "".join(lines).encode()})
    assert {finding.code for finding in result.findings} <= KNOWN
    for located in result.sources.resolve_all(result.findings):
        assert located.finding.message
        assert located.finding.help
