"""Random choices for made-up workspaces: all from one number, so that a workspace can be made again."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

Choice = TypeVar("Choice")

Document = dict[str, object]
"""A document, or a part of one, as a file would say it."""


class Chances:
    """One stream of choices."""

    def __init__(self, number: int, topic: str) -> None:
        """Every topic of a workspace has a stream of its own: a further choice in one moves no other."""
        self._random = random.Random(f"{number}/{topic}")  # noqa: S311  (made-up content, no secret)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both bounds included."""
        return self._random.randint(low, high)

    def happens(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self._random.randrange(100) < percent

    def one(self, choices: Sequence[Choice]) -> Choice:
        """One of several."""
        return choices[self._random.randrange(len(choices))]

    def some(self, choices: Sequence[Choice], *, least: int = 0, most: int | None = None) -> list[Choice]:
        """Several different ones, in the order in which they are offered."""
        limit = len(choices) if most is None else min(most, len(choices))
        chosen = set(self._random.sample(range(len(choices)), self.whole(min(least, limit), limit)))
        return [choice for place, choice in enumerate(choices) if place in chosen]

    def shuffled(self, choices: Sequence[Choice]) -> list[Choice]:
        """All of them in another order."""
        found = list(choices)
        self._random.shuffle(found)
        return found

    def weighted(self, weights: Mapping[Choice, int]) -> Choice:
        """One of several, by weight."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def maybe(self, percent: int, **parts: object) -> Document:
        """These keys in so many of a hundred cases, else none."""
        return dict(parts) if self.happens(percent) else {}


def part(document: Document, key: str) -> Document:
    """A part of a document that has keys of its own."""
    found = document[key]
    assert isinstance(found, dict), f"'{key}' is a mapping"
    return found
