"""One contact's walk as text: when, what, and why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from journeyctl.calendars import local
from journeyctl.expr import Value
from journeyctl.semantics.effects import Effect, Kind
from journeyctl.trace.reasons import Reason
from journeyctl.trace.walk import Moment, Walk

NARROW = 72
"""Below so many columns the time stands on a line of its own."""


def render(walk: Walk, *, zone: str, width: int) -> str:
    """The walk in local time of the workspace, with the conditions behind each choice."""
    start = local(walk.entry_at, zone)
    lines = [f"{walk.script.journey}: looked at on {start:%A, %d %B %Y, %H:%M} ({zone})"]
    before = ""
    for moment in walk.moments:
        when = _when(moment.effect, walk, zone)
        lines.extend(_moment(moment, when if when != before else "", zone=zone, width=width))
        before = when
    if not walk.moments:
        lines.append("  nothing happened: the contact is not in the audience")
    if walk.defaults_used:
        lines.append(f"  defaults stood in for: {', '.join(walk.defaults_used)}")
    return "\n".join(lines) + "\n"


def _when(effect: Effect, walk: Walk, zone: str) -> str:
    days, rest = divmod(effect.time - walk.entry_at, 86_400)
    return f"{local(effect.time, zone):%a %d %b %H:%M}  {f'+{days}d' if days else ''}{f'+{rest // 3600}h' if not days else ''}"


def _moment(moment: Moment, when: str, *, zone: str, width: int) -> Iterator[str]:
    narrow = width < NARROW
    margin = 4 if narrow else 26
    if narrow and when:
        yield f"  {when}"
    head = " " * margin if narrow else f"  {when:<{margin - 2}}"
    text = what(moment.effect, zone=zone)
    yield from _wrapped(text, head, margin, width)
    for reason in moment.why:
        yield from _wrapped(_why(reason), " " * (margin + 2), margin + 4, width)


def _wrapped(text: str, head: str, margin: int, width: int) -> list[str]:
    return textwrap.wrap(
        text, max(margin + 20, width), initial_indent=head, subsequent_indent=" " * margin,
        break_long_words=False, break_on_hyphens=False,
    ) or [head]  # fmt: skip


def what(effect: Effect, *, zone: str) -> str:
    """One effect in words."""
    step = f"{effect.step}: " if effect.step else ""
    match effect.kind:
        case Kind.ENTERED:
            return "entered" if effect.visit == 1 else f"entered for visit {effect.visit}"
        case Kind.REFUSED:
            return f"not entered: {effect.reason}"
        case Kind.BRANCHED:
            return f"{step}to {effect.reason}"
        case Kind.SPLIT:
            return f"{step}arm {effect.reason}"
        case Kind.REQUESTED_SEND:
            return f"{step}wants to send {effect.item}"
        case Kind.DEFERRED:
            until = f" until {local(effect.value, zone):%a %d %b %H:%M}" if effect.value else ""
            return f"{step}{effect.item} waits at the gate: {effect.reason}{until}"
        case Kind.SKIPPED:
            return f"{step}{effect.item} is not sent: {effect.reason}"
        case Kind.SENT:
            return f"{step}sent {effect.item}" + (f" (send {effect.send})" if effect.send > 1 else "")
        case Kind.WAITED:
            return f"{step}{effect.reason}" + (f" ({effect.item})" if effect.item else "")
        case Kind.SCORED:
            return f"score {effect.value / 100:g} ({effect.reason})"
        case Kind.FACT:
            return f"fact {effect.reason}"
        case Kind.HANDED_OFF:
            return f"{step}lead for {effect.desk}, cause {effect.reason}"
        case Kind.SYNCED:
            return f"{effect.desk} reports {effect.reason}"
        case Kind.ENDED:
            return f"left the journey: {effect.reason}"
        case Kind.DROPPED:
            return f"{step}dropped what was scheduled ({effect.reason})"
        case _:
            return effect.kind.value.replace("_", " ") + (f" {effect.item}" if effect.item else "")


def _why(reason: Reason) -> str:
    answer = {True: "yes", False: "no", None: "unknown"}[reason.answer]
    values = ", ".join(f"{path} = {_value(value)}" for path, value in reason.values)
    return f"{answer}: {reason.text}" + (f"  [{values}]" if values else "")


def _value(value: Value) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "true" if value else "false"
        case tuple():
            return f"[{', '.join(str(part) for part in value)}]"
        case _:
            return str(value)
