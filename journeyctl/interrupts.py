"""Ctrl-C that cannot get lost: Python drops an interrupt that arrives while a finalizer or a callback runs."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_heard = threading.Event()
"""Somebody pressed Ctrl-C, and nothing has ended because of it yet."""


@contextmanager
def remembered() -> Iterator[None]:
    """While it lasts, an interrupt is raised as ever and remembered besides, for `check`.

    Only where Ctrl-C raises `KeyboardInterrupt` anyway, and in the main thread: nobody else is told of signals.
    Afterwards everything is as before.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    told = sys.unraisablehook

    def without_interrupts(lost: sys.UnraisableHookArgs) -> None:
        # A lost interrupt is not lost here, so nobody needs a traceback of it.
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            told(lost)

    _heard.clear()
    signal.signal(signal.SIGINT, _hear)
    sys.unraisablehook = without_interrupts
    try:
        yield
    finally:
        sys.unraisablehook = told
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _heard.clear()


def _hear(number: int, frame: FrameType | None) -> None:
    _heard.set()
    signal.default_int_handler(number, frame)


def check() -> None:
    """Raises `KeyboardInterrupt` where one was pressed that nothing has honoured."""
    if _heard.is_set():
        raise KeyboardInterrupt


def honoured() -> None:
    """What was interrupted has ended; the next interrupt is another one."""
    _heard.clear()
