"""What reaches a desk, whichever engine runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from journeyctl.expr import Environment as Names


@dataclass(frozen=True, slots=True)
class LeadRequest:
    """A lead that reaches a desk."""

    lead: str
    """Its stable name, which addresses every draw about it."""
    desk: str
    created_at: int
    """UTC seconds."""
    request: bool
    """Somebody asked for sales."""
    contact: str = ""
    """Key of the contact; empty for leads from elsewhere."""
    source: str = ""
    """Where a lead from elsewhere comes from; such a lead gets its first row here."""
    score: int = 0
    """Hundredths of a point."""
    need: bool = False
    """Latent need, which qualification finds."""
    lines: tuple[str, ...] = ()
    """Business lines that an opportunity would cover."""
    names: Names | None = None
    """What routing conditions see; `None`: everything is unknown."""
    team: str | None = None
    """Where the routing sends it, as far as that is known already; else it is asked."""
