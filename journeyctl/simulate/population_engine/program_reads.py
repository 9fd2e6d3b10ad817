"""What a program's conditions read: the columns that fields need, and whom a change of one concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import ActivateOp, Change, HandoffOp, UpdateOp, conditions_of
from journeyctl.graph.program import Program, Scoring
from journeyctl.simulate.population_engine.condition_code import texts_in
from journeyctl.simulate.population_engine.field_codes import FieldCodes, Sort, Unsupported, group_path
from journeyctl.simulate.population_engine.program_columns import OUTCOMES

PROFILE_ROOTS = ("contact", "clinic", "hospital", "umbrella")
GROUP_FIELDS = ("completeness", "ready", "missing_roles", "my_role")
LEAD_PATHS = frozenset({"lead.open", "lead.age", "lead.outcome", "lead.reason"})
SCORE_PATHS = frozenset({"score", "fit"})


def forms(program: Program) -> tuple[str, ...]:
    """The countries that have a form of their own, after the workspace's, whose name is empty."""
    return ("", *sorted({*program.policies, *program.variants, *program.shared} - {""}))


def conditions(program: Program) -> Iterator[Condition]:
    """Every condition of every form, some more than once."""
    for country in forms(program):
        for name in program.journeys:
            graph = program.journey_for(name, country)
            yield graph.entry.condition
            yield from (way_out.condition for way_out in graph.exits if way_out.condition is not None)
            for op in graph.ops.values():
                yield from conditions_of(op)
        policies, scoring = program.policies_for(country), program.scoring_for(country)
        yield from (found.condition for found in policies.suppressions)
        yield from (cap.applies for cap in policies.caps if cap.applies is not None)
        yield from (item.when for item in program.items_for(country).values() if item.when is not None)
        yield from program.audiences_for(country).values()
        yield from (condition for _, condition in (scoring.fit if scoring is not None else ()))


def updates(program: Program) -> Iterator[UpdateOp]:
    """Every op that changes fields."""
    for name in program.journeys:
        for graph in program.forms_of(name):
            yield from (op for op in graph.ops.values() if isinstance(op, UpdateOp))


def groups_read(program: Program, further: Iterable[Condition] = ()) -> tuple[str, ...]:
    """Buying groups that somebody asks about, sorted."""
    found = {group for condition in (*conditions(program), *further) for group in condition.reads.groups}
    handed = {
        op.group
        for name in program.journeys
        for graph in program.forms_of(name)
        for op in graph.ops.values()
        if isinstance(op, (ActivateOp, HandoffOp)) and op.group is not None
    }
    return tuple(sorted({*found, *handed, *program.groups}))


def codes_of(program: Program, *, further: Iterable[Condition] = (), paths: Iterable[str] = ()) -> FieldCodes:
    """Columns for all that a program, some further conditions and further readers read or write."""
    extra = tuple(further)
    wanted = {path for condition in (*conditions(program), *extra) for path in condition.reads.paths}
    wanted |= {program.meanings.get("country", "contact.country"), "contact.deliverable", *paths}
    wanted |= {program.meanings[key] for key in ("zone", "locale") if key in program.meanings}
    wanted |= {path for policies in program.policies.values() for path in policies.consents.values()}
    wanted |= {a.path for op in updates(program) for a in op.assignments}
    own = sorted(path for path in wanted if path.partition(".")[0] in PROFILE_ROOTS)
    codes = FieldCodes(own)
    for group in groups_read(program, extra):
        for name, sort in zip(GROUP_FIELDS, (Sort.NUMBER, Sort.BOOLEAN, Sort.LIST, Sort.TEXT), strict=True):
            codes.be(codes.add(group_path(group, name)), sort)
    codes.learn("contact.deliverable", value=True)
    for path in {path for policies in program.policies.values() for path in policies.consents.values()}:
        codes.learn(path, value=False)
    for path, default in program.defaults.items():
        codes.learn(path, default)
    for op in updates(program):
        for assignment in op.assignments:
            if assignment.change in (Change.SET, Change.ADD) and assignment.path != "score":
                codes.learn(assignment.path, plain(assignment.path, assignment.value))
    for condition in (*conditions(program), *extra):
        texts_in(condition.expression, codes)
    _learn_names(program, codes)
    return codes


def plain(path: str, value: object) -> bool | int | float | str | None:
    """A value that an update writes."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise Unsupported(f"an update of '{path}' with a {type(value).__name__}")


def _learn_names(program: Program, codes: FieldCodes) -> None:
    for text in (*OUTCOMES, *program.journeys, *program.countries, program.locale):
        codes.text(text)
    for country in program.countries.values():
        codes.text(country.locale)
    for form in forms(program):
        codes.text(form)
        scoring = program.scoring_for(form)
        for grade, _ in scoring.fit if scoring is not None else ():
            codes.text(grade)
        for name, item in program.items_for(form).items():
            for word in (name, item.line, item.topic, item.level_name):
                codes.text(word or "")
            codes.list_of("item.tags", item.tags)
    codes.list_of("item.tags", ())


@dataclass(frozen=True, slots=True)
class Touched:
    """What a condition depends on, audiences included."""

    paths: frozenset[str]
    groups: frozenset[str]
    asks_audiences: bool


def touched(condition: Condition, audiences: Mapping[str, Condition]) -> Touched:
    """All that a condition and the audiences that it names read."""
    paths, groups = set(condition.reads.paths), set(condition.reads.groups)
    for name in condition.reads.audiences:
        inner = touched(audiences[name], audiences)
        paths |= inner.paths
        groups |= inner.groups
    return Touched(frozenset(paths), frozenset(groups), bool(condition.reads.audiences))


def groups_watched(program: Program) -> frozenset[str]:
    """Groups whose changes make a visit look at its exits, or a deferred send ask the gate, in some form."""
    found: set[str] = set()
    for country in forms(program):
        graphs = [program.journey_for(name, country) for name in program.journeys]
        asked = [way_out.condition for graph in graphs for way_out in graph.exits if way_out.condition is not None]
        asked += [suppression.condition for suppression in program.policies_for(country).suppressions]
        for audiences in map(program.audiences_for, forms(program)):
            found.update(*(touched(condition, audiences).groups for condition in asked))
    return frozenset(found)


def concerned(
    found: Iterable[Condition], codes: FieldCodes, audiences: Mapping[str, Condition], scoring: Scoring | None,
    groups: Iterable[str], moving: str = "",
) -> list[int]:  # fmt: skip
    """For each key - columns, score and fit, leads, groups - 1 where its change concerns one of the conditions.

    With the field at `moving` another scoring and other audiences hold.
    """
    all_touched = [touched(condition, audiences) for condition in found]
    paths = frozenset().union(*(t.paths for t in all_touched))
    asked = frozenset().union(*(t.groups for t in all_touched))
    graded = frozenset().union(*(touched(c, audiences).paths for _, c in (scoring.fit if scoring is not None else ())))

    asks_audiences = any(t.asks_audiences for t in all_touched)

    def moves(wanted: frozenset[str]) -> int:
        further = ({"fit"} if wanted & graded else set()) | (SCORE_PATHS if moving in wanted else frozenset())
        return int(bool((wanted | further) & paths) or (moving in wanted and asks_audiences))

    keys = [moves(frozenset({path})) for path in codes.paths]
    return [*keys, moves(SCORE_PATHS), moves(LEAD_PATHS), *(int(group in asked) for group in groups)]
