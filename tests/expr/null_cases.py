"""What conditions answer when something is unknown: one table for the evaluator and for every dialect.

Each case: the condition, the names that are known, and the answer. A name that is not bound is unknown.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple

from journeyctl.expr.values import Value

Bindings = dict[str, Value]


class Case(NamedTuple):
    text: str
    bindings: Bindings
    answer: bool | int | float | None


_DAY = datetime.date(2026, 11, 21)
_A: Bindings = {"contact.x": "a"}
_ONE: Bindings = {"contact.n": 1}
_TAGS: Bindings = {"contact.tags": ("a", "b")}

NULL_CASES: tuple[Case, ...] = (
    # equality
    Case('contact.x = "a"', _A, True),
    Case('contact.x = "b"', _A, False),
    Case('contact.x = "a"', {}, None),
    Case('"a" = contact.x', {}, None),
    Case('contact.x != "a"', {}, None),
    Case('contact.x != "a"', _A, False),
    Case("contact.x = contact.y", {}, None),
    Case("contact.x = contact.y", _A, None),
    Case("contact.x != contact.y", _A, None),
    Case("contact.x = contact.y", {"contact.x": "a", "contact.y": "a"}, True),
    Case("contact.b = false", {}, None),
    # the literal null
    Case("contact.x = null", {}, True),
    Case("contact.x = null", _A, False),
    Case("contact.x != null", {}, False),
    Case("contact.x != null", _A, True),
    Case("null = contact.x", {}, True),
    Case("null = null", {}, True),
    Case("null != null", {}, False),
    Case("contact.n + 1 = null", {}, True),
    Case("contact.n + 1 = null", _ONE, False),
    Case("is defined(contact.x)", {}, False),
    Case("is defined(contact.x)", _A, True),
    # order
    Case("contact.n < 2", _ONE, True),
    Case("contact.n < 2", {}, None),
    Case("2 >= contact.n", {}, None),
    Case("contact.n <= contact.m", _ONE, None),
    Case("contact.day < today()", {}, None),
    Case("contact.day <= today()", {"contact.day": _DAY}, True),
    # ranges
    Case("contact.n between 1 and 3", _ONE, True),
    Case("contact.n between 1 and 3", {}, None),
    Case("contact.n between contact.m and 3", _ONE, None),
    Case("contact.n between 5 and contact.m", _ONE, None),
    Case("contact.n in [1..20]", _ONE, True),
    Case("contact.n in [2..20]", _ONE, False),
    Case("contact.n in [1..20]", {}, None),
    # lists
    Case('contact.x in ["a", "b"]', _A, True),
    Case('contact.x in ("b", "c")', _A, False),
    Case('contact.x in ["a", "b"]', {}, None),
    Case('contact.x in ["b", contact.y]', _A, None),
    Case('contact.x in ["a", contact.y]', _A, True),
    Case('contact.x in ["b", null]', _A, None),
    Case('contact.x in ["a", null]', _A, True),
    Case("contact.x in contact.tags", _A | _TAGS, True),
    Case("contact.x in contact.tags", _A, None),
    Case("contact.x in contact.tags", _TAGS, None),
    Case('list contains(contact.tags, "a")', _TAGS, True),
    Case('list contains(contact.tags, "c")', _TAGS, False),
    Case('list contains(contact.tags, "a")', {}, None),
    Case("list contains(contact.tags, contact.x)", _TAGS, None),
    Case("count(contact.tags)", _TAGS, 2),
    Case("count(contact.tags)", {}, None),
    # and, or, not
    Case("contact.a and contact.b", {"contact.a": False}, False),
    Case("contact.a and contact.b", {"contact.a": True}, None),
    Case("contact.a or contact.b", {"contact.a": True}, True),
    Case("contact.a or contact.b", {"contact.a": False}, None),
    Case("not(contact.a)", {}, None),
    Case("not(contact.a)", {"contact.a": True}, False),
    Case('not(contact.x = "a")', {}, None),
    Case('not(contact.x in ["a"])', {}, None),
    Case('contact.x = "a" or contact.x = null', {}, True),
    # if
    Case("if contact.a then 1 else 2", {}, 2),
    Case("if contact.a then 1 else 2", {"contact.a": True}, 1),
    Case('if contact.x != "a" then 1 else 2', {}, 2),
    Case("(if contact.a then contact.n else contact.m) = 1", {"contact.m": 1}, True),
    # some, every
    Case('some t in contact.tags satisfies t = "b"', _TAGS, True),
    Case('every t in contact.tags satisfies t = "b"', _TAGS, False),
    Case('some t in contact.tags satisfies t = "b"', {}, None),
    Case('every t in contact.tags satisfies t = "b"', {}, None),
    Case("some t in contact.tags satisfies t = contact.x", _TAGS, None),
    Case("some t in contact.tags satisfies t = contact.x", {"contact.tags": ()}, False),
    Case("every t in contact.tags satisfies t = contact.x", {"contact.tags": ()}, True),
    # calculation
    Case("contact.n + 1", _ONE, 2),
    Case("contact.n + 1", {}, None),
    Case("-contact.n", {}, None),
    Case("1 / 0", {}, None),
    Case("contact.n / 0 = 1", _ONE, None),
    Case("contact.n * 2 = contact.m", _ONE, None),
    # text
    Case('contains(contact.x, "a")', _A, True),
    Case('contains(contact.x, "a")', {}, None),
    Case('starts with(contact.x, "b")', _A, False),
    Case('starts with("b", contact.x)', {}, None),
    Case('matches(contact.x, "^a$")', _A, True),
    Case('matches(contact.x, "^a$")', {}, None),
    # groups and audiences
    Case('group("g").my_role = "champion"', {}, None),
    Case('group("g").my_role = null', {}, True),
    Case('group("g").completeness >= 0.5', {"g.completeness": 0.7}, True),
    Case('in audience("heads") = true', {}, None),
    Case('not(in audience("heads"))', {"heads": False}, True),
)
