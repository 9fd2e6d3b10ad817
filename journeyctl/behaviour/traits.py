"""What the response model knows of one contact: latent, so no journey may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Traits:
    """One contact's latent state. Owned by the engine, changed by `ResponseModel` only."""

    responsiveness: int
    """Own part and the clinic's, a logit in 2^-20."""
    interests: Mapping[str, int]
    """Relative interest by topic in 2^-20: 0 is average, held within the model's limit."""
    stage: int
    """Readiness from 0 (far) to 3 (about to buy)."""
    placement: int
    """Threshold in 2^-53 of reaching the inbox."""
    prefetching: bool = False
    """The mail program opens mails by itself."""
    scanned: bool = False
    """The hospital's gateway opens and clicks."""
    invalid_address: bool = False
    """Every mail bounces for good."""
    clicks_at_stage: int = 0
    """Human clicks on items of the stage's own level since the stage last changed."""
    idle_since: int = 0
    """UTC seconds of the last human click, of the start, or of the last time idleness was looked at."""
    last_request_at: int | None = None
    """UTC seconds of the latest request for sales."""
    pressure: int = field(default=0)
    """Recent mail of all lines in 2^-20, as of `pressure_hour`: a mail just delivered counts 1."""
    pressure_hour: int = 0
    """Whole hours since 1970-01-01 UTC."""

    @property
    def asked(self) -> bool:
        """Whether the contact has ever asked for sales."""
        return self.last_request_at is not None
