"""Random small workspaces and scripts: what must hold whatever is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from journeyctl.draws import Draws
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.stimuli import (
    CustomEvent,
    FieldChanged,
    GroupReady,
    OtherMail,
    PageViewed,
    SalesRequested,
    Stimulus,
    Unsubscribed,
)
from tests.semantics.worlds import DAY, ENTRY, HOUR, JOHN, Life, journey, program

VERBS = (
    "send: a", "send: b", "send: {item: c, expire: 3d}",
    "send: {item: d, send_on: {days: tue-thu, between: \"09:00-16:00\"}}",
    "wait: 1d", "wait: 2bd", "listen: {for: 3d, outcomes: {clicked: last, timeout: pause-1}}",
    "listen: {for: 2d, human: {min_delay: 60s}, outcomes: {sales_request: last, opened: last, clicked: last}}",
    "branch: [{when: contact.left, go: last}, {otherwise: pause-1}]",
    "ladder: {house: house, window: 2d, pace: 1d, cold_depth: middle}",
    "ladder: {house: house, window: 1d, asked: last}",
    "ladder: {house: house, window: 1d, repeat: {after: 5d}, breadth: 1, exhausted: last}",
    "update: {contact.stage: engaged}", "update: {score: {add: 10}}",
    "split: {x: {share: 50%, go: last}, y: {share: 50%, holdout: true}}",
    "handoff: {desk: sales, outcomes: {}}", "enter: {journey: child, then: last}",
)  # fmt: skip
EXITS = (
    "{event: unsubscribed, end: out}", "{event: sales_request, go: last}", "{when: contact.left, end: gone}",
    "{event: mql, end: hot}", "{event: clicked, go: last}", "{event: consent_lost, go: last}",
    "{event: webinar, go: step-1}",
)  # fmt: skip
POLICIES = """
kind: policies
consent: {{purposes: {{marketing: contact.consent_marketing}}}}
caps: [{{name: cap, channel: email, max: {most}, per: {per}d, window: {window}, over: {over}, zone: UTC}}]
{quiet}
suppressions: [{{name: down, when: hospital.open_ticket, then: {then}}}]
"""
SCORING = (
    "kind: scoring\npoints: {opened: 1, clicked: 5, webinar: 15}\ndecay: {half_life: 10d}\nmql: {score: 20, again: 5d}"
)


@dataclass(frozen=True)
class Cap:
    most: int
    per: int
    window: str


@dataclass(frozen=True)
class World:
    documents: tuple[str, ...]
    cap: Cap


@st.composite
def walks(draw: st.DrawFn, name: str) -> str:
    verbs = draw(st.lists(st.sampled_from(VERBS if name != "child" else VERBS[:-1]), min_size=2, max_size=4))
    # A wait behind every step keeps loops from running on the spot.
    steps = [f"- {{id: step-{n}, {verb}, next: pause-{n}}}" if not verb.startswith(("branch", "split")) else
             f"- {{id: step-{n}, {verb}}}" for n, verb in enumerate(verbs)]  # fmt: skip
    text = "\n".join(f"{step}\n- {{id: pause-{n}, wait: 6h}}" for n, step in enumerate(steps))
    text += "\n- {id: last, wait: 1d, next: over}\n- {id: over, end: over}\n"
    exits = draw(st.lists(st.sampled_from(EXITS), max_size=3, unique=True))
    again = draw(st.sampled_from(["never", "always", "{after: 3d}"]))
    entry = f"{{again: {again}}}" if name != "child" else "audience: customers"
    return journey(
        text, exits=f"[{', '.join(exits)}]", entry=entry, name=name, priority=draw(st.sampled_from([10, 50]))
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    cap = Cap(draw(st.integers(1, 3)), draw(st.sampled_from([1, 7])), draw(st.sampled_from(["rolling", "calendar"])))
    quiet = draw(st.sampled_from(["", 'quiet_hours: {send_between: "08:00-18:00", days: mon-fri, zone: UTC}']))
    policies = POLICIES.format(
        most=cap.most, per=cap.per, window=cap.window, over=draw(st.sampled_from(["defer", "skip"])), quiet=quiet,
        then=draw(st.sampled_from(["defer", "skip"])),
    )  # fmt: skip
    names = draw(st.sampled_from([("one",), ("one", "two")]))
    return World((policies, SCORING, draw(walks("child")), *(draw(walks(name)) for name in names)), cap)


MOMENTS = st.integers(0, 25 * 24).map(lambda hours: hours * HOUR)
FACTS = st.sampled_from([
    FieldChanged("hospital.open_ticket", value=True), FieldChanged("hospital.open_ticket", value=False),
    FieldChanged("contact.consent_marketing", value=True), FieldChanged("contact.consent_marketing", value=None),
    FieldChanged("contact.left", value=True), FieldChanged("contact.deliverable", value=True), OtherMail("ct"),
    SalesRequested(), Unsubscribed(), PageViewed(), CustomEvent("webinar"), GroupReady("g"),
])  # fmt: skip
REACTIONS = st.dictionaries(
    st.sampled_from("abcde"),
    st.lists(
        st.tuples(st.sampled_from(["opened", "clicked", "asked", "bounced", "soft", "every_link", "unsubscribed"]),
                  st.sampled_from([1, 60, HOUR, DAY, 2 * DAY, 3 * DAY])),
        max_size=3,
    ),
)  # fmt: skip


def lived(world: World, facts: list[tuple[int, Stimulus]], reactions: dict[str, list[tuple[str, int]]]) -> Life:
    found = Life(
        program(*world.documents),
        reactions=reactions,
        draws=Draws(5),
        journeys=["one", "two"][: len(world.documents) - 3],
    )
    for moment, fact in facts:
        found.post(moment, fact)
    return found.run(30 * DAY)


@settings(max_examples=40)
@given(worlds(), st.lists(st.tuples(MOMENTS, FACTS), max_size=8), REACTIONS)
def test_whatever_is_written(
    world: World, facts: list[tuple[int, Stimulus]], reactions: dict[str, list[tuple[str, int]]]
) -> None:
    found = lived(world, facts, reactions)
    check_caps(world.cap, found.effects)
    check_consent(found.effects)
    check_requests(found)
    check_visits(found)
    assert not found.contact.stuck
    assert lived(world, facts, reactions).effects == found.effects
    check_posting_order(world, facts, reactions, found)


def check_caps(cap: Cap, effects: list[Effect]) -> None:
    """At no send of ours did its window hold more than the cap; other lines' mail takes room and is not held back."""
    counted: list[int] = []
    for effect in effects:
        if effect.kind is Kind.DELIVERED and effect.reason == "other_mail":
            counted.append(effect.time)
        if effect.kind is Kind.SENT:
            counted.append(effect.time)
            assert sum(in_window(cap, time, effect.time) for time in counted) <= cap.most


