"""A sweep as plain text: one table, a group of rows for every measure, then the knees."""

from __future__ import annotations

import math
from collections.abc import Iterator

from journeyctl.report import numbers
from journeyctl.report.doubts_text import ABOUT_INTERVALS, fallbacks, faults, left_out
from journeyctl.report.text_table import Row, table, wrapped
from journeyctl.results.measures import MEASURES
from journeyctl.simulate.sweep import MeasureKey, Sweep, TradeOff


def render(sweep: Sweep, *, width: int) -> str:
    """The whole answer; ends with a line break."""
    blocks = [_head(sweep, width), _table(sweep, width), _unchanged(sweep, width), *_trades(sweep, width)]
    blocks.append(_doubts(sweep, width))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(sweep: Sweep, width: int) -> str:
    partial = f", partial: {sweep.asked} were asked for" if sweep.partial else ""
    facts = (
        f"Over {' and '.join(axis.path for axis in sweep.axes)}: {sweep.replications} replications of each row on the "
        f"same people{partial}, seed {sweep.seed}, {sweep.engine} engine, 90 % intervals"
    )
    lines = [wrapped(line, width) for line in (facts, *fallbacks(sweep))]
    return "\n".join((f"{sweep.title} ({sweep.scenario})", *lines))


def name_of(shown: MeasureKey) -> str:
    """A measure with its key for a table: `Leads (own)`."""
    measure, key = MEASURES[shown[0]], "/".join(part for part in shown[1] if part)
    return f"{measure.title} ({key})" if key else measure.title


def _changes(sweep: Sweep, shown: MeasureKey) -> bool:
    """Some row differs from the first in some replication."""
    found = [sweep.difference(place, shown) for place in range(1, len(sweep.points))]
    return any(one is not None and (one.value, one.low, one.high) not in ((0, 0, 0), (0, None, None)) for one in found)


def _is_known(sweep: Sweep, shown: MeasureKey) -> bool:
    found = [sweep.estimate(place, shown) for place in range(len(sweep.points))]
    return any(one is not None and one.value is not None for one in found)


def _table(sweep: Sweep, width: int) -> str:
    rows: list[Row] = []
    for shown in sweep.shown:
        if not _is_known(sweep, shown) or not _changes(sweep, shown):
            continue
        rows.append((name_of(shown).upper(), "", ""))
        rows += [_row(sweep, place, shown) for place in range(len(sweep.points))]
    first = sweep.points[0].name
    return table("SWEEP", ("", "estimate", f"less that of {first}"), rows, width)


def _row(sweep: Sweep, place: int, shown: MeasureKey) -> Row:
    found, difference = sweep.estimate(place, shown), sweep.difference(place, shown)
    return (
        f"  {sweep.points[place].name}",
        numbers.of_measure(shown[0], found),
        "" if difference is None else numbers.difference_of_measure(shown[0], difference),
    )


def _unchanged(sweep: Sweep, width: int) -> str:
    same = [shown for shown in sweep.shown if _is_known(sweep, shown) and not _changes(sweep, shown)]
    listed = "; ".join(f"{name_of(shown)} {numbers.of_measure(shown[0], sweep.estimate(0, shown))}" for shown in same)
    return wrapped(f"The same in every row: {listed}.", width) if listed else ""


def _trades(sweep: Sweep, width: int) -> Iterator[str]:
    for trade in sweep.trades:
        yield wrapped(_trade(sweep, trade), width)


def _trade(sweep: Sweep, trade: TradeOff) -> str:
    names, knee = [point.name for point in sweep.swept], trade.knee
    about = f"TRADE-OFF of {trade.one} against {trade.other}"
    if knee.place is None:
        return f"{about}: no knee; {knee.reason}."
    distance = numbers.both(knee.distances[knee.place], "per 1,000")
    sentence = f"{about}: the knee is at {names[knee.place]}, {distance} above the straight line from {names[0]} to "
    rivals = [names[place] for place in knee.rivals]
    doubt = f" {sweep.replications} replications cannot tell it from {', '.join(rivals)}." if rivals else ""
    return f"{sentence}{names[-1]}.{doubt}"


def _precision(sweep: Sweep) -> Iterator[str]:
    """What was asked for: reached in every row, or how far from it the worst row is."""
    for goal in dict.fromkeys(note.goal for note in sweep.precision):
        notes = [note for note in sweep.precision if note.goal == goal]
        unit = "%" if goal.relative else "pp"
        wanted, missed = f"+-{goal.amount * 100:g} {unit}", [note for note in notes if not note.reached]
        if not missed:
            yield f"{goal.name}: {wanted} is reached in every row after {sweep.replications} replications."
            continue
        worst = max(missed, key=lambda note: math.inf if note.half_width is None else note.half_width)
        half = "no interval" if worst.half_width is None else f"+-{worst.half_width * 100:.2g} {unit}"
        limit = "" if sweep.partial else "; --max-replications allows more"
        yield (
            f"{goal.name}: {wanted} is not reached in {len(missed)} of {len(notes)} rows after {sweep.replications} "
            f"replications, {half} in {worst.row}{limit}."
        )


def _doubts(sweep: Sweep, width: int) -> str:
    notes = [ABOUT_INTERVALS, *left_out(sweep), *_precision(sweep), *faults(sweep)]
    return "\n".join(wrapped(note, width) for note in (*notes, f"workspace {sweep.workspace_hash}"))
