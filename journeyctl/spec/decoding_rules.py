"""What can be wrong with the content of one document or with how documents fit together."""

from __future__ import annotations

from enum import Enum

from journeyctl.diagnostics import Finding, Fix, Label, Origin, Part


class DecodingRule(Enum):
    """Code and slug of everything that is found while documents become values."""

    UNKNOWN_KEY = ("JC010", "unknown-key")
    MISSING_KEY = ("JC011", "missing-key")
    WRONG_TYPE = ("JC012", "wrong-type")
    WRONG_VALUE = ("JC013", "wrong-value")
    CONFLICTING_KEYS = ("JC014", "conflicting-keys")
    UNKNOWN_KIND = ("JC015", "unknown-kind")
    WRONG_PLACE = ("JC016", "wrong-place")
    DUPLICATE_NAME = ("JC017", "duplicate-name")
    UNSUPPORTED_SPEC = ("JC018", "unsupported-spec")
    OUTSIDE_WORKSPACE = ("JC019", "outside-workspace")
    TOO_MANY_FILES = ("JC020", "too-many-files")
    MISSING_DOCUMENT = ("JC021", "missing-document")
    UNKNOWN_PATH = ("JC022", "unknown-path")
    NOT_OVERRIDABLE = ("JC023", "not-overridable")
    CONFLICTING_OVERLAYS = ("JC024", "conflicting-overlays")
    CYCLE = ("JC025", "cyclic-inheritance")
    UNKNOWN_BASE = ("JC026", "unknown-base")

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
        part: Part = Part.VALUE,
        help: str = "",
        labels: tuple[Label, ...] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule."""
        return Finding(self.code, self.slug, message, origin, part=part, help=help, labels=labels, fix=fix)
