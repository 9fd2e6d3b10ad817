"""journeyctl: engagement-driven marketing journeys as code, validated, rehearsed and compiled.

The verbs (`load`, `validate`, `simulate`, ...) live in `journeyctl.api`. Several share their name with the
package that does the work, so that a name up here would mean the one or the other, depending on what was
imported first; write `from journeyctl import api` and `api.simulate(...)`.
Importing this package loads nothing else: each public name is fetched when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from journeyctl.diagnostics import Finding, Severity, SpecError, UnsupportedError, UsageError

__version__ = "0.1.0"

__all__ = ["Finding", "Severity", "SpecError", "UnsupportedError", "UsageError", "__version__", "api"]


def __getattr__(name: str) -> object:
    """Fetches a public name from its home. Raises `AttributeError` for any other name."""
    if name == "api":
        return import_module("journeyctl.api")
    if name in __all__:
        value: object = getattr(import_module("journeyctl.diagnostics"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'journeyctl' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
