"""A contact that lives through a new version of its journey moves over where it safely can."""

from __future__ import annotations

from journeyctl.semantics.effects import Effect, Kind
from journeyctl.semantics.machine import Machine
from journeyctl.semantics.stimuli import Clicked
from tests.semantics.worlds import DAY, ENTRY, Life, journey, program

OLD = """
- {id: first, wait: 10d}
- {id: second, send: a}
- {id: third, wait: 5d}
- {id: last, end: old}
"""


def _upgraded(
    old: str, new: str, *, after: int, then: int = 60 * DAY, removed: dict[str, str] | None = None
) -> list[Effect]:
    """The effects of a contact that gets the new version `after` seconds after its entry."""
    life = Life(program(journey(old)))
    life.run(after)
    head: dict[str, object] = {} if removed is None else {"removed": removed}
    life.machine = Machine(program(journey(new, **head)), life.machine.rules.draws)
    life.effects.extend(life.machine.upgrade(life.contact, ENTRY + after))
    life.run(then)
    return life.effects


def _ends(effects: list[Effect]) -> list[str]:
    return [effect.reason for effect in effects if effect.kind is Kind.ENDED]


def test_a_contact_goes_on_in_the_new_version_at_a_step_that_both_have() -> None:
    effects = _upgraded(OLD, OLD.replace("end: old", "end: new"), after=DAY)
    assert _ends(effects) == ["new"]


def test_a_wait_in_progress_keeps_its_length() -> None:
    effects = _upgraded(OLD, OLD.replace("wait: 10d", "wait: 20d"), after=DAY)
    sent = next(effect for effect in effects if effect.kind is Kind.SENT)
    assert sent.time == ENTRY + 10 * DAY


def test_a_step_with_another_verb_is_finished_as_it_was_and_the_next_one_is_the_new_versions() -> None:
    new = OLD.replace("{id: first, wait: 10d}", "{id: first, update: {score: {add: 1}}}").replace(
        "end: old", "end: new"
    )
    effects = _upgraded(OLD, new, after=DAY)
    assert next(effect for effect in effects if effect.kind is Kind.SENT).time == ENTRY + 10 * DAY
    assert _ends(effects) == ["new"]


def test_a_removed_step_leads_where_the_journey_says() -> None:
    new = "\n".join(line for line in OLD.splitlines() if "first" not in line).replace("end: old", "end: new")
    effects = _upgraded(OLD, new, after=DAY, removed={"first": "third"})
    assert [effect.reason for effect in effects if effect.kind is Kind.DROPPED] == ["wait"]
    assert not [effect for effect in effects if effect.kind is Kind.SENT]
    assert _ends(effects) == ["new"]


def test_a_removed_step_without_a_word_ends_the_visit_counted() -> None:
    new = "\n".join(line for line in OLD.splitlines() if "first" not in line)
    assert _ends(_upgraded(OLD, new, after=DAY)) == ["version_removed"]


def test_a_removed_step_that_comes_later_is_met_when_it_comes() -> None:
    new = "\n".join(line for line in OLD.splitlines() if "second" not in line).replace("end: old", "end: new")
    effects = _upgraded(OLD, new, after=DAY)
    assert not [effect for effect in effects if effect.kind is Kind.SENT]
    assert _ends(effects) == ["new"]


def test_an_outdated_visit_whose_next_step_is_gone_follows_the_removal() -> None:
    new = """
    - {id: first, update: {score: {add: 1}}}
    - {id: third, wait: 5d}
    - {id: last, end: new}
    """
    assert _ends(_upgraded(OLD, new, after=DAY)) == ["version_removed"]
    effects = _upgraded(OLD, new, after=DAY, removed={"second": "third"})
    assert _ends(effects) == ["new"]
    assert not [effect for effect in effects if effect.kind is Kind.SENT]


def test_a_ladder_without_the_offered_item_goes_on_with_the_next_offer() -> None:
    ladder = "[{id: walk, ladder: {house: house, window: 7d, exhausted: done}}, {id: done, end: done}]"
    life = Life(program(journey(ladder)))
    life.run(DAY)
    visit = life.contact.visits["walk"]
    assert visit.op == "walk/a/listen"
    catalog = "kind: catalog\nname: house\nlevels: [top]\ntopics: {t: T}\nitems:\n  z: {level: top, topic: t}\n"
    life.machine = Machine(program(journey(ladder), catalog), life.machine.rules.draws)
    life.effects.extend(life.machine.upgrade(life.contact, ENTRY + DAY))
    assert life.contact.visits["walk"].op == "walk/offer"
    life.machine.post(life.contact, ENTRY + DAY + 60, Clicked("a", 1))
    life.run(2 * DAY)
    clicks = [effect for effect in life.effects if effect.kind is Kind.CLICKED]
    assert [(effect.item, effect.line) for effect in clicks] == [("a", "")], "a late reaction to a dropped item counts"
    assert [effect.item for effect in life.effects if effect.kind is Kind.SENT] == ["a"], (
        "the group stays as it was set"
    )
    assert _ends(life.effects) == ["done"]


def test_an_item_that_is_gone_is_skipped_by_a_visit_that_still_wants_it() -> None:
    old = "[{id: walk, wait: 2d}, {id: mail, send: a}, {id: done, end: done}]"
    new = "[{id: walk, update: {score: {add: 1}}}, {id: mail, wait: 1d}, {id: done, end: done}]"
    life = Life(program(journey(old)))
    life.run(DAY)
    catalog = "kind: catalog\nname: house\nlevels: [top]\ntopics: {t: T}\nitems:\n  z: {level: top, topic: t}\n"
    life.machine = Machine(program(journey(new), catalog), life.machine.rules.draws)
    life.effects.extend(life.machine.upgrade(life.contact, ENTRY + DAY))
    life.run()
    assert [effect.reason for effect in life.effects if effect.kind is Kind.SKIPPED] == ["not_available"]
    assert _ends(life.effects) == ["done"]


def test_a_journey_that_is_gone_ends_its_visits() -> None:
    life = Life(program(journey(OLD)))
    life.run(DAY)
    life.machine = Machine(program(journey(OLD, name="other")), life.machine.rules.draws)
    assert _ends(life.machine.upgrade(life.contact, ENTRY + DAY)) == ["version_removed"]


def test_a_journey_that_is_gone_takes_the_one_it_waited_for_with_it() -> None:
    parent = journey("[{id: c, enter: {journey: child, then: d}}, {id: d, end: done}]", priority=90)
    child = journey("[{id: w, wait: 9d}]", name="child", entry="when: {event: webinar}")
    life = Life(program(parent, child))
    life.run(DAY)
    life.machine = Machine(program(journey("[{id: w, wait: 1d}]", name="another")), life.machine.rules.draws)
    ended = [(effect.journey, effect.reason) for effect in life.machine.upgrade(life.contact, ENTRY + DAY)]
    assert ended == [("walk", "child"), ("child", "wait"), ("child", "parent-left"), ("walk", "version_removed")]


def test_the_same_version_changes_nothing() -> None:
    same = _upgraded(OLD, OLD, after=DAY)
    assert same == Life(program(journey(OLD))).run(60 * DAY).effects
