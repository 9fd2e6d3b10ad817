from __future__ import annotations

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from journeyctl.expr.lexer import ConditionError
from journeyctl.expr.parser import parse
from journeyctl.expr.printer import to_text
from journeyctl.expr.syntax import (
    Act,
    And,
    Arithmetic,
    Comparator,
    Comparison,
    DateLiteral,
    DurationLiteral,
    Expression,
    History,
    In,
    InRange,
    ListLiteral,
    Name,
    Negation,
    Not,
    Number,
    Operator,
    Or,
    Text,
    children,
    depth,
)
from journeyctl.units import Duration
from tests.expr import trees

A, B, C = Name(("a",)), Name(("b",)), Name(("c",))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b and c", Or((A, And((B, C))))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("not(a) or b", Or((Not(A), B))),
        ("a - b - c", Arithmetic(Arithmetic(A, Operator.MINUS, B), Operator.MINUS, C)),
        ("a + b * c", Arithmetic(A, Operator.PLUS, Arithmetic(B, Operator.TIMES, C))),
        ("-a / -2", Arithmetic(Negation(A), Operator.DIVIDED_BY, Number(-2))),
        ("a in (1, 2)", In(A, ListLiteral((Number(1), Number(2))))),
        ("a in []", In(A, ListLiteral(()))),
        ("a in [1..20]", InRange(A, Number(1), Number(20))),
        ("a in [.5...75]", InRange(A, Number(0.5), Number(0.75))),
        ("a in b", In(A, B)),
        ("a = [1]", Comparison(A, Comparator.EQUAL, ListLiteral((Number(1),)))),
        ("account.region", Name(("clinic", "region"))),
        ("account", Name(("clinic",))),
        ("accounts.region", Name(("accounts", "region"))),
        (r'"\"\\\n\t\r\'\d\u00e4\ud83d\ude00"', Text("\"\\\n\t\r'\\dä😀")),
        ('date("2026-11-21")', DateLiteral(datetime.date(2026, 11, 21))),
        ('duration("P2Y")', DurationLiteral(Duration(months=24))),
        ("sends()", History(Act.SENDS)),
        (
            'clicks(within: duration("P1D"), item: "x",)',
            History(Act.CLICKS, item=Text("x"), within=DurationLiteral(Duration(86_400))),
        ),
        ("list\n contains (a, b)", parse("list contains(a, b)")),
    ],
)  # fmt: skip
def test_text_becomes_the_tree_that_its_binding_says(text: str, tree: Expression) -> None:
    assert parse(text) == tree


@given(trees.anything)
def test_every_printed_tree_reads_back_to_itself(tree: Expression) -> None:
    assert parse(to_text(tree)) == tree


@given(st.text(max_size=40) | st.text(st.sampled_from("ab.-\"'()[],=<>!&| 12not in andorifthenelse"), max_size=60))
@example('"\\ud800"')
def test_any_text_is_a_tree_or_one_error_inside_the_text(text: str) -> None:
    mistake: ConditionError | None = None
    try:
        assert parse(to_text(parse(text))) == parse(text)
    except ConditionError as error:
        mistake = error
    assert mistake is None or (0 <= mistake.start <= mistake.end <= len(text) and mistake.message)


@pytest.mark.parametrize(
    "text",
    [
        "a - (b - c)", "a - b - c", "a / (b * c)", "(a + b) * -c", "-(a + b)", "(a or b) and c", "a or (b or c)",
        "(a and b) and c", "(a = b) = c", "(a in [1]) = (b between 1 and 2)", "(if a then b else c) and d",
        "(some x in a satisfies x) or b", "a in [b - 1..-c]", "[a or b, if c then d else e]", "not(a or b)",
    ],
)  # fmt: skip
def test_brackets_are_printed_exactly_where_binding_needs_them(text: str) -> None:
    assert to_text(parse(text)) == text


