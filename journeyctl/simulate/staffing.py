"""How many SDRs keep the promise on the first call, how slow a launch has to be, and which frequency cap is best.

Candidates are simulated on the same people and chances. The share of leads called in time is taken to rise with the
headcount and with the length of a ramp, so these two are searched by halving; a cap has no such order (fewer mails
mean fewer leads and less fatigue), so every value is tried.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.model.scenario import Scenario
from journeyctl.model.specification import Workspace
from journeyctl.results.identities import Violation
from journeyctl.results.intervals import Estimate, estimate, paired_difference
from journeyctl.results.summary import Summary
from journeyctl.simulate.contact_file import inputs_hash
from journeyctl.simulate.desk_load import DeskLoad, load_of
from journeyctl.simulate.engines import POPULATION, named
from journeyctl.simulate.forecast import promises_of
from journeyctl.simulate.left_out import left_out_of
from journeyctl.simulate.run import scenario_of, world_of
from journeyctl.simulate.stopping import Goal, Plan
from journeyctl.simulate.trials import Settings, Trials, TrialsInterruptedError
from journeyctl.simulate.world import Promise
from journeyctl.spec import with_set

Verdict = Literal["keeps", "may or may not keep", "misses", "n/a"]
Topic = Literal["headcount", "ramp", "cap"]
TOPICS: Final[tuple[Topic, ...]] = ("headcount", "ramp", "cap")
Criterion = Literal["sla", "sla_worst_week"]

RAMPS: Final = (1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 60)
"""Lengths of a launch ramp that are tried, in business days; 1 lets everybody in at once."""
CAPS_BEYOND: Final = 3
"""Caps are tried from 1 up to so many more than the present one."""
MOST_TIMES: Final = 16
"""Headcounts are tried up to so many times the workload bound."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that was tried."""

    amount: int
    value: str
    """As it is written in the workspace."""
    verdict: Verdict
    measures: Mapping[str, Estimate]
    """By name, of the desk where a measure has desks."""
    kept: float
    """Share of the replications that reach the target."""
    erlang: float | None = None
    """Share of leads called in time by Erlang C; `None`: not asked, or overloaded."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the candidates say about one of the topics."""

    topic: Topic
    paths: tuple[str, ...]
    """What was set."""
    candidates: tuple[Candidate, ...]
    """Ascending amounts."""
    present: int | None
    """The amount as the workspace has it; `None`: another sort of value stands there."""
    found: int | None
    """The least headcount, the shortest ramp or the best cap that keeps the promise; `None`: none of them does."""
    reason: str = ""
    """Why nothing was found, or how far the answer can be trusted."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """Everything that was asked about one desk."""

    scenario: str
    title: str
    desk: str
    team: str
    promise: Promise
    criterion: Criterion
    target: float
    load: DeskLoad | None
    """`None` where the desk has further teams: then its load is not this team's."""
    answers: tuple[Answer, ...]
    replications: int
    """Of every row; with `precision` of the row that needed most of them."""
    seed: int
    engine: str
    partial: bool
    workspace_hash: str
    """Of the documents, and of the file of contacts where people come from one."""
    left_out: tuple[str, ...]
    """What the scenario asks for and this version does not simulate."""
    fallbacks: tuple[str, ...]
    """Why the population engine did not run everything, each reason once."""
    violations: tuple[Violation, ...]
    stuck: tuple[str, ...]
    precision: tuple[Goal, ...] = ()
    """What every row was to reach."""


MEASURES_SHOWN: Final = (
    "sla", "sla_worst_week", "utilisation", "demand_per_capacity", "leads", "askers", "sals", "opt_outs"
)  # fmt: skip
_OF_DESK: Final = ("sla", "sla_worst_week", "utilisation", "demand_per_capacity")


