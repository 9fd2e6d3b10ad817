"""Policies and scoring in the form that the gate and the step machine use."""

from __future__ import annotations

from journeyctl.graph.lowering.values import condition_of, hours_of, optional_condition, seconds_of, zone_of
from journeyctl.graph.ops import SendWindow
from journeyctl.graph.program import Cap, Policies, Scoring, Suppression
from journeyctl.model import policies as written
from journeyctl.model import scoring as written_scoring


def lower_policies(policies: written.Policies, *, zone: str) -> Policies:
    """What the gate asks."""
    quiet = policies.quiet_hours
    return Policies(
        consents=dict(policies.consent.purposes),
        unknown_granted=policies.consent.unknown == "granted",
        caps=tuple(_cap(cap, zone=zone) for cap in policies.caps),
        suppressions=tuple(
            Suppression(found.name, condition_of(found.when), found.then) for found in policies.suppressions
        ),
        quiet_hours=None
        if quiet is None
        else SendWindow(frozenset(quiet.days), hours_of(quiet.send_between), zone_of(quiet.zone, workspace_zone=zone)),
        holdout=policies.holdouts.share,
    )


def _cap(cap: written.Cap, *, zone: str) -> Cap:
    return Cap(
        name=cap.name, applies=optional_condition(cap.applies), channel=cap.channel, maximum=cap.max, per=cap.per,
        window=cap.window, over=cap.over, expire=seconds_of(cap.expire), zone=zone_of(cap.zone, workspace_zone=zone),
    )  # fmt: skip


def lower_scoring(scoring: written_scoring.Scoring | None) -> Scoring | None:
    """Points in hundredths, the half-life in whole hours."""
    if scoring is None:
        return None
    half_life = seconds_of(scoring.decay.half_life) if scoring.decay is not None else None
    mql = scoring.mql
    return Scoring(
        points={
            event: {"human": round(points.human * 100), "machine": round(points.machine * 100)}
            for event, points in scoring.points.items()
        },
        half_life_hours=None if half_life is None else half_life // 3_600,
        fit=tuple((grade, condition_of(condition)) for grade, condition in scoring.fit.items()),
        mql_score=None if mql is None else round(mql.score * 100),
        mql_fit=() if mql is None else mql.fit,
        mql_again=0 if mql is None else (seconds_of(mql.again) or 1 << 40),
        account=scoring.account,
    )
