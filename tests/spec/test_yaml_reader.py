"""Reading: what values mean, where they stand, and what is refused."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyctl.diagnostics import Finding, Part, Position, Span, SpecError
from journeyctl.spec import yaml_events
from journeyctl.spec.text_lines import TextLines
from journeyctl.spec.yaml_limits import MAX_COLLECTED, ReadingRule
from journeyctl.spec.yaml_positions import Positions
from journeyctl.spec.yaml_reader import Document, read_document


def read(text: str | bytes) -> Document:
    return read_document("f.yaml", text.encode() if isinstance(text, str) else text)


def refused(text: str | bytes) -> tuple[Finding, ...]:
    with pytest.raises(SpecError) as caught:
        read(text)
    return caught.value.findings


def only(text: str | bytes) -> Finding:
    findings = refused(text)
    assert len(findings) == 1
    return findings[0]


def cut(text: str, position: Position | None) -> str:
    """The marked characters of the position's first line, after its line and column."""
    assert position is not None
    line = TextLines(text).line(position.line)
    end = position.end_column - 1 if position.end_line == position.line else len(line)
    return f"{position.line}:{position.column} {line[position.column - 1 : end]}"


@pytest.fixture(params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "python":
        monkeypatch.setattr(yaml_events, "_PARSER", yaml.SafeLoader)
    return str(request.param)


CORE_SCHEMA: tuple[tuple[str, object], ...] = (
    ("countries: [DE, NO, FR]", {"countries": ["DE", "NO", "FR"]}),
    ("NO: double_opt_in", {"NO": "double_opt_in"}),
    ("on: push", {"on": "push"}),
    ("a: [yes, no, On, off, y, n]", {"a": ["yes", "no", "On", "off", "y", "n"]}),
    ("a: [12:30:00, 8:30, 08:30, 1:2:3]", {"a": ["12:30:00", "8:30", "08:30", "1:2:3"]}),
    ("a: [010, 00123, 08, 0o10, 0x1F]", {"a": [10, 123, 8, 8, 31]}),
    ("a: [1_000, 49_30_123, 0b11]", {"a": ["1_000", "49_30_123", "0b11"]}),
    ("a: [1e3, 1.5e3, .5, 1., -2, +3]", {"a": [1000.0, 1500.0, 0.5, 1.0, -2, 3]}),
    ("a: 2026-11-21", {"a": "2026-11-21"}),
    ("a: +4989123456", {"a": 4989123456}),
    ("a: 1.10", {"a": 1.1}),
    ("a: [=, <<]", {"a": ["=", "<<"]}),
    ("'<<': x", {"<<": "x"}),
    ("a: [true, True, TRUE, false, False, FALSE]", {"a": [True, True, True, False, False, False]}),
    ("a: [null, Null, NULL, ~]\nb:\nc: {d: }", {"a": [None] * 4, "b": None, "c": {"d": None}}),
    ("a: ['true', \"1\", !!str 1, nUll, tRUE]", {"a": ["true", "1", "1", "nUll", "tRUE"]}),
    ("a: x #y", {"a": "x"}),
    ("a: |\n  1\nb: >-\n  x\n  y", {"a": "1\n", "b": "x y"}),
    ("a: &w 7d\nb: *w", {"a": "7d", "b": "7d"}),
    ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
    ("", None),
    ("# only a comment\n", None),
    ("when: contact.x in [1..20]", {"when": "contact.x in [1..20]"}),
    ("subject: 👩‍⚕️ ok", {"subject": "👩‍⚕️ ok"}),
    ('a: "x\\u00a0y\\n"', {"a": "x\u00a0y\n"}),
)


@pytest.mark.parametrize(("text", "value"), CORE_SCHEMA)
def test_plain_texts_mean_what_the_core_schema_says(text: str, value: object, parser: str) -> None:
    found = read(text).value
    assert found == value
    assert json.dumps(found) == json.dumps(value)


@pytest.mark.parametrize("text", ["\ufeffa: 1\r\nb: 2\r\n", "a: 1\rb: 2\r"])
def test_a_byte_order_mark_and_any_line_end_are_accepted(text: str) -> None:
    document = read(text)
    assert document.value == {"a": 1, "b": 2}
    assert document.positions.of(("b",)) == Position(2, 4, 2, 5)


SYNTAX: tuple[tuple[str, str, str], ...] = (
    ("a: 'unclosed\nb: 2\n", "1:4 '", "the quote ' that opens here is not closed"),
    ("a: 'foo\nb: 'bar'\n", "1:4 '", "the quote ' that opens here is not closed"),
    ('a: "foo\nb: c\n\nd: "e"\n', '1:4 "', 'the quote " that opens here is not closed'),
    ("a: [1, 2\nb: 2\n", "1:4 [", "the '[' that opens here is not closed before line 2"),
    ("a: [1,\n  2\n", "1:4 [", "the '[' that opens here is not closed before line 3"),
    ("a: [1, 2}\n", "1:9 }", "'}' stands where ',' or ']' should follow"),
    ("a:\n\tb: 1\n", "2:1 \t", "this line is indented with a tab"),
    ("a:\n  b: 1\n\tc: 2\n", "3:1 \t", "this line is indented with a tab"),
    ("a: {{ x }}\n", "1:4 {{ x }}", "placeholder '{{ x }}' is not in quotes, so YAML takes its braces for mappings"),
    ("a: {{ x }} y\n", "1:4 {{ x }}", "placeholder '{{ x }}' is not in quotes, so YAML takes its braces for mappings"),
    ("a: @x\n", "1:4 @x", "a text that starts with '@' is not in quotes"),
    ("a: [%%[x]%%]\n", "1:5 %%[x]%%", "a text that starts with '%' is not in quotes"),
    ("a: *.yaml\n", "1:4 *", "a text that starts with '*' is not in quotes"),
    ("a: *x\n", "1:4 *x", "alias '*x' has no anchor '&x' above it"),
    ('a: "\\xZZ"\n', "1:5 \\x", "'\\x' is no escape of YAML"),
    ('a: "\\q"\n', "1:5 \\q", "'\\q' is no escape of YAML"),
    ("title: Foo: bar\n", "1:8 Foo: bar", "this text holds ': ', which YAML reads as the end of a key outside quotes"),
    ("a: b\n  c: d\n", "2:3 c:", "'c:' is indented deeper than the line above, which already has a value"),
    ("a: 'x' y\n", "1:8 y", "'y' follows a text that ended with its quote"),
    ("a: 1\nfoo\nb: 2\n", "2:1 foo", "this line is no 'key: value' and no '- ' entry"),
    ("a: - b\n", "1:4 -", "a list cannot start on the line of its key"),
    ("- a\nb: c\n", "2:1 b", "the list above goes on with something that is no '- ' entry"),
    ("{a, b: c}\n", "1:2 a", "'a' has no ': ' and no value, as a mapping in braces needs"),
)


@pytest.mark.parametrize(("text", "place", "message"), SYNTAX)
def test_a_syntax_error_is_one_finding_at_the_mistake(text: str, place: str, message: str) -> None:
    finding = only(text)
    assert (finding.code, finding.slug) == ("JC002", "yaml-syntax")
    assert (cut(text, finding.position), finding.message) == (place, message)
    assert finding.help


@pytest.mark.parametrize("text", [text for text, _, _ in SYNTAX])
def test_the_parser_in_pure_python_finds_the_same_faults(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = only(text).position
    monkeypatch.setattr(yaml_events, "_PARSER", yaml.SafeLoader)
    finding = only(text)
    assert finding.code == "JC002"
    assert finding.position is not None
    assert place is not None
    assert finding.position.line == place.line


CONDITIONS: tuple[tuple[str, str], ...] = (
    ("when: sends(item: a)\n", "sends(item: a)"),
    ("- {when: x in [a, b], go: c}\n", "x in [a, b]"),
    ("- {when: x in (a, b), go: c}\n", "x in (a, b)"),
    ('- {when: list contains(a, "MRI"), go: c}\n', 'list contains(a, "MRI")'),
    ('- {when: clicks(topic: "ai", within: x("P9D")) >= 1, go: c}', 'clicks(topic: "ai", within: x("P9D")) >= 1'),
    ('when: "a" = contact.x\n', '"a" = contact.x'),
    ('when: x = "a #1"\n', 'x = "a #1"'),
    ("b: [{when: contact.x in [1..2], go: b},\n  {otherwise: c}]\n", "contact.x in [1..2]"),
    ('joins: group.x = "a: b" or x\n', 'group.x = "a: b" or x'),
    ('fit: {A: contact.role in ["a", "b"], B: x = 1}\n', 'contact.role in ["a", "b"]'),
)


@pytest.mark.parametrize(("text", "condition"), CONDITIONS)
def test_a_condition_that_lacks_its_quotes_is_recognised_and_quoted(text: str, condition: str) -> None:
    finding = only(text)
    assert finding.code == "JC002"
    assert finding.message.startswith("this condition holds '")
    assert cut(text, finding.position).split(" ", 1)[1] == condition
    assert finding.fix is not None
    fixed = text.replace(condition, finding.fix.replacement)
    assert condition in json.dumps(read(fixed).value).replace('\\"', '"')


FORBIDDEN: tuple[tuple[str, str, str], ...] = (
    ("a: !secret x\n", "1:4 !secret x", "JC005"),
    ("a: !!binary x\n", "1:4 !!binary x", "JC005"),
    ("a: !!python/name:os.system x\n", "1:4 !!python/name:os.system x", "JC005"),
    ("a: !!set {x}\n", "1:4 !!set {", "JC002"),
    ("a: &a [*a]\n", "1:8 *a", "JC005"),
    ("a: 1\n---\nb: 1\n", "2:1 ---", "JC005"),
    ("%YAML 1.1\n---\na: 1\n", "1:1 %YAML 1.1", "JC005"),
    ("<<: {a: 1}\n", "1:1 <<", "JC005"),
    ("1: a\n", "1:1 1", "JC005"),
    ("true: a\n", "1:1 true", "JC005"),
    ("? [a]\n: b\n", "1:3 [", "JC005"),
    ("a: &x b\n*x : c\n", "2:1 *", "JC005"),
    ("&x a: b\n", "1:1 &x a", "JC005"),
    ("!t a: b\n", "1:1 !t a", "JC005"),
    ("? \n: b\n", "1:2 ", "JC005"),
    ("when: !contact.x = 1\n", "1:7 !contact.x = 1", "JC005"),
    ("a: .inf\n", "1:4 .inf", "JC005"),
    ("a: -1e999\n", "1:4 -1e999", "JC005"),
    ("a: x\u00a0y\n", "1:5 \u00a0", "JC006"),
    ("a:\n\u00a0 b: 1\n", "2:1 \u00a0", "JC006"),
    ("a: x\u202ey\n", "1:5 \u202e", "JC006"),
    ("a: x\u200by\n", "1:5 \u200b", "JC006"),
    ("a: x\u200dy\n", "1:5 \u200d", "JC006"),
    ("a: x\x07\n", "1:5 \x07", "JC006"),
    ('a: "x\\0"\n', '1:4 "x\\0"', "JC006"),
)


@pytest.mark.parametrize(("text", "place", "code"), FORBIDDEN)
def test_what_a_specification_may_not_hold_is_refused_at_its_place(text: str, place: str, code: str) -> None:
    finding = refused(text)[0]
    assert finding.code == code
    if code != "JC002":
        assert cut(text, finding.position) == place
    assert finding.help


def test_an_invisible_character_is_named() -> None:
    finding = only("a: x\u00a0y")
    assert finding.message == "U+00A0 NO-BREAK SPACE cannot be seen here"
    assert "\\u00a0" in finding.help


def test_a_key_that_is_no_text_gets_the_quotes_as_its_fix() -> None:
    fix = only("NO: 1\n12: a\n").fix
    assert fix is not None
    assert (fix.replacement, fix.safe) == ("'12'", True)


def test_each_duplicate_key_is_found_with_both_places() -> None:
    text = "a: 1\nb: {c: 1, c: 2}\na: 3\n"
    first, second = refused(text)
    assert [cut(text, finding.position) for finding in (first, second)] == ["2:11 c", "3:1 a"]
    positions = Positions(text)
    assert cut(text, positions.of(first.labels[0].origin.route, Part.KEY)) == "2:5 c"
    assert cut(text, positions.of(second.labels[0].origin.route, Part.KEY)) == "1:1 a"


def test_keys_that_only_look_alike_are_refused_with_both_places() -> None:
    text = "caf\u00e9: 1\ncafe\u0301: 2\n"
    finding = only(text)
    assert finding.code == "JC003"
    assert finding.position == Position(2, 1, 2, 6)
    assert Positions(text).of(finding.labels[0].origin.route, Part.KEY) == Position(1, 1, 1, 5)


ENCODINGS: tuple[tuple[bytes, str, Position], ...] = (
    (b"a: x\nb: M\xfcl", "byte 0xFC is not UTF-8; in Windows-1252 it is '\u00fc'", Position(2, 5, 2, 6)),
    (b"a: \x81", "byte 0x81 is not UTF-8", Position(1, 4, 1, 5)),
    ("a: 1".encode("utf-16"), "the file is encoded in UTF-16, not in UTF-8", Position(1, 1, 1, 1)),
    ("a: 1".encode("utf-32"), "the file is encoded in UTF-32, not in UTF-8", Position(1, 1, 1, 1)),
    ("a: 1".encode("utf-16-le"), "the file is encoded in UTF-16 or UTF-32, not in UTF-8", Position(1, 1, 1, 1)),
)


@pytest.mark.parametrize(("content", "message", "position"), ENCODINGS)
def test_another_encoding_is_refused_with_its_place(content: bytes, message: str, position: Position) -> None:
    finding = only(content)
    assert (finding.code, finding.message, finding.position) == ("JC001", message, position)


def laughs(levels: int) -> str:
    lines = ["a0: &a0 x"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, levels)]
    return "\n".join(lines)


ATTACKS: tuple[tuple[str, Callable[[], str | bytes], str], ...] = (
    ("100,000 open lists", lambda: "[" * 100_000, "JC004"),
    ("100,000 open mappings", lambda: "{a: " * 100_000, "JC004"),
    ("100,000 list signs", lambda: "- " * 100_000, "JC004"),
    ("billion laughs", lambda: laughs(9), "JC004"),
    ("40 levels of laughs", lambda: laughs(40), "JC004"),
    ("depth by aliases", lambda: "a0: &a0 [x]" + "".join(f"\na{i}: &a{i} [*a{i - 1}]" for i in range(1, 99)), "JC004"),
    ("many aliases", lambda: "a: &a 1\nb: [" + "*a, " * 1_001 + "]", "JC004"),
    ("a long text a thousand times", lambda: f"a: &a {'x' * 60_000}\nb: [" + "*a, " * 990 + "]", "JC004"),
    ("recursive alias", lambda: "a: &a {b: [*a]}", "JC005"),
    ("merge bomb", lambda: "a: &a {x: 1}\nb: {<<: [*a, *a]}", "JC005"),
    ("10 MB", lambda: b"a: 1\n" * 2_000_000, "JC004"),
    ("a text of 100,000 characters", lambda: "a: " + "x" * 100_000, "JC004"),
    ("a number of 60,000 digits", lambda: "a: " + "9" * 60_000, "JC004"),
    ("a hexadecimal number of 60,000 digits", lambda: "a: 0x" + "f" * 60_000, "JC004"),
    ("200,000 entries in one list", lambda: "- a\n" * 210_000, "JC004"),
    ("an open quote of 1 MB", lambda: "a: '" + "x" * 1_000_000, "JC002"),
    ("pieces that look cut off", lambda: "".join(f'k{i}: x" # y\n' for i in range(20_000)) + "@", "JC002"),
    ("odd quotes on one line", lambda: "a: [" + 'x", ' * 100_000 + "\n@", "JC002"),
)


@pytest.mark.parametrize(("make", "code"), [attack[1:] for attack in ATTACKS], ids=[attack[0] for attack in ATTACKS])
def test_an_attack_ends_within_a_second_in_one_finding(make: Callable[[], str | bytes], code: str) -> None:
    content = make()
    start = time.process_time()
    finding = only(content)
    # Measuring coverage costs several times the work itself.
    assert time.process_time() - start < (1 if sys.gettrace() is None else 10)
    assert finding.code == code
    assert finding.position is not None
    assert len(finding.message) < 200


def test_a_file_full_of_mistakes_ends_after_twenty_findings() -> None:
    assert len(refused("a: 1\n" * 50_000)) == MAX_COLLECTED


def test_codes_and_slugs_are_unique() -> None:
    assert len({rule.code for rule in ReadingRule}) == len({rule.slug for rule in ReadingRule}) == len(ReadingRule)


def survive(content: str | bytes) -> None:
    """Reads to the end: either plain values or findings with places."""
    findings: tuple[Finding, ...] = ()
    try:
        document = read(content)
    except SpecError as error:
        findings = error.findings
    else:
        document.positions.of(("a", 0))
        assert json.dumps(document.value, allow_nan=False)
        return
    assert findings
    assert all(finding.position is not None and finding.message for finding in findings)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_never_crash_reading_or_positions(content: bytes) -> None:
    survive(content)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="ab:-#'\"{}[],&*!|>%@`? \n\t0.~\\<=(é", max_size=60))