def in_window(cap: Cap, time: int, now: int) -> bool:
    if cap.window == "rolling":
        return now - cap.per * DAY < time <= now
    start = now // DAY if cap.per == 1 else (now // DAY + 3) // 7
    return (time // DAY if cap.per == 1 else (time // DAY + 3) // 7) == start


def check_consent(effects: list[Effect]) -> None:
    consent: object = JOHN["contact.consent_marketing"]
    deliverable = True
    for effect in effects:
        if effect.kind is Kind.UNSUBSCRIBED:
            consent = False
        elif effect.kind is Kind.FACT and effect.reason.startswith("contact.consent_marketing="):
            consent = effect.reason.endswith("=true")
        elif effect.kind is Kind.BOUNCED and effect.reason == "hard":
            deliverable = False
        elif effect.kind is Kind.FACT and effect.reason.startswith("contact.deliverable="):
            deliverable = True
        elif effect.kind in (Kind.SENT, Kind.ENTERED):
            assert consent is True
            assert deliverable or effect.kind is Kind.ENTERED


def check_requests(found: Life) -> None:
    """Every requested send ends in sent, skipped, dropped, or is still waiting at the gate."""
    ends = Counter(
        (e.journey, e.visit, e.item) for e in found.effects
        if e.kind in (Kind.SENT, Kind.SKIPPED) or (e.kind is Kind.DROPPED and e.reason == "gate")
    )  # fmt: skip
    for visit in found.contact.visits.values():
        if visit.pending is not None:
            ends[visit.journey, visit.number, getattr(visit.graph.ops[visit.op], "item", "")] += 1
    assert ends == Counter((e.journey, e.visit, e.item) for e in found.of(Kind.REQUESTED_SEND))


def check_visits(found: Life) -> None:
    """Every visit begins once, ends at most once, and only visits that have not ended are still there."""
    entered = [(e.journey, e.visit) for e in found.of(Kind.ENTERED)]
    ended = [(e.journey, e.visit) for e in found.of(Kind.ENDED)]
    assert len(set(entered)) == len(entered)
    assert len(set(ended)) == len(ended)
    still = {(visit.journey, visit.number) for visit in found.contact.visits.values()}
    assert set(entered) - set(ended) == still
    times = [effect.time for effect in found.effects]
    assert times == sorted(times)
    assert all(effect.time >= ENTRY - 6 * HOUR for effect in found.effects)


def check_posting_order(
    world: World, facts: list[tuple[int, Stimulus]], reactions: dict[str, list[tuple[str, int]]], found: Life
) -> None:
    """Posting in another order changes nothing, but for several values of one field at one second."""
    fields = Counter((moment, fact.path) for moment, fact in facts if isinstance(fact, FieldChanged))
    if all(count == 1 for count in fields.values()):
        assert lived(world, facts[::-1], reactions).effects == found.effects
