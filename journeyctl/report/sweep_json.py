"""A sweep as one JSON document, and as CSV: every measure of every row, and its difference to the first."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator

from journeyctl import __version__
from journeyctl.report.measures_json import plain_number, with_interval
from journeyctl.results.measures import MEASURES
from journeyctl.simulate.sweep import Sweep, TradeOff

FORMAT_VERSION = 1


def render_json(sweep: Sweep) -> str:
    """The whole sweep; infinite waits are the text `never`, what could not be counted is null."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "scenario": sweep.scenario,
        "title": sweep.title,
        "seed": sweep.seed,
        "engine": sweep.engine,
        "engine_fallbacks": list(sweep.fallbacks),
        "replications": {"asked": sweep.asked, "finished": sweep.replications, "partial": sweep.partial},
        "workspace_hash": sweep.workspace_hash,
        "over": [{"path": axis.path, "values": list(axis.values)} for axis in sweep.axes],
        "rows": [
            {"name": point.name, "values": dict(point.values), "measures": list(_measures(sweep, place))}
            for place, point in enumerate(sweep.points)
        ],
        "precision": [
            {
                "measure": note.goal.name, "wanted": note.goal.amount, "relative": note.goal.relative, "row": note.row,
                "half_width": note.half_width, "reached": note.reached,
            }
            for note in sweep.precision
        ],
        "trade_offs": [_trade(sweep, trade) for trade in sweep.trades],
        "left_out": list(sweep.left_out),
        "violations": [str(violation) for violation in sweep.violations],
        "stuck": list(sweep.stuck),
    }  # fmt: skip
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _measures(sweep: Sweep, place: int) -> Iterator[dict[str, object]]:
    for name, by_key in sweep.estimates[place].items():
        for key, found in by_key.items():
            difference = sweep.difference(place, (name, key))
            yield {
                "name": name,
                "key": dict(zip(MEASURES[name].by, key, strict=True)),
                "unit": MEASURES[name].unit,
                "clock": MEASURES[name].clock,
                **with_interval(found),
                "difference": None if difference is None else with_interval(difference),
                "definition": MEASURES[name].definition,
            }


def _trade(sweep: Sweep, trade: TradeOff) -> dict[str, object]:
    names, knee = [point.name for point in sweep.swept], trade.knee
    return {
        "one": trade.one,
        "other": trade.other,
        "knee": None if knee.place is None else names[knee.place],
        "not_told_from": [names[place] for place in knee.rivals],
        "reason": knee.reason,
        "distances": {name: with_interval(found) for name, found in zip(names, knee.distances, strict=False)},
    }


def render_csv(sweep: Sweep) -> str:
    """One line per row, measure and key; the values of the axes stand in columns of their own."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    paths = [axis.path for axis in sweep.axes]
    numbers = [field.name for field in dataclasses.fields(_Line)]
    writer.writerow((*paths, "measure", "key", "unit", "clock", *numbers))
    for place, point in enumerate(sweep.points):
        for name, by_key in sweep.estimates[place].items():
            for key in by_key:
                line = _Line.of(sweep, place, name, key)
                cells = (plain_number(getattr(line, field)) for field in numbers)
                unit, clock = MEASURES[name].unit, MEASURES[name].clock
                writer.writerow(
                    (*(point.values.get(path, "") for path in paths), name, "/".join(key), unit, clock, *cells)
                )
    return out.getvalue()


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """The numbers of one line."""

    value: float | None
    low: float | None
    high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    confidence: float
    replications: int

    @classmethod
    def of(cls, sweep: Sweep, place: int, name: str, key: tuple[str, ...]) -> _Line:
        found, difference = sweep.estimates[place][name][key], sweep.difference(place, (name, key))
        less = (None, None, None) if difference is None else (difference.value, difference.low, difference.high)
        return cls(found.value, found.low, found.high, *less, found.confidence, found.replications)
