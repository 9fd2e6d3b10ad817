"""Journey M as somebody would write it by hand: plain `random`, lists, one SimPy process per contact.

A ladder of four levels and three topics, 72 hours between mails, one mail of another line a week that
counts for a cap of three in seven days, and a first-come desk open 9 to 17 on weekdays. Times in whole
seconds: with floats a wait for the cap may end a rounding too early, again and again.
Contacts respond by two fixed chances; nothing is read from a document and nothing can be asked later.
A peer has to be a good one: names that are used often are local, nothing is sorted or searched that need not be,
chances are computed once a contact, and the other line's mail, which nothing can hinder, has no process of its own.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass, field

import simpy

LEVELS, TOPICS = 4, 3
HOUR = 3_600
WAIT, WEEK, DAY = 72 * HOUR, 168 * HOUR, 24 * HOUR
ENTRY = 28 * DAY
HORIZON = 26 * WEEK
PATIENCE = 5 * DAY
MOST_MAILS = 3
"""In seven days, over all lines."""

Row = tuple[float, int, str, int, int]
"""Second, contact, event, level, topic."""
Story = Generator[simpy.Event, object, None]


@dataclass(slots=True)
class Run:
    """One run while it lasts."""

    environment: simpy.Environment
    chance: random.Random
    desk: simpy.Resource
    rows: list[Row] = field(default_factory=list)


def simulate(contacts: int, seed: int = 7) -> list[Row]:
    """All rows of one run."""
    environment = simpy.Environment()
    desk = simpy.Resource(environment, capacity=max(1, round(0.00024 * contacts)))
    run = Run(environment, random.Random(seed), desk)  # noqa: S311  (a simulation, no secret)
    for contact in range(contacts):
        environment.process(_contact(run, contact))
    environment.run(until=HORIZON)
    return run.rows


def _contact(run: Run, contact: int) -> Story:
    chance, environment, note = run.chance.random, run.environment, run.rows.append
    yield environment.timeout(run.chance.randrange(ENTRY))
    interest = chance()
    opening, clicking = 0.15 + 0.5 * interest, 0.10 + 0.4 * interest
    mails: list[float] = []
    other = environment.now + run.chance.randrange(WEEK)
    note((environment.now, contact, "entered", 0, 0))
    level = topic = 0
    while level < LEVELS and topic < TOPICS:
        now = environment.now
        other = _other_line(run, contact, mails, other, now)
        while len(mails) >= MOST_MAILS and mails[-MOST_MAILS] > now - WEEK:
            note((now, contact, "deferred", level, topic))
            yield environment.timeout(mails[-MOST_MAILS] + WEEK - now)
            now = environment.now
            other = _other_line(run, contact, mails, other, now)
        mails.append(now)
        note((now, contact, "sent", level, topic))
        clicked = False
        if chance() < opening:
            note((now, contact, "opened", level, topic))
            if chance() < clicking:
                note((now, contact, "clicked", level, topic))
                clicked = True
        yield environment.timeout(WAIT)
        if not clicked:
            topic += 1
        elif level > 0 and chance() < 0.40:
            note((environment.now, contact, "asked", level, topic))
            yield from _lead(run, contact)
            break
        else:
            level, topic = level + 1, 0
    _other_line(run, contact, mails, other, environment.now)
    note((environment.now, contact, "ended", 0, 0))


def _other_line(run: Run, contact: int, mails: list[float], due: float, now: float) -> float:
    """Sends what the other line has sent by now; when its next mail is due."""
    while due <= now:
        mails.append(due)
        run.rows.append((due, contact, "other", 0, 0))
        due += WEEK
    return due


def _lead(run: Run, contact: int) -> Story:
    environment, note = run.environment, run.rows.append
    with run.desk.request() as turn:
        yield turn | environment.timeout(PATIENCE)
        if not turn.triggered:
            note((environment.now, contact, "abandoned", 0, 0))
            return
        left = max(1, round(45 * 60 * run.chance.lognormvariate(-0.18, 0.6)))
        note((environment.now, contact, "called", 0, 0))
        while left > 0:
            yield environment.timeout(_until_open(int(environment.now)))
            worked = min(left, 17 * HOUR - int(environment.now) % DAY)
            yield environment.timeout(worked)
            left -= worked
        note((environment.now, contact, "done", 0, 0))


def _until_open(now: int) -> int:
    """Seconds until a desk that is open 9 to 17 on weekdays is open; second 0 is a Monday's midnight."""
    day, second = divmod(now, DAY)
    if day % 7 < 5 and 9 * HOUR <= second < 17 * HOUR:
        return 0
    following = day + (second >= 17 * HOUR)
    while following % 7 >= 5:
        following += 1
    return following * DAY + 9 * HOUR - now
