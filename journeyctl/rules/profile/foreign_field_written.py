"""JC401 foreign-field-written: an update changes a field that is not marketing's to write.

Why
---
Every field has one owner. Where a journey writes what sales or a service system keeps, the two overwrite each
other with every synchronisation, and colleagues act on what a mailing programme has guessed.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - id: note
        update:
          contact.role: specialist    # JC401
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - id: note
        update:
          score: {add: 10}
      - {id: last, end: done}
"""

from __future__ import annotations

from collections.abc import Iterator

from journeyctl.diagnostics import Finding, Label, Part, Severity
from journeyctl.expr import field_path
from journeyctl.model.journey import Journey
from journeyctl.model.profile import ProfileField
from journeyctl.model.steps import Ladder, Update
from journeyctl.rules.base import Subject, model_rule
from journeyctl.spec.scopes import profile_fields

_ALLOWED = "marketing"


@model_rule(Severity.ERROR)
def foreign_field_written(subject: Subject) -> Iterator[Finding]:
    """One finding per change of a field that somebody else writes, or that nobody says who writes."""
    fields = dict(profile_fields(subject.workspace))
    for journey in subject.journeys:
        for update in _updates(journey):
            for path, change in update.changes.items():
                field = fields.get(field_path(path))
                if field is not None and field.writer != _ALLOWED:
                    yield foreign_field_written.finding(
                        change.origin,
                        _fact(path, field),
                        part=Part.KEY,
                        labels=(_label(field),),
                        help=f"change a field whose writer is {_ALLOWED}, or leave this one to its owner"
                        if field.writer
                        else f"add writer: {_ALLOWED} to the field in the profile, if that is so",
                    )


def _updates(journey: Journey) -> Iterator[Update]:
    for step in journey.steps:
        if isinstance(step.verb, Update):
            yield step.verb
        elif isinstance(step.verb, Ladder) and step.verb.bottom is not None and step.verb.bottom.update is not None:
            yield step.verb.bottom.update


def _fact(path: str, field: ProfileField) -> str:
    system = f", in system '{field.source}'" if field.source else ""
    owner = f"is written by {field.writer}{system}" if field.writer else f"has no writer{system}"
    return f"'{path}' {owner}; journeys write only what {_ALLOWED} writes"


def _label(field: ProfileField) -> Label:
    if field.writer is None:
        return Label(field.origin, "nobody is named as its writer", Part.KEY)
    return Label(field.origin.child("writer"), f"{field.writer} writes '{field.name}'")
