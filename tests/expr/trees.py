"""Generated trees: `anything` mixes types at will, `verdicts` makes sense to the checker."""

from __future__ import annotations

import datetime

from hypothesis import strategies as st

from journeyctl.expr.syntax import (
    HISTORY_ARGUMENTS,
    Act,
    And,
    Arithmetic,
    Between,
    Boolean,
    Call,
    Comparator,
    Comparison,
    DateLiteral,
    DurationLiteral,
    Expression,
    Function,
    GroupField,
    History,
    If,
    In,
    InAudience,
    InRange,
    ListLiteral,
    Name,
    Negation,
    Not,
    Null,
    Number,
    Operator,
    Or,
    Quantified,
    Quantifier,
    Text,
)
from journeyctl.expr.values import Value
from journeyctl.units import Duration

Trees = st.SearchStrategy[Expression]

_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_PLAIN = st.sampled_from(("a", "b", "ab", ""))
_NUMBERS = st.integers(-50, 50) | st.decimals(-9, 9, places=2).map(float)
_DATES = st.dates(datetime.date(1, 1, 1))
_DURATIONS = st.builds(Duration, st.integers(0, 10**7), st.just(0), st.integers(0, 30))
_NAMES = st.sampled_from(
    (("contact", "n"), ("contact", "m"), ("contact", "t"), ("contact", "b"), ("contact", "day"), ("clinic", "tags"))
).map(Name)
_LITERALS: Trees = st.one_of(
    st.builds(Number, _NUMBERS), st.builds(Text, _WORDS), st.builds(Boolean, st.booleans()), st.just(Null()),
    st.builds(DateLiteral, _DATES), st.builds(DurationLiteral, _DURATIONS),
)  # fmt: skip
_LEAVES: Trees = st.one_of(
    _LITERALS, _NAMES, st.builds(GroupField, _WORDS, st.sampled_from(("ready", "my_role"))),
    st.builds(InAudience, _WORDS), st.sampled_from((Call(Function.TODAY), Call(Function.NOW))),
)  # fmt: skip


def _negated(term: Expression) -> Expression:
    # The parser reads a minus before a number as part of the number.
    return Number(-term.value) if isinstance(term, Number) else Negation(term)


def _grown(inner: Trees) -> Trees:
    terms = st.lists(inner, min_size=2, max_size=3).map(tuple)
    one_argument = st.sampled_from((Function.COUNT, Function.IS_DEFINED))
    two_arguments = st.sampled_from((Function.CONTAINS, Function.STARTS_WITH, Function.LIST_CONTAINS))
    lists = st.lists(inner, max_size=3).map(tuple).map(ListLiteral)
    return st.one_of(
        st.builds(And, terms), st.builds(Or, terms), st.builds(Not, inner), inner.map(_negated), lists,
        st.builds(Comparison, inner, st.sampled_from(Comparator), inner),
        st.builds(Between, inner, inner, inner), st.builds(InRange, inner, inner, inner),
        st.builds(In, inner, lists | _NAMES), st.builds(Arithmetic, inner, st.sampled_from(Operator), inner),
        st.builds(If, inner, inner, inner),
        st.builds(Quantified, st.sampled_from(Quantifier), st.sampled_from(("v", "w")), inner | _NAMES, inner),
        st.builds(lambda function, value: Call(function, (value,)), one_argument, inner),
        st.builds(lambda function, one, other: Call(function, (one, other)), two_arguments, inner, inner),
        st.builds(lambda one, text: Call(Function.MATCHES, (one, Text(text))), inner, _WORDS),
        st.builds(
            lambda act, given: History(act, **given),
            st.sampled_from(Act), st.dictionaries(st.sampled_from(HISTORY_ARGUMENTS), inner, max_size=2),
        ),
    )  # fmt: skip


anything: Trees = st.recursive(_LEAVES, _grown, max_leaves=12)

values: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), _WORDS, _DATES, _DURATIONS,
    st.datetimes(timezones=st.just(datetime.UTC)), st.datetimes(), st.lists(_WORDS | st.none(), max_size=3).map(tuple),
)  # fmt: skip
any_bindings = st.dictionaries(
    st.sampled_from(("contact.n", "contact.m", "contact.t", "contact.b", "contact.day", "clinic.tags", "sends", "")),
    values,
)

# --- trees whose types fit ---

numbers: Trees = st.recursive(
    st.builds(Number, st.integers(-3, 3)) | st.sampled_from((Name(("contact", "n")), Name(("contact", "m")))),
    lambda inner: st.builds(Arithmetic, inner, st.sampled_from(Operator), inner) | inner.map(_negated),
    max_leaves=3,
)
texts: Trees = st.builds(Text, _PLAIN) | st.just(Name(("contact", "t"))) | st.just(Name(("contact", "u")))
_LISTED: Trees = st.just(Name(("clinic", "tags")))
_TESTS: Trees = st.one_of(
    st.builds(Comparison, numbers, st.sampled_from(Comparator), numbers),
    st.builds(Comparison, texts, st.sampled_from((Comparator.EQUAL, Comparator.UNEQUAL)), texts | st.just(Null())),
    st.builds(Between, numbers, numbers, numbers), st.builds(InRange, numbers, numbers, numbers),
    st.builds(In, texts, st.lists(texts, min_size=1, max_size=3).map(tuple).map(ListLiteral) | _LISTED),
    st.builds(lambda one, other: Call(Function.LIST_CONTAINS, (one, other)), _LISTED, texts),
    st.builds(lambda value: Call(Function.IS_DEFINED, (value,)), texts | numbers),
    st.builds(
        lambda quantifier, text: Quantified(
            quantifier, "v", Name(("clinic", "tags")), Comparison(Name(("v",)), Comparator.EQUAL, text)
        ),
        st.sampled_from(Quantifier), texts,
    ),
    st.just(Name(("contact", "b"))),
)  # fmt: skip
verdicts: Trees = st.recursive(
    _TESTS,
    lambda inner: st.one_of(
        st.builds(And, st.tuples(inner, inner)), st.builds(Or, st.tuples(inner, inner)), st.builds(Not, inner),
        st.builds(If, inner, inner, inner), st.builds(Comparison, inner, st.just(Comparator.EQUAL), inner),
    ),
    max_leaves=5,
)  # fmt: skip
bindings = st.fixed_dictionaries(
    {},
    optional={
        "contact.n": st.none() | st.integers(-3, 3),
        "contact.m": st.integers(-3, 3),
        "contact.t": st.none() | _PLAIN,
        "contact.u": _PLAIN,
        "contact.b": st.booleans(),
        "clinic.tags": st.lists(_PLAIN, max_size=3).map(tuple),
    },
)
