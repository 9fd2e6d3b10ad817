"""From the files of a workspace to one immutable specification, with the place of everything kept.

Read in this order: `yaml_reader` (bytes to plain values with positions), `decode` (plain values to the
classes of `model`, or findings), `inherit` (`extends`, `like`, cases), `overlay`, `paths`, `workspace`.
"""

from __future__ import annotations

from journeyctl.spec.references import known_names, references
from journeyctl.spec.workspace import Loaded, comparison, find_root, load, load_with_findings, with_set

__all__ = [
    "Loaded",
    "comparison",
    "find_root",
    "known_names",
    "load",
    "load_with_findings",
    "references",
    "with_set",
]
