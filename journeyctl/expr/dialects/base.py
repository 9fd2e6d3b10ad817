"""What the dialects share: the way to say that a language has no words for something."""

from __future__ import annotations


class Unprintable(Exception):  # noqa: N818  # reads as the verdict it is, and callers expect it as a normal outcome
    """A language has no words for a construct. `construct` names it as the author would."""

    def __init__(self, construct: str) -> None:
        self.construct = construct
        super().__init__(f"{construct} cannot be said in this language")