def test_every_node_knows_its_place_in_the_text() -> None:
    text = 'a.b and  not( "ä" in [x, 3] ) or clicks(topic: "t") > -1'

    def places(node: Expression) -> list[str]:
        return [text[node.start : node.end], *(place for child in children(node) for place in places(child))]

    assert places(parse(text)) == [
        text, 'a.b and  not( "ä" in [x, 3] )', "a.b", 'not( "ä" in [x, 3] )', '"ä" in [x, 3]', '"ä"', "[x, 3]", "x",
        "3", 'clicks(topic: "t") > -1', 'clicks(topic: "t")', '"t"', "-1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "message", "help"),
    [
        ("a == b", "==", "'==' is no comparison", "write a single ="),
        ("a <> b", "<>", "'<>' is no comparison", "write !="),
        ("a && b", "&&", "'&&' does not join", "write and"),
        ("a || b", "||", "'||' does not join", "write or"),
        ("!a", "!", "'!' does not negate", "write not(..)"),
        ("not a", "not", "'not' needs brackets", "write not(..)"),
        ("a not in [1]", "not in", "'not in' is not part", "write not(x in [..])"),
        ("a not b", "not", "'not' does not stand between", "write !="),
        ("a AND b", "AND", "small letters", "write and"),
        ("a is b", "is", "'is' does not stand between", "= null"),
        ("a b", "b", "an operator or the end was expected, not 'b'", "join"),
        ("a \"b\"", '"b"', 'an operator or the end was expected, not "b"', "join"),
        ("a in audience(\"b\")", "in audience", "begins a new condition", "join"),
        ("a)", ")", "')' closes nothing", "delete it"),
        ('"a"(', "(", "'(' cannot follow \"a\"", "operator"),
        ("a > = b", "=", "a value was expected after '>'", "as one sign"),
        ("a = in", "in", "a value was expected after '='", "write a name"),
        ("", "", "the condition is empty", "contact.role"),
        (")", ")", "a value was expected after the beginning", "write a name"),
        ("a =", "", "a value was expected after '=', not the end", ""),
        ("a = 1 = 2", "=", "cannot be chained", "join"),
        ("a = 'b'", "'b'", "double quotes", 'write "b"'),
        ('a = "b', '"b', "the quote at character 5 is never closed", ""),
        ("a = \u201cb\u201d", "\u201c", "is no quote", ""),
        ("a = \u200b1", "\u200b", "'U+200B' is not part", "delete it"),
        ("a ; b", ";", "';' is not part", "delete it"),
        ("(a", "", "')' is missing to close the bracket opened at character 1", "add )"),
        ("(a b", "b", "an operator or the end was expected", ""),
        ("not(a", "", "')' is missing to close not( opened at character 1", "add )"),
        ("a in [1, 2", "", "']' is missing to close the list opened at character 6", "add ]"),
        ("a in [1..2", "", "']' is missing after the range opened at character 6", "add ]"),
        ("[1..2]", "..", "a range stands in square brackets", "x in [1..20]"),
        ("(a, b)", ",", "a list in round brackets", "x in (a, b)"),
        ("contact.opt-in", "contact.opt-in", "'-' is always minus", "write contact.opt_in"),
        ("contact. role", ".", "a field name is missing after 'contact.'", ""),
        ("1234567890123456", "1234567890123456", "more than 15 digits", "round it"),
        ("a > 90d", "90d", "'90d' is no number", 'write duration("P90D")'),
        ("a > 5apples", "5apples", "'5apples' is no number", "such as"),
        ("a between 1", "", "'and' is missing before the end", "between 1 and 20"),
        ("if a then b", "", "'else' is missing before the end", "if .. then"),
        ("if a or b", "", "'then' is missing", "if .. then"),
        ("some 1 in a satisfies b", "1", "a variable is missing after 'some'", "some x in"),
        ("some contact in a satisfies b", "contact", "already names something", "short name"),
        ("every x in a, y in b satisfies c", ",", "only one variable", "every"),
        ("every x in a", "", "'satisfies' is missing", "every x in"),
        ("f(1)", "f", "there is no function 'f'", "allowed are"),
        ("startswith(a, b)", "startswith", "there is no function", "'starts with'"),
        ("count()", "count()", "takes one value, 0 given", ""),
        ("today(1)", "today(1)", "takes nothing, 1 given", ""),
        ("count(a", "", "')' is missing to close count(", "add )"),
        ("matches(a, b)", "b", "must be a text in quotes", ""),
        ('clicks("ai")', '"ai"', "takes named arguments", "clicks(topic:"),
        ('clicks(topik: "ai")', "topik", "no argument 'topik'", "'topic'"),
        ('clicks(item: "a", item: "b")', "item:", "given twice", ""),
        ('clicks(item: "a" topic: "b")', "topic", "an operator or the end was expected", ""),
        ("in audience(a)", "a", "takes a text in quotes", ""),
        ('in audience("a"', "", "')' is missing to close in audience(", ""),
        ('date("2026-02-30")', 'date("2026-02-30")', "'2026-02-30' is no date", ""),
        ('date("20260230")', 'date("20260230")', "'20260230' is no date", ""),
        ('duration("2y")', 'duration("2y")', "'2y' is no duration", 'write duration("P2Y")'),
        ('duration("2bd")', 'duration("2bd")', "'2bd' is no duration", "such as"),
        ('duration("P9999999999D")', 'duration("P9999999999D")', "is no duration", "such as"),
        ('group("a")', 'group("a")', "is no value by itself", "completeness"),
        ('group("a").redy', "redy", "no field 'redy'", "'ready'"),
        ('"\\ud800"', '"\\ud800"', "half a character", ""),
        ("(" * 21 + "a" + ")" * 21, "(", "more than 20 levels", "in audience"),
        ("-" * 21 + "a", "-", "more than 20 levels", ""),
        ("a" + "+a" * 20, "a" + "+a" * 20, "more than 20 levels", ""),
        ("a" * 2001, "a", "2,001 characters, the limit is 2,000", ""),
    ],
)  # fmt: skip
def test_mistakes_name_their_place_and_the_next_move(text: str, place: str, message: str, help: str) -> None:
    with pytest.raises(ConditionError) as raised:
        parse(text)
    error = raised.value
    assert (text[error.start : error.end], message in error.message, help in error.help) == (place, True, True), (
        error.message, error.help,
    )  # fmt: skip


def test_long_chains_of_and_are_one_level() -> None:
    assert depth(parse(" and ".join(["a"] * 300))) == 2


def test_conditions_of_exactly_the_deepest_level_are_read() -> None:
    assert depth(parse("a" + "+a" * 19)) == 20
