"""What both engines say of a contact's life."""

from __future__ import annotations

from journeyctl.behaviour.response import ResponseModel
from journeyctl.fixed_point import CERTAIN, poisson_thresholds

Week = tuple[str, int, int]
"""ISO week, its first second and the second after its last."""
LEFT = "contact.left_company=true"
"""How the record writes that a contact has left."""


def week_may_bring_a_visit(model: ResponseModel) -> int:
    """A draw of a week's visits below this threshold in 2^-53 means none, at whatever stage."""
    c = model.coefficients
    thresholds = poisson_thresholds(max(c.unsolicited_visits_late, c.unsolicited_visits_early))
    return thresholds[0] if thresholds else CERTAIN
