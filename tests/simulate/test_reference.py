"""The reference engine: rows that depend on nothing but the inputs, and identities that hold for every row."""

from __future__ import annotations

import dataclasses
import gc
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from journeyctl.draws import Draws
from journeyctl.model.specification import Workspace
from journeyctl.results.record import EventRow
from journeyctl.semantics import machine
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.lead import FINAL
from journeyctl.simulate import run as run_module
from journeyctl.simulate.finished import Finished
from journeyctl.simulate.person import FieldQuestion
from journeyctl.simulate.reference import simulate
from journeyctl.simulate.run import launches_of, run, scenario_of, world_of
from journeyctl.simulate.world import World
from journeyctl.spec import comparison, load, with_set

ROOT = Path(__file__).parents[2]
WEEK = 7 * 86_400
SMALL = (("population.accounts.contacts", 500), ("length", "6w"))


@cache
def workspace() -> Workspace:
    return with_set(load(ROOT), SMALL, scenario="us-pilot")


@cache
def world(scenario: str = "us-pilot") -> World:
    return world_of(workspace(), scenario, Draws(7))


@cache
def finished(replication: int = 0) -> Finished:
    return run(world(), Draws(7, replication))


@cache
def rows() -> tuple[EventRow, ...]:
    return tuple(finished().record.record().rows())


def digest(done: Finished) -> str:
    return done.record.record().digest()


# --- nothing but the inputs counts


def test_the_same_seed_gives_the_same_digest_and_another_replication_another_one() -> None:
    assert digest(simulate(world(), Draws(7, 0))) == digest(finished())
    assert digest(finished(1)) != digest(finished())


def test_the_order_of_contacts_does_not_matter() -> None:
    turned = dataclasses.replace(world(), persons=world().persons[::-1])
    assert digest(simulate(turned, Draws(7, 0))) == digest(finished())


PROGRAM = """
import sys
from pathlib import Path
from journeyctl.draws import Draws
from journeyctl.simulate.run import run, world_of
from journeyctl.spec import load, with_set
settings = (("population.accounts.contacts", 500), ("length", "6w"))
small = with_set(load(Path(sys.argv[1])), settings, scenario="us-pilot")
print(run(world_of(small, "us-pilot", Draws(7)), Draws(7, 0)).record.record().digest())
"""


def in_another_process(root: Path, hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root)], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.strip()


def test_neither_hash_seed_nor_names_and_order_of_files_matter(tmp_path: Path) -> None:
    other = tmp_path / "copy"
    for folder in ("journey_specs", "content_catalog"):
        files = sorted((ROOT / folder).rglob("*.yaml"), reverse=True)
        for number, file in enumerate(files):
            target = other / file.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            single = file.parent == ROOT / "journey_specs"
            shutil.copy(file, target if single else target.with_name(f"{number:03d}-{file.name}"))
    assert [in_another_process(ROOT, "1"), in_another_process(other, "2")] == [digest(finished())] * 2


def test_contacts_that_can_never_enter_are_left_out_without_changing_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {person.key for person in world().persons}
    monkeypatch.setattr(run_module, "reach", lambda *_, **__: FieldQuestion((), lambda fields: True))
    everybody = world_of(workspace(), "us-pilot", Draws(7))
    assert len(everybody.persons) > 3 * len(known)
    everything = run(everybody, Draws(7, 0)).record.record().rows()
    # Who is brought by a matched audience is nobody's to leave out: it comes in both runs.
    own = Counter(row for row in rows() if row.contact in known or not row.contact)
    assert Counter(row for row in everything if row.contact in known or not row.contact) == own
    entered = {row.contact for row in run(everybody, Draws(7, 1)).record.record().rows() if row.kind is Kind.ENTERED}
    assert entered <= known


# --- identities


def test_every_visit_is_entered_once_and_ended_or_still_going_on() -> None:
    visits = Counter((row.contact, row.journey, row.visit) for row in rows() if row.kind is Kind.ENTERED)
    ended = Counter((row.contact, row.journey, row.visit) for row in rows() if row.kind is Kind.ENDED)
    assert set(visits.values()) == {1}
    assert set(ended.values()) <= {1}
    assert set(ended) < set(visits)


def test_every_wish_is_sent_skipped_dropped_or_pending_and_every_send_has_an_answer() -> None:
    kinds = Counter(row.kind for row in rows() if row.reason != "other_mail")
    mine = [row for row in rows() if row.item]
    answers = (Kind.DELIVERED, Kind.BOUNCED)
    answered = Counter((row.contact, row.item, row.send) for row in mine if row.kind in answers)
    sent = Counter((row.contact, row.item, row.send) for row in mine if row.kind is Kind.SENT)
    assert sent == answered
    left = kinds[Kind.REQUESTED_SEND] - kinds[Kind.SENT] - kinds[Kind.SKIPPED]
    assert 0 <= left <= kinds[Kind.DEFERRED]


def test_leads_are_closed_or_in_work() -> None:
    handed = {row.lead for row in rows() if row.kind is Kind.HANDED_OFF}
    closed = Counter(row.lead for row in rows() if row.kind.value in {state.value for state in FINAL})
    assert len(handed) == sum(closed.values()) + sum(finished().open_leads.values())
    assert set(closed) <= handed
    assert set(closed.values()) == {1}


