"""What a forecast is required to say: a measure above or below a limit, judged on its interval, not on its mean."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from journeyctl.diagnostics import UsageError
from journeyctl.results.intervals import Estimate
from journeyctl.results.measures import MEASURES, Key
from journeyctl.results.measures.measure import LOADS, Unit
from journeyctl.results.summary import Estimates
from journeyctl.simulate.stopping import measure_and_key
from journeyctl.units import parse_duration

Verdict = Literal["fulfilled", "broken", "not certain"]
UPLIFT: Final = "uplift"
"""Stands for the click-rate uplift against one comparison: `uplift/silo>=40%`."""
_WRITTEN = re.compile(r"\s*([a-z0-9_]+(?:/[^<>=]*)?)\s*(>=|<=|>|<)\s*(\S+)\s*")
_HELP: Final = "write a measure, a comparison and a limit, such as sla>=95% or first_call_p95/us-imaging/business<=48h"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One measure that must lie on one side of a limit."""

    text: str
    """As it was written."""
    measure: str
    key: Key
    at_least: bool
    """The measure must not be lower than the limit; else not higher."""
    strict: bool
    """The limit itself is not enough."""
    limit: float
    """In the measure's unit."""

    def verdict(self, found: Estimate | None) -> Verdict:
        """Certain only where the whole interval lies on one side of the limit."""
        if found is None or found.value is None:
            return "not certain"
        if math.isinf(found.value):
            return "fulfilled" if self.at_least else "broken"
        if found.low is None or found.high is None:
            return "not certain"
        if self._holds(found.low) and self._holds(found.high):
            return "fulfilled"
        return "not certain" if self._holds(found.low) or self._holds(found.high) else "broken"

    def _holds(self, value: float) -> bool:
        if value == self.limit:
            return not self.strict
        return (value > self.limit) == self.at_least


@dataclass(frozen=True, slots=True)
class Judgement:
    """A requirement with what the forecast says about it."""

    requirement: Requirement
    estimate: Estimate | None
    verdict: Verdict

    @property
    def unit(self) -> Unit:
        """The unit of the limit and of the estimate."""
        return unit_of(self.requirement.measure)


def requirement_of(text: str) -> Requirement:
    """Reads `sla>=95%`. Raises `UsageError` for what is no requirement, no measure, or no such limit."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise UsageError(f"'{text}' is no requirement", _HELP)
    name, sign, limit = match.groups()
    measure, key = _uplift(name) if name.partition("/")[0] == UPLIFT else measure_and_key(name)
    amount = _limit(limit, unit_of(measure), text)
    if unit_of(measure) == "share" and amount > 1 and measure not in (*LOADS, UPLIFT):
        raise UsageError(
            f"'{measure}' is a rate and never above 100 %, but '{text}' asks for {limit}",
            "a rise against a baseline is an uplift: write uplift/<comparison>>=93%",
        )
    return Requirement(text.strip(), measure, key, sign.startswith(">"), not sign.endswith("="), amount)


def unit_of(measure: str) -> Unit:
    """The unit in which a measure is required."""
    return "share" if measure == UPLIFT else MEASURES[measure].unit


def judged(
    requirements: Iterable[Requirement], *, found: Estimates, uplifts: Mapping[str, Estimate]
) -> tuple[Judgement, ...]:
    """Every requirement with its verdict. Raises `UsageError` for keys that the forecast does not have."""
    every: dict[str, Mapping[Key, Estimate]] = {**found, UPLIFT: {(name,): one for name, one in uplifts.items()}}
    return tuple(_judged(requirement, every.get(requirement.measure, {})) for requirement in requirements)


def _judged(requirement: Requirement, found: Mapping[Key, Estimate]) -> Judgement:
    key = requirement.key
    if not any(key) and key not in found and len(found) == 1:
        # Where there is one desk only, nobody needs to name it.
        key = next(iter(found))
    if key not in found:
        known = ", ".join("/".join((requirement.measure, *one)).rstrip("/") for one in list(found)[:12])
        raise UsageError(
            f"this forecast has nothing for '{requirement.text}'",
            f"known here: {known}" if known else "nothing was counted of it; prices need 'costs' in the scenario",
        )
    return Judgement(requirement, found[key], requirement.verdict(found[key]))


def _uplift(name: str) -> tuple[str, Key]:
    measure, *key = name.split("/")
    if len(key) != 1:
        raise UsageError(f"'{name}' does not say against what", "name a comparison, such as uplift/silo")
    return measure, tuple(key)


def _limit(text: str, unit: Unit, whole: str) -> float:
    try:
        match unit:
            case "share" if text.endswith("%"):
                return float(text[:-1]) / 100
            case "seconds":
                length = parse_duration(text)
                if not length.is_elapsed:
                    raise UsageError(f"'{text}' in '{whole}' has no fixed length", "write hours or days, such as 48h")
                return length.seconds
            case "cents":
                return float(text) * 100
            case _:
                return float(text)
    except ValueError:
        unit_help = {"share": "a share such as 95%", "seconds": "a duration such as 48h", "cents": "an amount of money"}
        raise UsageError(f"'{text}' is no limit for '{whole}'", f"write {unit_help.get(unit, 'a number')}") from None
