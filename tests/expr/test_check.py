from __future__ import annotations

import pytest
from hypothesis import given

from journeyctl.expr import Field, ProblemKind, Scope, Type, check, compile_expression, parse, to_text, type_of
from journeyctl.expr.scope import PROFILE_ROOTS
from journeyctl.expr.syntax import Expression, children
from tests.expr import trees
from tests.expr.environments import Contact
from tests.expr.null_cases import Bindings

SCOPE = Scope(
    fields={
        "contact.role": Field(Type.TEXT, ("head_of_radiology", "cio")),
        "contact.name": Field(Type.TEXT),
        "contact.country": Field(Type.COUNTRY, ("US", "DE")),
        "contact.home": Field(Type.COUNTRY),
        "contact.language": Field(Type.LOCALE),
        "contact.zone": Field(Type.ZONE),
        "contact.web_topic": Field(Type.TEXT),
        "contact.opted": Field(Type.BOOLEAN),
        "contact.seats": Field(Type.INTEGER),
        "contact.share": Field(Type.NUMBER),
        "clinic.budget": Field(Type.MONEY),
        "clinic.last_purchase": Field(Type.DATE),
        "clinic.modalities": Field(Type.LIST_OF_TEXT, ("CT", "MRI")),
        "clinic.tags": Field(Type.LIST_OF_TEXT),
    },
    items=frozenset({"intro-mri", "workforce-crisis"}),
    topics=frozenset({"mri", "ai"}),
    levels=frozenset({"educational"}),
    lines=frozenset({"ct", "mri"}),
    journeys=frozenset({"head-of-radiology-us"}),
    audiences=frozenset({"radiology-heads-us"}),
    groups=frozenset({"imaging-ai"}),
)


@pytest.mark.parametrize(
    "text",
    [
        'contact.role = "cio" and contact.country = "US"',
        'contact.home in ["US", "DE"] and contact.language = "en-US" and contact.zone = "Europe/Berlin"',
        'account.last_purchase >= today() - duration("P2Y") and contact.opted',
        'journey.entered_at + duration("P7D") < now()',
        'lead.age > duration("P3D") and lead.outcome != "accepted"',
        'now() - journey.entered_at > duration("PT1H")',
        'today() - account.last_purchase > duration("P30D") * 2',
        'duration("P1D") + account.last_purchase > today() - 2 * duration("P1D")',
        "score >= 25 and contact.seats * 2 + 1 < contact.share",
        "account.budget / 2 > 1000 and account.budget / account.budget > contact.share",
        'item.topic = "mri" and item.line in ["ct"] and item.name != "intro-mri" and "x" in item.tags',
        'list contains(account.modalities, "CT") and "MRI" in account.modalities and count(account.tags) > 2',
        'some m in account.modalities satisfies m = "CT"',
        'every t in account.tags satisfies starts with(t, "x")',
        'clicks(topic: "ai", item: "intro-mri", level: "educational", within: duration("P90D"), human: true) >= 1',
        'sends(journey: "head-of-radiology-us") = 0',
        'group("imaging-ai").completeness > 0.7 and group("imaging-ai").my_role = null',
        'group("imaging-ai").ready and list contains(group("imaging-ai").missing_roles, "champion")',
        'in audience("radiology-heads-us")',
        "contact.web_topic != null and is defined(contact.role)",
        "contact.seats between 1 and 20 or contact.seats in [100..200]",
        'if contact.opted then contact.role = "cio" else false',
        '(if contact.opted then contact.role else "cio") = "cio"',
        '(if contact.opted then contact.role else null) = "cio"',
        "(if contact.opted then null else contact.seats) = 1",
        'matches(contact.name, "^[A-Z].*x?$") or contains(contact.name, "y")',
        "-contact.seats < -1 or contact.seats - 1 > 3",
        'account.tags = ["a"] and [1] = [contact.seats]',
        "contact.role in [contact.name, contact.web_topic]",
        "some x in [1, 2] satisfies x = contact.seats",
    ],
)
def test_sensible_conditions_have_no_problem(text: str) -> None:
    assert check(parse(text), SCOPE) == ()


