"""Attribution of a scenario: every rule's credits, beside the truth of the same world with one thing switched off.

Switching off is launching after the run: the people, their chances and everything else stay as they are. So
the difference in conversions is what the thing causes, and rules can be held against it.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from journeyctl.calendars import local_date
from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.graph.lowering import lower
from journeyctl.model.scenario import Launch, Scenario
from journeyctl.model.specification import Workspace
from journeyctl.results.attribution.credits import MODELS, Credits, credits_of
from journeyctl.results.attribution.paths import OUTCOMES, Outcome
from journeyctl.results.attribution.touches import DIMENSIONS, Dimension
from journeyctl.results.intervals import Estimate, estimate, paired_difference
from journeyctl.results.record import EventRecord
from journeyctl.simulate.experiment import BASE, Experiment, Variant, run_variants
from journeyctl.simulate.measuring import context_of
from journeyctl.simulate.population import journeys_of, run_window
from journeyctl.simulate.run import scenario_of
from journeyctl.simulate.world import World
from journeyctl.spec import with_set

Word = TypeVar("Word", bound=str)

EMAIL = "email"
"""The channel of every message."""


@dataclass(frozen=True, slots=True)
class Crediting:
    """Keeps the credits of a run; a value, so that it can be sent to workers."""

    outcome: Outcome
    by: Dimension

    def __call__(self, record: EventRecord, world: World, draws: Draws) -> Credits:
        """Credits the conversions of one run."""
        return credits_of(record, context_of(world, draws), outcome=self.outcome, by=self.by)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Conversions per replication by label, as every rule credits them and as they would be lost."""

    outcome: Outcome
    by: Dimension
    replications: int
    conversions: Estimate
    credited: Mapping[str, Mapping[str, Estimate]]
    """By rule, then by label, as `MODELS` and `labels`."""
    truth: Mapping[str, Estimate]
    """By label: conversions with it less those without it. Only for labels that can be switched off."""
    labels: tuple[str, ...]
    """By truth, then by linear credit, the largest first."""
    partial: bool = False

    def distance(self, model: str) -> float | None:
        """Sum of a rule's misses over the labels with a truth, as a share of all conversions; `None` without any."""
        if not self.truth or not self.conversions.value:
            return None
        misses = (
            abs((self.credited[model][label].value or 0.0) - (found.value or 0.0))
            for label, found in self.truth.items()
        )
        return sum(misses) / self.conversions.value


def attribute(
    workspace: Workspace,
    scenario: str,
    *,
    outcome: str = "leads",
    by: str = "journey",
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Attribution:
    """Runs a scenario, and again without each of its journeys, channels, levels or items.

    `replications` is the scenario's least number without one. Raises `UsageError` for unknown words.
    """
    chosen_outcome, chosen_by = _one_of(outcome, OUTCOMES, "outcome"), _one_of(by, DIMENSIONS, "dimension")
    changed = with_set(workspace, set, scenario=scenario) if set else workspace
    experiment = run_variants(
        without_each(changed, scenario, chosen_by),
        replications=replications or scenario_of(changed, scenario).replications.min,
        reduce=Crediting(chosen_outcome, chosen_by), seed=seed, jobs=jobs, progress=progress,
    )  # fmt: skip
    return _attribution(experiment, chosen_outcome, chosen_by)


def _one_of(word: str, words: Sequence[Word], what: str) -> Word:
    for one in words:
        if one == word:
            return one
    raise UsageError(f"'{word}' is no {what} of attribution", f"write one of {', '.join(words)}")


def without_each(workspace: Workspace, scenario: str, by: Dimension) -> Mapping[str, Variant]:
    """The scenario itself, then the scenario without each label that can be switched off, by label."""
    chosen, program = scenario_of(workspace, scenario), lower(workspace)
    base = dataclasses.replace(chosen, compare=())
    running = journeys_of(chosen, program)
    end = run_window(chosen, program)[1]
    never = Launch(on=local_date(end, program.zone) + datetime.timedelta(days=1))

    def launched(names: Iterable[str]) -> Scenario:
        return dataclasses.replace(base, launches={**base.launches, **dict.fromkeys(names, never)})

    match by:
        case "journey":
            found = {name: launched([name]) for name in running}
        case "channel":
            found = {EMAIL: launched(running)} | {
                source: dataclasses.replace(base, inflow={n: v for n, v in base.inflow.items() if n != source})
                for source in sorted(base.inflow)
            }
        case "level":
            levels = dict.fromkeys(item.level_name for item in program.items.values())
            found = {
                level: launched(name for name, item in program.items.items() if item.level_name == level)
                for level in levels
            }
        case "item":
            found = {name: launched([name]) for name in sorted(program.items)}
    scenarios = {BASE: base} | found
    return {
        name: Variant(
            name, name, dataclasses.replace(workspace, scenarios={**workspace.scenarios, scenario: one}), scenario
        )
        for name, one in scenarios.items()
    }


def _attribution(experiment: Experiment[Credits], outcome: Outcome, by: Dimension) -> Attribution:
    own = [run.measured for run in experiment.results[BASE]]
    labels = sorted({label for credits in own for label in credits.by_model["linear"]})
    credited = {
        model: {label: estimate(credits.by_model[model].get(label, 0.0) for credits in own) for label in labels}
        for model in MODELS
    }
    truth = {}
    for name in experiment.results:
        if name != BASE:
            pairs = experiment.paired(name)
            truth[name] = paired_difference(
                [float(a.measured.conversions) for a, _ in pairs], [float(b.measured.conversions) for _, b in pairs]
            )
    shown = {*labels, *truth}
    nothing = estimate(0.0 for _ in own)

    def rank(label: str) -> tuple[float, float, str]:
        return -_mean(truth.get(label)), -_mean(credited["linear"].get(label)), label

    return Attribution(
        outcome=outcome, by=by, replications=len(own), conversions=estimate(float(c.conversions) for c in own),
        credited={model: {label: found.get(label, nothing) for label in shown} for model, found in credited.items()},
        truth=truth,
        labels=tuple(sorted(shown, key=rank)),
        partial=experiment.partial,
    )  # fmt: skip


def _mean(found: Estimate | None) -> float:
    return float("-inf") if found is None or found.value is None else found.value
