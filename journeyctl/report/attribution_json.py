"""Attribution as a part of a JSON document, and as rows of CSV."""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.report.measures_json import with_interval
from journeyctl.results.attribution.credits import MODELS
from journeyctl.results.intervals import Estimate
from journeyctl.simulate.attributing import Attribution


def attribution(found: Attribution | None) -> dict[str, object] | None:
    """Every label with the truth and all credits; `None` where none was asked for."""
    if found is None:
        return None
    return {
        "outcome": found.outcome,
        "by": found.by,
        "replications": found.replications,
        "conversions": with_interval(found.conversions),
        "labels": [
            {
                "label": label,
                "lost_without": with_interval(found.truth[label]) if label in found.truth else None,
                "credited": {model: with_interval(found.credited[model][label]) for model in MODELS},
            }
            for label in found.labels
        ],
        "distance_from_truth": {model: found.distance(model) for model in MODELS},
    }


def csv_rows(found: Attribution) -> Iterator[tuple[str, str, Estimate]]:
    """Rule, or `lost without`, label and conversions."""
    for label in found.labels:
        if label in found.truth:
            yield "lost without", label, found.truth[label]
        for model in MODELS:
            yield model, label, found.credited[model][label]
