"""JC302 constant-condition: a condition, or a part of one, has the same answer for everybody.

Why
---
What is never true keeps everybody out and what is always true lets everybody in; either way a line of the
specification promises a distinction that nobody makes. Two values of one field joined by `and` where `or` was
meant is the most frequent case.

Bad
---
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.role = "head_of_department" and contact.role = "specialist"    # JC302

Good
----
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.role = "head_of_department" or contact.role = "specialist"
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Severity, Span
from journeyctl.expr import ProblemKind
from journeyctl.rules.base import Subject, model_rule

_CONSTANT = frozenset({ProblemKind.ALWAYS_TRUE, ProblemKind.ALWAYS_FALSE})


@model_rule(Severity.WARNING)
def constant_condition(subject: Subject) -> Iterator[Finding]:
    """One finding per outermost part that cannot vary."""
    for condition in subject.faulty_conditions:
        for problem in condition.problems:
            if condition.use.decides and problem.kind in _CONSTANT:
                yield constant_condition.finding(
                    condition.use.origin,
                    problem.message,
                    span=Span(problem.start, problem.end),
                    help=problem.help,
                )
