"""Trials of single values on the same people and chances, remembered so that a search asks for none of them twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from journeyctl.model.specification import Workspace
from journeyctl.results.identities import Violation
from journeyctl.results.summary import Summary
from journeyctl.simulate.comparing import Measured, Reduction
from journeyctl.simulate.engines import POPULATION
from journeyctl.simulate.experiment import Variant, run_variants
from journeyctl.simulate.stopping import Plan
from journeyctl.spec import with_set

Settings = tuple[tuple[str, object], ...]
"""Paths and values by which a trial differs from the workspace."""


class TrialsInterruptedError(Exception):
    """Ctrl-C ended a trial before its replications were complete; what was tried before still holds."""


@dataclass(slots=True)
class Trials:
    """One scenario, tried with whatever settings a search comes to."""

    workspace: Workspace
    scenario: str
    plan: Plan
    """Replications of a trial, and of those run beside it."""
    seed: int
    jobs: int = 1
    engine: str = POPULATION
    progress: Callable[[str], None] | None = None
    """Told in words what is being run."""
    violations: list[Violation] = field(default_factory=list)
    """Accounts that did not balance in any run."""
    stuck: set[str] = field(default_factory=set)
    engines: set[str] = field(default_factory=set)
    """What ran the trials, as answers name it."""
    fallbacks: set[str] = field(default_factory=set)
    """Why the population engine did not run some of them."""
    _known: dict[Settings, tuple[Summary, ...]] = field(default_factory=dict)

    def of(self, settings: Settings) -> tuple[Summary, ...]:
        """All replications with these settings. Raises `TrialsInterruptedError`."""
        self.run((settings,))
        return self._known[settings]

    def run(self, trials: Sequence[Settings]) -> None:
        """Runs those that are not known yet, side by side."""
        new = {str(place): settings for place, settings in enumerate(trials) if settings not in self._known}
        if not new:
            return
        variants = {
            name: Variant(name, name, with_set(self.workspace, settings, scenario=self.scenario), self.scenario)
            for name, settings in new.items()
        }
        words = "; ".join(", ".join(f"{path}={value}" for path, value in settings) for settings in new.values())
        found = run_variants(
            variants, replications=self.plan.replications, reduce=Reduction(), seed=self.seed, jobs=self.jobs,
            engine=self.engine, enough=self.plan.enough, of_all=True,
            progress=lambda done, of: self._tell(f"{words}: {done} of {of} runs"),
        )  # fmt: skip
        if found.partial:
            raise TrialsInterruptedError
        for name, runs in found.results.items():
            kept: tuple[Measured, ...] = tuple(run.measured for run in runs)
            self._known[new[name]] = tuple(one.summary for one in kept)
            self.violations += [violation for one in kept for violation in one.violations]
        self.stuck |= set(found.stuck)
        self.engines.add(found.engine)
        self.fallbacks |= set(found.fallbacks)

    @property
    def most_done(self) -> int:
        """Replications of the trial that needed most of them."""
        return max(map(len, self._known.values()), default=0)

    def _tell(self, text: str) -> None:
        if self.progress is not None:
            self.progress(text)
