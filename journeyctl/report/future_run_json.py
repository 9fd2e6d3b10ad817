"""What one future run may bring as one JSON document, and as CSV."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

from journeyctl import __version__
from journeyctl.results.measures import MEASURES
from journeyctl.simulate.uncertainty import FutureRun, Uncertainty

FORMAT_VERSION = 1
_COLUMNS = (
    "measure", "key", "unit", "mean", "middle", "low", "high", "chance", "parameters", "share_of_parameters", "runs",
)  # fmt: skip


def render_json(found: FutureRun) -> str:
    """Ranges, variances and drivers of every measure, and the values of every draw."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "scenario": found.scenario,
        "title": found.title,
        "start": found.start.isoformat(),
        "length": found.length,
        "behaviour": found.behaviour,
        "seed": found.seed,
        "engine": found.engine,
        "engine_fallbacks": list(found.fallbacks),
        "parameter_draws": {"asked": found.asked, "finished": len(found.draws), "partial": found.partial},
        "replications": found.replications,
        "workspace_hash": found.workspace_hash,
        "promises_kept": dict(found.kept),
        "measures": [_measure(one) for one in found.measures],
        "least_correlation": found.least_correlation,
        "parameters": [
            {
                "name": one.name, "value": one.value, "low": one.belief.low, "high": one.belief.high,
                "prior": one.belief.share_below is not None, "unit": one.unit, "source": one.source,
            }
            for one in found.parameters
        ],
        "undrawn": {path: list(units) for path, units in found.undrawn.items()},
        "draws": [dict(draw) for draw in found.draws],
        "left_out": list(found.left_out),
        "violations": [str(violation) for violation in found.violations],
        "stuck": list(found.stuck),
    }  # fmt: skip
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _measure(one: Uncertainty) -> dict[str, object]:
    return {
        "name": one.measure,
        "key": dict(zip(MEASURES[one.measure].by, one.key, strict=True)),
        "unit": MEASURES[one.measure].unit,
        **dataclasses.asdict(one.spread),
        "share_of_parameters": one.spread.share_of_parameters,
        "drivers": [dataclasses.asdict(driver) for driver in one.drivers],
        "definition": MEASURES[one.measure].definition,
    }


def render_csv(found: FutureRun) -> str:
    """One line per measure; chance and parameters are variances in the square of its unit."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in found.measures:
        spread = one.spread
        writer.writerow((
            one.measure, "/".join(one.key), MEASURES[one.measure].unit, spread.mean, spread.middle, spread.low,
            spread.high, spread.chance, spread.parameters, spread.share_of_parameters, spread.runs,
        ))  # fmt: skip
    return out.getvalue()