@dataclass(slots=True)
class _Search:
    """What all topics share."""

    trials: Trials
    desk: str
    criterion: Criterion
    target: float
    load: DeskLoad | None = None

    def candidate(self, topic: Topic, settings: Settings, amount: int, value: str) -> Candidate:
        """Tries a value. Raises `TrialsInterruptedError`."""
        runs = self.trials.of(settings)
        wanted = [run.value(self.criterion, (self.desk,)) for run in runs]
        known = [share for share in wanted if share is not None]
        erlang = self.load.erlang_share(amount) if self.load is not None and topic == "headcount" else None
        return Candidate(
            amount, value, _verdict(estimate(wanted), self.target),
            {name: estimate(self._values(runs, name)) for name in MEASURES_SHOWN},
            sum(share >= self.target for share in known) / len(known) if known else 0.0, erlang,
        )  # fmt: skip

    def _values(self, runs: Sequence[Summary], name: str) -> list[float | None]:
        return [run.value(name, (self.desk,) if name in _OF_DESK else None) for run in runs]

    def change(self, one: Settings, other: Settings, name: str) -> Estimate:
        """One trial less another, on the same people, over the replications that both have."""
        runs = self.trials.of(one), self.trials.of(other)
        both = min(map(len, runs))
        return paired_difference(self._values(runs[0][:both], name), self._values(runs[1][:both], name))


def staffing(
    workspace: Workspace,
    scenario: str,
    *,
    topics: Sequence[Topic] = (),
    team: str | None = None,
    criterion: Criterion = "sla",
    target: float | None = None,
    cap: str | None = None,
    replications: int | None = None,
    precision: Sequence[str] = (),
    most: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = POPULATION,
    set: Sequence[tuple[str, object]] = (),
    progress: Callable[[str], None] | None = None,
) -> Staffing:
    """Searches what keeps the promise of a scenario's desk.

    With `precision`, goals such as `sla=1pp`, every trial goes on until it reaches them, at most for `most`
    replications.

    `topics` are all that apply without any; `team` is `desk/team` or its desk where there are several; `target`
    replaces the desk's; `cap` names the cap to vary, the first one without it. Raises `UsageError` where the
    scenario has no such desk, team, promise, launch or cap. Ctrl-C ends it with what was tried.
    """
    changed = with_set(workspace, set, scenario=scenario) if set else workspace
    chosen = scenario_of(changed, scenario)
    desk, name = _team(changed, chosen, team)
    promise = promises_of(changed, chosen)[desk]
    own_seed = chosen.seed if seed is None else seed
    plan = Plan.of(chosen.replications, precision=precision, replications=replications, most=most)
    trials = Trials(changed, scenario, plan, own_seed, jobs, engine, progress)
    search = _Search(trials, desk, criterion, promise.target if target is None else target)
    asked = topics or _applicable(changed, chosen)
    plans = {topic: _paths(changed, chosen, topic, place=(desk, name), cap=cap) for topic in asked}
    answers: list[Answer] = []
    partial = False
    for topic, paths in plans.items():
        answer, complete = _answer(search, topic, paths, changed, (desk, name))
        answers += [answer] if answer.candidates else []
        if not complete:
            partial = True
            break
    return Staffing(
        scenario=chosen.name, title=chosen.title or chosen.name, desk=desk, team=name, promise=promise,
        criterion=criterion, target=search.target, load=search.load, answers=tuple(answers),
        replications=trials.most_done or plan.replications, precision=plan.goals, seed=own_seed,
        engine=named(trials.engines), partial=partial,
        workspace_hash=inputs_hash(changed, chosen), left_out=left_out_of(changed, chosen),
        fallbacks=tuple(sorted(trials.fallbacks)), violations=tuple(trials.violations),
        stuck=tuple(sorted(trials.stuck)),
    )  # fmt: skip


def _verdict(share: Estimate, target: float) -> Verdict:
    if share.value is None:
        return "n/a"
    # A single run has no interval, and so says nothing about the next one.
    low, high = (0.0, 1.0) if share.low is None or share.high is None else (share.low, share.high)
    return "keeps" if low >= target else "misses" if high < target else "may or may not keep"


