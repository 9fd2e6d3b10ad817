"""Accounts that must balance, and that a broken record is told by which of them does not."""

from __future__ import annotations

import pytest

from journeyctl.results.identities import Violation, violations
from journeyctl.results.measures import CapTerms
from journeyctl.results.record import joined
from journeyctl.semantics.effects import Kind
from tests.results.events import WEEK, Event, at, event, lead, message, record_of

CAP = CapTerms(name="weekly", maximum=1, channel="email", seconds=WEEK)


def visit(person: str, kind: Kind, day: float, *, number: int = 1, reason: str = "", item: str = "") -> Event:
    return event(person, at(day), kind, journey="j", visit=number, reason=reason, item=item)


SOUND = [
    visit("a", Kind.ENTERED, 0),
    visit("a", Kind.REQUESTED_SEND, 1, item="a"),
    *message("a", at(1), opened=1, clicked=1),
    visit("a", Kind.REQUESTED_SEND, 2, item="b"),
    visit("a", Kind.SKIPPED, 2, item="b", reason="expired"),
    visit("a", Kind.REQUESTED_SEND, 3, item="c"),
    visit("a", Kind.DROPPED, 4, item="c", reason="gate"),
    *lead("a", at(4), called=at(5), outcome=Kind.ACCEPTED, closed=at(6)),
    visit("a", Kind.ENDED, 7),
    visit("a", Kind.ENTERED, 8, number=2),
    visit("a", Kind.REQUESTED_SEND, 9, number=2, item="d"),
    visit("b", Kind.ENTERED, 8),
    *lead("b", at(9)),
    event("b", at(10), Kind.MERGED, journey="j", lead="b", desk="d", reason="request"),
    event("b", at(10), Kind.DELIVERED, channel="email", reason="other_mail"),
]


def test_a_sound_record_balances() -> None:
    assert violations(record_of(*SOUND), caps=[CAP], inside={"j": 2, "never": 0}) == ()
    assert violations(record_of()) == ()


@pytest.mark.parametrize(
    ("events", "identity", "numbers"),
    [
        ([visit("a", Kind.ENTERED, 1)], "a visit begins once", (0, 1)),
        ([visit("a", Kind.ENDED, 9)], "a visit ends once", (0, 1)),
        ([visit("c", Kind.ENDED, 9)], "what ends has begun", (0, 1)),
        # Asked for, never answered, and the visit is over.
        ([visit("a", Kind.REQUESTED_SEND, 6)], "wishes = sent + skipped + pending + dropped", (5, 4)),
        ([visit("a", Kind.REQUESTED_SEND, 9, number=2)], "wishes = sent + skipped + pending + dropped", (5, 3)),
        ([visit("a", Kind.SKIPPED, 6)], "wishes = sent + skipped + pending + dropped", (4, 5)),
        # One wish too many in one visit, one answer too many in another.
        (
            [visit("b", Kind.SKIPPED, 9), visit("a", Kind.REQUESTED_SEND, 6)],
            "every visit's wishes are answered",
            (0, 2),
        ),
        ([event("a", at(1), Kind.DELIVERED, item="z", send=1)], "sent = delivered + bounced", (1, 2)),
        ([event("a", at(2), Kind.CLICKED, item="z", send=1)], "only what was delivered is opened or clicked", (0, 1)),
        (lead("a", at(4))[:1], "lead causes = final + in work + merged", (4, 3)),
        ([event("a", at(8), Kind.EXPIRED, lead="a")], "a lead ends once", (0, 1)),
        ([event("b", at(8), Kind.EXPIRED, lead="b")], "no lead ends before it is made", (0, 1)),
        ([event("b", at(8), Kind.MERGED, lead="b")], "what joins a lead finds it open", (0, 1)),
        (
            [event("a", at(day), kind, lead="a") for day, kind in ((7, Kind.SYNCED), (8, Kind.MERGED))],
            "what joins a lead finds it open",
            (0, 1),
        ),
        ([event("c", at(8), Kind.ATTEMPTED, lead="nobody's")], "the desk works on leads that were made", (0, 1)),
    ],
)
def test_each_identity_notices_its_violation(events: list[Event], identity: str, numbers: tuple[int, int]) -> None:
    found = {bad.identity: (bad.expected, bad.found) for bad in violations(record_of(*SOUND, *events))}
    assert found.get(identity) == numbers


def test_the_engine_s_own_count_must_agree() -> None:
    found = violations(record_of(*SOUND), inside={"j": 3})
    assert found == (Violation("entered = ended + inside", 3, 4, "j"),)
    assert str(found[0]) == "entered = ended + inside in 'j': 3 against 4"


def test_a_message_sent_twice_under_one_number_is_noticed() -> None:
    twice = [*message("x", at(1)), *message("x", at(2))]
    assert "the n-th send of an item to a contact is sent once" in {
        bad.identity for bad in violations(record_of(*twice))
    }


def test_a_bounce_is_the_other_way_a_send_can_end() -> None:
    about: dict[str, str | int] = {"journey": "j", "visit": 2, "item": "d", "send": 1}
    more = [event("a", at(9), Kind.SENT, **about), event("a", at(9), Kind.BOUNCED, reason="soft", **about)]
    assert violations(record_of(*SOUND, *more)) == ()


def test_breaches_name_the_cap() -> None:
    events = [*message("x", at(1)), *message("x", at(2), send=2)]
    found = [bad for bad in violations(record_of(*events), caps=[CAP]) if bad.where == "weekly"]
    assert [str(bad) for bad in found] == ["no own send over a cap in 'weekly': 0 against 1"]


def test_identities_hold_for_one_replication() -> None:
    with pytest.raises(ValueError, match="one replication"):
        violations(joined([record_of(*SOUND), record_of(*SOUND, replication=1)]))