def test_random_signs_never_crash_reading_or_positions(text: str) -> None:
    survive(text)


SAMPLE = """\
# journeys
kind: journey
steps:
  - id: a
    wait: 7d
    note: |
      one
      two é x

      three
  - {id: b, when: 'it''s "x"', go: [c, d]}
  - id: d
    fold: >-
      some
      words

      more
    plain: first
      second
    esc: "a\\u00e9\\tb 😀 c"
    empty:
    anchored: &x [1, 2]
    alias: *x
  -
"""

PLACES: tuple[tuple[tuple[str | int, ...], Part, str], ...] = (
    ((), Part.VALUE, "2:1 kind: journey"),
    (("kind",), Part.VALUE, "2:7 journey"),
    (("kind",), Part.KEY, "2:1 kind"),
    (("nothing", "here"), Part.VALUE, "2:1 kind: journey"),
    (("steps",), Part.KEY, "3:1 steps"),
    (("steps", 0), Part.KEY, "4:5 id: a"),
    (("steps", 0, "missing"), Part.VALUE, "4:5 id: a"),
    (("steps", 0, "wait", "until"), Part.VALUE, "5:5 wait"),
    (("steps", 0, "wait"), Part.VALUE, "5:11 7d"),
    (("steps", 1), Part.VALUE, """11:5 {id: b, when: 'it''s "x"', go: [c, d]}"""),
    (("steps", 1, "go", 1), Part.VALUE, "11:40 d"),
    (("steps", 1, "go", 7), Part.VALUE, "11:32 go"),
    (("steps", 2, "empty"), Part.VALUE, "21:5 empty"),
    (("steps", 2, "alias"), Part.VALUE, "23:12 *x"),
    (("steps", 2, "alias", 1), Part.VALUE, "22:22 2"),
    (("steps", 9), Part.VALUE, "3:1 steps"),
)


