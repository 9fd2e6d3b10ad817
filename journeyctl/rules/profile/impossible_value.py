"""JC402 impossible-value: a field is given a value that it cannot hold.

Why
---
A field of the profile has a type, and often a list of the values that can occur. A value outside of them is
accepted by nobody who reads the field: conditions that ask for the right one stay untrue, the CRM refuses the
change, and a test that is given such a contact tests somebody who does not exist.

Looked at are the values that updates set, those that spec tests are given, and those that scenarios draw.

Bad
---
    # journey_specs/tests/known.yaml
    kind: journey_test
    name: known
    journey: department-heads
    start: 2026-03-09
    given:
      contact.role: head_of_departement    # JC402
      account.is_customer: "yes"    # JC402
    expect: {entered: false}

Good
----
    # journey_specs/tests/known.yaml
    kind: journey_test
    name: known
    journey: department-heads
    start: 2026-03-09
    given:
      contact.role: head_of_department
      account.is_customer: true
    expect: {entered: no_consent.marketing}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from journeyctl.diagnostics import NOWHERE, Finding, Fix, Label, Part, Severity
from journeyctl.expr import nearest
from journeyctl.model.fields import Plain
from journeyctl.model.profile import ProfileField
from journeyctl.rules.base import Subject, model_rule
from journeyctl.spec.conditions import ValueUse
from journeyctl.spec.leaves import RefusedError, read_plain
from journeyctl.spec.scopes import profile_fields
from journeyctl.spec.yaml_scalars import resolve_plain

_MOST_LISTED = 8
"""Values that one message lists at most."""


@model_rule(Severity.ERROR)
def impossible_value(subject: Subject) -> Iterator[Finding]:
    """One finding per value."""
    fields = dict(profile_fields(subject.workspace))
    for use in subject.uses.values:
        field = fields.get(use.path)
        if field is not None and use.value is not None:
            yield from _check(use, field)


def _check(use: ValueUse, field: ProfileField) -> Iterator[Finding]:
    label = Label(field.origin, f"'{use.path}' is declared here", Part.KEY)
    fits, wanted = _TYPES[field.type]
    known = tuple(str(each) for each in field.values or ())
    for value in _parts(use, field):
        shown = f"'{value}'" if isinstance(value, str) else str(value).lower()
        close = None
        if not fits(value):
            message = f"{shown} is no {field.type.removeprefix('list of ')}, which '{use.path}' holds"
            help = f"write {wanted}"
        elif known and str(value) not in known:
            close = nearest(str(value), known)
            message = f"{shown} is none of the values of '{use.path}'"
            listed = ", ".join(known[:_MOST_LISTED]) + (", .." if len(known) > _MOST_LISTED else "")
            help = f"did you mean '{close}'?" if close else f"write one of {listed}"
        else:
            continue
        fix = Fix(f"write '{close}'", close, safe=True) if close and value == use.value else None
        yield impossible_value.finding(use.origin, message, part=use.part, labels=(label,), help=help, fix=fix)


def _parts(use: ValueUse, field: ProfileField) -> list[object]:
    """The values to look at: a list's entries one by one, a key in the type that its text spells."""
    if isinstance(use.value, list) and field.type == "list of text":
        return use.value
    spelled = use.part is Part.KEY and field.type in ("boolean", "integer", "number", "money")
    return [resolve_plain(str(use.value)) if spelled else use.value]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _read_by(read: Callable[[str], object]) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        try:
            return isinstance(value, str) and bool(read(value))
        except (ValueError, RefusedError):
            return False

    return fits


def _plain(kind: Plain) -> tuple[Callable[[object], bool], str]:
    return _read_by(lambda text: read_plain(kind, text, NOWHERE)), kind.value


_TYPES: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "integer": (lambda value: _is_number(value) and float(str(value)).is_integer(), "a whole number"),
    "number": (_is_number, "a number"),
    "money": (_is_number, "a number"),
    "text": (_is_text, "it in quotes"),
    "list of text": (_is_text, "texts, such as [a, b]"),
    "date": (_read_by(date.fromisoformat), "a date such as 2026-01-05"),
    "date-time": (_read_by(datetime.fromisoformat), 'a date-time such as "2026-01-05T09:00:00Z"'),
    "country": _plain(Plain.COUNTRY),
    "locale": _plain(Plain.LOCALE),
    "zone": _plain(Plain.ZONE),
}
"""For every type of the profile whether a value is one, and what to write."""
