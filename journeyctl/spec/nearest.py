"""The known name that somebody most likely meant."""

from __future__ import annotations

from collections.abc import Iterable


def edit_distance(left: str, right: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours that turn one text into the other."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        before, previous, row = row, before, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
    return row[-1]


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name within a third of the length; of several equally near, one that begins alike; `None` if none is near."""
    best: str | None = None
    limit = max(1, min(len(name), 60) // 3)
    least = (limit, 2)
    for candidate in names:
        if abs(len(candidate) - len(name)) > limit:
            continue
        folded = candidate.lower() == name.lower() or candidate.replace("_", "-") == name.replace("_", "-")
        distance = (0 if folded else edit_distance(name, candidate), int(candidate[:1] != name[:1]))
        if distance < least:
            best, least = candidate, distance
    return best


def listed(names: Iterable[str], last: str = "or") -> str:
    """Names as people list them: `a, b or c`; long lists are cut."""
    all_names = list(names)
    if len(all_names) > 12:
        return ", ".join(all_names[:12]) + ", ..."
    if len(all_names) < 2:
        return "".join(all_names)
    return f"{', '.join(all_names[:-1])} {last} {all_names[-1]}"
