"""A forecast as plain text: the verdict first, then what it rests on. Fits the width that it is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from journeyctl.report import numbers, text_table
from journeyctl.report.attribution_text import attribution
from journeyctl.report.doubts_text import ABOUT_INTERVALS, fallbacks, faults, left_out
from journeyctl.report.forecast_caps_text import caps_and_consent
from journeyctl.report.forecast_money_text import compared_money, money
from journeyctl.report.text_table import NARROW
from journeyctl.report.text_table import table as _table
from journeyctl.report.text_table import wrapped as _wrapped
from journeyctl.results.intervals import Estimate
from journeyctl.results.measures import MEASURES, STAGES, Key
from journeyctl.results.summary import Comparison, Estimates
from journeyctl.simulate.forecast import Forecast, Precision

if TYPE_CHECKING:
    from journeyctl.simulate.requirements import Judgement

PILOT_CLAIM = "The pilot's talk claims +93 %, without saying over what baseline; ours is computed."
_ROW = tuple[str, ...]
_NOTHING = Estimate(0.0, 0.0, 0.0, 0.9, 0)


def make_ready() -> None:
    """Loads what `render` needs; see `text_table.make_ready`."""
    text_table.make_ready()


def render(forecast: Forecast, *, width: int) -> str:
    """The whole summary; ends with a line break."""
    if not forecast.replications:
        return f"{_head(forecast, width)}\n\nInterrupted before the first run was finished: there is no answer.\n"
    blocks = [
        _head(forecast, width), _verdict(forecast, width), _funnel(forecast, width), _engagement(forecast, width),
        _gate(forecast, width), caps_and_consent(forecast, width),
        *(_desk(forecast, name, width) for name in forecast.promises),
        _weeks(forecast, width), money(forecast, width), _comparisons(forecast, width),
        attribution(forecast.attribution, width), _doubts(forecast, width),
    ]  # fmt: skip
    return "\n\n".join(block for block in blocks if block) + "\n"


def _of(found: Estimates, name: str, key: Key | None = None) -> Estimate | None:
    return found.get(name, {}).get(MEASURES[name].total if key is None else key)


def _text(found: Estimates, name: str, key: Key | None = None) -> str:
    estimate = _of(found, name, key)
    return numbers.of_measure(name, estimate)


def _head(forecast: Forecast, width: int) -> str:
    runs = f"{forecast.replications} replications" if forecast.replications != 1 else "1 replication"
    partial = f", partial: {forecast.asked} were asked for" if forecast.partial else ""
    facts = (
        f"{forecast.length} from {forecast.start:%d %B %Y}, {runs}{partial}, seed {forecast.seed}, "
        f"{forecast.engine} engine, 90 % intervals"
    )
    notes = [*fallbacks(forecast), *(f"the engines disagree: {run}" for run in forecast.differences)]
    return "\n".join((f"{forecast.title} ({forecast.scenario})", *(_wrapped(line, width) for line in (facts, *notes))))


# --- verdict


def _verdict(forecast: Forecast, width: int) -> str:
    sentences = [_requirement(judgement) for judgement in forecast.requirements]
    for name in forecast.promises:
        sentences += [_promise(forecast, name), _load(forecast, name)]
    sentences += [_leads_sentence(forecast), *_uplifts(forecast)]
    lines = [_wrapped(sentence, width, first="* ", then="  ") for sentence in sentences if sentence]
    return "\n".join(["VERDICT", *lines])


def _requirement(judgement: Judgement) -> str:
    found, written = judgement.estimate, judgement.requirement.text
    seen = numbers.NOT_AVAILABLE if found is None else numbers.both(found, judgement.unit)
    why = ""
    if judgement.verdict == "not certain":
        lonely = found is not None and found.low is None
        why = "; one run alone has no interval" if lonely else "; the limit lies within the interval"
    return f"Required {written}: {judgement.verdict}, {seen}{why}."


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
        f"for {text} of leads{_besides(forecast, desk)}; target {target * 100:g} %."
    )


def _besides(forecast: Forecast, desk: str) -> str:
    """Leads of which the promise says nothing, where there are any."""
    refused = _of(forecast.estimates, _REFUSED, (desk,))
    if refused is None or not refused.value:
        return ""
    return f", besides {numbers.value(refused, 'count')} that were refused in time before a call"


def _load(forecast: Forecast, desk: str) -> str:
    """That more is asked of a desk than it can do; nothing where it is not."""
    asked = _of(forecast.estimates, "demand_per_capacity", (desk,))
    if asked is None or asked.value is None or asked.value <= 1:
        return ""
    is_certain = asked.low is not None and asked.low > 1
    text, word = numbers.of_measure("demand_per_capacity", asked), "is" if is_certain else "may be"
    return (
        f"Desk {desk} {word} overloaded: leads ask for {text} of what its people can do. Where that is more than all, "
        "the backlog grows as long as the run."
    )


def _leads_sentence(forecast: Forecast) -> str:
    own, weeks = _of(forecast.estimates, "leads", ("own",)), forecast.weeks
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


# --- tables


_STAGE_WORDS = {
    "mql": "became MQL",
    "population": "known records",
    "asked": "asked for sales",
    "reachable": "may be mailed",
}


def _funnel(forecast: Forecast, width: int) -> str:
    entered = (_of(forecast.estimates, "funnel", ("", "entered")) or _NOTHING).value
    rows = []
    for position, stage in enumerate(STAGES):
        found = _of(forecast.estimates, "funnel", ("", stage))
        if found is None or found.value is None:
            continue
        inside = position >= STAGES.index("entered")
        share = f"{100 * found.value / entered:.1f} %" if inside and entered else ""
        recorded = _of(forecast.estimates, "funnel_recorded", ("", stage))
        rows.append(
            (
                _STAGE_WORDS.get(stage, stage.replace("_", " ")),
                numbers.value(found, "count"),
                numbers.interval(found, "count"),
                share,
                "" if recorded is None else numbers.value(recorded, "count"),
            )
        )
    return _table("FUNNEL, contacts", ("", "contacts", "interval", "of entered", "as recorded"), rows, width)


_ENGAGEMENT: tuple[tuple[str, str, str], ...] = (
    ("Opened, of delivered", "open_rate", "open_rate_recorded"),
    ("Clicked, of delivered (engagement rate)", "engagement_rate", "engagement_rate_recorded"),
    ("Sends per contact", "sends_per_contact", ""),
    ("Contacts with a click", "contacts_with_click", "contacts_with_click_recorded"),
    ("Askers per 1,000 entered", "askers_per_1000", ""),
    ("Requests per 1,000 sends", "requests_per_1000_sends", ""),
    ("Became MQL, of clickers", "mql_share_of_clickers", ""),
    ("Contacts lost to opt-out", "opt_outs", ""),
    ("Opt-outs, of delivered", "unsubscribe_rate", ""),
    ("Sends per person, all records", "sends_per_person", ""),
    ("Delivered, not yet mature", "not_yet_mature", ""),
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
    rows.append(("Leads due in the worst week", _text(found, "sla_worst_week_due", (desk,))))
    for clock in ("wall", "business"):
        rows.append((f"First call, half of leads, {clock} clock", _text(found, "first_call_p50", (desk, clock))))
        rows.append((f"First call, 95 of 100 leads, {clock} clock", _text(found, "first_call_p95", (desk, clock))))
    rows += [
        (title, _text(found, name, (desk,))) for title, name in _LOAD if name != _REFUSED or _besides(forecast, desk)
    ]
    rows += [(f"Ended: {key[0].replace('_', ' ')}", numbers.both(share, "share")) for key, share in _ends_of(forecast)]
    note = _idle_note(found, desk, width)
    return _table(f"DESK {desk}", ("", "estimate"), rows, width) + (f"\n{note}" if note else "")


def _ends_of(forecast: Forecast) -> list[tuple[Key, Estimate]]:
    """How leads with time enough ended, where only one desk can be meant."""
    return list(forecast.estimates.get("outcomes", {}).items()) if len(forecast.promises) == 1 else []


_REFUSED = "leads_refused_before_call"
"""Told only where a desk refuses leads before it calls them."""
_LOAD = (
    ("Leads due in the run", "leads_due"),
    ("Not yet due at its end", "leads_not_yet_due"),
    ("Refused in time, before a call", _REFUSED),
    ("Highest backlog on a Friday", "backlog_highest"),
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
        rows.append(("Click-rate uplift, as recorded", numbers.uplift(comparison.uplift_recorded), ""))
        rows += [_difference_row(forecast, name, measure, MEASURES[measure].total) for measure in _COMPARED]
        if desk:
            rows.append(_difference_row(forecast, name, "sla", (desk,)))
            rows.append(_difference_row(forecast, name, "sla_worst_week", (desk,)))
        for title, measure, key in compared_money(forecast):
            rows.append((title, *_difference_row(forecast, name, measure, key)[1:]))
        rows.append(("Contacts that ask only here", numbers.both(comparison.gained, "count"), ""))
        rows.append(("Contacts that ask only there", numbers.both(comparison.lost, "count"), ""))
        rows += [
            (f"Askers that exist only {where}", numbers.both(found, "count"), "")
            for where, found in (("here", comparison.only_here), ("there", comparison.only_there))
            if found.value
        ]
        title = f"AGAINST {name} ({forecast.titles.get(name, name)}): this less that, same people"
        table = _table(_wrapped(title, width), ("", "difference", "there"), rows, width)
        blocks.append("\n".join((table, *_flipped(comparison, width))))
    return "\n\n".join(blocks)


_NAMED = 3
"""Contacts that are named for each way to flip; JSON names all."""


def _flipped(comparison: Comparison, width: int) -> Iterator[str]:
    """Who asks in one world only, the most frequent first."""
    runs = len(comparison.replications)
    for where, part in (("only here", "gained"), ("only there", "lost")):
        times = {contact.contact: getattr(contact, part) for contact in comparison.flipped if getattr(contact, part)}
        names = sorted(times, key=lambda name: (-times[name], name))
        if names:
            shown = ", ".join(f"{name} (in {times[name]} of {runs} runs)" for name in names[:_NAMED])
            more = f", and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
            yield _wrapped(f"Asked {where}: {shown}{more}.", width, then="  ")


def _difference_row(forecast: Forecast, variant: str, measure: str, key: Key) -> _ROW:
    unit, title = MEASURES[measure].unit, MEASURES[measure].title
    difference = forecast.comparisons[variant].differences.get(measure, {}).get(key)
    there = _of(forecast.variants[variant], measure, key)
    return (
        title,
        numbers.difference_of_measure(measure, difference),
        numbers.NOT_AVAILABLE if there is None else numbers.value(there, unit),
    )


def _doubts(forecast: Forecast, width: int) -> str:
    kinds = Counter(assumption.kind for assumption in forecast.assumptions)
    known = ", ".join(f"{kinds[kind]} {kind}" for kind in ("measured", "cited", "assumed", "not said") if kinds[kind])
    rests = f"Rests on {len(forecast.assumptions)} input numbers: {known}. They are listed "
    rests += f"with their ranges and sources by --format json. {ABOUT_INTERVALS}"
    notes = [rests, *left_out(forecast)]
    notes += [sentence for note in forecast.precision if (sentence := _precision(forecast, note))]
    notes += faults(forecast)
    notes.append(f"workspace {forecast.workspace_hash}, graph {forecast.graph_hash}")
    return "\n".join(_wrapped(note, width) for note in notes)


def _precision(forecast: Forecast, note: Precision) -> str:
    """How near a measure came to what was asked for; nothing where nobody asked and all is well."""
    unit = "%" if note.relative else "pp"
    half = "n/a" if note.half_width is None else f"+-{note.half_width * 100:.2g} {unit}"
    wanted = f"+-{note.wanted * 100:g} {unit}"
    if note.reached and not note.asked:
        return ""
    if note.reached:
        return f"{note.measure}: {half} after {forecast.replications} replications; {wanted} was asked for."
    if note.asked:
        limit = "; --max-replications allows more" * (not forecast.partial)
        return f"{note.measure}: not reached: {half} after {forecast.replications} replications, not {wanted}{limit}."
    return f"{note.measure}: {half}, not the {wanted} that the scenario hopes for; --precision scenario goes on to it."
