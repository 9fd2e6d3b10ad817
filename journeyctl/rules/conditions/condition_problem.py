"""JC301 condition-problem: a condition reads well but asks something that cannot be meant.

Why
---
A condition with a wrong field, type or value is not refused when it is asked: it is unknown or false for
everybody, and a branch, a cap or a suppression quietly never acts. Told are

- fields and names that do not exist, or that have no value where the condition stands: an item where none is
  at hand, a score before the run begins;
- types that do not compare, dates beside date-times, an answer of another type than the place needs;
- texts that a field can never hold, and items, topics, levels, journeys and audiences that do not exist;
- hyphens where a name is meant: `-` is always minus, fields have underscores, other names stand in quotes;
- patterns that `matches` cannot use.

Bad
---
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.rol = "head_of_department"    # JC301
      hopeful:
        when: contact.role = "head_of_hopes" and score > "20"    # JC301, JC301

Good
----
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.role = "head_of_department"
      hopeful:
        when: contact.role = "specialist" and score > 20
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from journeyctl.diagnostics import Finding, Fix, Label, Origin, Part, Severity, Span
from journeyctl.expr import Expression, Problem, ProblemKind
from journeyctl.expr.syntax import Name, children
from journeyctl.rules.base import FaultyCondition, Subject, model_rule
from journeyctl.spec.scopes import profile_fields

_CONSTANT = frozenset({ProblemKind.ALWAYS_TRUE, ProblemKind.ALWAYS_FALSE})
"""Told by a rule of its own."""


@model_rule(Severity.ERROR)
def condition_problem(subject: Subject) -> Iterator[Finding]:
    """One finding per problem, at its place within the text."""
    declared = {path: field.origin for path, field in profile_fields(subject.workspace)}
    for condition in subject.faulty_conditions:
        for problem in condition.problems:
            if problem.kind not in _CONSTANT:
                yield _finding(condition, problem, declared)


def _finding(condition: FaultyCondition, problem: Problem, declared: Mapping[str, Origin]) -> Finding:
    meant = problem.replacement
    return condition_problem.finding(
        condition.use.origin,
        problem.message,
        span=Span(problem.start, problem.end),
        labels=tuple(_labels(condition, problem, declared)),
        help=problem.help,
        fix=None if meant is None else Fix(f"write {meant}", meant, safe=True),
    )


def _labels(condition: FaultyCondition, problem: Problem, declared: Mapping[str, Origin]) -> Iterator[Label]:
    """The field that was meant, or the one that the fault is about."""
    meant = problem.replacement
    if meant is not None and meant in declared:
        path: str | None = meant
    else:
        names = () if condition.expression is None else tuple(_names(condition.expression))
        within = {name.path for name in names if problem.start <= name.start and name.end <= problem.end}
        # A text that never occurs stands beside its field, not around it.
        about = within or ({name.path for name in names} if problem.kind is ProblemKind.UNKNOWN_TEXT else set())
        path = about.pop() if len(about) == 1 else None
    if path is not None and path in declared:
        yield Label(declared[path], f"'{path}' is declared here", Part.KEY)


def _names(expression: Expression) -> Iterator[Name]:
    if isinstance(expression, Name):
        yield expression
    for child in children(expression):
        yield from _names(child)
