"""A forecast as plain text: the verdict first, then what it rests on. Fits the width that it is given."""

from __future__ import annotations

import io
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from journeyctl.report import numbers
from journeyctl.results.intervals import Estimate
from journeyctl.results.measures import MEASURES, STAGES, Key
from journeyctl.results.summary import Estimates
from journeyctl.simulate.forecast import Forecast

NARROW = 76
"""Below so many columns a measure's interval stands under its value."""
PILOT_CLAIM = "The pilot's talk claims +93 %, without saying over what baseline; ours is computed."
ABOUT_INTERVALS = (
    "They are listed with their ranges and sources by --format json. "
    "Intervals show chance alone, for these people; they do not show that an input is wrong."
)
_ROW = tuple[str, ...]
_NOTHING = Estimate(0.0, 0.0, 0.0, 0.9, 0)


def render(forecast: Forecast, *, width: int) -> str:
    """The whole summary; ends with a line break."""
    blocks = [
        _head(forecast, width), _verdict(forecast, width), _funnel(forecast, width), _engagement(forecast, width),
        _gate(forecast, width), *(_desk(forecast, name, width) for name in forecast.promises),
        _weeks(forecast, width), _comparisons(forecast, width), _doubts(forecast, width),
    ]  # fmt: skip
    return "\n\n".join(block for block in blocks if block) + "\n"


def _of(found: Estimates, name: str, key: Key | None = None) -> Estimate | None:
    return found.get(name, {}).get(MEASURES[name].total if key is None else key)


def _text(found: Estimates, name: str, key: Key | None = None) -> str:
    estimate = _of(found, name, key)
    return numbers.NOT_AVAILABLE if estimate is None else numbers.both(estimate, MEASURES[name].unit)


def _wrapped(text: str, width: int, *, first: str = "", then: str = "") -> str:
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )


def _head(forecast: Forecast, width: int) -> str:
    runs = f"{forecast.replications} replications" if forecast.replications != 1 else "1 replication"
    partial = f", partial: {forecast.asked} were asked for" if forecast.partial else ""
    facts = (
        f"{forecast.length} from {forecast.start:%d %B %Y}, {runs}{partial}, seed {forecast.seed}, "
        f"{forecast.engine} engine, 90 % intervals"
    )
    return f"{forecast.title} ({forecast.scenario})\n{_wrapped(facts, width)}"


# --- verdict


def _verdict(forecast: Forecast, width: int) -> str:
    sentences = [_promise(forecast, name) for name in forecast.promises]
    sentences += [_leads_sentence(forecast), *_uplifts(forecast)]
    lines = [_wrapped(sentence, width, first="* ", then="  ") for sentence in sentences if sentence]
    return "\n".join(["VERDICT", *lines])


def _promise(forecast: Forecast, desk: str) -> str:
    promise, share = forecast.promises[desk], _of(forecast.estimates, "sla", (desk,))
    if promise.limit is None or share is None or share.value is None:
        return f"Desk {desk}: no lead is due in the run, so nothing can be said of its promise."
    target = promise.target
    # A single run has no interval, and so says nothing about the next one.
    low, high = (0.0, 1.0) if share.low is None or share.high is None else (share.low, share.high)
    word = "keeps" if low >= target else "misses" if high < target else "may or may not keep"
    text = numbers.both(share, "share")
    return (
        f"Desk {desk} {word} its promise: first call within {promise.limit_text} ({promise.clock} clock) "
        f"for {text} of leads; target {target * 100:g} %."
    )


def _leads_sentence(forecast: Forecast) -> str:
    own, weeks = _of(forecast.estimates, "leads", ("own",)), _weeks_of(forecast)
    total = _of(forecast.estimates, "leads")
    if own is None or own.value is None or total is None or total.value is None or not weeks:
        return ""
    per_week = _scaled(own, 1 / weeks)
    return (
        f"{numbers.both(per_week, 'count')} leads a week of our own, "
        f"{numbers.both(_scaled(total, 1 / weeks), 'count')} with those from elsewhere."
    )


def _uplifts(forecast: Forecast) -> Iterator[str]:
    for name in forecast.baselines:
        uplift = numbers.uplift(forecast.comparisons[name].uplift)
        there = _of(forecast.variants[name], "sends_per_contact")
        volume = "" if there is None else f" ({numbers.value(there, 'mails per contact')} mails per contact there)"
        yield f"Click rate {uplift} against '{forecast.titles.get(name, name)}'{volume}."
    if forecast.baselines:
        yield PILOT_CLAIM


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    def times(amount: float | None) -> float | None:
        return None if amount is None else amount * factor

    return Estimate(
        times(estimate.value), times(estimate.low), times(estimate.high),
        estimate.confidence, estimate.replications, estimate.missing,
    )  # fmt: skip


