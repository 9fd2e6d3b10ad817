"""JC300 condition-syntax: the text of a condition cannot be read.

Why
---
A condition that cannot be read decides nothing. The place of the first character that does not fit is shown,
with what to write instead where other languages spell it differently: `=` for `==`, `and` for `&&`, `not(x)`
for `not x`.

Bad
---
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.role == "head_of_department"    # JC300

Good
----
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.role = "head_of_department"
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Severity, Span
from journeyctl.rules.base import Subject, model_rule


@model_rule(Severity.ERROR)
def condition_syntax(subject: Subject) -> Iterator[Finding]:
    """One finding per text that cannot be read, at its first fault."""
    for condition in subject.faulty_conditions:
        error = condition.error
        if error is not None:
            span = Span(error.start, error.end)
            yield condition_syntax.finding(condition.use.origin, error.message, span=span, help=error.help)
