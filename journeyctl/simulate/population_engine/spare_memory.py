"""Memory that nobody uses any more, given back to the system before a run that may need all that there is."""

from __future__ import annotations

import ctypes
import mmap
import sys
from typing import Any, Final

from numpy.typing import NDArray

_IN_LARGE_PAGES: Final = 1 << 22
"""NumPy asks for large pages for arrays of at least so many bytes."""


def give_back() -> None:
    """Gives back what the C library keeps for later; where it has no way to do so, nothing happens.

    To make people ready takes many arrays for a moment. glibc keeps what they leave, in pieces between what stays:
    25 of 165 MB for a million contacts.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def in_small_pages(array: NDArray[Any]) -> None:
    """Has the system give the memory of a large array that nobody has written to page by page.

    NumPy asks for pages of 2 MB, which are zeroed whole when they are first touched. Where a system gives unused
    memory back to the machine that it runs on, as virtual ones do, to get such a page takes milliseconds.
    """
    if sys.platform == "linux" and array.nbytes >= _IN_LARGE_PAGES:
        advise, page = getattr(ctypes.CDLL(None), "madvise", None), mmap.PAGESIZE
        if advise is not None:
            first = -(-array.ctypes.data // page) * page
            length = (array.ctypes.data + array.nbytes - first) // page * page
            advise(ctypes.c_void_p(first), ctypes.c_size_t(length), mmap.MADV_NOHUGEPAGE)
