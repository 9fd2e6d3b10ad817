"""What a journey did with one contact, as rows that the step machine and a foreign engine must have alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest

from journeyctl.semantics.effects import Effect, Kind

COMPARED = frozenset({
    Kind.ENTERED, Kind.WAITED, Kind.BRANCHED, Kind.SPLIT, Kind.REQUESTED_SEND, Kind.DEFERRED, Kind.SKIPPED, Kind.SENT,
    Kind.DELIVERED, Kind.BOUNCED, Kind.OPENED, Kind.CLICKED, Kind.ASKED, Kind.UNSUBSCRIBED, Kind.SCORED, Kind.MQL,
    Kind.HANDED_OFF, Kind.MERGED, Kind.SYNCED, Kind.FACT, Kind.ENDED,
})  # fmt: skip
"""Not compared: `dropped`, what an exit cut short, which no file decides."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One event: the second, what happened, where in the journey, with which item, and why."""

    time: int
    kind: str
    step: str
    op: str
    item: str
    reason: str

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%d %H:%M:%S")
        return f"{moment}  {self.kind:<14} {self.op or self.step or '-':<34} {self.item or '-':<24} {self.reason}"


def row_of(effect: Effect) -> Row | None:
    """The effect as a row; `None` where it is not compared.

    An end without an op of its own (a lost consent) happens wherever the contact stands: the place is left out.
    """
    if effect.kind not in COMPARED:
        return None
    placed = effect.kind is not Kind.FACT and not (
        effect.kind is Kind.ENDED and effect.reason in ("consent-lost", "stuck")
    )
    step, op = (effect.step, effect.op) if placed else ("", "")
    return Row(effect.time, effect.kind.value, step, op, effect.item, effect.reason)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which two traces of one contact part."""

    contact: str
    machine: tuple[Row, ...]
    engine: tuple[Row, ...]
    at: int
    fault: str = ""
    """What the engine said where it gave up."""

    def to_text(self, around: int = 6) -> str:
        """The contact, both traces near the place, and the place itself."""
        lines = [f"contact {self.contact}: traces part at event {self.at + 1}"]
        if self.fault:
            lines.append(f"  the engine gave up: {self.fault}")
        for name, rows in (("step machine", self.machine), ("engine", self.engine)):
            lines.append(f"  {name} ({len(rows)} events)")
            near = range(max(0, self.at - around), min(len(rows), self.at + around))
            lines += [f"  {'>' if place == self.at else ' '} {rows[place]}" for place in near]
        return "\n".join(lines)


def first_difference(contact: str, machine: Sequence[Row], engine: Sequence[Row], fault: str = "") -> Difference | None:
    """Where the traces part; `None` where they are identical."""
    for place, (left, right) in enumerate(zip_longest(machine, engine)):
        if left != right:
            return Difference(contact, tuple(machine), tuple(engine), place, fault)
    return Difference(contact, tuple(machine), tuple(engine), len(machine), fault) if fault else None
