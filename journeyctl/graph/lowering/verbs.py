"""Each step verb as ops. Every verb but the ladder becomes one op under the step's own id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from journeyctl.calendars import LocalMoment
from journeyctl.graph.lowering.ladder import lower_ladder
from journeyctl.graph.lowering.values import condition_of, optional_condition, seconds_of, send_window, zone_of
from journeyctl.graph.ops import (
    ActivateOp,
    AnyOp,
    Arm,
    Assignment,
    BranchOp,
    Change,
    Elapsed,
    EndOp,
    EnterOp,
    HandoffOp,
    ListenOp,
    OpId,
    Reaction,
    SendOp,
    SplitOp,
    UntilMoment,
    UntilValue,
    UpdateOp,
    WaitOp,
)
from journeyctl.model import steps as written
from journeyctl.model.specification import Workspace
from journeyctl.model.values import LEAD_OUTCOMES, WeekTime


@dataclass(frozen=True, slots=True)
class Place:
    """A step together with what surrounds it."""

    step: written.Step
    following: OpId
    """Where the step goes on without further words: its `next`, the step after it, or the journey's end."""
    workspace: Workspace

    @property
    def zone(self) -> str:
        """The workspace's zone."""
        return self.workspace.settings.time_zone


def lower_step(place: Place) -> Iterator[AnyOp]:  # noqa: C901  (one case per verb)
    """The ops of one step."""
    step, following = place.step, place.following
    here, name, origin = OpId(step.id), step.id, step.origin
    verb = step.verb
    match verb:
        case written.Send():
            yield _send(place, verb)
        case written.Wait():
            yield WaitOp(id=here, step=name, origin=origin, until=_until(place, verb), next=following)
        case written.Listen():
            yield _listen(place, verb)
        case written.Branch():
            yield _branch(place, verb)
        case written.Split():
            yield SplitOp(id=here, step=name, origin=origin, arms=_arms(verb))
        case written.Ladder():
            yield from _ladder(place, verb)
        case written.Update():
            yield UpdateOp(id=here, step=name, origin=origin, assignments=_assignments(verb), next=following)
        case written.Handoff():
            yield _handoff(place, verb)
        case written.Activate():
            yield ActivateOp(
                id=here, step=name, origin=origin, audience_on=verb.audience_on, lasts=verb.length,
                when=optional_condition(verb.when), next=following, group=verb.buying_group,
            )  # fmt: skip
        case written.Enter():
            outcomes = {label: OpId(target) for label, target in verb.outcomes.items()}
            then = OpId(verb.then) if verb.then else following
            yield EnterOp(id=here, step=name, origin=origin, journey=verb.journey, outcomes=outcomes, then=then)
        case written.End():
            yield EndOp(id=here, step=name, origin=origin, label=verb.label)
        case _:
            assert_never(verb)


def _send(place: Place, verb: written.Send) -> SendOp:
    step = place.step
    return SendOp(
        id=OpId(step.id), step=step.id, origin=step.origin, item=verb.item, next=place.following,
        skipped=OpId(step.skipped) if step.skipped else None, channel=verb.channel, locale=verb.locale,
        expire=seconds_of(verb.expire), send_on=send_window(verb.send_on, workspace_zone=place.zone),
    )  # fmt: skip


def _until(place: Place, verb: written.Wait) -> Elapsed | UntilMoment | UntilValue:
    match verb.until:
        case None:
            assert verb.length is not None, "a wait has a length or a moment"
            return Elapsed(verb.length)
        case WeekTime(days=days, second_of_day=second):
            return UntilMoment(LocalMoment(second, frozenset(days)), zone_of(verb.zone, workspace_zone=place.zone))
        case _:
            return UntilValue(condition_of(verb.until))


def _listen(place: Place, verb: written.Listen) -> ListenOp:
    step = place.step
    outcomes = {Reaction(name): OpId(target) for name, target in verb.outcomes.items()}
    outcomes.setdefault(Reaction.TIMEOUT, place.following)
    return ListenOp(
        id=OpId(step.id), step=step.id, origin=step.origin, to=verb.to, window=verb.window, outcomes=outcomes,
        human_min_delay=verb.human.min_delay.seconds if verb.human else None, settle=verb.settle.seconds,
    )  # fmt: skip


def _branch(place: Place, verb: written.Branch) -> BranchOp:
    step = place.step
    cases = tuple((condition_of(arm.when), OpId(arm.go)) for arm in verb.arms if isinstance(arm, written.Arm))
    otherwise = next((OpId(arm.go) for arm in verb.arms if isinstance(arm, written.Otherwise)), place.following)
    return BranchOp(id=OpId(step.id), step=step.id, origin=step.origin, cases=cases, otherwise=otherwise)


def _arms(verb: written.Split) -> tuple[Arm, ...]:
    return tuple(Arm(name, arm.share, OpId(arm.go) if arm.go else None) for name, arm in verb.arms.items())


def _ladder(place: Place, verb: written.Ladder) -> Iterator[AnyOp]:
    step, bottom = place.step, None
    if verb.bottom is not None:
        bottom = OpId(verb.bottom.go)
        if verb.bottom.update is not None:
            yield UpdateOp(
                id=OpId(f"{step.id}/bottom"), step=step.id, origin=verb.bottom.origin,
                assignments=_assignments(verb.bottom.update), next=bottom,
            )  # fmt: skip
            bottom = OpId(f"{step.id}/bottom")
    house = place.workspace.catalogs[verb.house]
    yield from lower_ladder(step, verb, house, following=place.following, bottom=bottom, zone=place.zone)


def _assignments(verb: written.Update) -> tuple[Assignment, ...]:
    return tuple(_assignment(path, change) for path, change in verb.changes.items())


def _assignment(path: str, change: written.Change) -> Assignment:
    match change:
        case written.SetTo(value=value):
            return Assignment(path, Change.SET, value)
        case written.Add(add=amount):
            # A whole amount keeps a whole field whole: 5 and 1 make 6, not 6.0.
            return Assignment(path, Change.ADD, int(amount) if amount.is_integer() else amount)
        case written.Compute(expression=expression):
            return Assignment(path, Change.EVALUATE, expression=condition_of(expression))
        case written.Clear():
            return Assignment(path, Change.CLEAR)
        case _:
            assert_never(change)


def _handoff(place: Place, verb: written.Handoff) -> HandoffOp:
    step, desk = place.step, verb.desk
    if verb.buying_group is not None:
        ready = place.workspace.buying_groups[verb.buying_group].ready
        desk = ready.handoff if ready is not None else None
    written_outcomes: Mapping[str, str] = {str(outcome): target for outcome, target in verb.outcomes.items()}
    names = (*LEAD_OUTCOMES, "not_ready") if verb.buying_group is not None else LEAD_OUTCOMES
    outcomes = {name: OpId(written_outcomes.get(name, place.following)) for name in names}
    return HandoffOp(
        id=OpId(step.id), step=step.id, origin=step.origin, desk=desk or "", outcomes=outcomes, group=verb.buying_group
    )
