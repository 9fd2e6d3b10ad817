"""Journey M as somebody would write it by hand: plain `random`, lists, one SimPy process per contact.

A ladder of four levels and three topics, 72 hours between mails, one mail of another line a week that
counts for a cap of three in seven days, and a first-come desk open 9 to 17 on weekdays. Times in whole
seconds: with floats a wait for the cap may end a rounding too early, again and again.
Contacts respond by two fixed chances; nothing is read from a document and nothing can be asked later.
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

Row = tuple[int, int, str, int, int]
"""Second, contact, event, level, topic."""
Story = Generator[simpy.Event, object, None]


@dataclass(slots=True)
class Run:
    """One run while it lasts."""

    environment: simpy.Environment
    chance: random.Random
    desk: simpy.PriorityResource
    rows: list[Row] = field(default_factory=list)

    def note(self, contact: int, event: str, level: int = 0, topic: int = 0) -> None:
        """Adds one row."""
        self.rows.append((int(self.environment.now), contact, event, level, topic))


def simulate(contacts: int, seed: int = 7) -> list[Row]:
    """All rows of one run."""
    environment = simpy.Environment()
    desk = simpy.PriorityResource(environment, capacity=max(1, round(0.00024 * contacts)))
    run = Run(environment, random.Random(seed), desk)  # noqa: S311  (a simulation, no secret)
    for contact in range(contacts):
        environment.process(_contact(run, contact))
    environment.run(until=HORIZON)
    return run.rows


def _contact(run: Run, contact: int) -> Story:
    chance, environment = run.chance, run.environment
    yield environment.timeout(chance.randrange(ENTRY))
    interest = chance.random()
    mails: list[int] = []
    other = environment.process(_other_line(run, contact, mails))
    run.note(contact, "entered")
    level = topic = 0
    while level < LEVELS and topic < TOPICS:
        yield from _until_below_cap(run, contact, mails)
        mails.append(int(environment.now))
        run.note(contact, "sent", level, topic)
        clicked = _reacts(run, contact, interest, level, topic)
        yield environment.timeout(WAIT)
        if not clicked:
            topic += 1
        elif level > 0 and chance.random() < 0.40:
            run.note(contact, "asked", level, topic)
            yield from _lead(run, contact)
            break
        else:
            level, topic = level + 1, 0
    run.note(contact, "ended")
    if other.is_alive:
        other.interrupt()


def _reacts(run: Run, contact: int, interest: float, level: int, topic: int) -> bool:
    chance = run.chance
    if chance.random() >= 0.15 + 0.5 * interest:
        return False
    run.note(contact, "opened", level, topic)
    if chance.random() >= 0.10 + 0.4 * interest:
        return False
    run.note(contact, "clicked", level, topic)
    return True


def _until_below_cap(run: Run, contact: int, mails: list[int]) -> Story:
    now = run.environment.now
    recent = [at for at in mails if at > now - WEEK]
    while len(recent) >= MOST_MAILS:
        run.note(contact, "deferred")
        yield run.environment.timeout(recent[-MOST_MAILS] + WEEK - now)
        now = run.environment.now
        recent = [at for at in mails if at > now - WEEK]


def _other_line(run: Run, contact: int, mails: list[int]) -> Story:
    try:
        yield run.environment.timeout(run.chance.randrange(WEEK))
        while True:
            mails.append(int(run.environment.now))
            run.note(contact, "other")
            yield run.environment.timeout(WEEK)
    except simpy.Interrupt:
        """The contact has left the journey."""


def _lead(run: Run, contact: int) -> Story:
    environment = run.environment
    with run.desk.request(priority=0) as turn:
        yield turn | environment.timeout(PATIENCE)
        if not turn.triggered:
            run.note(contact, "abandoned")
            return
        left = max(1, round(45 * 60 * run.chance.lognormvariate(-0.18, 0.6)))
        run.note(contact, "called")
        while left > 0:
            yield environment.timeout(_until_open(int(environment.now)))
            worked = min(left, 17 * HOUR - int(environment.now) % DAY)
            yield environment.timeout(worked)
            left -= worked
        run.note(contact, "done")


def _until_open(now: int) -> int:
    """Seconds until a desk that is open 9 to 17 on weekdays is open; second 0 is a Monday's midnight."""
    day, second = divmod(now, DAY)
    if day % 7 < 5 and 9 * HOUR <= second < 17 * HOUR:
        return 0
    following = day + (second >= 17 * HOUR)
    while following % 7 >= 5:
        following += 1
    return following * DAY + 9 * HOUR - now
