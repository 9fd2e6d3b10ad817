"""What a reader must know before relying on an answer: who ran it, what had no effect in it, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from journeyctl.results.identities import Violation

ABOUT_INTERVALS: Final = "Intervals show chance alone, for these people; they do not show that an input is wrong."
_FAULTS_SHOWN: Final = 5


class Answer(Protocol):
    """What every answer of simulated runs carries."""

    @property
    def fallbacks(self) -> Sequence[str]:
        """Why the population engine did not run everything, each reason once."""
        ...

    @property
    def left_out(self) -> Sequence[str]:
        """What the files ask for and the runs leave without effect, a sentence each."""
        ...

    @property
    def violations(self) -> Sequence[Violation]:
        """Accounts that do not balance."""
        ...

    @property
    def stuck(self) -> Sequence[str]:
        """Contacts that took more than 1,000 steps at one instant."""
        ...


def fallbacks(answer: Answer) -> list[str]:
    """Why another engine than the usual one ran it; stands at the head of an answer."""
    return [f"not by the population engine: {why}" for why in answer.fallbacks]


def left_out(answer: Answer) -> list[str]:
    """What has no effect in the answer, a sentence each."""
    return [f"NOT SIMULATED: {sentence}." for sentence in answer.left_out]


def faults(answer: Answer) -> Iterator[str]:
    """What went wrong in the runs, a sentence each; empty where all is well."""
    yield from (f"FAULT, please report: {violation}" for violation in answer.violations[:_FAULTS_SHOWN])
    if answer.stuck:
        yield f"{len(answer.stuck)} contacts took more than 1,000 steps at one instant, first {answer.stuck[0]}."
