from __future__ import annotations

from datetime import date

import pytest

from journeyctl.calendars import to_utc
from journeyctl.draws import Draws
from journeyctl.semantics.effects import Kind
from journeyctl.semantics.stimuli import CustomEvent, Evaluate, FieldChanged, GroupChanged
from journeyctl.semantics.turn import Launch
from tests.semantics.worlds import DAY, ENTRY, HOUR, JOHN, MIDNIGHT, Life, after, journey, program

STAY = "[{id: w, wait: 2d}]"
ALONE = (Kind.ENTERED, Kind.REFUSED, Kind.ENDED)


def life(entry: str = "", *, exits: str = "[]", fields: dict[str, object] | None = None, **options: object) -> Life:
    return Life(program(journey(STAY, entry=entry, exits=exits)), JOHN | (fields or {}), **options)  # type: ignore[arg-type]  # fields of Life


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, ["0d 00:00 entered", "2d 00:00 ended completed", "2d 00:00 refused again"], id="lets in"),
        pytest.param({"contact.role": "cio"}, [], id="not in the audience"),
        pytest.param({"contact.role": None}, [], id="unknown is not in the audience"),
        pytest.param({"contact.consent_marketing": False}, ["0d 00:00 refused no_consent.marketing"], id="no consent"),
        pytest.param({"contact.left": True}, ["0d 00:00 refused exit.gone"], id="an exit condition already holds"),
    ],
)
def test_the_first_daily_evaluation_decides(fields: dict[str, object], expected: list[str]) -> None:
    assert life(exits="[{when: contact.left, end: gone}]", fields=fields).run().told(*ALONE) == expected


def test_every_purpose_must_be_consented_to() -> None:
    found = Life(
        program(journey(STAY, purpose=["marketing", "profiling"])), JOHN | {"contact.consent_profiling": False}
    )
    assert found.run().told(*ALONE) == ["0d 00:00 refused no_consent.profiling"]


@pytest.mark.parametrize(("at", "first"), [(MIDNIGHT, 0), (ENTRY, 0), (ENTRY + 1, 1), (ENTRY - 1, 0)])
def test_a_contact_is_first_looked_at_in_the_evaluation_at_or_after_it_becomes_known(at: int, first: int) -> None:
    for when in ("continuous", "once"):
        assert life(f"when: {when}", at=at).run().told(*ALONE)[0] == f"{first}d 00:00 entered"


def test_continuous_entry_looks_again_and_refusals_are_counted_once_per_reason() -> None:
    found = life(fields={"contact.consent_marketing": False})
    found.post(DAY + HOUR, FieldChanged("contact.topic", "x")).post(
        2 * DAY + HOUR, FieldChanged("contact.consent_marketing", value=True)
    )
    assert found.run().told(*ALONE)[:2] == ["0d 00:00 refused no_consent.marketing", "3d 00:00 entered"]


def test_leaving_the_audience_does_not_leave_the_journey() -> None:
    assert life().post(DAY, FieldChanged("contact.role", "cio")).run().ends() == ["2d 00:00 completed"]


@pytest.mark.parametrize(
    ("again", "entered"),
    [("never", ["0d"]), ("always", ["0d", "2d", "4d"]), ("{after: 1d}", ["0d", "3d"]), ("{after: 2bd}", ["0d", "4d"])],
)
def test_again_counts_from_the_end_of_the_last_visit(again: str, entered: list[str]) -> None:
    found = life(f"again: {again}").run(5 * DAY + HOUR)
    assert [after(e.time).split()[0] for e in found.of(Kind.ENTERED)] == entered
    assert [e.visit for e in found.of(Kind.ENTERED)] == list(range(1, len(entered) + 1))


def test_what_an_earlier_visit_scheduled_does_not_touch_a_later_one() -> None:
    steps = "[{id: w, wait: 10d}, {id: x, end: waited}]"
    found = Life(program(journey(steps, entry="again: always", exits="[{event: webinar, end: gone}]")))
    found.post(DAY + HOUR, CustomEvent("webinar")).run(20 * DAY)
    assert found.told(*ALONE)[:4] == [
        "0d 00:00 entered",
        "1d 01:00 ended gone",
        "2d 00:00 entered",
        "12d 00:00 ended waited",
    ]