# --- what is asked about


def _team(workspace: Workspace, scenario: Scenario, asked: str | None) -> tuple[str, str]:
    promised = [name for name, promise in promises_of(workspace, scenario).items() if promise.limit is not None]
    known = [(desk, team) for desk in promised for team in workspace.desks[desk].teams]
    fitting = known if asked is None else [place for place in known if asked in (place[0], "/".join(place))]
    listed = ", ".join("/".join(place) for place in known) or "none"
    if asked is not None and not fitting:
        raise UsageError(
            f"no desk of scenario '{scenario.name}' with a promise has a team '{asked}'", f"teams: {listed}"
        )
    if not fitting:
        raise UsageError(
            f"no desk of scenario '{scenario.name}' has a team and a promise to keep", "write 'teams' and 'sla' for it"
        )
    if len(fitting) > 1:
        raise UsageError(f"scenario '{scenario.name}' has several teams", f"name one with --team: {listed}")
    return fitting[0]


def _applicable(workspace: Workspace, scenario: Scenario) -> tuple[Topic, ...]:
    applies = {"headcount": True, "ramp": bool(_launched(workspace, scenario)), "cap": bool(workspace.policies.caps)}
    return tuple(topic for topic in TOPICS if applies[topic])


def _launched(workspace: Workspace, scenario: Scenario) -> tuple[str, ...]:
    return tuple(name for name in scenario.launches if name in workspace.journeys)


def _paths(
    workspace: Workspace, scenario: Scenario, topic: Topic, *, place: tuple[str, str], cap: str | None
) -> tuple[str, ...]:
    if topic == "headcount":
        return (f"desks.{place[0]}.teams.{place[1]}.sdrs",)
    if topic == "ramp":
        launched = _launched(workspace, scenario)
        if not launched:
            raise UsageError(f"scenario '{scenario.name}' launches no journey", "write 'launches' for it")
        return tuple(f"scenarios.{scenario.name}.launches.{journey}.ramp" for journey in launched)
    names = [entry.name for entry in workspace.policies.caps]
    if not names or cap not in (None, *names):
        raise UsageError(
            "the policies have no frequency cap" if not names else f"there is no cap '{cap}'",
            f"name one of {', '.join(names)}" if names else "write 'caps' in policies.yaml",
        )
    return (f"policies.caps.{cap or names[0]}.max",)


def _answer(
    search: _Search, topic: Topic, paths: tuple[str, ...], workspace: Workspace, place: tuple[str, str]
) -> tuple[Answer, bool]:
    """The answer to one topic, and whether it could be completed."""
    seen: dict[int, Candidate] = {}

    def settings(amount: int) -> Settings:
        return tuple((path, f"{amount}bd" if topic == "ramp" else amount) for path in paths)

    def attempt(amount: int) -> Candidate:
        if amount not in seen:
            seen[amount] = search.candidate(topic, settings(amount), amount, str(settings(amount)[0][1]))
        return seen[amount]

    present = _present(workspace, search.trials.scenario, topic, paths, place)
    found, reason, complete = None, "", True
    try:
        if topic == "headcount":
            found, reason = _least_headcount(search, attempt, settings, workspace, place)
        elif topic == "ramp":
            found, reason = _shortest_ramp(attempt)
        else:
            found, reason = _best_cap(search, attempt, settings, present or 1)
    except TrialsInterruptedError:
        complete, reason = False, "interrupted before the search was over"
    candidates = tuple(dataclasses.replace(seen[amount]) for amount in sorted(seen))
    return Answer(topic, paths, candidates, present, found, reason), complete


def _present(
    workspace: Workspace, scenario: str, topic: Topic, paths: tuple[str, ...], place: tuple[str, str]
) -> int | None:
    if topic == "headcount":
        return workspace.desks[place[0]].teams[place[1]].sdrs.value
    if topic == "cap":
        return next(cap.max for cap in workspace.policies.caps if paths[0] == f"policies.caps.{cap.name}.max")
    ramps = {workspace.scenarios[scenario].launches[path.split(".")[-2]].ramp for path in paths}
    only = next(iter(ramps)) if len(ramps) == 1 else None
    if only is None:
        return 1 if ramps == {None} else None
    return only.business_days or None


