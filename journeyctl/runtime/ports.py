"""What a host of compiled journeys needs from outside. Implemented by engines, platforms, and tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from journeyctl.semantics.effects import Effect
from journeyctl.semantics.state import Message, OpenLead

Variables = Mapping[str, object]
"""Variables of a process by name: null, boolean, number, text, date, date-time, list, context."""


class Engine(Protocol):
    """The engine that runs the contact's process."""

    def publish(self, message: str, key: str, variables: Variables) -> bool:
        """Gives a message to the element that waits for it; false where none does."""
        ...


class Sender(Protocol):
    """The platform that mails."""

    def send(self, message: Message, now: int) -> None:
        """The message goes out at second `now`; its delivery or return is reported later."""
        ...


class LeadDesk(Protocol):
    """The CRM in which leads are created."""

    def open(self, lead: OpenLead, desk: str, now: int) -> None:
        """A lead is created at second `now`; its outcome is reported later."""
        ...


class Recorder(Protocol):
    """Where events are written."""

    def record(self, effect: Effect) -> None:
        """Takes one event."""
        ...
