"""What a specification file may hold at most, and the codes of everything that reading can find wrong.

The limits guard against files made to hurt: a few lines of YAML can stand for billions of values.
No honest file comes near them.
"""

from __future__ import annotations

from enum import Enum

from journeyctl.diagnostics import Finding, Fix, Label, Origin, Position, SpecError

MAX_FILE_BYTES = 1_048_576
"""Size of one file, in bytes."""
MAX_DEPTH = 64
"""Mappings and lists within each other, aliases followed."""
MAX_NODES = 200_000
"""Keys, values, mappings and lists of one file, counted as if every alias were written out.
A long text counts once more for every 256 characters."""
MAX_ALIASES = 1_000
"""Uses of anchors in one file."""
MAX_SCALAR_LENGTH = 65_536
"""Length of one text, in code points."""
MAX_DIGITS = 100
"""Length of one number as written."""
MAX_COLLECTED = 20
"""Findings of one file after which reading stops."""


_QUOTED_LENGTH = 60


def shortened(text: str) -> str:
    """A text of the user as messages quote it: one line, at most 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED_LENGTH else line[: _QUOTED_LENGTH - 1] + "…"


class ReadingRule(Enum):
    """Everything that can be wrong with a file before its content is looked at: code and slug."""

    NOT_UTF_8 = ("JC001", "not-utf-8")
    YAML_SYNTAX = ("JC002", "yaml-syntax")
    DUPLICATE_KEY = ("JC003", "duplicate-key")
    BEYOND_LIMIT = ("JC004", "beyond-limit")
    FORBIDDEN_YAML = ("JC005", "forbidden-yaml")
    INVISIBLE_CHARACTER = ("JC006", "invisible-character")
    UNREADABLE_FILE = ("JC007", "unreadable-file")

    @property
    def code(self) -> str:
        """`JC` and three digits."""
        return self.value[0]

    @property
    def slug(self) -> str:
        """The name in words."""
        return self.value[1]

    def finding(
        self,
        origin: Origin,
        message: str,
        *,
        position: Position | None = None,
        help: str = "",
        labels: tuple[Label, ...] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule; `position` is left out only where the file's text is unknown."""
        return Finding(self.code, self.slug, message, origin, position=position, help=help, labels=labels, fix=fix)

    def error(self, origin: Origin, message: str, *, position: Position | None = None, help: str = "") -> SpecError:
        """The finding as an exception, for faults after which nothing more can be read."""
        return SpecError((self.finding(origin, message, position=position, help=help),))
