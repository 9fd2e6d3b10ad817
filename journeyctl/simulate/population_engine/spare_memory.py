"""How a run gets its memory from the system, and gives back what nobody uses any more."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


def give_back() -> None:
    """Gives back what the C library keeps for later; where it has no way to do so, nothing happens.

    To make people ready takes many arrays for a moment. glibc keeps what they leave, in pieces between what stays:
    25 of 165 MB for a million contacts.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


@contextmanager
def small_pages() -> Iterator[None]:
    """Meanwhile NumPy does not ask for large pages, where it would.

    A large page, of 2 MB, is zeroed whole as soon as one byte is touched. Where a system hands memory that nobody uses
    back to the machine that it runs on, as virtual ones do, getting one takes up to 4 milliseconds: .5 of 3.5 s for a
    million contacts, which write through their memory once and so gain nothing from large pages.
    """
    ask_for_large_ones = getattr(import_module("numpy._core.multiarray"), "_set_madvise_hugepage", None)
    if ask_for_large_ones is None:
        yield
        return
    before = ask_for_large_ones(False)
    try:
        yield
    finally:
        ask_for_large_ones(before)
