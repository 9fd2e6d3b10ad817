"""Attribution as text: what would really be lost, beside what each rule of the trade credits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from journeyctl.report import numbers
from journeyctl.report.text_table import table, wrapped
from journeyctl.results.attribution.credits import MODELS

if TYPE_CHECKING:
    from journeyctl.simulate.attributing import Attribution

WIDE = 118
"""From so many columns on all rules stand in one table."""
_MOST = 12
"""Labels that are shown; JSON has all."""
_WORDS = {
    "leads": "own leads", "requests": "requests for sales", "opportunities": "opportunities", "won": "deals won",
}  # fmt: skip


def attribution(found: Attribution | None, width: int) -> str:
    """The tables, then how far each rule is from the truth; nothing without an attribution."""
    if found is None:
        return ""
    title = wrapped(
        f"ATTRIBUTION of {numbers.both(found.conversions, 'count')} {_WORDS[found.outcome]} per run to each "
        f"{found.by}: lost without it, and credited by rules",
        width,
    )
    models = list(MODELS)
    parts = [models] if width >= WIDE else [models[:4], models[4:]]
    tables = [
        _table(found, part, width, title=title if place == 0 else "", truth=place == 0)
        for place, part in enumerate(parts)
    ]
    return "\n\n".join((*tables, "\n".join(wrapped(sentence, width) for sentence in _notes(found))))


def _table(found: Attribution, models: Sequence[str], width: int, *, title: str, truth: bool) -> str:
    rows = []
    for label in found.labels[:_MOST]:
        cells = [_truth(found, label)] if truth else []
        rows.append((label, *cells, *(numbers.value(found.credited[model][label], "count") for model in models)))
    distances = [found.distance(model) for model in models]
    if any(distance is not None for distance in distances):
        shares = [numbers.number(distance, "share") for distance in distances]
        rows.append(("misplaced", *([""] if truth else []), *shares))
    header = ("", *(["lost without it"] if truth else []), *models)
    return table(title, header, rows, width).lstrip("\n")


def _truth(found: Attribution, label: str) -> str:
    seen = found.truth.get(label)
    return "" if seen is None else numbers.signed(seen, "count")


def _notes(found: Attribution) -> Iterator[str]:
    if len(found.labels) > _MOST:
        yield f"{len(found.labels) - _MOST} more in --format json."
    yield (
        "Lost without it: conversions less those of the same people in a world where it is never launched; what is "
        "lost together need not be the sum. Credits of a rule add up to all conversions and show who was there, not "
        "who caused it."
    )
    distances = [(distance, model) for model in MODELS if (distance := found.distance(model)) is not None]
    if distances:
        least, model = min(distances)
        missed = numbers.number(least, "share")
        yield f"Nearest to the truth here: {model}, which misplaces {missed} of the conversions."
