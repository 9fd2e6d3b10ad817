"""From the files of a workspace to one immutable specification, with the place of everything kept.

Read in this order: `yaml_reader` (bytes to plain values with positions), `decode` (plain values to the
classes of `model`, or findings), `inherit` (`extends`, `like`, cases), `overlay`, `paths`, `workspace`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from journeyctl.spec.references import known_names, references

if TYPE_CHECKING:
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

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Loaded when it is asked for: whoever is given a workspace needs nothing of what reads one."""
        if name not in __all__:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
        return getattr(import_module(f"{__name__}.workspace"), name)
