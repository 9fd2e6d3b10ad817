"""People, facts and counts worked out record by record and draw by draw: slow, and easy to check by reading."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from journeyctl.behaviour import purposes
from journeyctl.behaviour.coefficients import exact
from journeyctl.calendars import utc_seconds
from journeyctl.draws import Draws
from journeyctl.expr import Value
from journeyctl.fixed_point import CERTAIN, lognormal, median_p90, multiply, normal, share_threshold
from journeyctl.graph.program import Program
from journeyctl.model.population import (
    Between,
    Chance,
    Each,
    FieldValue,
    Given,
    GivenArm,
    Literally,
    Lognormal,
    Normal,
    Table,
)
from journeyctl.model.profile import FieldType
from journeyctl.simulate.account_tree import LEVELS, AccountTree
from journeyctl.simulate.facts import FactChange, Facts
from journeyctl.simulate.field_order import DrawnField, condition_of
from journeyctl.simulate.funnel import JourneyFunnel, PersonView
from journeyctl.simulate.mailability import CONSENT_UNKNOWN, INVALID_EMAIL, NO_CONSENT, UNCONFIRMED
from journeyctl.simulate.people import Drawing, Person, Rows
from journeyctl.simulate.values import typed

Fields = dict[str, Value]


def people(drawing: Drawing, tree: AccountTree, at: Sequence[int] | None = None) -> list[Person]:
    """Everybody in the tree, one after the other, then the second records."""
    true = _true_fields(drawing, tree)
    keys = list(tree.of("contact"))
    twice = [k for k, key in enumerate(keys) if drawing.draws.bits(key, purposes.DUPLICATE) < drawing.flaws.duplicates]
    records = [*((key, k) for k, key in enumerate(keys)), *((f"{keys[k]}/again", k) for k in twice)]
    return [
        _person(drawing, tree, true, name, k, at=at, first="" if place < len(keys) else keys[k])
        for place, (name, k) in enumerate(records)
    ]


def facts_of(facts: Facts, persons: Sequence[Person]) -> dict[str, list[FactChange]]:
    """What happens to each person and its accounts; an account is as the first person there has it."""
    first: dict[tuple[str, str], Person] = {}
    for person in persons:
        for level in LEVELS:
            first.setdefault((level, _entity(person, level)), person)
    found = {}
    for person in persons:
        changes: list[FactChange] = []
        for level in LEVELS:
            known = first[level, _entity(person, level)].fields
            own = {path: value for path, value in known.items() if path.startswith(f"{level}.")}
            changes += facts.of(_entity(person, level), level, own)
        if changes:
            found[person.key] = sorted(changes, key=lambda change: (change.time, change.path))
    return found


def unmailable(persons: Sequence[Person], path: str) -> dict[tuple[str, str], int]:
    """Records that may not be mailed, by source and the first reason."""
    found = Counter((person.source, reason) for person in persons if (reason := _reason(person, path)))
    return dict(found)


def journey_funnel(name: str, persons: Sequence[Person], program: Program, now: int) -> JourneyFunnel:
    """What one journey loses on the way to its entry."""
    audience = consented = entering = 0
    for person in persons:
        view = PersonView(program, now).of(person.fields)
        graph = program.journey_for(name, view.country)
        consents = program.policies_for(view.country).consents
        if graph.entry.condition.holds(view):
            audience += 1
            if all(person.fields.get(consents[purpose]) is True for purpose in graph.purposes):
                consented += 1
                entering += not any(out.condition is not None and out.condition.holds(view) for out in graph.exits)
    return JourneyFunnel(audience, consented, entering)


def _reason(person: Person, path: str) -> str:
    consent = person.fields.get(path)
    if person.invalid_email:
        return INVALID_EMAIL
    if consent is None:
        return CONSENT_UNKNOWN
    if consent is True:
        return ""
    return UNCONFIRMED if "marketing" in person.sign_ups and not person.confirmed else NO_CONSENT


def _entity(person: Person, level: str) -> str:
    return person.key if level == "contact" else str(getattr(person, level))


# --- one record


def _above(tree: AccountTree, level: str, place: int) -> Iterator[tuple[str, int]]:
    """The levels from this one up, with the place of the ancestor on each."""
    yield level, place
    if level != "umbrella":
        at = LEVELS.index(level)
        yield from _above(tree, LEVELS[at - 1], int(tree.parents[at - 1][place]))


def _true_fields(drawing: Drawing, tree: AccountTree) -> dict[tuple[str, int], Fields]:
    """By level and place: what is true of an entity itself."""
    found: dict[tuple[str, int], Fields] = {}
    for level in LEVELS:
        for place, name in enumerate(tree.of(level)):
            own = found[level, place] = {}
            for entry in (entry for entry in drawing.fields if entry.level == level):
                seen = {path: value for above in _above(tree, level, place) for path, value in found[above].items()}
                own[entry.path] = _value(drawing, name, entry, entry.value, seen)
    return found


def _known(drawing: Drawing, name: str, level: str, true: Mapping[str, Value]) -> Fields:
    known = {}
    for entry in (entry for entry in drawing.fields if entry.level == level):
        lost = drawing.draws.bits(name, purposes.MISSING, place=entry.path) < entry.missing
        if not lost and true[entry.path] is not None:
            known[entry.path] = true[entry.path]
    return known


def _person(
    drawing: Drawing,
    tree: AccountTree,
    true: Mapping[tuple[str, int], Fields],
    name: str,
    k: int,
    *,
    at: Sequence[int] | None,
    first: str,
) -> Person:
    own, draws, consents = true["contact", k], drawing.draws, drawing.consents
    signed = tuple(purpose for purpose, path in sorted(consents.paths.items()) if own.get(path) is True)
    confirmed = not signed or draws.bits(name, purposes.OPT_IN) < consents.threshold(own.get(consents.country))
    told = {p: confirmed if p in consents.paths.values() and value is True else value for p, value in own.items()}
    _, clinic, hospital, umbrella = _above(tree, "contact", k)
    fields: Fields = {}
    for level, place in (umbrella, hospital, clinic):
        fields |= _known(drawing, tree.of(level)[place], level, true[level, place])
    fields |= _known(drawing, name, "contact", told)
    invalid = draws.bits(name, purposes.INVALID_ADDRESS) < drawing.flaws.invalid_email
    since = drawing.start if at is None else at[k]
    accounts = [tree.of(level)[place] for level, place in (umbrella, hospital, clinic)]
    return Person(
        name, accounts[0], accounts[1], accounts[2], fields, since, drawing.source, first, invalid, signed, confirmed
    )


# --- one value


def _value(drawing: Drawing, name: str, entry: DrawnField, value: FieldValue, seen: Mapping[str, Value]) -> Value:
    if isinstance(value, Given):
        rows = Rows({path: [known] for path, known in seen.items()}, drawing.program, drawing.start)
        for arm in value.arms:
            if not isinstance(arm, GivenArm) or rows.holds(condition_of(arm), 0):
                return _value(drawing, name, entry, arm.value, seen)
        return None
    return _drawn(drawing.draws, name, entry.path, entry.type, value)


def _drawn(
    draws: Draws,
    name: str,
    path: str,
    kind: FieldType,
    value: Literally | Chance | Table | Between | Lognormal | Normal | Each,
) -> Value:
    u = draws.bits(name, purposes.FIELD, place=path)
    unit = 100 if kind == "money" else 1_000
    match value:
        case Literally(value=plain):
            if kind == "boolean" and not isinstance(plain, bool) and isinstance(plain, int | float):
                return u < share_threshold(float(plain))
            return typed(plain, kind)
        case Chance():
            return u < share_threshold(value.share.value)
        case Table():
            return _of_table(u, {name: share.value for name, share in value.shares.items()}, kind)
        case Between():
            low, high = (typed(end, kind) for end in value.between)
            return _between(u, low, high, kind)
        case Lognormal():
            median, sigma = median_p90(_parts(value.median.value, unit), _parts(value.p90.value, unit))
            return _amount(lognormal(u, median=median, sigma=sigma), unit, kind)
        case Normal():
            spread = multiply(normal(u), _parts(value.sd.value, unit))
            return _amount(_parts(value.mean.value, unit) + spread, unit, kind)
        case Each():
            return tuple(
                entry
                for entry, share in sorted(value.each.items())
                if draws.bits(name, purposes.FIELD, place=f"{path}={entry}") < share_threshold(share.value)
            )
        case _:
            assert_never(value)


def _of_table(u: int, shares: Mapping[str, float], kind: FieldType) -> Value:
    total = 0
    for name in sorted(shares):
        total += share_threshold(shares[name])
        if u < total or total >= CERTAIN - (1 << 20):
            return typed(name, kind)
    return None


def _between(u: int, low: Value, high: Value, kind: FieldType) -> Value:
    if isinstance(low, datetime.datetime) and isinstance(high, datetime.datetime):
        first, last = utc_seconds(low), utc_seconds(high)
        return datetime.datetime.fromtimestamp(first + (u * (last - first + 1) >> 53), datetime.UTC)
    if isinstance(low, datetime.date) and isinstance(high, datetime.date):
        return low + datetime.timedelta(days=u * ((high - low).days + 1) >> 53)
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    unit = 1 if kind == "integer" else 100 if kind == "money" else 1_000
    first, last = _parts(low, unit), _parts(high, unit)
    drawn = first + (u * (last - first + 1) >> 53)
    return drawn if unit == 1 else drawn / unit


def _parts(value: float, unit: int) -> int:
    return int((exact(value) * unit).to_integral_value())


def _amount(drawn: int, unit: int, kind: FieldType) -> Value:
    return (drawn + unit // 2) // unit if kind == "integer" else drawn / unit
