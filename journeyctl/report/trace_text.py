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
    lines = _wrapped(f"{walk.script.journey}: looked at on {start:%a %d %B %Y, %H:%M} ({zone})", "", 2, width)
    before = ""
    for moment in walk.moments:
        when = _when(moment.effect, walk, zone)
        lines.extend(_moment(moment, when if when != before else "", zone=zone, width=width))
        before = when
    if not walk.moments:
        lines.append("  nothing happened: the contact is not in the audience")
    if walk.defaults_used:
        lines.extend(_wrapped(f"defaults stood in for: {', '.join(walk.defaults_used)}", "  ", 4, width))
    return "\n".join(lines) + "\n"


def _when(effect: Effect, walk: Walk, zone: str) -> str:
    days, rest = divmod(effect.time - walk.entry_at, 86_400)
    since = f"+{days}d" if days else f"+{rest // 3_600}h"
    return f"{local(effect.time, zone):%a %d %b %H:%M}  {since}"


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
    if effect.kind is Kind.DEFERRED:
        until = f" until {local(effect.value, zone):%a %d %b %H:%M}" if effect.value else ""
        return f"{step}{effect.item} waits at the gate: {effect.reason}{until}"
    if effect.kind is Kind.ENTERED and effect.visit > 1:
        return f"entered for visit {effect.visit}"
    sentence = _SENTENCES.get(effect.kind)
    if sentence is None:
        return str(effect.kind.value).replace("_", " ") + (f" {effect.item}" if effect.item else "")
    points = f"{effect.value / 100:g}"
    text = sentence.format(step=step, item=effect.item, reason=effect.reason, desk=effect.desk, points=points)
    return text + (f" (send {effect.send})" if effect.kind is Kind.SENT and effect.send > 1 else "")


_SENTENCES: dict[Kind, str] = {
    Kind.ENTERED: "entered",
    Kind.REFUSED: "not entered: {reason}",
    Kind.BRANCHED: "{step}to {reason}",
    Kind.SPLIT: "{step}arm {reason}",
    Kind.REQUESTED_SEND: "{step}wants to send {item}",
    Kind.SKIPPED: "{step}{item} is not sent: {reason}",
    Kind.SENT: "{step}sent {item}",
    Kind.WAITED: "{step}{reason} {item}",
    Kind.SCORED: "score {points} ({reason})",
    Kind.FACT: "fact {reason}",
    Kind.HANDED_OFF: "{step}lead for {desk}, cause {reason}",
    Kind.SYNCED: "{desk} reports {reason}",
    Kind.ENDED: "left the journey: {reason}",
    Kind.DROPPED: "{step}dropped what was scheduled ({reason})",
}


def _why(reason: Reason) -> str:
    answer = "unknown" if reason.answer is None else "yes" if reason.answer else "no"
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