@pytest.mark.parametrize(("route", "part", "place"), PLACES)
def test_every_key_and_value_has_its_exact_place(
    route: tuple[str | int, ...], part: Part, place: str, parser: str
) -> None:
    assert cut(SAMPLE, read(SAMPLE).positions.of(route, part)) == place


SPANS: tuple[tuple[tuple[str | int, ...], str, str], ...] = (
    (("kind",), "our", "2:8 our"),
    (("steps", 0, "note"), "two", "8:7 two"),
    (("steps", 0, "note"), "x", "8:13 x"),
    (("steps", 0, "note"), "three", "10:7 three"),
    (("steps", 1, "when"), "'s", "11:22 ''s"),
    (("steps", 1, "when"), '"x"', '11:26 "x"'),
    (("steps", 2, "fold"), "words", "15:7 words"),
    (("steps", 2, "fold"), "more", "17:7 more"),
    (("steps", 2, "plain"), "second", "19:7 second"),
    (("steps", 2, "esc"), "é\tb", "20:12 \\u00e9\\tb"),
    (("steps", 2, "esc"), "c", "20:24 c"),
)


@pytest.mark.parametrize(("route", "piece", "place"), SPANS)
def test_a_piece_of_a_text_has_its_exact_place(
    route: tuple[str | int, ...], piece: str, place: str, parser: str
) -> None:
    document = read(SAMPLE)
    value: object = document.value
    for key in route:
        value = value[key]  # type: ignore[index]  # the routes of the table exist
    start = str(value).index(piece)
    found = document.positions.of_span(route, Span(start, start + len(piece)))
    assert cut(SAMPLE, found) == place


def test_a_span_that_cannot_be_placed_marks_the_whole_part() -> None:
    positions = read("a: [x]\nb: ''\nc: 12\n").positions
    assert positions.of_span(("a",), Span(0, 1)) == positions.of(("a",))
    assert positions.of_span(("b",), Span(0, 1)) == positions.of(("b",))
    assert positions.of_span(("c",), Span(5, 9)) == Position(3, 6, 3, 6)
    assert positions.raw(("a",)) == "[x]"
    assert positions.raw(("x",)) == ""


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="ab ' \"\\\n:#é😀-\t", max_size=60),
    st.sampled_from(["'", '"', "|", ">", None]),
    st.sampled_from([20, 1000]),
)
def test_each_character_of_a_text_is_found_where_it_is_written(text: str, style: str | None, width: int) -> None:
    written = yaml.dump({"k": {"v": text}}, default_style=style, width=width, allow_unicode=True)
    written = written.replace("!!str ", "")
    document = read(written)
    assert document.value == {"k": {"v": text}}
    lines = written.splitlines()
    for place, character in enumerate(text):
        if character in "ab:#":
            found = document.positions.of_span(("k", "v"), Span(place, place + 1))
            assert lines[found.line - 1][found.column - 1 : found.end_column - 1] == character
