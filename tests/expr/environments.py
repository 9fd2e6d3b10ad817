"""A workspace of one contact for conditions: names with values, counts, groups, audiences, one moment."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from journeyctl.expr.values import Value
from journeyctl.units import Duration

TODAY = datetime.date(2026, 11, 21)
NOW = int(datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC).timestamp())


@dataclass
class Contact:
    """Answers from a mapping; what it does not hold is unknown. Keeps the history questions it was asked."""

    values: Mapping[str, Value] = field(default_factory=dict)
    moment: int = NOW
    asked: list[dict[str, object]] = field(default_factory=list)

    def value(self, path: str) -> Value:
        return self.values.get(path)

    def now(self) -> int:
        return self.moment

    def today(self) -> datetime.date:
        return TODAY

    def history(self, kind: str, **arguments: str | Duration | bool | None) -> int:
        self.asked.append({"kind": kind, **arguments})
        count = self.values.get(kind, 0)
        return count if isinstance(count, int) else 0

    def group(self, name: str, field: str) -> Value:
        return self.values.get(f"{name}.{field}")

    def in_audience(self, name: str) -> bool | None:
        answer = self.values.get(name)
        return answer if isinstance(answer, bool) else None
