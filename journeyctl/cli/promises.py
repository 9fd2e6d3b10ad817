"""What `simulate` is asked beyond its forecast: promises that must hold, and who deserves the credit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from journeyctl.diagnostics import UsageError

if TYPE_CHECKING:
    from journeyctl.api import Checked
    from journeyctl.simulate.forecast import Forecast

RequireOption = Annotated[
    list[str] | None,
    typer.Option(
        "--require", show_default=False,
        help="A promise to keep, such as sla>=95% or uplift/silo>=40%; exit status 1 if it is broken. May repeat.",
    ),
]  # fmt: skip
AttributionOption = Annotated[
    bool, typer.Option("--attribution", help="Credit conversions to what came before, beside what really causes.")
]
AttributionOfOption = Annotated[
    str, typer.Option("--attribution-of", help="leads, requests, opportunities or won.")
]  # fmt: skip
AttributionByOption = Annotated[str, typer.Option("--attribution-by", help="journey, channel, level or item.")]


@dataclass(frozen=True, slots=True)
class Promises:
    """The promises and the attribution that a command line asks for; wrong words are refused before anything runs."""

    require: Sequence[str] = ()
    attribution: bool = False
    outcome: str = "leads"
    by: str = "journey"

    def __post_init__(self) -> None:
        if self.require:
            from journeyctl.simulate.requirements import requirement_of

            for text in self.require:
                requirement_of(text)
        if self.attribution:
            _check_words(self.outcome, self.by)

    def asked(self) -> dict[str, object]:
        """Each option with what was asked for, for commands that cannot do it."""
        return {"--require": self.require, "--attribution": self.attribution}

    def refuse_exact(self) -> None:
        """Exact answers have no intervals and no events. Raises `UsageError` where they would need them."""
        if self.require or self.attribution:
            raise UsageError("an exact answer has no intervals to judge and no touches to credit", "leave out --exact")

    def credited(
        self,
        found: Forecast,
        checked: Checked,
        *,
        jobs: int,
        set: Sequence[tuple[str, object]],
        progress: Callable[[int, int], None],
    ) -> Forecast:
        """The forecast with its attribution, where that was asked for, over the same replications."""
        if not self.attribution or found.partial:
            return found
        from journeyctl import api

        credited = api.attribution(
            checked, found.scenario, outcome=self.outcome, by=self.by, replications=found.replications, seed=found.seed,
            jobs=jobs, set=set, progress=progress,
        )  # fmt: skip
        return dataclasses.replace(found, attribution=credited, partial=credited.partial)

    def judged(self, found: Forecast) -> Forecast:
        """The forecast with a verdict on every promise."""
        from journeyctl import api

        return api.required(found, self.require) if self.require else found


def is_broken(found: Forecast) -> bool:
    """Some promise is broken for certain."""
    return any(judgement.verdict == "broken" for judgement in found.requirements)


def _check_words(outcome: str, by: str) -> None:
    from journeyctl.results.attribution.paths import OUTCOMES
    from journeyctl.results.attribution.touches import DIMENSIONS

    for word, words, option in ((outcome, OUTCOMES, "--attribution-of"), (by, DIMENSIONS, "--attribution-by")):
        if word not in words:
            raise UsageError(f"there is no '{word}' for {option}", f"write one of {', '.join(words)}")
