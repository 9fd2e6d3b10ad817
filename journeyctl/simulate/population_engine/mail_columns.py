"""A mail of another line as one whole number, so that its second and its line are read at once."""

from __future__ import annotations

from typing import Final

LINE_BITS: Final = 24
"""Below the second, so many bits hold the number of the line's name. What sorts by number sorts by second."""
LINE: Final = (1 << LINE_BITS) - 1
"""The bits of the line."""
