from __future__ import annotations

import pytest

from journeyctl.expr import Reads, parse, reads, variable_name
from journeyctl.expr.syntax import GroupField, History, InAudience


def _paths(*paths: str) -> Reads:
    return Reads(paths=frozenset(paths))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('account.x = "a" or contact.y', _paths("clinic.x", "contact.y")),
        ("1 = 2", Reads()),
        ("some t in contact.tags satisfies t = contact.x", _paths("contact.tags", "contact.x")),
        ("(some t in contact.tags satisfies t = 1) and t", _paths("contact.tags", "t")),
        ("clicks(item: contact.item) > 1", Reads(frozenset({"contact.item"}), frozenset({"clicks"}))),
        ('opens(within: duration("P1D")) > sends()', Reads(history=frozenset({"opens", "sends"}), uses_time=True)),
        ('group("g").ready and in audience("h")', Reads(groups=frozenset({"g"}), audiences=frozenset({"h"}))),
        ("contact.day < today()", Reads(frozenset({"contact.day"}), uses_time=True)),
        ("now() = now()", Reads(uses_time=True)),
        ("lead.age = null", Reads(frozenset({"lead.age"}), uses_time=True)),
        ("count(contact.tags) > 1", _paths("contact.tags")),
    ],
)
def test_an_expression_reads_what_it_names(text: str, expected: Reads) -> None:
    assert reads(parse(text)) == expected


def test_a_name_that_is_taken_to_stand_still_moves_nothing_and_the_clock_still_does() -> None:
    entered = frozenset({"journey.entered_at"})
    for text, moves in (('journey.entered_at + duration("P7D")', False), ("journey.entered_at < now()", True)):
        tree = parse(text)
        assert reads(tree).uses_time
        assert reads(tree, still=entered) == Reads(entered, uses_time=moves)
        assert reads(tree, still=entered).is_volatile is moves


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("clicks()", "clicks"),
        ('clicks(within: duration("P90D"), topic: "ai")', "clicks__topic_ai__within_p90d"),
        ("opens(human: false)", "opens__human_false"),
        ("opens(human: contact.x)", None),
        ('group("imaging-ai").my_role', "group__imaging_ai__my_role"),
        ('in audience("a-b")', "in_audience__a_b"),
    ],
)
def test_questions_have_one_variable_name(text: str, name: str | None) -> None:
    tree = parse(text)
    assert isinstance(tree, (History, GroupField, InAudience))
    assert variable_name(tree) == name
