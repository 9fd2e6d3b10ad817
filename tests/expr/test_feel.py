from __future__ import annotations

import pytest
from hypothesis import assume, given

from journeyctl.expr import compile_expression, parse
from journeyctl.expr.dialects.base import Unprintable
from journeyctl.expr.dialects.feel import to_feel
from journeyctl.expr.lexer import ConditionError
from journeyctl.expr.syntax import Expression
from journeyctl.expr.values import Value
from tests.expr import trees
from tests.expr.environments import Contact
from tests.expr.feel_meaning import meaning
from tests.expr.null_cases import NULL_CASES, Bindings, Case


def _variable(path: str) -> str:
    return path.replace(".", "_")


def _feel_answer(expression: Expression, bindings: Bindings) -> Value:
    known = {_variable(path): value for path, value in bindings.items()}
    known |= {"group__g__my_role": bindings.get("g.my_role"), "in_audience__heads": bindings.get("heads")}
    known |= {"group__g__completeness": bindings.get("g.completeness")}
    return meaning(parse(to_feel(expression, rename=_variable)), known.get)


@pytest.mark.parametrize("case", NULL_CASES, ids=lambda case: f"{case.text} | {case.bindings}")
def test_printed_feel_answers_null_cases_as_conditions_do(case: Case) -> None:
    answer = _feel_answer(parse(case.text), case.bindings)
    assert (answer, type(answer)) == (case.answer, type(case.answer))


@given(trees.verdicts, trees.bindings)
def test_printed_feel_answers_what_the_condition_answers(tree: Expression, bindings: Bindings) -> None:
    try:
        answer = _feel_answer(tree, bindings)
    except ConditionError:
        assume(False)  # guards made the text longer or deeper than conditions may be
    assert answer is compile_expression(tree)(Contact(bindings))


@pytest.mark.parametrize(
    ("text", "feel"),
    [
        ('contact.role = "cio"', 'if contact_role = null then null else contact_role = "cio"'),
        (
            "contact.a != contact.b",
            "if contact_a = null or contact_b = null then null else contact_a != contact_b",
        ),
        ("contact.a = contact.a", "if contact_a = null then null else contact_a = contact_a"),
        ("contact.a = null", "contact_a = null"),
        ("contact.a < null", "null"),
        ("score >= 25 and contact.b", "score >= 25 and contact_b"),
        ('clicks(topic: "ai", within: duration("P90D")) >= 1', "clicks__topic_ai__within_p90d >= 1"),
        ("opens(human: true) > 2", "opens__human_true > 2"),
        ("sends(human: false) > 2", "sends__human_false > 2"),
        ('group("imaging-ai").missing_roles', "group__imaging_ai__missing_roles"),
        ('in audience("a-b")', "in_audience__a_b"),
        ('account.last_purchase >= today() - duration("P2Y")', 'clinic_last_purchase >= today() - duration("P2Y")'),
        ('today() - duration("P1M2D")', 'today() - duration("P1M") - duration("P2D")'),
        ("(1 + 2) * 3 - (4 - 5)", "(1 + 2) * 3 - (4 - 5)"),
        ("contact.a or (contact.b or contact.c)", "contact_a or (contact_b or contact_c)"),
        ('date("2026-11-21") = today()', 'date("2026-11-21") = today()'),
        ("1 / 2 = 1", "if 1 / 2 = null then null else 1 / 2 = 1"),
    ],
)
def test_feel_is_printed_with_guards_only_where_they_change_the_answer(text: str, feel: str) -> None:
    assert to_feel(parse(text), rename=_variable) == feel


def test_clock_can_be_a_variable_of_the_engine() -> None:
    printed = to_feel(
        parse("journey.entered_at < now() or contact.day < today()"), rename=_variable, today="d", now="n"
    )
    assert printed == "journey_entered_at < n or contact_day < d"


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ('contact.d = duration("P1M2D")', "the duration P1M2D"),
        ("clicks(topic: contact.topic) > 1", "clicks(topic: contact.topic)"),
        ('contact.tags = ["a", contact.x]', "a list of values that may be null"),
    ],
)
def test_what_feel_cannot_say_is_named(text: str, construct: str) -> None:
    with pytest.raises(Unprintable) as raised:
        to_feel(parse(text), rename=_variable)
    assert construct in raised.value.construct