# --- the searches


def _least_headcount(
    search: _Search,
    attempt: Callable[[int], Candidate],
    settings: Callable[[int], Settings],
    workspace: Workspace,
    place: tuple[str, str],
) -> tuple[int | None, str]:
    desk, team = place
    teams = workspace.desks[desk].teams
    present = max(1, teams[team].sdrs.value)
    world = world_of(
        with_set(workspace, settings(present), scenario=search.trials.scenario), search.trials.scenario,
        Draws(search.trials.seed),
    )  # fmt: skip
    runs = search.trials.of(settings(present))
    load = load_of(world, runs, desk=desk, team=world.desks[desk].teams[team], sdrs=present)
    if len(teams) == 1:
        search.load = load
    if attempt(present).verdict == "n/a":
        return None, "no lead is due in the run"
    start = load.workload_bound if len(teams) == 1 else 1
    below, step = start - 1, 1
    above = start
    while attempt(above).verdict != "keeps":
        if above >= MOST_TIMES * start:
            return None, f"not even {above} SDRs keep it"
        if above > start and _is_nothing(search.change(settings(above), settings(below), search.criterion)):
            return None, "more SDRs no longer change it: leads come too late for their deadline, or the wrong hours"
        below, above, step = above, above + step, step * (2 if above > start else 1)
    if above == start:
        # The bound holds for work without an end; a short run may do with less.
        while below >= 1 and attempt(below).verdict == "keeps":
            above, below = below, below - 1
        return above, ""
    return _halved(attempt, below, above), ""


def _is_nothing(change: Estimate) -> bool:
    return change.low is not None and change.low == change.high == 0


def _halved(attempt: Callable[[int], Candidate], below: int, above: int) -> int:
    """The least amount that keeps, where `above` does and `below` does not, by halving what lies between."""
    while above - below > 1:
        middle = (above + below) // 2
        below, above = (below, middle) if attempt(middle).verdict == "keeps" else (middle, above)
    return above


def _shortest_ramp(attempt: Callable[[int], Candidate]) -> tuple[int | None, str]:
    if attempt(RAMPS[0]).verdict == "keeps":
        return RAMPS[0], "even a launch in one day keeps it"
    if attempt(RAMPS[-1]).verdict != "keeps":
        return None, f"not even a launch over {RAMPS[-1]} business days keeps it: the headcount is what is missing"
    place = _halved(lambda number: attempt(RAMPS[number]), 0, len(RAMPS) - 1)
    return RAMPS[place], ""


def _best_cap(
    search: _Search, attempt: Callable[[int], Candidate], settings: Callable[[int], Settings], present: int
) -> tuple[int | None, str]:
    amounts = range(1, present + CAPS_BEYOND + 1)
    search.trials.run([settings(amount) for amount in amounts])
    keeping = [amount for amount in amounts if attempt(amount).verdict == "keeps"]
    if not keeping:
        return None, "no cap keeps it: the headcount is what is missing"
    best = max(keeping, key=lambda amount: (attempt(amount).measures["askers"].value or 0.0, -amount))
    # Where more mails do not bring more askers for certain, fewer mails are the better answer.
    least = min(amount for amount in keeping if amount == best or not _is_more(search, settings, best, amount))
    alike = [amount for amount in keeping if amount > least and not _is_more(search, settings, amount, least)]
    tail = f"; up to {max(alike)} it brings no more of them for certain" if alike else ""
    return least, f"the most askers among the caps that keep it{tail}"


def _is_more(search: _Search, settings: Callable[[int], Settings], one: int, other: int) -> bool:
    change = search.change(settings(one), settings(other), "askers")
    return change.low is not None and change.low > 0 and not math.isclose(change.low, 0)