@pytest.mark.parametrize(
    ("text", "kind", "place", "message", "help"),
    [
        ('contact.rol = "cio"', "unknown_name", "contact.rol", "no field 'contact.rol'", "'contact.role'"),
        ("contact.zzzzzz = 1", "unknown_name", "contact.zzzzzz", "no field", "declare it"),
        ('mri = "x"', "unknown_name", "mri", "lacks quotes", 'write "mri"'),
        ('group("imaging").ready', "unknown_name", "*", "no buying group", "imaging-ai"),
        ('in audience("radiology-head-us")', "unknown_name", "*", "no audience", "heads"),
        ("account.last-purchase > today()", "hyphen", "account.last-purchase", "clinic.last_purchase", "write"),
        ('item.name = intro-mri', "hyphen", "intro-mri", "the item 'intro-mri' is text", 'write "intro-mri"'),
        ('contact.role = "coi"', "unknown_text", '"coi"', "'coi' never occurs", "'cio'"),
        ('"coi" != contact.role', "unknown_text", '"coi"', "never occurs", ""),
        ('contact.country in ["US", "FR"]', "unknown_text", '"FR"', "never occurs", "known are DE, US"),
        ('item.line = "xray"', "unknown_text", '"xray"', "never occurs", "known are ct, mri"),
        ('clicks(topic: "ia") > 1', "unknown_text", '"ia"', "no topic 'ia'", "'ai'"),
        ('list contains(account.modalities, "PET")', "unknown_text", '"PET"', "never occurs", "CT, MRI"),
        ('"PET" in account.modalities', "unknown_text", '"PET"', "never occurs", ""),
        ('some m in account.modalities satisfies m = "PET"', "unknown_text", '"PET"', "never occurs", ""),
        ('contact.home = "usa"', "unknown_text", '"usa"', "'usa' is no country", "a country code such as US"),
        ('contact.home in ["DE", "us"]', "unknown_text", '"us"', "'us' is no country", "did you mean 'US'?"),
        ('contact.language = "en_US"', "unknown_text", '"en_US"', "'en_US' is no locale", "did you mean 'en-US'?"),
        ('contact.language = "Welsh?"', "unknown_text", '"Welsh?"', "is no locale", "a language tag such as en-US"),
        ('"Europe/Berln" = contact.zone', "unknown_text", '"Europe/Berln"', "is no zone", "mean 'Europe/Berlin'?"),
        ('contact.zone != "noon"', "unknown_text", '"noon"', "'noon' is no zone", "an IANA name such as Europe/Berlin"),
        ("contact.seats", "wrong_type", "*", "this gives an integer, a boolean", "compare"),
        ("contact.seats and contact.opted", "wrong_type", "contact.seats", "'and' joins conditions", "compare"),
        ("contact.role or contact.opted", "wrong_type", "contact.role", "'or' joins conditions", ""),
        ("not(score)", "wrong_type", "score", "'not' turns", ""),
        ('contact.seats = "5"', "wrong_type", "*", "an integer and a text", "write 5 without"),
        ('contact.seats = "five"', "wrong_type", "*", "do not compare", ""),
        ('contact.opted = "true"', "wrong_type", "*", "a boolean and a text", "write true without"),
        ('"yes" = contact.opted', "wrong_type", "*", "do not compare", "true or false"),
        ("contact.role = 5", "wrong_type", "*", "do not compare", "quotes"),
        ('account.last_purchase > "2026-01-01"', "wrong_type", "*", "", '("2026-01-01")'),
        ('account.last_purchase > "soon"', "wrong_type", "*", "", 'date("2026-11-21")'),
        ('lead.age > "3d"', "wrong_type", "*", "a duration and a text", "duration("),
        ('account.tags = "x"', "wrong_type", "*", "a list of text and a text", "list contains"),
        ("contact.opted > false", "wrong_type", "*", "a boolean has no order", "= or !="),
        ("null <= score", "wrong_type", "*", "null has no order", "= null"),
        ("null in account.tags", "wrong_type", "null", "no value to look for", "= null"),
        ('contact.role in ["cio", null]', "wrong_type", "null", "no value to look for", "or .. = null"),
        ('contact.role in contact.name', "wrong_type", "contact.name", "a list is needed", "write ="),
        ("contact.seats in [today(), 1]", "wrong_type", "today()", "do not compare", ""),
        ("contact.seats in account.tags", "wrong_type", "contact.seats", "do not compare", ""),
        ("contact.seats between 1 and today()", "wrong_type", "*", "a date", ""),
        ("today() * 2 > today()", "wrong_type", "today() * 2", "a date * an integer makes no sense", "duration"),
        ("contact.role + 1 > 2", "wrong_type", "contact.role + 1", "makes no sense", ""),
        ("-contact.role = 1", "wrong_type", "contact.role", "minus cannot turn a text round", ""),
        ("if score then true else false", "wrong_type", "score", "'if' needs a condition", ""),
        ("(if contact.opted then 1 else today()) = 1", "wrong_type", "today()", "'else' a date", "same type"),
        ("some x in score satisfies true = x", "wrong_type", "score", "goes through a list", ""),
        ("some x in account.tags satisfies x", "wrong_type", "x", "'satisfies' needs a condition", ""),
        ('contains(account.tags, "x")', "wrong_type", "account.tags", "takes a text here", "list contains"),
        ("starts with(contact.name, 1)", "wrong_type", "1", "takes a text here", ""),
        ("count(score) > 1", "wrong_type", "score", "takes a list here", ""),
        ("clicks(within: 90) > 1", "wrong_type", "90", "takes a duration, this is an integer", "P90D"),
        ("clicks(topic: 1) > 1", "wrong_type", "1", "takes a text", ""),
        ("account.last_purchase > now()", "date_mix", "*", "do not compare", "write today()"),
        ('journey.entered_at > today() - duration("P2D")', "date_mix", "*", "", "now()"),
        ('journey.entered_at > date("2026-01-01")', "date_mix", "*", "", "same type"),
        ('matches(contact.name, "(a+)+")', "pattern", '"(a+)+"', "a repeated group", ""),
        ("1 = 2", "always_false", "1 = 2", "never be true", ""),
        ("true", "always_true", "true", "", ""),
        ("contact.opted and false", "always_false", "false", "", ""),
        ('contact.role = "cio" and contact.role = "head_of_radiology"', "always_false", "*", "", ""),
        ('contact.role = "cio" or contact.role != "cio"', "always_true", "*", "every known value", ""),
        ('contact.role in ["cio", "head_of_radiology"]', "always_true", "*", "", ""),
        ('contact.name = "a" and contact.name = "b" and contact.opted', "always_false", "*", "", ""),
        ('contact.name = "a" or contact.name != "a" or contact.opted', "always_true", "*", "", ""),
        ("contact.seats > 2 and contact.seats < 3", "always_false", "*", "", ""),
        ("score > 5 or score <= 10", "always_true", "*", "", ""),
        ("contact.opted and not(contact.opted)", "always_false", "*", "", ""),
        ("in audience(\"radiology-heads-us\") or not(in audience(\"radiology-heads-us\"))", "always_true", "*", "", ""),
        ('group("imaging-ai").completeness < 1 and group("imaging-ai").completeness > 2', "always_false", "*", "", ""),
        ('clicks(topic: "ai") >= 0', "always_true", "*", "", ""),
        ("sends() < 0 and contact.opted", "always_false", "sends() < 0", "", ""),
        ("not(opens() < 0)", "always_true", "*", "", ""),
        ("account.last_purchase > date(\"2026-01-01\") and account.last_purchase < date(\"2026-01-02\")",
         "always_false", "*", "", ""),
        ('account.last_purchase > date("9999-12-31")', "always_false", "*", "", ""),
        ("contact.role = null and contact.role = \"cio\"", "always_false", "*", "", ""),
        ("if 1 = 1 then contact.opted else false", "always_true", "1 = 1", "", ""),
        ('some t in account.tags satisfies 1 = 2', "always_false", "1 = 2", "", ""),
    ],
)  # fmt: skip
def test_a_mistake_gives_one_problem_at_its_place(text: str, kind: str, place: str, message: str, help: str) -> None:
    problems = check(parse(text), SCOPE)
    assert len(problems) == 1, problems
    (problem,) = problems
    assert (problem.kind.value, text[problem.start : problem.end]) == (kind, text if place == "*" else place)
    assert message in problem.message
    assert help in problem.help


