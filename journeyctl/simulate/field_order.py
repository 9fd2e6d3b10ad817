"""Which fields a scenario draws, of which type, and in which order their conditions need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from journeyctl.diagnostics import Finding, Label, Origin, SpecError
from journeyctl.expr import ConditionError, field_path
from journeyctl.fixed_point import share_threshold
from journeyctl.graph.condition import Condition
from journeyctl.model.population import FieldValue, Given, GivenArm
from journeyctl.simulate.account_tree import LEVELS

if TYPE_CHECKING:
    from journeyctl.graph.program import Program
    from journeyctl.model.profile import FieldType, Profile


@dataclass(frozen=True, slots=True)
class DrawnField:
    """One field of a record: how its values are spread and how often they are unknown."""

    path: str
    """`clinic.` for `account.`."""
    level: str
    type: FieldType
    value: FieldValue
    missing: int
    """Threshold in 2^-53."""
    reads: frozenset[str]
    """Paths that conditions of its values read."""


def drawn_fields(values: Mapping[str, FieldValue], profile: Profile, program: Program) -> tuple[DrawnField, ...]:
    """The fields in an order in which everything that a condition reads comes before it.

    Raises `SpecError` for fields that the profile lacks, conditions that depend on each other or that
    look down the account tree.
    """
    fields = {field_path(path): _field(field_path(path), value, profile, program) for path, value in values.items()}
    needs = {path: field.reads & fields.keys() for path, field in fields.items()}
    for path, read in needs.items():
        _check_levels(fields[path], read)
    try:
        order = TopologicalSorter({path: sorted(read) for path, read in sorted(needs.items())}).static_order()
        return tuple(fields[path] for path in order)
    except CycleError as error:
        raise SpecError([_cycle(error.args[1], fields)]) from error


def needed_for(fields: Sequence[DrawnField], paths: Iterable[str]) -> tuple[DrawnField, ...]:
    """Those of the fields, in their order, without which the ones at `paths` cannot be drawn."""
    by_path = {field.path: field for field in fields}
    left, found = list(paths), set[str]()
    while left:
        path = left.pop()
        if path in by_path and path not in found:
            found.add(path)
            left += by_path[path].reads
    return tuple(field for field in fields if field.path in found)


def condition_of(arm: GivenArm) -> Condition:
    """The condition of one arm, parsed. Raises `SpecError` where it cannot be read."""
    try:
        return Condition.of(arm.when.text)
    except ConditionError as error:
        raise SpecError([Finding("JC091", "unreadable-condition", str(error), arm.when.origin)]) from error


def type_of(path: str, profile: Profile, origin: Origin) -> FieldType:
    """The type of a profile field. Raises `SpecError` where the profile has none of this name."""
    level, _, name = path.partition(".")
    declared = getattr(profile, level).get(name) if level in LEVELS else None
    if declared is None:
        message = f"the scenario draws '{path}', but the profile has no such field"
        raise SpecError(
            [Finding("JC092", "undrawable-field", message, origin, help="add it to the profile or delete it")]
        )
    kind: FieldType = declared.type
    return kind


def _field(path: str, value: FieldValue, profile: Profile, program: Program) -> DrawnField:
    level, _, name = path.partition(".")
    kind = type_of(path, profile, value.origin)
    missing = share_threshold(getattr(profile, level)[name].missing)
    read = (paths_read(condition_of(arm), program) for arm in _arms(value))
    return DrawnField(path, level, kind, value, missing, frozenset[str]().union(*read))


def _arms(value: FieldValue) -> Iterator[GivenArm]:
    if isinstance(value, Given):
        for arm in value.arms:
            if isinstance(arm, GivenArm):
                yield arm
            yield from _arms(arm.value)


def paths_read(condition: Condition, program: Program, seen: frozenset[str] = frozenset()) -> set[str]:
    """Paths that a condition reads, those of the audiences it names included."""
    paths = set(condition.reads.paths)
    for audience in condition.reads.audiences - seen:
        meant = dict.fromkeys(program.audiences_for(country).get(audience) for country in ("", *program.shared))
        for found in meant:
            paths |= paths_read(found, program, seen | {audience}) if found is not None else set()
        if len(meant) > 1:
            paths.add(program.meanings.get("country", "contact.country"))
    return paths


def _check_levels(field: DrawnField, read: frozenset[str]) -> None:
    lower = sorted(path for path in read if LEVELS.index(path.partition(".")[0]) > LEVELS.index(field.level))
    if lower:
        message = f"'{field.path}' depends on '{lower[0]}', which lies below it in the account tree"
        move = "let the lower field depend on the higher one"
        raise SpecError([Finding("JC093", "field-depends-downwards", message, field.value.origin, help=move)])


def _cycle(cycle: list[str], fields: Mapping[str, DrawnField]) -> Finding:
    around = " -> ".join(f"'{path}'" for path in reversed(cycle))
    labels = tuple(Label(fields[path].value.origin, f"'{path}' is drawn here") for path in cycle[1:-1])
    return Finding(
        "JC094",
        "field-cycle",
        f"fields depend on each other, so none can be drawn first: {around}",
        fields[cycle[0]].value.origin,
        labels=labels,
        help="take one of them out of the conditions",
    )
