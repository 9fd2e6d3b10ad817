"""Model values in the form that ops use: parsed conditions, local hours, zones, seconds."""

from __future__ import annotations

from journeyctl import calendars
from journeyctl.diagnostics import Finding, Span, SpecError
from journeyctl.expr import ConditionError
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import SendWindow
from journeyctl.model import values as written
from journeyctl.units import SECONDS_PER_DAY, Duration


def condition_of(source: written.Condition | written.Expression) -> Condition:
    """The parsed condition. Raises `SpecError` with its place where the text is no expression."""
    try:
        return Condition.of(source.text)
    except ConditionError as error:
        raise SpecError([syntax_finding(source, error)]) from None


def syntax_finding(source: written.Condition | written.Expression, error: ConditionError) -> Finding:
    """What is wrong with the text of a condition, with the exact place in it."""
    return Finding(
        code="JC300", slug="condition-syntax", message=error.message, origin=source.origin,
        span=Span(error.start, error.end), help=error.help,
    )  # fmt: skip


def optional_condition(source: written.Condition | None) -> Condition | None:
    """The parsed condition, where there is one."""
    return None if source is None else condition_of(source)


def zone_of(choice: written.ZoneChoice | None, *, workspace_zone: str) -> calendars.ZoneChoice:
    """Whose clock counts; without a choice the contact's, and the workspace's where that is unknown."""
    if choice is None:
        return calendars.ZoneChoice(of_contact=True, name=workspace_zone)
    return calendars.ZoneChoice(of_contact=choice.of_contact, name=choice.name or workspace_zone)


def hours_of(window: written.TimeWindow | None) -> tuple[calendars.Hours, ...]:
    """Local hours of a day; a window over midnight has a part at either end of the day."""
    if window is None:
        return (calendars.ALL_DAY,)
    if window.start < window.end:
        return (calendars.Hours(window.start, window.end),)
    parts = [(0, window.end), (window.start, SECONDS_PER_DAY)]
    return tuple(calendars.Hours(start, end) for start, end in parts if start < end)


def send_window(send_on: written.SendOn | None, *, workspace_zone: str) -> SendWindow | None:
    """When a step's sends may go out."""
    if send_on is None:
        return None
    return SendWindow(
        frozenset(send_on.days), hours_of(send_on.between), zone_of(send_on.zone, workspace_zone=workspace_zone)
    )


def seconds_of(duration: Duration | None) -> int | None:
    """Whole seconds; where only a bound is meant, a month counts 30 days and a business day one day."""
    if duration is None:
        return None
    return duration.seconds + duration.business_days * SECONDS_PER_DAY + duration.months * 30 * SECONDS_PER_DAY
