"""One contact's history as text: when, what, and why each message that fell due was not sent."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from journeyctl.calendars import local
from journeyctl.report.text_width import shown
from journeyctl.report.trace_text import NARROW, what
from journeyctl.results.history import Fate, History, Request
from journeyctl.results.record import EventRow
from journeyctl.semantics.effects import Effect, Kind


def render(history: History, *, zone: str, width: int) -> str:
    """The history in local time of `zone`, then the messages that were not sent, with everything that held them up."""
    lines = list(_head(history, zone, width))
    before = ""
    several = len(_journeys(history)) > 1
    for row in history.rows:
        if _is_answered_at_once(row, history):
            continue
        when = _when(row.time, zone)
        journey = f"{row.journey}: " if several and row.journey and row.kind not in _SENTENCES else ""
        lines.extend(_line(when if when != before else "", journey + _what(row, zone), width))
        before = when
    lines.append("")
    lines.extend(_sends(history, zone, width))
    return "\n".join(lines) + "\n"


def _head(history: History, zone: str, width: int) -> Iterator[str]:
    first = history.rows[0]
    others = len(history.replications) - 1
    also = f", one of {others + 1} that know the contact" if others else ""
    yield from _wrapped(f"{history.contact}: replication {history.replication}{also}, times in {zone}", "", 2, width)
    accounts = ", ".join(name for name in (first.clinic, first.hospital, first.umbrella) if name)
    if accounts:
        yield from _wrapped(f"accounts: {accounts}", "  ", 4, width)
    journeys = _journeys(history)
    if journeys:
        yield from _wrapped(f"{'journeys' if len(journeys) > 1 else 'journey'}: {', '.join(journeys)}", "  ", 4, width)
    if first.source:
        yield from _wrapped(f"came by the inflow {first.source}", "  ", 4, width)
    yield ""


def _journeys(history: History) -> list[str]:
    return list(dict.fromkeys(row.journey for row in history.rows if row.journey))


def _is_answered_at_once(row: EventRow, history: History) -> bool:
    """A message that is sent or skipped in the second in which it falls due needs no line of its own for that."""
    if row.kind is not Kind.REQUESTED_SEND:
        return False
    return any(request.due is row and not request.waited and request.at == row.time for request in history.requests)


def _line(when: str, text: str, width: int) -> Iterator[str]:
    narrow = width < NARROW
    margin = 4 if narrow else 25
    if narrow and when:
        yield f"  {when}"
    head = " " * margin if narrow else f"  {when:<{margin - 2}}"
    yield from _wrapped(text, head, margin, width)


def _wrapped(text: str, head: str, margin: int, width: int) -> list[str]:
    return textwrap.wrap(
        shown(text), max(margin + 20, width), initial_indent=head, subsequent_indent=" " * margin,
        break_on_hyphens=False,
    ) or [head]  # fmt: skip


def _when(time: int, zone: str) -> str:
    return f"{local(time, zone):%a %d %b %Y %H:%M}"


# --- messages


def _sends(history: History, zone: str, width: int) -> Iterator[str]:
    counts = [(fate, sum(request.fate is fate for request in history.requests)) for fate in Fate]
    total = len(history.requests)
    if not total:
        yield "no message fell due"
        return
    told = ", ".join(f"{number} {_FATES[fate]}" for fate, number in counts if number)
    yield from _wrapped(f"{total} {'message' if total == 1 else 'messages'} fell due: {told}", "", 2, width)
    for request in history.unsent:
        yield from _wrapped(_why(request, zone), "  ", 4, width)


def _why(request: Request, zone: str) -> str:
    due = request.due
    place = f"{due.item} ({due.journey}, {due.step}), due {_when(due.time, zone)}"
    held = ", ".join(f"{reason} ({_times(number)})" for reason, number in request.waited.items())
    waited = f"; waited for {held}" if held else ""
    match request.fate:
        case Fate.SKIPPED:
            text = f"{place}: skipped, {request.reason}{waited}"
        case Fate.DROPPED:
            text = f"{place}: dropped, the contact left the journey ({request.reason}){waited}"
        case Fate.WAITING | Fate.SENT:
            text = f"{place}: still waits where the log ends{waited}"
    behind = request.behind
    return text if behind is None else f"{text}; {_what(behind, zone)} on {_when(behind.time, zone)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


_FATES = {
    Fate.SENT: "sent", Fate.SKIPPED: "skipped", Fate.DROPPED: "dropped", Fate.WAITING: "still waiting",
}  # fmt: skip


# --- events


def _what(row: EventRow, zone: str) -> str:
    """One event in words; what a trace can show is told in the same words there."""
    sentence = _SENTENCES.get(row.kind)
    if row.kind is Kind.DELIVERED and row.reason == "other_mail":
        return f"mail of the line {row.line} delivered"
    if sentence is None:
        return what(Effect(**{name: getattr(row, name) for name in Effect._fields}), zone=zone)
    caller = f"SDR {row.worker} of {row.team}" if row.worker else row.team
    told = sentence.format(
        item=row.item or "a message", desk=row.desk, caller=caller or row.desk, team=row.team, reason=row.reason,
        value=row.value, points=f"{row.value / 100:g}", money=f"{row.value / 100:,.2f}", line=row.line,
    )  # fmt: skip
    return told + (f" ({row.who})" if row.who in ("machine", "system") else "")


_SENTENCES: dict[Kind, str] = {
    Kind.DELIVERED: "{item} delivered",
    Kind.BOUNCED: "{item} bounced ({reason})",
    Kind.OPENED: "{item} opened",
    Kind.CLICKED: "{item} clicked",
    Kind.VISITED: "pages read: {value}",
    Kind.FORM: "forms filled: {value}",
    Kind.ASKED: "asked for sales",
    Kind.UNSUBSCRIBED: "opted out of mail",
    Kind.MQL: "qualified by score {points}, fit {reason}",
    Kind.MERGED: "joined the open lead at {desk}, cause {reason}",
    Kind.ROUTED: "{desk}: routed to {team}",
    Kind.ENRICHED: "{desk}: task done by {caller}",
    Kind.ATTEMPTED: "{desk}: called by {caller}",
    Kind.CONNECTED: "{desk}: reached by {caller}",
    Kind.QUALIFIED: "{desk}: {caller} finds {reason}",
    Kind.ACCEPTED: "{desk}: lead accepted",
    Kind.REJECTED: "{desk}: lead rejected, {reason}",
    Kind.RECYCLED: "{desk}: lead given back to marketing",
    Kind.UNREACHABLE: "{desk}: lead closed, nobody reached",
    Kind.EXPIRED: "{desk}: lead expired, {reason}",
    Kind.MET: "met by field sales",
    Kind.SQL: "sales-qualified",
    Kind.OPPORTUNITY: "opportunity {line} of {money}",
    Kind.WON: "won {line} {money}",
    Kind.LOST: "lost at {reason}",
}