@pytest.mark.parametrize(
    "text",
    [
        "contact.role != null",
        "contact.role = null",
        "contact.opted = true",
        "contact.opted",
        "contact.seats > 1 and contact.share < 5",
        "contact.share > 2 and contact.share < 3",
        "contact.seats = null or contact.share < 5",
        'account.last_purchase >= date("2026-01-01")',
        "account.last_purchase = null or contact.opted",
        "score < 5 or score > 5",
        "journey.entered_at = null",
        "if contact.opted then true else false",
        'contact.name < "b" and contact.name > "a"',
        "contact.seats + 1 > contact.seats",
        'in audience("radiology-heads-us")',
        "account.tags = []",
    ],
)
def test_verdicts_that_vary_are_left_alone(text: str) -> None:
    assert check(parse(text), SCOPE) == ()


_FIELDS = Scope(
    fields={
        "contact.n": Field(Type.NUMBER), "contact.m": Field(Type.INTEGER), "contact.t": Field(Type.TEXT),
        "contact.u": Field(Type.TEXT), "contact.b": Field(Type.BOOLEAN), "clinic.tags": Field(Type.LIST_OF_TEXT),
    }
)  # fmt: skip


def _nodes(tree: Expression) -> list[Expression]:
    return [tree, *(node for child in children(tree) for node in _nodes(child))]