def _weeks_of(forecast: Forecast) -> int:
    keys = forecast.estimates.get("leads_per_week", {})
    return len({week for _, week in keys if week})


# --- tables


def _table(title: str, header: Sequence[str], rows: Iterable[_ROW], width: int) -> str:
    """A table whose first column wraps and whose numbers never do; stacked below `NARROW` columns."""
    from rich.console import Console
    from rich.table import Table

    rows = list(rows)
    if not rows:
        return ""
    if width < NARROW and len(header) > 2:
        return f"{title}\n{_stacked(header, rows, width)}"
    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0), header_style="")
    for position, name in enumerate(header):
        table.add_column(name, justify="left" if position == 0 else "right", no_wrap=position > 0, overflow="fold")
    for row in rows:
        table.add_row(*row)
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, force_terminal=False).print(table)
    return f"{title}\n" + "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def _stacked(header: Sequence[str], rows: Sequence[_ROW], width: int) -> str:
    lines = []
    for row in rows:
        lines.append(_wrapped(row[0], width))
        lines.extend(
            _wrapped(f"{name}: {cell}", width, first="  ", then="    ")
            for name, cell in zip(header[1:], row[1:], strict=True)
            if cell
        )
    return "\n".join(lines)


_STAGE_WORDS = {"mql": "became MQL", "population": "known records", "asked": "asked for sales"}


def _funnel(forecast: Forecast, width: int) -> str:
    entered = (_of(forecast.estimates, "funnel", ("", "entered")) or _NOTHING).value
    rows = []
    for position, stage in enumerate(STAGES):
        found = _of(forecast.estimates, "funnel", ("", stage))
        if found is None or found.value is None:
            continue
        inside = position >= STAGES.index("entered")
        share = f"{100 * found.value / entered:.1f} %" if inside and entered else ""
        rows.append(
            (
                _STAGE_WORDS.get(stage, stage.replace("_", " ")),
                numbers.value(found, "count"),
                numbers.interval(found, "count"),
                share,
            )
        )
    return _table("FUNNEL, contacts", ("", "contacts", "interval", "of entered"), rows, width)


_ENGAGEMENT: tuple[tuple[str, str, str], ...] = (
    ("Opened, of delivered", "open_rate", "open_rate_recorded"),
    ("Clicked, of delivered (engagement rate)", "engagement_rate", "engagement_rate_recorded"),
    ("Sends per contact", "sends_per_contact", ""),
    ("Contacts with a click", "contacts_with_click", "contacts_with_click_recorded"),
    ("Askers per 1,000 entered", "askers_per_1000", ""),
    ("Requests per 1,000 sends", "requests_per_1000_sends", ""),
    ("Became MQL, of clickers", "mql_share_of_clickers", ""),
    ("Contacts lost to opt-out", "opt_outs", ""),
    ("Breaches of a cap", "cap_breaches", ""),
)


def _engagement(forecast: Forecast, width: int) -> str:
    rows = [
        (title, _text(forecast.estimates, human), _text(forecast.estimates, recorded) if recorded else "")
        for title, human, recorded in _ENGAGEMENT
    ]
    return _table("ENGAGEMENT", ("", "by people", "as recorded"), rows, width)


_ANSWERS = (("refusals", "not entered"), ("deferrals", "deferred"), ("skips", "skipped"), ("drops", "dropped"))


def _gate(forecast: Forecast, width: int) -> str:
    rows = [
        (f"{word}: {key[1]}", numbers.value(found, "count"), numbers.interval(found, "count"))
        for name, word in _ANSWERS
        for key, found in forecast.estimates.get(name, {}).items()
        if key[0] == "" and key[1] and found.value
    ]
    return _table("WHY NOT, answers by reason", ("", "times", "interval"), rows, width)


def _desk(forecast: Forecast, desk: str, width: int) -> str:
    found, promise = forecast.estimates, forecast.promises[desk]
    limits = ("wall", "business", "shift") if promise.limit is not None else ()
    rows = [
        (f"Called within {promise.limit_text}, {clock} clock", _text(found, "sla_by_clock", (desk, clock)))
        for clock in limits
    ]
    rows.append(("Worst week (10 leads due or more)", _text(found, "sla_worst_week", (desk,))))
    for clock in ("wall", "business"):
        rows.append((f"First call, half of leads, {clock} clock", _text(found, "first_call_p50", (desk, clock))))
        rows.append((f"First call, 95 of 100 leads, {clock} clock", _text(found, "first_call_p95", (desk, clock))))
    rows += [(title, _text(found, name, (desk,))) for title, name in _LOAD]
    note = _idle_note(found, desk, width)
    return _table(f"DESK {desk}", ("", "estimate"), rows, width) + (f"\n{note}" if note else "")


