"""Order within one second of simulated time, whatever the order in which things were scheduled.

SimPy breaks ties by insertion. At a desk that would make the result depend on the order of contacts, so
what contacts do comes first, then tasks are finished, then whoever is free is given work, then leads grow stale.
"""

from __future__ import annotations

from collections.abc import Callable

from simpy import Environment, Event
from simpy.events import EventPriority

EVALUATION = EventPriority(0)
"""Account evaluations, which see what was before their second and come before all else in it."""
ARRIVAL = EventPriority(1)
"""SimPy's own priority of timeouts: contacts, and tasks that come due."""
DONE = EventPriority(2)
"""After all that contacts do: a request in the last second of a call still counts for it."""
DISPATCH = EventPriority(3)
"""After everything that brings work or frees somebody."""
STALE = EventPriority(4)
"""After the dispatch: work that is given at the last moment still counts."""


class Moment(Event):
    """Something that happens at a given second with a given priority; processes may wait for it."""

    def __init__(
        self,
        environment: Environment,
        time: int,
        priority: EventPriority,
        action: Callable[[], None] | None = None,
    ) -> None:
        """Calls `action` at second `time`, which must not be past."""
        super().__init__(environment)
        self._ok = True
        self._value = None
        if action is not None:
            self.callbacks.append(lambda _: action())
        environment.schedule(self, priority=priority, delay=time - environment.now)


class Dispatch:
    """Calls an action at the end of every second in which somebody asked for it, once."""

    def __init__(self, environment: Environment, action: Callable[[], None]) -> None:
        """`action` runs with priority `DISPATCH`."""
        self._environment = environment
        self._action = action
        self._planned = -1

    def ask(self) -> None:
        """The action runs at the end of this second."""
        now = int(self._environment.now)
        if self._planned != now:
            self._planned = now
            Moment(self._environment, now, DISPATCH, self._run)

    def _run(self) -> None:
        self._planned = -1
        self._action()
