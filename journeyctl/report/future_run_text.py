"""What one future run may bring, as plain text: ranges first, then what they come from."""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.report import numbers
from journeyctl.report.doubts_text import fallbacks, faults, left_out
from journeyctl.report.text_table import Row, table, wrapped
from journeyctl.results.measures import MEASURES
from journeyctl.simulate.stated_numbers import is_stated
from journeyctl.simulate.uncertainty import FutureRun, Uncertainty

DRIVERS_SHOWN = 5


def render(found: FutureRun, *, width: int) -> str:
    """The whole answer; ends with a line break."""
    blocks = [_head(found, width), _verdict(found, width), _table(found, width), _drivers(found, width)]
    blocks.append(_notes(found, width))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(found: FutureRun, width: int) -> str:
    partial = f", partial: {found.asked} draws were asked for" if found.partial else ""
    facts = (
        f"{found.length} from {found.start:%d %B %Y}, {len(found.draws)} draws of {_parameters(found)}, "
        f"{found.replications} replications of each{partial}, seed {found.seed}, "
        f"{found.engine} engine"
    )
    lines = [wrapped(line, width) for line in (facts, *fallbacks(found))]
    return "\n".join((f"{found.title} ({found.scenario})", *lines))


def _parameters(found: FutureRun) -> str:
    """How many of the behaviour's parameters and of the stated numbers are drawn."""
    numbers = sum(is_stated(one.name) for one in found.parameters)
    parts = [f"{len(found.parameters) - numbers} parameters of behaviour '{found.behaviour}'"]
    return " and ".join((*parts, f"{numbers} numbers of scenario and desks") if numbers else parts)


def _verdict(found: FutureRun, width: int) -> str:
    sentences = [_kept(found, desk, share) for desk, share in found.kept.items()]
    lines = [wrapped(sentence, width, first="* ", then="  ") for sentence in sentences]
    return "\n".join(["VERDICT", *lines]) if lines else ""


def _kept(found: FutureRun, desk: str, share: float) -> str:
    promise = found.promises[desk]
    return (
        f"In {share * 100:.0f} of 100 runs desk {desk} keeps its promise: first call within {promise.limit_text} "
        f"({promise.clock} clock) for {promise.target * 100:g} % of leads."
    )


def _name(one: Uncertainty) -> str:
    key = "/".join(part for part in one.key if part)
    return f"{MEASURES[one.measure].title} ({key})" if key else MEASURES[one.measure].title


def _table(found: FutureRun, width: int) -> str:
    header = ("", "middle", "5 to 95 of 100", "from parameters")
    return table("ONE FUTURE RUN", header, [_row(one) for one in found.measures], width)


def _row(one: Uncertainty) -> Row:
    unit, spread = MEASURES[one.measure].unit, one.spread
    width = spread.high - spread.low
    low, high = (numbers.number(amount, unit, width=width) for amount in (spread.low, spread.high))
    if unit == "share":
        low = low.removesuffix(" %")
    share = spread.share_of_parameters
    return (
        _name(one),
        numbers.number(spread.middle, unit, width=width),
        f"{low} to {high}",
        numbers.NOT_AVAILABLE if share is None else f"{share * 100:.0f} %",
    )


def _drivers(found: FutureRun, width: int) -> str:
    lines = list(_driver_lines(found, width))
    return "\n".join(["DRIVERS, by rank correlation", *lines]) if lines else ""


def _driver_lines(found: FutureRun, width: int) -> Iterator[str]:
    for one in found.measures:
        if one.drivers:
            shown = (f"{driver.parameter} {driver.correlation:+z.2f}" for driver in one.drivers[:DRIVERS_SHOWN])
            yield wrapped(f"{_name(one)}: {', '.join(shown)}", width, then="  ")


ABOUT_PARTS = (
    "'From parameters' is the part of the variance that goes when every parameter is known; the rest is chance, "
    "which no calibration takes away. 'Middle' and range are of all runs together."
)
ABOUT_DRAWS = (
    "A parameter without influence shows a correlation beyond {0:.2f} once in 100 times, so each list may name about "
    "{1:.0f} of the {2} by accident; weaker ones are not listed. "
    "Parameters and numbers are drawn from their priors, else evenly over their ranges, each for itself. Shares of one "
    "whole are then scaled to what they make together, and no 90 % quantile lies below its median. What a desk "
    "promises is decided, so it is not drawn."
)


def _about_draws(found: FutureRun) -> str:
    count = len(found.parameters)
    return ABOUT_DRAWS.format(found.least_correlation, count / 100, count)


def _notes(found: FutureRun, width: int) -> str:
    notes = [ABOUT_PARTS, _about_draws(found)]
    notes += [
        f"NOT DRAWN: {path}, value and range are in {' and '.join(units)}." for path, units in found.undrawn.items()
    ]
    notes += [*left_out(found), *faults(found), f"workspace {found.workspace_hash}"]
    return "\n".join(wrapped(note, width) for note in notes)