def test_no_send_of_ours_breaks_the_cap_of_three_in_seven_days() -> None:
    counted: dict[str, list[int]] = defaultdict(list)
    own: dict[str, list[int]] = defaultdict(list)
    for row in rows():
        if row.kind is Kind.SENT or (row.kind is Kind.DELIVERED and row.reason == "other_mail"):
            counted[row.contact].append(row.time)
        if row.kind is Kind.SENT:
            own[row.contact].append(row.time)
    assert sum(len(times) for times in own.values()) > 300
    for contact, times in own.items():
        for time in times:
            assert sum(time - WEEK < other <= time for other in counted[contact]) <= 3


def test_outcomes_come_with_the_sync_and_each_contact_lives_in_order_of_time() -> None:
    closed = {row.lead: row.time for row in rows() if row.kind.value in {state.value for state in FINAL}}
    synced = [row for row in rows() if row.kind is Kind.SYNCED]
    assert synced
    assert all(row.time > closed[row.lead] for row in synced)
    last: dict[str, int] = {}
    for row in rows():
        if row.contact and not row.desk:
            assert row.time >= last.get(row.contact, 0)
            last[row.contact] = row.time


def test_nothing_of_a_contact_is_recorded_before_it_is_known_and_journeys_end_with_the_run() -> None:
    known = {person.key: person.at for person in world().persons}
    assert any(person.source for person in world().persons)
    first = {row.contact: row for row in sorted(rows(), key=lambda row: -row.time) if row.contact}
    brought = {contact: row for contact, row in first.items() if contact not in known}
    assert all(row.time >= known[contact] for contact, row in first.items() if contact in known)
    assert {row.source for row in brought.values()} <= {"linkedin"}
    forms = {(row.contact, row.time) for row in rows() if row.kind is Kind.FORM}
    assert {(contact, row.time) for contact, row in brought.items()} <= forms, "a newcomer comes by a form"
    assert all(row.time < world().end for row in rows() if row.journey)


def test_human_reactions_follow_their_mail() -> None:
    delivered = {(r.contact, r.item, r.send): r.time for r in rows() if r.kind is Kind.DELIVERED and r.item}
    reactions = [row for row in rows() if row.kind in (Kind.OPENED, Kind.CLICKED)]
    assert len(reactions) > 100
    assert all(row.time >= delivered[row.contact, row.item, row.send] for row in reactions)


# --- worlds side by side


def test_a_change_at_the_desk_shows_in_no_journey_before_an_outcome_comes_back() -> None:
    other = world_of(comparison(workspace(), "us-pilot", "two-sdrs"), "us-pilot", Draws(7))
    few = [row for row in run(other, Draws(7, 0)).record.record().rows() if row.journey]
    many = [row for row in rows() if row.journey]
    synced = [row.time for row in (*few, *rows()) if row.kind is Kind.SYNCED]
    first = min(synced, default=world().end)
    assert Counter(row for row in few if row.time < first) == Counter(row for row in many if row.time < first)
    begun = {row.lead: row.time for row in rows() if row.kind is Kind.ATTEMPTED}
    assert begun


def test_launches_begin_with_the_run_at_the_earliest_and_items_on_their_day() -> None:
    scenario = scenario_of(workspace(), "us-pilot")
    launches = launches_of(scenario, world().program, world().start)
    assert {name: launch.ramp_days for name, launch in launches.items()} == {
        "head-of-radiology-us": 20, "newsletter": 20, "service-upsell": 10,
    }  # fmt: skip
    assert min(launch.at for launch in launches.values()) == world().start
    opened = world().program.items["photon-counting-ct"].available_from
    assert opened is not None
    assert opened == world().program.houses["radiology"].items["photon-counting-ct"].available_from


def test_contacts_that_take_too_many_steps_at_one_instant_are_stuck_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "STEP_LIMIT", 4)
    done = simulate(world(), Draws(7, 0))
    assert done.stuck
    assert set(done.stuck) == {row.contact for row in done.record.record().rows() if row.reason == "stuck"}
    assert finished().stuck == ()


# --- the garbage collector


def test_the_collector_is_off_during_a_run_and_as_before_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def fails(self: World, draws: Draws) -> tuple[()]:
        seen.append(gc.isenabled())
        raise RuntimeError("stop")

    monkeypatch.setattr(World, "other_leads", fails)
    with pytest.raises(RuntimeError, match="stop"):
        simulate(world(), Draws(7, 0))
    assert seen == [False]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_who_leaves_the_company_is_not_called_any_more() -> None:
    # Many leave, and every open makes a lead, so that some leave while they wait for a call.
    settings = [("facts.contact.left_company.per_year", 6), ("scoring.mql.score", 1)]
    leaving = with_set(workspace(), settings, scenario="us-pilot")
    gone_rows = tuple(run(world_of(leaving, "us-pilot", Draws(7)), Draws(7, 0)).record.record().rows())
    left = {row.contact: row.time for row in gone_rows if row.reason == "contact.left_company=true"}
    calls = [row for row in gone_rows if row.kind is Kind.ATTEMPTED and row.contact in left]
    assert calls
    assert all(row.time <= left[row.contact] for row in calls)
    gone = [row for row in gone_rows if row.kind is Kind.EXPIRED and row.reason == "gone"]
    assert gone
    assert all(row.time >= left[row.contact] for row in gone)
