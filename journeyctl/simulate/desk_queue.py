"""Tasks that wait for somebody, in the order of their ranks, which rise while they wait."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from journeyctl.semantics.lead import RankKey


class TaskQueue:
    """One team's waiting tasks by lead. Takes and gives the first in O(log n)."""

    def __init__(self, now: int) -> None:
        """Empty from second `now` on."""
        self._entries: dict[str, int] = {}
        self._ready: list[tuple[RankKey, int]] = []
        self._rising: list[tuple[int, RankKey, int]] = []
        self._tickets = 0
        self._since = now
        self._lead_seconds = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, lead: str, keys: Iterable[tuple[int, RankKey]], now: int) -> None:
        """The lead's task waits from now on, or waits under other ranks than before."""
        self._count(now)
        self._tickets += 1
        self._entries[lead] = self._tickets
        for since, key in keys:
            if since <= now:
                heapq.heappush(self._ready, (key, self._tickets))
            else:
                heapq.heappush(self._rising, (since, key, self._tickets))

    def drop(self, lead: str, now: int) -> None:
        """The lead's task waits no longer, if it did."""
        if lead in self._entries:
            self._count(now)
            del self._entries[lead]

    def take(self, now: int) -> str:
        """The lead whose task comes first at second `now`. `IndexError` where none waits."""
        while self._rising and self._rising[0][0] <= now:
            _, key, ticket = heapq.heappop(self._rising)
            if self._entries.get(key[-1]) == ticket:
                heapq.heappush(self._ready, (key, ticket))
        while True:
            key, ticket = heapq.heappop(self._ready)
            lead = key[-1]
            if self._entries.get(lead) == ticket:
                self._count(now)
                del self._entries[lead]
                return lead

    def lead_seconds(self, now: int) -> int:
        """The integral of the queue's length over time up to `now`."""
        self._count(now)
        return self._lead_seconds

    def _count(self, now: int) -> None:
        self._lead_seconds += len(self._entries) * (now - self._since)
        self._since = now
