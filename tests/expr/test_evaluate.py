from __future__ import annotations

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyctl.expr import compile_expression, holds, parse
from journeyctl.expr.syntax import And, Call, Expression, Function, Name, Not, Operator, Or
from journeyctl.expr.syntax import Comparator as Is
from journeyctl.expr.values import Value, calculate, compare, equal, member, shifted, sort_of, within
from journeyctl.units import Duration
from tests.expr import trees
from tests.expr.environments import NOW, TODAY, Contact
from tests.expr.null_cases import NULL_CASES, Bindings, Case

UTC = datetime.UTC


def _answer(text: str, **values: Value) -> Value:
    return compile_expression(parse(text))(Contact(values))


@pytest.mark.parametrize("case", NULL_CASES, ids=lambda case: f"{case.text} | {case.bindings}")
def test_unknown_values_answer_as_the_table_says(case: Case) -> None:
    answer = compile_expression(parse(case.text))(Contact(case.bindings))
    assert (answer, type(answer)) == (case.answer, type(case.answer))


@given(trees.anything, trees.any_bindings, st.integers(-(10**13), 10**13))
def test_evaluation_never_raises(tree: Expression, bindings: Bindings, moment: int) -> None:
    answer = compile_expression(tree)(Contact(bindings, moment))
    assert answer is None or sort_of(answer) is not None


_P, _Q, _R = (Name((name,)) for name in "pqr")
_LAWS = {
    "de morgan of and": (Not(And((_P, _Q))), Or((Not(_P), Not(_Q)))),
    "de morgan of or": (Not(Or((_P, _Q))), And((Not(_P), Not(_Q)))),
    "double negation": (Not(Not(_P)), And((_P, _P))),
    "commutative and": (And((_P, _Q)), And((_Q, _P))),
    "commutative or": (Or((_P, _Q)), Or((_Q, _P))),
    "associative and": (And((_P, And((_Q, _R)))), And((_P, _Q, _R))),
    "distributive": (And((_P, Or((_Q, _R)))), Or((And((_P, _Q)), And((_P, _R))))),
    "absorption": (Or((_P, And((_P, _Q)))), And((_P, Or((_P, _Q))))),
}


@pytest.mark.parametrize("law", _LAWS)
def test_laws_of_three_valued_logic_hold(law: str) -> None:
    left, right = map(compile_expression, _LAWS[law])
    for truths in itertools.product((True, False, None), repeat=3):
        contact = Contact(dict(zip("pqr", truths, strict=True)))
        assert left(contact) is right(contact)


def test_only_true_takes_a_branch() -> None:
    assert [holds(value) for value in (True, False, None, 1, "true", ("a",))] == [True] + [False] * 5


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('today() - duration("P2Y")', datetime.date(2024, 11, 21)),
        ('duration("P2Y") + today()', datetime.date(2028, 11, 21)),
        ('date("2024-02-29") + duration("P1Y")', datetime.date(2025, 2, 28)),
        ('date("2026-01-31") + duration("P1M1D")', datetime.date(2026, 3, 1)),
        ('date("2100-03-31") - duration("P1M")', datetime.date(2100, 2, 28)),
        ('date("2026-05-31") - duration("P1M")', datetime.date(2026, 4, 30)),
        ('today() - duration("PT48H")', datetime.date(2026, 11, 19)),
        ('today() + duration("PT47H")', datetime.date(2026, 11, 22)),
        ('date("0001-01-01") - duration("P1D")', None),
        ('date("9999-12-31") + duration("P1M")', None),
        ('date("2026-11-21") - date("2026-11-20")', Duration(86_400)),
        ('now() - duration("PT1H")', datetime.datetime(2026, 11, 21, 11, tzinfo=UTC)),
        ("now() - now()", Duration()),
        ("now() - today()", None),
        ("now() > today()", None),
        ("today() + today()", None),
        ("today() * 2", None),
        ('duration("P1D") + duration("P1M")', Duration(86_400, 0, 1)),
        ('duration("P1D") - duration("PT24H") = duration("PT0S")', True),
        ('duration("P1D") * 2', Duration(172_800)),
        ('2 * duration("P1D")', Duration(172_800)),
        ('duration("P1D") * 1.5', None),
        ('duration("P1D") / 2', None),
        ('-duration("P1D")', Duration(-86_400)),
        ('duration("P1M") > duration("P30D")', None),
        ('duration("P1Y") = duration("P12M")', True),
        ('duration("P1M1D") > duration("P1M")', True),
        ("6 / 3", 2),
        ("1 / 4", 0.25),
        ("1 = 1.0", True),
        ("true = 1", None),
        ("true + 1", None),
        ("-true", None),
        ('"a" < "b"', True),
        ('["a"] < ["b"]', None),
        ('["a", "b"] = ["a", "b"]', True),
        ('["a"] = ["b"]', False),
        ('["a"] = ["a", "b"]', False),
        ('["a", null] = ["a", "b"]', None),
        ('["a", null] = ["b", "b"]', False),
        ('1 in ["a"]', None),
        ("1 in 1", None),
        ("1 < null", None),
        ('count("ab")', None),
        ('matches("ab", "(a+)+")', None),
        ("if null then 1 else 2", 2),
    ],
)
def test_calculations_answer(text: str, answer: Value) -> None:
    found = _answer(text)
    assert (found, type(found)) == (answer, type(answer))


