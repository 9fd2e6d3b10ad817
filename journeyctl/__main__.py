"""The command's way in: answers `--version` at once, hands everything else to `journeyctl.cli`."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Final

from journeyctl import __version__

_OBJECTS: Final = 500_000
"""New objects before Python looks for circles of dead ones: a command makes many that stay, and then ends."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status.

    `arguments` are the words after the program's name; `None` takes those of the process. Scripts and
    editors ask for the version often, so it is answered before the command line parser is loaded.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        sys.stdout.write(f"journeyctl {__version__}\n")
        return 0
    if arguments is not None:
        return _run(words)
    gc.set_threshold(_OBJECTS)
    # Nothing here computes matrices worth a second thread, and to begin threads takes longer than to load the rest.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        return _run(words)
    finally:
        # The process ends: looking for circles among all that it made would take longer than many a command.
        gc.freeze()


def _run(words: list[str]) -> int:
    from journeyctl.cli.app import run

    return run(words)


if __name__ == "__main__":
    sys.exit(main())
