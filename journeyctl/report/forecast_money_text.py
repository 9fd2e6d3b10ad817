"""The money of a forecast: what is spent, per what it brings, what comes back, and what deals are made of."""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.report import numbers
from journeyctl.report.text_table import table, wrapped
from journeyctl.results.intervals import Estimate
from journeyctl.results.measures import COST_KINDS, MEASURES, Key
from journeyctl.results.measures.money import RESULTS, SHARED
from journeyctl.simulate.forecast import Forecast

_KINDS = {
    "sends": "Messages", "content": "Newly made content", "channels": "Sources of new contacts",
    "sdr": "SDR hours, own leads", "field": "Field sales hours, own leads",
    "sdr_elsewhere": "SDR hours, leads from elsewhere", "field_elsewhere": "Field sales hours, leads from elsewhere",
    "sdr_unused": "SDR hours without a lead",
}  # fmt: skip
_RESULTS = {
    "contact": "Per contact entered", "lead": "Per own lead", "mql": "Per MQL", "sal": "Per accepted lead",
    "sql": "Per SQL", "sale": "Per deal won in the run",
}  # fmt: skip
_VALUES = {"pipeline": "Pipeline opened", "won": "Won in the run", "won_eventually": "Won in the end"}
_SPREAD = ("p10", "p50", "p90")


def money(forecast: Forecast, width: int) -> str:
    """Costs, returns and the portfolio; without prices only what deals are worth."""
    blocks = (
        _spent(forecast, width), _per_result(forecast, width), _sources(forecast, width), _back(forecast, width),
        _portfolio(forecast, width),
    )  # fmt: skip
    return "\n\n".join(block for block in blocks if block)


def compared_money(forecast: Forecast) -> Iterator[tuple[str, str, Key]]:
    """What a comparison shows of money: title, measure and key."""
    if forecast.estimates.get("journey_cost"):
        yield "Cost of the journeys", "journey_cost", ("",)
        yield "Cost per own lead", "cost_per", ("lead", "")
    yield "Pipeline of own leads", "deal_value", ("pipeline", "")
    yield "Won in the end", "deal_value", ("won_eventually", "")


def _found(forecast: Forecast, name: str, *key: str) -> Estimate | None:
    return forecast.estimates.get(name, {}).get(key)


def _row(forecast: Forecast, title: str, name: str, *key: str) -> tuple[str, str, str]:
    found, unit = _found(forecast, name, *key), MEASURES[name].unit
    if found is None:
        return title, numbers.NOT_AVAILABLE, ""
    return title, numbers.value(found, unit), numbers.interval(found, unit)


def _spent(forecast: Forecast, width: int) -> str:
    if _found(forecast, "cost", "", "") is None:
        return ""
    rows = [
        _row(forecast, _KINDS[kind], "cost", kind, "")
        for kind in COST_KINDS
        if (found := _found(forecast, "cost", kind, "")) is not None and found.value
    ]
    rows.append(_row(forecast, "Spent in all", "cost", "", ""))
    rows.append(_row(forecast, "Of it for the journeys", "journey_cost", ""))
    return table(f"SPENT, {forecast.currency}", ("", "in the run", "interval"), rows, width)


def _per_result(forecast: Forecast, width: int) -> str:
    if not forecast.estimates.get("cost_per"):
        return ""
    rows = [_row(forecast, _RESULTS[result], "cost_per", result, "") for result in RESULTS]
    title = f"COST PER RESULT, {forecast.currency} spent for the journeys"
    return table(title, ("", "each", "interval"), rows, width)


def _sources(forecast: Forecast, width: int) -> str:
    """One line per source of contacts."""
    rows = []
    for (source,), found in forecast.estimates.get("journey_cost", {}).items():
        if source in ("", SHARED):
            continue
        lead, pipeline = (
            _found(forecast, "cost_per", "lead", source),
            _found(forecast, "deal_value", "pipeline", source),
        )
        # A mean over the runs that had a lead at all would flatter nobody and mislead everybody.
        per_lead = numbers.NOT_AVAILABLE if lead is None or lead.missing else numbers.value(lead, "cents")
        opened = "0" if pipeline is None else numbers.value(pipeline, "cents")
        rows.append((source, numbers.value(found, "cents"), per_lead, opened))
    title = f"BY SOURCE OF CONTACTS, {forecast.currency}, means over replications"
    return table(title, ("", "spent", "per lead", "pipeline"), rows, width)


def _back(forecast: Forecast, width: int) -> str:
    rows, spent = [], forecast.estimates.get("return_on_marketing", {})
    for value, title in _VALUES.items():
        row = _row(forecast, title, "deal_value", value, "")
        rows.append((*row, numbers.value(spent[value,], "times")) if spent else row)
    header = ("", "value", "interval", f"per {forecast.currency} spent")
    return table(f"DEALS OF OWN LEADS, {forecast.currency}", header if spent else header[:3], rows, width)


def _portfolio(forecast: Forecast, width: int) -> str:
    lines = _found(forecast, "lines_per_opportunity")
    if lines is None or lines.value is None:
        return ""
    rows = [("Business lines per opportunity", numbers.both(lines, "per opportunity"))]
    for (number,), found in forecast.estimates.get("opportunities_by_lines", {}).items():
        rows.append((f"Over {number} line{'s' * (number != '1')}", numbers.both(found, "share")))
    for quantile in _SPREAD:
        value = _found(forecast, "opportunity_value", quantile)
        if value is not None:
            rows.append((f"Value that {quantile[1:]} of 100 do not exceed", numbers.both(value, "cents")))
    for level, largest in (("umbrella", "1"), ("umbrella", "5"), ("line", "1")):
        held = _found(forecast, "pipeline_concentration", level, largest)
        if held is not None:
            name = f"Pipeline of the largest {level}" if largest == "1" else f"Of the {largest} largest {level}s"
            rows.append((name, numbers.both(held, "share")))
    note = "Deals of own leads, over all their lines; with few deals these numbers are jumpy."
    return f"{table(f'PORTFOLIO, {forecast.currency}', ('', 'estimate'), rows, width)}\n{wrapped(note, width)}"
