"""The known word that a mistyped one most likely meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate with the fewest typing slips from `word`, or `None` if all are too far.

    A slip is a wrong, missing or extra character or two neighbours swapped; upper and lower case,
    `-`, `_` and blanks count as equal. One slip is allowed, and one more for every three characters
    beyond the third. Of equals the first in the alphabet wins, so that messages never vary.
    """
    wanted = _folded(word)
    allowed = max(1, len(wanted) // 3)
    best: str | None = None
    for candidate in sorted(candidates):
        slips = _slips(wanted, _folded(candidate), allowed)
        if slips is not None:
            # Only a strictly better candidate may replace the first one found.
            best, allowed = candidate, slips - 1
            if slips == 0:
                break
    return best


def _folded(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")


def _slips(first: str, second: str, allowed: int) -> int | None:
    """Optimal string alignment distance, or `None` as soon as it must exceed `allowed`."""
    if abs(len(first) - len(second)) > allowed:
        return None
    before: list[int] = []
    above = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        row = [i]
        for j, b in enumerate(second, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return None
        before, above = above, row
    return above[-1] if above[-1] <= allowed else None
