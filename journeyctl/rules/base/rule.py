"""A rule as a value: its page, its weight, what it looks at, and the function that finds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from journeyctl.diagnostics import Finding, Fix, Label, Origin, Part, Severity, Span
from journeyctl.rules.base.page import Page
from journeyctl.rules.base.subject import JourneyFlow, Subject

Check = Callable[[Subject], Iterator[Finding]]


class Needs(Enum):
    """What a rule looks at."""

    MODEL = "model"
    """The documents of the workspace."""
    GRAPH = "graph"
    """The ways between the steps of each journey in which every step name holds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong with a specification."""

    page: Page
    severity: Severity
    """Where the workspace says nothing else."""
    needs: Needs
    check: Check
    """Makes one finding per mistake."""
    module: str
    """Where its function stands."""

    @property
    def code(self) -> str:
        """`JC` and three digits."""
        return self.page.code

    @property
    def slug(self) -> str:
        """The name in words."""
        return self.page.slug

    def finding(
        self,
        origin: Origin,
        message: str,
        *,
        part: Part = Part.VALUE,
        span: Span | None = None,
        labels: tuple[Label, ...] = (),
        help: str = "",
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule."""
        return Finding(
            self.code, self.slug, message, origin, self.severity,
            part=part, span=span, labels=labels, help=help, fix=fix,
        )  # fmt: skip


def model_rule(severity: Severity) -> Callable[[Check], Rule]:
    """Makes a rule of a function that looks at the whole workspace; its module's docstring is the page."""
    return lambda check: Rule(_page_of(check.__module__), severity, Needs.MODEL, check, check.__module__)


def graph_rule(severity: Severity) -> Callable[[Callable[[JourneyFlow], Iterator[Finding]]], Rule]:
    """Makes a rule of a function that looks at one journey's ways; its module's docstring is the page."""

    def made(check: Callable[[JourneyFlow], Iterator[Finding]]) -> Rule:
        def every(subject: Subject) -> Iterator[Finding]:
            for journey in subject.flows:
                yield from check(journey)

        return Rule(_page_of(check.__module__), severity, Needs.GRAPH, every, check.__module__)

    return made


def _page_of(module: str) -> Page:
    return Page.of(sys.modules[module].__doc__)