_LOAD = (
    ("Leads due in the run", "leads_due"),
    ("Not yet due at its end", "leads_not_yet_due"),
    ("Demand, of capacity", "demand_per_capacity"),
    ("Utilisation", "utilisation"),
)


def _idle_note(found: Estimates, desk: str, width: int) -> str:
    used = _of(found, "utilisation", (desk,))
    if used is None or used.value is None or used.value >= 0.25:
        return ""
    return _wrapped("Below 25 % utilisation a comparison of headcounts says nothing.", width)


def _weeks(forecast: Forecast, width: int) -> str:
    found = forecast.estimates
    weeks = sorted({week for _, week in found.get("leads_per_week", {}) if week})
    # A run seldom ends with a week: what is left of the last one may hold no lead at all.
    while weeks and not (_of(found, "leads_per_week", ("", weeks[-1])) or _NOTHING).value:
        weeks.pop()
    desk = next(iter(forecast.promises), "")
    rows = []
    for week in weeks:
        cells = [("leads_per_week", ("own", week)), ("leads_per_week", ("", week)), ("backlog", (desk, week))]
        values = [_of(found, name, key) for name, key in cells] + [_of(found, "sla_by_week", (desk, week))]
        shown = [numbers.NOT_AVAILABLE if v is None else numbers.value(v, "count") for v in values[:3]]
        share = values[3]
        shown.append(numbers.NOT_AVAILABLE if share is None else numbers.value(share, "share"))
        rows.append((week, *shown))
    title = "BY WEEK, means over replications (intervals: --format json)"
    return _table(
        title,
        ("", "own leads", "all leads", "backlog on Friday", "in time"),
        rows,
        max(width, NARROW) if width >= 60 else width,
    )


# --- comparisons and doubts


_COMPARED = ("askers", "sends_per_contact", "requests_per_1000_sends", "leads", "sals", "opt_outs")


def _comparisons(forecast: Forecast, width: int) -> str:
    blocks = []
    desk = next(iter(forecast.promises), "")
    for name, comparison in forecast.comparisons.items():
        rows: list[_ROW] = [("Click-rate uplift", numbers.uplift(comparison.uplift), "")]
        rows += [_difference_row(forecast, name, measure, MEASURES[measure].total) for measure in _COMPARED]
        if desk:
            rows.append(_difference_row(forecast, name, "sla", (desk,)))
            rows.append(_difference_row(forecast, name, "sla_worst_week", (desk,)))
        rows.append(("Contacts that ask only here", numbers.both(comparison.gained, "count"), ""))
        rows.append(("Contacts that ask only there", numbers.both(comparison.lost, "count"), ""))
        title = f"AGAINST {name} ({forecast.titles.get(name, name)}): this less that, same people"
        blocks.append(_table(_wrapped(title, width), ("", "difference", "there"), rows, width))
    return "\n\n".join(blocks)


def _difference_row(forecast: Forecast, variant: str, measure: str, key: Key) -> _ROW:
    unit, title = MEASURES[measure].unit, MEASURES[measure].title
    difference = forecast.comparisons[variant].differences.get(measure, {}).get(key)
    there = _of(forecast.variants[variant], measure, key)
    return (
        title,
        numbers.NOT_AVAILABLE if difference is None else numbers.signed(difference, unit),
        numbers.NOT_AVAILABLE if there is None else numbers.value(there, unit),
    )


def _doubts(forecast: Forecast, width: int) -> str:
    kinds = Counter(assumption.kind for assumption in forecast.assumptions)
    known = ", ".join(f"{kinds[kind]} {kind}" for kind in ("measured", "cited", "assumed", "not said") if kinds[kind])
    rests = f"Rests on {len(forecast.assumptions)} input numbers: {known}. {ABOUT_INTERVALS}"
    notes = [rests]
    notes += [f"NOT SIMULATED: {sentence}." for sentence in forecast.left_out]
    for note in forecast.precision:
        if not note.reached:
            unit = "%" if note.relative else "pp"
            half = "n/a" if note.half_width is None else f"{note.half_width * 100:.1f} {unit}"
            notes.append(
                f"{note.measure}: +-{half}, not the +-{note.wanted * 100:g} {unit} asked for; run more replications."
            )
    notes += [f"FAULT, please report: {violation}" for violation in forecast.violations[:5]]
    if forecast.stuck:
        notes.append(
            f"{len(forecast.stuck)} contacts took more than 1,000 steps at one instant, first {forecast.stuck[0]}."
        )
    notes.append(f"workspace {forecast.workspace_hash}, graph {forecast.graph_hash}")
    return "\n".join(_wrapped(note, width) for note in notes)
