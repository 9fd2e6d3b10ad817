"""What any engine answers, and how it is run."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from journeyctl.results.record import EventRecord

REFERENCE = "reference"
"""How results name the reference engine."""


class Rows(Protocol):
    """All rows of a run."""

    def record(self) -> EventRecord:
        """In the order of time."""
        ...


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over."""

    record: Rows
    contacts: int
    """Contacts that were simulated."""
    stuck: tuple[str, ...]
    """Contacts that took more than 1,000 steps at one instant, sorted; a run with any has failed."""
    open_leads: Mapping[str, int]
    """Leads without an outcome by desk."""
    engine: str = REFERENCE
    why: str = ""
    """Why the population engine did not run it; empty where it did, or was not asked to."""
    differs: bool = False
    """Both engines ran it, and their rows are not the same."""


@contextmanager
def without_collector() -> Iterator[None]:
    """Switches the garbage collector off: with tens of thousands of live processes it takes most of the time."""
    enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        # What is left alive counts as old from here on; else it would all be searched at once.
        gc.freeze()
        gc.unfreeze()
        if enabled:
            gc.enable()
