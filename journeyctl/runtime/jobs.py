"""A job as its worker gets it: the file's headers and the inputs that the engine has evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from journeyctl.calendars import parse_hours, parse_weekdays, parse_zone_choice, utc_seconds
from journeyctl.graph.house import Item
from journeyctl.graph.ops import SendWindow
from journeyctl.semantics.gate import SendRequest
from journeyctl.units import parse_duration


class JobError(ValueError):
    """A job whose headers or inputs cannot be used; the file is wrong."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one task of the file asks of its worker."""

    kind: str
    """gate, send, update or handoff."""
    headers: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, object] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """An input that has to be a text."""
        value = self.inputs.get(name)
        if not isinstance(value, str):
            raise JobError(f"job '{self.kind}' needs a text for '{name}', not {value!r}")
        return value

    def moment(self, name: str) -> int:
        """An input that has to be a date-time, in UTC seconds."""
        value = self.inputs.get(name)
        if not isinstance(value, datetime):
            raise JobError(f"job '{self.kind}' needs a date-time for '{name}', not {value!r}")
        return utc_seconds(value)


def send_request(job: Job, items: Mapping[str, Item]) -> SendRequest:
    """What a gate job asks about, of the items as they are for its contact."""
    headers, name = job.headers, job.text("item")
    if name not in items:
        raise JobError(f"job 'gate' asks for item '{name}', which is not in the catalog")
    return SendRequest(
        items[name],
        headers.get("channel", "email"),
        tuple(headers.get("purposes", "").split()),
        job.moment("asked_since"),
        expire=parse_duration(headers["expire"]).seconds if "expire" in headers else None,
        send_on=_window(headers) if "send_days" in headers else None,
        locale=headers.get("locale"),
        once="once" in headers,
        repeat=parse_duration(headers["repeat"]) if "repeat" in headers else None,
    )


def _window(headers: Mapping[str, str]) -> SendWindow:
    return SendWindow(
        parse_weekdays(headers["send_days"]),
        tuple(parse_hours(hours) for hours in headers["send_between"].split(",")),
        parse_zone_choice(headers["send_zone"]),
    )