@pytest.mark.parametrize(
    ("every", "days"),
    [("1d", [0, 1, 2, 3]), ("2d", [0, 2, 4, 6]), ("1w", [0, 7, 14, 21]), ("12h", [0, 1, 2, 3]),
     ("1mo", [0, 31, 59, 90]),
     ("1bd", [0, 1, 2, 3]), ("3bd", [0, 3, 8, 11])],
)  # fmt: skip
def test_the_audience_is_evaluated_at_every(every: str, days: list[int]) -> None:
    found = Life(program(journey("[{id: w, wait: 1h}]", entry=f"{{every: {every}, again: always}}"))).run(100 * DAY)
    assert [(e.time - ENTRY) // DAY for e in found.of(Kind.ENTERED)][:4] == days


def test_every_day_means_the_same_local_time_each_day() -> None:
    settings = """
    kind: workspace
    name: test
    spec: 1
    time_zone: America/New_York
    currency: USD
    countries: {US: {locale: en-US, zone: America/New_York, holidays: US}}
    """
    at = to_utc(date(2026, 3, 7), 0, "America/New_York")
    found = Life(program(journey("[{id: w, wait: 1h}]", entry="again: always"), settings), at=at)
    while len(found.of(Kind.ENTERED)) < 3:
        found.effects += found.machine.advance(found.contact, found.machine.next_time(found.contact) or 0)
    first, second, third = (e.time for e in found.of(Kind.ENTERED))
    assert (second - first, third - second) == (23 * HOUR, DAY), "the night of 8 March 2026 is an hour short"


def test_once_is_decided_at_launch_for_good() -> None:
    at_launch = {"walk": Launch(ENTRY + 3 * DAY)}
    assert life("when: once", launches=at_launch).run().told(*ALONE)[:2] == [
        "3d 00:00 entered",
        "5d 00:00 ended completed",
    ]
    refused = life("when: once", fields={"contact.consent_marketing": False}, launches=at_launch)
    refused.post(4 * DAY, FieldChanged("contact.consent_marketing", value=True))
    assert refused.run().told(*ALONE) == ["3d 00:00 refused no_consent.marketing"]
    born_later = life("when: once", at=ENTRY + 4 * DAY, launches=at_launch)
    assert born_later.run().told(*ALONE) == []


def test_a_journey_takes_nobody_before_its_launch() -> None:
    found = life(launches={"walk": Launch(ENTRY + 3 * DAY - HOUR)}).run()
    assert found.told(*ALONE)[0] == "3d 00:00 entered"
    event = Life(program(journey(STAY, entry="when: {event: webinar}")), launches={"walk": Launch(ENTRY + DAY)})
    event.post(HOUR, CustomEvent("webinar")).post(DAY, CustomEvent("webinar"))
    assert event.run().told(*ALONE)[0] == "1d 00:00 entered"


def test_an_event_lets_in_at_once_and_a_refusal_is_final_for_that_event() -> None:
    found = life("{when: {event: webinar}, again: {after: 5d}}")
    for day in (0, 1, 3, 8):
        found.post(day * DAY + HOUR, CustomEvent("webinar"))
    assert found.run().told(*ALONE) == [
        "0d 01:00 entered", "2d 01:00 ended completed", "3d 01:00 refused again", "8d 01:00 entered",
        "10d 01:00 ended completed",
    ]  # fmt: skip
    assert (
        life("when: {event: webinar}", fields={"contact.role": "cio"})
        .post(0, CustomEvent("webinar"))
        .run()
        .told(*ALONE)
        == []
    )


def test_two_events_of_one_second_let_in_once() -> None:
    found = life("{when: {event: webinar}, again: always}").post(HOUR, CustomEvent("webinar"), CustomEvent("webinar"))
    assert found.run(DAY).told(*ALONE) == ["0d 01:00 entered"]


@pytest.mark.parametrize("when", ["continuous", "once"])
def test_a_ramp_spreads_the_contacts_eligible_at_launch_over_its_business_days(when: str) -> None:
    ramp = {"walk": Launch(ENTRY, ramp_days=8)}
    days = []
    for number in range(80):
        found = life(f"when: {when}", launches=ramp, draws=Draws(1), key=f"p{number}").run(20 * DAY)
        assert len(found.of(Kind.ENTERED)) == 1
        days.append((found.of(Kind.ENTERED)[0].time - ENTRY) // DAY)
    assert set(days) == {0, 1, 2, 3, 4, 7, 8, 9}, "eight business days"
    assert all(4 <= days.count(day) <= 18 for day in set(days))


def ramped_later(when: str) -> Life:
    """A contact whose day in the ramp is not the first."""
    for number in range(20):
        found = life(f"when: {when}", launches={"walk": Launch(ENTRY, ramp_days=5)}, draws=Draws(1), key=f"p{number}")
        if not found.run(HOUR).of(Kind.ENTERED):
            return found
    pytest.fail("all contacts entered on the first day")


def test_who_is_no_longer_eligible_on_its_day_waits_for_an_evaluation_or_is_out() -> None:
    for when, expected in (("continuous", ["8d 00:00 entered"]), ("once", [])):
        found = ramped_later(when).post(2 * HOUR, FieldChanged("contact.role", "cio"))
        found.post(7 * DAY + HOUR, FieldChanged("contact.role", "head")).run(9 * DAY)
        assert found.told(*ALONE) == expected


def test_who_becomes_eligible_after_launch_enters_at_once() -> None:
    found = life(launches={"walk": Launch(ENTRY, ramp_days=20)}, fields={"contact.role": "cio"}, draws=Draws(1))
    assert found.post(DAY + HOUR, FieldChanged("contact.role", "head")).run().told(*ALONE)[0] == "2d 00:00 entered"


def test_a_contact_that_is_in_already_keeps_its_visit_when_its_day_in_a_ramp_comes() -> None:
    found = ramped_later("continuous")
    other = Life(program(journey(STAY), journey("[{id: e, enter: {journey: walk}}]", name="parent")), launches={
        "walk": Launch(ENTRY, ramp_days=5)}, draws=Draws(1), key=found.key)  # fmt: skip
    assert [e.journey for e in other.run().of(Kind.ENTERED)] == ["parent", "walk"]


def test_conditions_that_time_or_groups_change_are_looked_at_every_day() -> None:
    audiences = """
    kind: audiences
    audiences:
      everybody: {when: 'today() >= date("2026-01-08") or group("g").ready'}
    """
    assert Life(program(journey(STAY), audiences)).run().told(*ALONE)[0] == "3d 00:00 entered"
    found = Life(program(journey(STAY), audiences))
    found.post(HOUR, GroupChanged("g", completeness=1.0, ready=True, missing_roles=(), my_role="x"))
    assert found.run().told(*ALONE)[0] == "1d 00:00 entered"


def test_a_barring_condition_that_time_changes_is_looked_at_every_day() -> None:
    found = life(
        exits='[{when: today() < date("2026-01-08"), end: early}]'.replace("when: ", "when: '").replace(
            ", end", "', end"
        )
    )
    assert found.run().told(*ALONE)[:2] == ["0d 00:00 refused exit.early", "3d 00:00 entered"]


def test_only_live_journeys_take_contacts_unless_others_are_named() -> None:
    paused = program(journey(STAY, status="paused"))
    assert Life(paused).run().effects == []
    assert len(Life(paused, journeys=["walk"]).run().of(Kind.ENTERED)) == 1


def test_journeys_are_entered_by_priority_then_name() -> None:
    found = Life(
        program(*(journey(STAY, name=name, priority=priority) for name, priority in (("b", 10), ("c", 90), ("a", 10))))
    )
    assert [e.journey for e in found.run(0).of(Kind.ENTERED)] == ["c", "a", "b"]


def test_a_second_evaluation_at_one_second_finds_nothing_to_do() -> None:
    found = Life(program(journey("[{id: u, update: {contact.topic: x}}]", entry="again: always")))
    found.post(0, Evaluate(), Evaluate())
    assert len(found.run(0).of(Kind.ENTERED)) == 1


def test_an_evaluation_out_of_turn_leaves_the_planned_one_in_place() -> None:
    found = life(fields={"contact.consent_marketing": False}).run(0)
    found.post(HOUR, Evaluate(), FieldChanged("contact.consent_marketing", value=True)).run(HOUR)
    assert found.told(*ALONE) == ["0d 00:00 refused no_consent.marketing", "0d 01:00 entered"]
    assert found.contact.evaluation_at == ENTRY + DAY