@given(trees.verdicts, trees.bindings)
def test_verdicts_said_never_to_vary_do_not_vary(generated: Expression, bindings: Bindings) -> None:
    tree = parse(to_text(generated))
    for problem in check(tree, _FIELDS):
        (part, *_) = [node for node in _nodes(tree) if (node.start, node.end) == (problem.start, problem.end)]
        answer = compile_expression(part)(Contact(bindings))
        never = {ProblemKind.ALWAYS_TRUE: False, ProblemKind.ALWAYS_FALSE: True}[problem.kind]
        assert answer is not never


@given(trees.anything)
def test_checking_never_raises(tree: Expression) -> None:
    check(tree, SCOPE, expect=None)


def test_names_that_are_not_at_hand_are_said_to_be_so() -> None:
    scope = Scope(fields=SCOPE.fields, roots=PROFILE_ROOTS)
    texts = ('item.line = "ct"', "lead.open", 'group("x").ready')
    messages = [check(parse(text), scope)[0].message for text in texts]
    assert messages == [
        "no item is at hand here, so 'item.line' has no value",
        "no lead is at hand here, so 'lead.open' has no value",
        "buying groups are not at hand here",
    ]


def test_sets_that_are_not_known_are_not_checked() -> None:
    text = 'item.topic = "x" and in audience("y") and clicks(topic: "z") > 1 and group("g").ready'
    assert check(parse(text), Scope()) == ()
    assert len(check(parse('in audience("y")'), Scope(audiences=frozenset()))) == 1


def test_suggested_names_can_replace_the_place() -> None:
    problems = check(parse('contact.rol = "cio" and contact.role = "coi" and contact.name = intro-mri'), SCOPE)
    assert [problem.replacement for problem in problems] == ["contact.role", '"cio"', '"intro-mri"']


def test_long_lists_of_known_values_are_cut_short() -> None:
    scope = Scope(fields={"contact.role": Field(Type.TEXT, tuple("abcdefghijk"))})
    assert check(parse('contact.role = "zzzz"'), scope)[0].help == "known are a, b, c, d, e, f, g, h, .."


def test_a_hyphen_that_joins_nothing_known_leaves_both_halves_unknown() -> None:
    problems = check(parse("contact.opt-ed > 1"), SCOPE)
    assert [problem.kind for problem in problems] == [ProblemKind.UNKNOWN_NAME] * 2


def test_a_minus_between_blanks_is_no_hyphen() -> None:
    problems = check(parse("account.last - purchase > today()"), SCOPE)
    assert [problem.kind for problem in problems] == [ProblemKind.UNKNOWN_NAME] * 2


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("contact.seats", Type.INTEGER),
        ("contact.seats * 2", Type.INTEGER),
        ("contact.seats / 2", Type.NUMBER),
        ("account.budget * 2", Type.MONEY),
        ("account.budget / account.budget", Type.NUMBER),
        ("0.5", Type.NUMBER),
        ("today()", Type.DATE),
        ("now() - now()", Type.DURATION),
        ('now() + duration("P1D")', Type.DATE_TIME),
        ("null", Type.UNKNOWN),
        ("contact.nothing + 1", Type.UNKNOWN),
        ("[1]", Type.LIST),
        ('["a"]', Type.LIST_OF_TEXT),
        ("if contact.opted then contact.country else contact.country", Type.COUNTRY),
    ],
)
def test_type_of_an_expression(text: str, type_: Type) -> None:
    assert type_of(parse(text), SCOPE) is type_


def test_a_place_can_need_another_type() -> None:
    assert check(parse('today() + duration("P1D")'), SCOPE, expect=Type.DATE) == ()
    assert check(parse("score"), SCOPE, expect=Type.DATE)[0].message == "this gives a number, a date is needed here"
