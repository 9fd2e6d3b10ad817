"""The answer to a staffing question as one JSON document, and the tables of what was tried as CSV."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

from journeyctl import __version__
from journeyctl.report.measures_json import plain_number, with_interval
from journeyctl.results.measures import MEASURES
from journeyctl.simulate.staffing import Answer, Candidate, Staffing

FORMAT_VERSION = 1
_COLUMNS = ("topic", "value", "verdict", "measure", "unit", "mean", "low", "high", "confidence", "replications")


def render_json(staffing: Staffing) -> str:
    """Everything that was tried, with intervals; what could not be counted is null."""
    load = staffing.load
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "scenario": staffing.scenario,
        "title": staffing.title,
        "desk": staffing.desk,
        "team": staffing.team,
        "promise": dataclasses.asdict(staffing.promise),
        "criterion": staffing.criterion,
        "target": staffing.target,
        "seed": staffing.seed,
        "engine": staffing.engine,
        "engine_fallbacks": list(staffing.fallbacks),
        "replications": {"asked": staffing.replications, "partial": staffing.partial},
        "precision": [
            {"measure": goal.name, "wanted": goal.amount, "relative": goal.relative} for goal in staffing.precision
        ],
        "workspace_hash": staffing.workspace_hash,
        "references": None
        if load is None
        else {"workload_bound": load.workload_bound, "erlang_c": load.erlang_bound(staffing.target)},
        "answers": [_answer(answer) for answer in staffing.answers],
        "left_out": list(staffing.left_out),
        "violations": [str(violation) for violation in staffing.violations],
        "stuck": list(staffing.stuck),
    }
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _answer(answer: Answer) -> dict[str, object]:
    return {
        "topic": answer.topic,
        "paths": list(answer.paths),
        "present": answer.present,
        "found": answer.found,
        "reason": answer.reason,
        "candidates": [_candidate(candidate) for candidate in answer.candidates],
    }


def _candidate(candidate: Candidate) -> dict[str, object]:
    return {
        "amount": candidate.amount,
        "value": candidate.value,
        "verdict": candidate.verdict,
        "runs_that_keep_it": candidate.kept,
        "erlang_c": candidate.erlang,
        "measures": [
            {"name": name, "unit": MEASURES[name].unit, **with_interval(found)}
            for name, found in candidate.measures.items()
        ],
    }


def render_csv(staffing: Staffing) -> str:
    """One line per topic, value and measure."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for answer in staffing.answers:
        for candidate in answer.candidates:
            for name, found in candidate.measures.items():
                cells = (plain_number(found.value), plain_number(found.low), plain_number(found.high))
                what = (answer.topic, candidate.value, candidate.verdict, name, MEASURES[name].unit)
                writer.writerow((*what, *cells, found.confidence, found.replications))
    return out.getvalue()
