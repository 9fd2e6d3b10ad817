"""Exit statuses of every command."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What a script learns from a command."""

    FINE = 0
    FINDINGS = 1
    """Findings, failed tests, a broken promise."""
    WRONG_USE = 2
    """Wrong options, arguments or configuration."""
    UNSUPPORTED = 3
    """A target cannot carry the specification."""
    INTERNAL = 4
    """A fault of journeyctl itself."""
    INTERRUPTED = 130
