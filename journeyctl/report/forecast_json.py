"""A forecast as one JSON document, and as CSV: every measure with its definition, unit, clock and interval."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator

from journeyctl import __version__
from journeyctl.report.attribution_json import attribution, csv_rows
from journeyctl.report.measures_json import plain_number, with_interval
from journeyctl.results.intervals import Estimate
from journeyctl.results.measures import MEASURES, Key
from journeyctl.results.summary import Comparison, Estimates
from journeyctl.simulate.forecast import Forecast
from journeyctl.simulate.requirements import Judgement

FORMAT_VERSION = 1
_COLUMNS = ("variant", "measure", "key", "unit", "clock", "value", "low", "high", "confidence", "replications")


def render_json(forecast: Forecast) -> str:
    """The whole forecast; infinite waits are the text `never`, what could not be counted is null."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "scenario": forecast.scenario,
        "title": forecast.title,
        "start": forecast.start.isoformat(),
        "length": forecast.length,
        "time_zone": forecast.zone,
        "currency": forecast.currency,
        "seed": forecast.seed,
        "engine": forecast.engine,
        "engine_fallbacks": list(forecast.fallbacks),
        "replications": {"asked": forecast.asked, "finished": forecast.replications, "partial": forecast.partial},
        "workspace_hash": forecast.workspace_hash,
        "graph_hash": forecast.graph_hash,
        "measures": _measures(forecast.estimates),
        "variants": {
            name: {"title": forecast.titles[name], "measures": _measures(found)}
            for name, found in forecast.variants.items()
        },
        "comparisons": {name: _comparison(found) for name, found in forecast.comparisons.items()},
        "attribution": attribution(forecast.attribution),
        "baselines": list(forecast.baselines),
        "left_out": list(forecast.left_out),
        "requirements": [_requirement(judgement) for judgement in forecast.requirements],
        "precision": [dataclasses.asdict(note) | {"reached": note.reached} for note in forecast.precision],
        "assumptions": [dataclasses.asdict(assumption) for assumption in forecast.assumptions],
        "violations": [str(violation) for violation in forecast.violations],
        "stuck": list(forecast.stuck),
        "digests": {name: list(digests) for name, digests in forecast.digests.items()},
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def render_csv(forecast: Forecast) -> str:
    """One line per variant, measure and key; differences stand under `<variant>:difference`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    tables: list[tuple[str, Estimates]] = [("base", forecast.estimates), *forecast.variants.items()]
    tables += [(f"{name}:difference", found.differences) for name, found in forecast.comparisons.items()]
    for variant, estimates in tables:
        for name, key, found in _entries(estimates):
            unit, clock = MEASURES[name].unit, MEASURES[name].clock
            numbers = (plain_number(found.value), plain_number(found.low), plain_number(found.high))
            writer.writerow((variant, name, "/".join(key), unit, clock, *numbers, found.confidence, found.replications))
    if forecast.attribution is not None:
        for model, label, found in csv_rows(forecast.attribution):
            numbers = (plain_number(found.value), plain_number(found.low), plain_number(found.high))
            place = f"{forecast.attribution.by}/{label}/{model}"
            name = f"attribution of {forecast.attribution.outcome}"
            writer.writerow(("base", name, place, "count", "none", *numbers, found.confidence, found.replications))
    return out.getvalue()


def _entries(estimates: Estimates) -> Iterator[tuple[str, Key, Estimate]]:
    for name, by_key in estimates.items():
        for key, found in by_key.items():
            yield name, key, found


def _measures(estimates: Estimates) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "key": dict(zip(MEASURES[name].by, key, strict=True)),
            "unit": MEASURES[name].unit,
            "clock": MEASURES[name].clock,
            **with_interval(found),
            "definition": MEASURES[name].definition,
        }
        for name, key, found in _entries(estimates)
    ]


def _requirement(judgement: Judgement) -> dict[str, object]:
    wanted = judgement.requirement
    return {
        "text": wanted.text,
        "measure": wanted.measure,
        "key": list(wanted.key),
        "limit": wanted.limit,
        "unit": judgement.unit,
        "verdict": judgement.verdict,
        **({} if judgement.estimate is None else with_interval(judgement.estimate)),
    }


def _comparison(found: Comparison) -> dict[str, object]:
    named = {
        "uplift": found.uplift, "uplift_recorded": found.uplift_recorded, "gained": found.gained, "lost": found.lost,
        "only_here": found.only_here, "only_there": found.only_there,
    }  # fmt: skip
    return {
        **{name: with_interval(estimate) for name, estimate in named.items()},
        "flipped": [dataclasses.asdict(contact) for contact in found.flipped],
        "differences": [
            {
                "name": name,
                "key": dict(zip(MEASURES[name].by, key, strict=True)),
                "unit": MEASURES[name].unit,
                **with_interval(e),
            }
            for name, key, e in _entries(found.differences)
        ],
    }