def test_boundary_day_of_two_years_counts() -> None:
    condition = compile_expression(parse('account.last_purchase >= today() - duration("P2Y")'))
    days = [datetime.date(2024, 11, 20), datetime.date(2024, 11, 21), TODAY]
    assert [condition(Contact({"clinic.last_purchase": day})) for day in days] == [False, True, True]


def test_moving_a_date_again_uses_the_new_date() -> None:
    moved = compile_expression(parse('contact.day + duration("P1D")'))
    days = (TODAY, datetime.date(2020, 1, 1), None, TODAY)
    answers = [moved(Contact({"contact.day": day})) for day in days]
    assert answers == [datetime.date(2026, 11, 22), datetime.date(2020, 1, 2), None, datetime.date(2026, 11, 22)]


def test_history_is_asked_with_all_arguments() -> None:
    contact = Contact({"clicks": 3})
    text = 'clicks(topic: "ai", within: duration("P90D"), human: true) >= 3'
    assert compile_expression(parse(text))(contact) is True
    assert contact.asked == [
        {
            "kind": "clicks", "item": None, "topic": "ai", "level": None, "journey": None,
            "within": Duration(90 * 86_400), "human": True,
        }
    ]  # fmt: skip


def test_history_is_asked_with_what_an_argument_says_of_the_contact() -> None:
    contact = Contact({"sends": 1, "contact.item": "intro"})
    assert compile_expression(parse("sends(item: contact.item, human: false) = 1"))(contact) is True
    assert [(asked["item"], asked["human"], asked["topic"]) for asked in contact.asked] == [("intro", False, None)]
    assert compile_expression(parse("sends(item: contact.item) = 1"))(Contact({"contact.item": 7})) is None
    assert compile_expression(parse("sends(item: 7) = 0"))(contact) is None
    assert len(contact.asked) == 1


def test_history_with_an_unknown_argument_is_unknown_and_not_asked() -> None:
    contact = Contact()
    assert compile_expression(parse("sends(item: contact.item) = 0"))(contact) is None
    assert contact.asked == []


def test_variables_hide_nothing_else() -> None:
    text = (
        'some x in contact.tags satisfies x = contact.x and clicks() = 0 and in audience("h") and today() < contact.day'
    )
    contact = Contact({"contact.tags": ("a", "b"), "contact.x": "b", "h": True, "contact.day": datetime.date.max})
    assert compile_expression(parse(text))(contact) is True


def test_nested_variables_of_one_name_mean_the_inner_one() -> None:
    assert _answer('some x in ["a"] satisfies some x in ["b"] satisfies x = "b"') is True


def test_equal_trees_share_one_function() -> None:
    assert compile_expression(parse("a = 1")) is compile_expression(parse(" a  = 1"))


def test_calls_with_the_wrong_number_of_values_are_refused_when_compiled() -> None:
    with pytest.raises(TypeError, match=r"count\(..\) does not take 0 values"):
        compile_expression(Call(Function.COUNT))


def test_moments_without_a_zone_never_compare() -> None:
    naive = datetime.datetime(2026, 1, 1)  # noqa: DTZ001  # the point of the test
    aware = naive.replace(tzinfo=UTC)
    assert (equal(naive, aware), compare(naive, Is.LESS, aware)) == (None, None)
    assert calculate(naive, Operator.MINUS, aware) is None
    assert within(aware, aware, aware) is True


def test_business_days_need_a_calendar() -> None:
    assert shifted(TODAY, Duration(business_days=2)) is None
    assert equal(Duration(business_days=2), Duration(172_800)) is None


@pytest.mark.parametrize("huge", [10**400, 1e308])
def test_results_out_of_range_are_unknown(huge: float) -> None:
    assert calculate(huge, Operator.TIMES, 1e308) is None
    assert calculate(TODAY, Operator.PLUS, Duration(seconds=10**20)) is None


def test_strange_objects_are_unknown() -> None:
    strange: Value = object()  # type: ignore[assignment]  # what a careless environment might hand over
    assert (equal(strange, strange), compare(strange, Is.LESS, 1), member(strange, (1,))) == (None, None, None)


def test_now_is_the_moment_in_utc() -> None:
    assert _answer("now()") == datetime.datetime.fromtimestamp(NOW, UTC)


@pytest.mark.parametrize("moment", [-(10**13), 10**13, 10**30])
def test_moments_beyond_the_calendar_are_unknown(moment: int) -> None:
    assert compile_expression(parse("now()"))(Contact(moment=moment)) is None
