"""The behaviour document: how contacts respond, every number with its range, unit and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.model.document import NamedDocument
from journeyctl.model.fields import (
    ByKey,
    Choice,
    Integer,
    ListOf,
    MappingOf,
    Number,
    Plain,
    Reference,
    Spelled,
    Struct,
    about,
    spelled,
)
from journeyctl.model.parameters import PARAMETERS
from journeyctl.model.values import WEEKDAYS, Condition

NUMBER = Number()
HOURS_PER_WEEK = 168


@spelled
class NormalPrior(Spelled):
    """Normal: mean and standard deviation."""

    normal: tuple[float, ...] = field(
        metadata=about(ListOf(NUMBER, least=2, most=2), "Mean and standard deviation.", example=[0.35, 0.15])
    )
    origin: Origin = NOWHERE


@spelled
class HalfNormalPrior(Spelled):
    """The positive half of a normal around 0."""

    half_normal: float = field(metadata=about(Number(low=0), "Standard deviation.", example=0.1))
    origin: Origin = NOWHERE


@spelled
class LognormalPrior(Spelled):
    """Lognormal: median and sigma of the logarithm."""

    lognormal: tuple[float, ...] = field(
        metadata=about(
            ListOf(Number(low=0), least=2, most=2), "Median and sigma of the logarithm.", example=[0.12, 0.8]
        )
    )
    origin: Origin = NOWHERE


@spelled
class BetaPrior(Spelled):
    """Beta: successes and failures."""

    beta: tuple[float, ...] = field(
        metadata=about(ListOf(Number(low=0), least=2, most=2), "The two shape numbers.", example=[3, 17])
    )
    origin: Origin = NOWHERE


Prior = NormalPrior | HalfNormalPrior | LognormalPrior | BetaPrior

PRIOR = ByKey(
    {
        "normal": Struct(NormalPrior),
        "half_normal": Struct(HalfNormalPrior),
        "lognormal": Struct(LognormalPrior),
        "beta": Struct(BetaPrior),
    }
)


@spelled
class Parameter(Spelled):
    """One number of the response model with what is known about it."""

    value: float = field(metadata=about(NUMBER, "The value, in its unit.", example=0.12))
    range: tuple[float, ...] | None = field(
        default=None,
        metadata=about(ListOf(NUMBER, least=2, most=2), "Least and greatest plausible value.", example=[0.03, 0.45]),
    )
    prior: Prior | None = field(
        default=None, metadata=about(PRIOR, "Distribution of what is known.", example={"lognormal": [0.12, 0.8]})
    )
    unit: str = field(default="", metadata=about(Plain.TEXT, "The unit; fixed by the parameter.", example="logit"))
    source: str = field(
        default="", metadata=about(Plain.TEXT, "`measured`, `assumed` or `cited: ...`.", example="assumed")
    )
    origin: Origin = NOWHERE


PARAMETER = Struct(Parameter, shorthand="value")


@spelled
class Interest(Spelled):
    """Mean interest by topic for contacts for whom a condition is true."""

    when: Condition = field(metadata=about(Plain.CONDITION, "For whom.", example='contact.role = "cio"'))
    topics: Mapping[str, float] = field(
        metadata=about(
            MappingOf(Reference("topic"), Number(low=0), least=1),
            "Relative weights; unnamed topics weigh 1.",
            example={"ai": 3},
        )
    )
    origin: Origin = NOWHERE


@spelled
class InterestOtherwise(Spelled):
    """Mean interest of all other contacts."""

    topics: Mapping[str, float] = field(
        metadata=about(
            MappingOf(Reference("topic"), Number(low=0)),
            "Relative weights; unnamed topics weigh 1.",
            key="otherwise",
            example={"ai": 1},
        )
    )
    origin: Origin = NOWHERE


@spelled
class Behaviour(NamedDocument):
    """The document of kind `behaviour`. What a document that extends another leaves out is the other's."""

    extends: str | None = field(
        default=None, metadata=about(Reference("behaviour"), "The document that this one changes.", example="default")
    )
    parameters: Mapping[str, Parameter] = field(
        default_factory=dict,
        metadata=about(MappingOf(Choice(tuple(PARAMETERS)), PARAMETER), "Numbers by name.", example={"fatigue": 0.2}),
    )
    interests: tuple[Interest | InterestOtherwise, ...] = field(
        default=(),
        metadata=about(
            ListOf(ByKey({"otherwise": Struct(InterestOtherwise)}, otherwise=Struct(Interest))),
            "Mean interest in topics, first true wins; even without it.",
        ),
    )
    stages: tuple[float, ...] = field(
        default=(),
        metadata=about(
            ListOf(Plain.SHARE, least=4, most=4),
            "Share of contacts that start at each stage, 0 to 3.",
            example=[0.45, 0.30, 0.17, 0.08],
        ),
    )
    weekdays: Mapping[str, Parameter] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Choice(WEEKDAYS), PARAMETER),
            "Effect of the weekday of delivery on opening, in logits.",
            example={"sat": -0.3},
        ),
    )
    activity: tuple[int, ...] = field(
        default=(),
        metadata=about(
            ListOf(Integer(low=0, high=1_000_000), least=HOURS_PER_WEEK, most=HOURS_PER_WEEK),
            "Relative activity in each local hour of the week, from Monday 00:00.",
        ),
    )
    placement: Mapping[str, Parameter] = field(
        default_factory=dict,
        metadata=about(
            MappingOf(Plain.LABEL, PARAMETER),
            "Share of delivered mail that reaches the inbox, by country; `default` for all others.",
            example={"DE": 0.88},
        ),
    )

    def value(self, name: str) -> float:
        """The value of one parameter in its unit. `KeyError` where neither this document nor its base has it."""
        return self.parameters[name].value
