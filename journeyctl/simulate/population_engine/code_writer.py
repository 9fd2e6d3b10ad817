"""Instructions as they are written: the stack's depth is followed, and jumps are told where they lead."""

from __future__ import annotations

from dataclasses import dataclass, field

from journeyctl.simulate.population_engine import instructions as i
from journeyctl.simulate.population_engine.field_codes import UNKNOWN, Sort, Unsupported

Found = tuple[Sort, bool | None]
"""The sort of what an expression is worth; of numbers, whether whole results are ints, `None`: some of them."""
_DEEPEST = 60
"""Values for which a life's stack has room."""


@dataclass(slots=True, kw_only=True)
class CodeWriter:
    """The instructions of one expression. Places to jump to are kept as marks until all is written."""

    code: list[int] = field(default_factory=list)
    jumps: list[int] = field(default_factory=list)
    """Places in `code` that hold a place in `code`."""
    depth: int = 0
    """Values on the stack."""
    deepest: int = 0

    def placed(self, start: int) -> list[int]:
        """The code for this place in the pool."""
        if self.deepest > _DEEPEST:
            raise Unsupported(f"a condition that needs more than {_DEEPEST} intermediate values")
        for place in self.jumps:
            self.code[place] += start
        return self.code

    def add(self, *numbers: int, grows: int = 0) -> None:
        """Writes one instruction; `grows`: values it leaves more than it found."""
        self.code += numbers
        self.depth += grows
        self.deepest = max(self.deepest, self.depth)

    def jump(self, *numbers: int, grows: int = 0) -> int:
        """An instruction whose last operand is a place that is not known yet; answers where it goes."""
        self.add(*numbers, -1, grows=grows)
        self.jumps.append(len(self.code) - 1)
        return len(self.code) - 1

    def land(self, *places: int) -> None:
        """Jumps lead here."""
        for place in places:
            self.code[place] = len(self.code)

    def unknown(self) -> Found:
        """Never anything known."""
        self.add(i.CONSTANT, UNKNOWN, grows=1)
        return Sort.NOTHING, True

    def constant(self, code: int, sort: Sort, *, whole: bool = True) -> Found:
        """A literal."""
        self.add(i.CONSTANT, code, grows=1)
        return sort, whole

    def truth(self) -> Found:
        """What just was written answers true, false or unknown."""
        return Sort.BOOLEAN, True

    def back(self, mark: int, jumps: int, depth: int) -> None:
        """Takes back what was written since."""
        del self.code[mark:], self.jumps[jumps:]
        self.depth = depth
