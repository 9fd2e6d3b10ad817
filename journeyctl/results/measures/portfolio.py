"""What deals are made of: business lines, values, and how much hangs on a few accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from journeyctl.results.measures.measure import Key, Measure, Observed, Values, measure, only, ratio
from journeyctl.results.measures.observation import Observation
from journeyctl.results.measures.origins import own_opportunity_rows
from journeyctl.results.record import Integers
from journeyctl.semantics.effects import Kind

QUANTILES: Final = (10, 25, 50, 75, 90)
"""Of a hundred opportunities ordered by value, the ones that are shown."""
MOST_LINES: Final = 5
"""So many business lines and more are one class."""
LARGEST: Final = (1, 5, 10)
"""How many of the largest accounts are held against all."""
LEVELS: Final = ("umbrella", "hospital", "clinic", "line")
"""Whose share of the value is told: the three account levels, and business lines."""
_COHORT = "opportunities of the journeys' own leads opened in the run, each once"


@dataclass(frozen=True, slots=True)
class _Opportunities:
    """Own opportunities opened in the run. Columns of shape `(opportunities,)`."""

    value: Integers
    """Cents over all lines."""
    lines: Integers
    """Distinct business lines; one where no line is named."""


def _opportunities(observation: Observation) -> _Opportunities:
    record = observation.record
    rows = own_opportunity_rows(observation, observation.in_run(Kind.OPPORTUNITY))
    _, place = np.unique(record.cells("opportunity", rows), return_inverse=True)
    size = int(place.max(initial=-1)) + 1
    value = np.zeros(size, np.int64)
    np.add.at(value, place, record.cells("value", rows))
    pairs = set((place.astype(np.int64) * len(record.names) + record.cells("line", rows)).tolist())
    lines = np.array(sorted(pairs), np.int64) // len(record.names)
    return _Opportunities(value, np.bincount(lines, minlength=size))


@measure(
    title="Business lines per opportunity", unit="per opportunity", cohort=_COHORT,
    numerator="distinct business lines of the opportunities", denominator="opportunities opened in the run",
)  # fmt: skip
def lines_per_opportunity(observation: Observation) -> Values:
    """How many business lines a deal covers on average; more than one is what a portfolio is for."""
    found = observation.once(_opportunities)
    return only(ratio(int(found.lines.sum()), len(found.lines)))


@measure(
    title="Opportunities by number of lines", unit="share", by=("lines",), cohort=_COHORT,
    numerator="opportunities over so many business lines", denominator="opportunities opened in the run",
)  # fmt: skip
def opportunities_by_lines(observation: Observation) -> Values:
    """The spread behind the mean: share of deals over one line, two lines, and so on."""
    lines = observation.once(_opportunities).lines
    many = {str(number): lines == number for number in range(1, MOST_LINES)} | {f"{MOST_LINES}+": lines >= MOST_LINES}
    return {(name,): ratio(int(np.count_nonzero(chosen)), len(lines)) for name, chosen in many.items()}


@measure(
    title="Value of an opportunity", unit="cents", by=("quantile",), cohort=_COHORT,
    numerator="smallest value that so many of a hundred opportunities do not exceed; `mean`: their mean",
    denominator="opportunities opened in the run",
)  # fmt: skip
def opportunity_value(observation: Observation) -> Values:
    """The spread of deal values over all their lines; values are skewed, so the mean alone misleads."""
    value = np.sort(observation.once(_opportunities).value)
    values: dict[Key, Observed] = {("mean",): ratio(int(value.sum()), len(value))}
    for percent in QUANTILES:
        place = -(-len(value) * percent // 100) - 1
        values[(f"p{percent}",)] = Observed(float(value[place]) if len(value) else None, len(value))
    return values


@measure(
    title="Concentration of the pipeline", unit="share", by=("level", "largest"), cohort=_COHORT,
    numerator="value of the opportunities of the largest accounts, or lines",
    denominator="value of all opportunities in cents",
)  # fmt: skip
def pipeline_concentration(observation: Observation) -> Values:
    """Share of the pipeline that the one, five and ten largest accounts hold: by umbrella, hospital, clinic or line."""
    record = observation.record
    rows = own_opportunity_rows(observation, observation.in_run(Kind.OPPORTUNITY))
    cents = record.cells("value", rows)
    values: dict[Key, Observed] = {}
    for level in LEVELS:
        sums = np.zeros(len(record.names), np.int64)
        np.add.at(sums, record.cells(level, rows), cents)
        ordered = np.sort(sums)[::-1]
        for largest in LARGEST:
            values[level, str(largest)] = ratio(int(ordered[:largest].sum()), int(cents.sum()))
    return values


PORTFOLIO: Final[tuple[Measure, ...]] = (
    lines_per_opportunity, opportunities_by_lines, opportunity_value, pipeline_concentration,
)  # fmt: skip
