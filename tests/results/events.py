"""Small records written by hand: one line per event, days and hours counted from a Monday at 00:00 UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from journeyctl.results.record import EventRecord
from journeyctl.results.recorder import Recorder
from journeyctl.semantics.effects import Effect, Kind

MONDAY: Final = 1_767_571_200
"""2026-01-05 00:00 UTC."""
HOUR: Final = 3_600
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY


@dataclass(frozen=True)
class Person:
    key: str
    clinic: str = "u1/h1/c1"
    hospital: str = "u1/h1"
    umbrella: str = "u1"
    source: str = ""


Event = tuple[Person | None, Effect]


def at(day: float, hour: float = 0) -> int:
    return MONDAY + round(day * DAY + hour * HOUR)


def event(person: str, time: int, kind: Kind, **columns: str | int) -> Event:
    return (Person(person) if person else None, Effect(time, kind, **columns))  # type: ignore[arg-type]  # columns of Effect


def record_of(*events: Event, replication: int = 0) -> EventRecord:
    recorder = Recorder(replication)
    for person, effect in events:
        recorder.add(person, effect)
    return recorder.record()


def message(
    person: str,
    time: int,
    *,
    item: str = "a",
    send: int = 1,
    journey: str = "j",
    line: str = "",
    opened: float | None = None,
    clicked: float | None = None,
    who: str = "human",
) -> list[Event]:
    """A message that arrives at once; opened and clicked so many days later."""
    about: dict[str, str | int] = {
        "item": item,
        "send": send,
        "journey": journey,
        "visit": 1,
        "line": line,
        "channel": "email",
    }
    events = [event(person, time, Kind.SENT, **about), event(person, time, Kind.DELIVERED, **about)]
    for kind, days in ((Kind.OPENED, opened), (Kind.CLICKED, clicked)):
        if days is not None:
            events.append(event(person, time + round(days * DAY), kind, who=who, **about))
    return events


def lead(
    name: str,
    created: int,
    *,
    desk: str = "d",
    cause: str = "score",
    journey: str = "j",
    called: int | None = None,
    outcome: Kind | None = None,
    closed: int | None = None,
    seconds: int = 600,
    team: str = "t",
) -> list[Event]:
    """A lead of contact `name`, routed at once and called and closed when stated."""
    place = {"lead": name, "desk": desk}
    events = [
        event(name, created, Kind.HANDED_OFF, reason=cause, journey=journey, visit=1, **place),
        event(name, created, Kind.ROUTED, team=team, value=seconds, **place),
    ]
    if called is not None:
        events.append(event(name, called, Kind.ATTEMPTED, team=team, worker=1, value=seconds // 2, **place))
    if outcome is not None and closed is not None:
        events.append(event(name, closed, outcome, team=team, **place))
    return events
