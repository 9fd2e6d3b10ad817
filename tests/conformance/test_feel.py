"""Our FEEL for engines without one: the standard's answers, and the conditions' own on random contacts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.conformance.candidates import candidates, conditions_of, merged_lists
from journeyctl.conformance.feel_syntax import FeelError, Value, compile_feel
from journeyctl.draws import Draws
from journeyctl.expr.dialects.feel import to_feel
from journeyctl.graph.condition import Condition
from journeyctl.runtime.host import to_feel_value
from journeyctl.semantics.state import Contact
from journeyctl.semantics.view import ContactView
from tests.conformance.pilot import JOURNEY, START, program

NOON = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())


class Known:
    zone = "UTC"

    def __init__(self, **values: Value) -> None:
        self.values = values

    def lookup(self, name: str) -> Value:
        return self.values.get(name)

    def clock(self) -> int:
        return NOON


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("null = null", True),
        ("1 = null", False),
        ("null != 1", True),
        ("1 < null", None),
        ('1 = "1"', None),
        ("true and null", None),
        ("false and null", False),
        ("true or null", True),
        ("not(null)", None),
        ("if null then 1 else 2", 2),
        ("1 + 2 * 3", 7),
        ("-2 + 5", 3),
        ("1 / 0", None),
        ("5 between 1 and 5", True),
        ("5 in [1..4]", False),
        ('"a" in ("a", "b")', True),
        ("[1, 2, 3][1]", 1),
        ("[1, 2, 3][-1]", 3),
        ("[1][2]", None),
        ("{a: {b: 4}}.a.b", 4),
        ('get value({"x-y": 1}, "x-y")', 1),
        ("append([1], 2)", [1, 2]),
        ("remove([1, 2], count([1, 2]))", [1]),
        ("flatten([[1], [], [2, [3]]])", [1, 2, 3]),
        ("distinct values([1, 2, 1])", [1, 2]),
        ("flatten(for i in [1, 2, 3] return if i > 1 then i else [])", [2, 3]),
        ("some i in [1, 2] satisfies i = 2", True),
        ("every i in [1, 2] satisfies i = 2", False),
        ('list contains(["a"], "a")', True),
        ('contains("abc", "b") and starts with("abc", "a") and matches("abc", "^a")', True),
        ('date("2024-02-29") + duration("P1Y")', date(2025, 2, 28)),
        ("today()", date(2026, 3, 1)),
        ('date and time("2026-03-01T12:00:00Z") = now()', True),
        ('now() + duration("PT1H") > now()', True),
        ('date("2026-03-01") = now()', None),
        ('"\\"quoted\\""', '"quoted"'),
    ],
)
def test_expressions_answer_what_the_standard_says(text: str, answer: Value) -> None:
    assert compile_feel(text)(Known()) == answer


def test_an_inner_variable_hides_the_outer_one() -> None:
    assert compile_feel("(for i in [1] return i + j)[1] + i")(Known(i=10, j=100)) == 111


@pytest.mark.parametrize("text", ["1 +", "a == b", "unknown thing(1)", "[1", "{1: 2}", "a b", '"open'])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(FeelError):
        compile_feel(text)(Known())


VALUES = {path: merged_lists(found) for path, found in candidates(program(), JOURNEY, START).items()}
CONDITIONS = tuple({found.text: found for found in conditions_of(program(), JOURNEY)}.values())


@given(number=st.integers(0, 1 << 40), condition=st.sampled_from(CONDITIONS))
def test_a_printed_condition_means_in_feel_what_it_means_to_us(number: int, condition: Condition) -> None:
    draws = Draws(number)
    fields = {path: found[draws.bits("x", path) * len(found) >> 53] for path, found in VALUES.items()}
    contact = Contact("x", {path: value for path, value in fields.items() if value is not None}, NOON)
    item = tuple(program().items.values())[draws.bits("x", "item") % len(program().items)]
    view = ContactView(program(), contact).at(NOON, item=item)
    names = _Contexts(view)
    printed = to_feel(condition.expression, rename=lambda path: path)
    assert compile_feel(printed)(names) == to_feel_value(condition.evaluate(view))


class _Contexts:
    """The view's fields as FEEL contexts, one per root."""

    zone = program().zone

    def __init__(self, view: ContactView) -> None:
        self.view = view

    def lookup(self, name: str) -> Value:
        if name in ("score", "fit"):
            return self.view.value(name)
        paths = {path for condition in CONDITIONS for path in condition.reads.paths if path.startswith(f"{name}.")}
        return {path.partition(".")[2]: to_feel_value(self.view.value(path)) for path in paths}

    def clock(self) -> int:
        return NOON
