"""What an expression depends on, and so when it has to be looked at again."""

from __future__ import annotations

from dataclasses import dataclass

from journeyctl.expr.syntax import (
    Call,
    Expression,
    Function,
    GroupField,
    History,
    InAudience,
    Name,
    Quantified,
    children,
)

_MOVING = frozenset({"journey.entered_at", "lead.age"})
"""Names whose meaning depends on how much time has passed."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Everything an expression asks its environment for."""

    paths: frozenset[str] = frozenset()
    """Dotted names, `clinic.` for `account.`; variables of `some` and `every` are not among them."""
    history: frozenset[str] = frozenset()
    """Kinds of acts that it counts: `sends`, `opens`, `clicks`, `visits`, `requests`."""
    groups: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    uses_time: bool = False
    """True where the answer can change by the passing of time alone."""

    @property
    def is_volatile(self) -> bool:
        """True where the answer can change without any field changing: time, history, score, groups."""
        return bool(
            self.uses_time or self.history or self.groups or self.audiences or {"score", "fit", "lead.age"} & self.paths
        )

    def __or__(self, other: Reads) -> Reads:
        """What two expressions read together."""
        return Reads(
            self.paths | other.paths,
            self.history | other.history,
            self.groups | other.groups,
            self.audiences | other.audiences,
            self.uses_time or other.uses_time,
        )


def reads(expression: Expression, *, still: frozenset[str] = frozenset()) -> Reads:
    """Everything that `expression` depends on; names in `still` are taken not to move with time."""
    return _reads(expression, frozenset(), _MOVING - still)


def _reads(expression: Expression, bound: frozenset[str], moving: frozenset[str]) -> Reads:
    match expression:
        case Name():
            path = expression.path
            return Reads() if path in bound else Reads(paths=frozenset({path}), uses_time=path in moving)
        case Quantified(_, variable, collection, body):
            return _reads(collection, bound, moving) | _reads(body, bound | {variable}, moving)
        case GroupField(group, _):
            return Reads(groups=frozenset({group}))
        case InAudience(audience):
            return Reads(audiences=frozenset({audience}))
    own = Reads()
    if isinstance(expression, History):
        own = Reads(history=frozenset({expression.act.value}), uses_time=expression.within is not None)
    elif isinstance(expression, Call):
        own = Reads(uses_time=expression.function in (Function.TODAY, Function.NOW))
    for child in children(expression):
        own |= _reads(child, bound, moving)
    return own
