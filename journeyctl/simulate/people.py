"""Records of people from an account tree: fields drawn column by column, then what is missing taken away.

Fields are drawn in the order their conditions need and see each other as they truly are; which of them
are unknown to the CRM is decided afterwards, per record, so that a missing value never makes another
one inconsistent.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from journeyctl.behaviour import purposes
from journeyctl.calendars import local_date
from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import share_threshold
from journeyctl.graph.condition import Condition
from journeyctl.simulate.account_tree import LEVELS, AccountTree
from journeyctl.simulate.field_order import DrawnField
from journeyctl.simulate.values import Column, column_values

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program
    from journeyctl.model.policies import OptIn
    from journeyctl.model.specification import Workspace
    from journeyctl.units import Duration


@dataclass(frozen=True, slots=True)
class Person:
    """One record of a contact as the CRM has it."""

    key: str
    """Stable name and address of all draws about the record."""
    umbrella: str
    hospital: str
    clinic: str
    """Entity paths: `u17`, `u17/h2`, `u17/h2/c1`."""
    fields: Mapping[str, Value]
    """By path; what is unknown is absent."""
    at: int = 0
    """UTC seconds when the contact becomes known; the start of the run for the first population."""
    source: str = ""
    """The inflow that brought it; empty for the first population."""
    duplicate_of: str = ""
    """Key of the same person's first record."""
    invalid_email: bool = False
    sign_ups: tuple[str, ...] = ()
    """Purposes the person agreed to, before any confirmation."""
    confirmed: bool = True
    """False where a double opt-in was asked for and never answered."""

    @property
    def person(self) -> str:
        """The name by which traits are drawn: one for all records of a person."""
        return self.duplicate_of or self.key


@dataclass(frozen=True, slots=True)
class ConsentRules:
    """Which fields hold consents, and what a country makes of a sign-up."""

    paths: Mapping[str, str]
    """Field by purpose."""
    country: str
    """Field of the country."""
    confirm: Mapping[str, int]
    """Threshold of confirming a sign-up by country; `""` for all others."""

    @classmethod
    def of(cls, workspace: Workspace, program: Program) -> ConsentRules:
        """The workspace's rules, each country's with its overlays."""
        own = workspace.policies.consent
        rules = {name: _confirm(rule) for name, rule in own.countries.items() if name != "default"}
        for name in workspace.variants:
            rule = workspace.for_country(name).policies.consent.countries.get(name)
            if rule is not None:
                rules[name] = _confirm(rule)
        rules[""] = _confirm(own.countries.get("default"))
        return cls(own.purposes, program.meanings.get("country", "contact.country"), rules)

    def threshold(self, country: Value) -> int:
        """The threshold in 2^-53 below which a person of this country confirms."""
        found = self.confirm.get(country) if isinstance(country, str) else None
        return self.confirm[""] if found is None else found


def _confirm(rule: OptIn | None) -> int:
    return share_threshold(rule.confirm_rate if rule is not None and rule.opt_in == "double" else 1.0)


@dataclass(frozen=True, slots=True)
class Flaws:
    """Thresholds of what is wrong with records."""

    duplicates: int = 0
    invalid_email: int = 0


class Rows:
    """What conditions see of one record after another while fields are drawn. Satisfies `expr.Environment`."""

    __slots__ = ("_columns", "_program", "_today", "now_at", "row")

    def __init__(self, columns: Mapping[str, Sequence[Value]], program: Program, now: int) -> None:
        self._columns, self._program, self.now_at, self.row = columns, program, now, 0
        self._today = local_date(now, program.zone)

    def holds(self, condition: Condition, row: int) -> bool:
        """Whether the condition is true for the record at this place."""
        self.row = row
        return condition.evaluate(self) is True

    def value(self, path: str) -> Value:
        """The drawn value, else the field's default."""
        column = self._columns.get(path)
        found = column[self.row] if column is not None else None
        return self._program.defaults.get(path) if found is None else found

    def now(self) -> int:
        """The start of the run."""
        return self.now_at

    def today(self) -> datetime.date:
        """Its date in the workspace's zone."""
        return self._today

    def history(
        self,
        kind: str,
        *,
        item: str | None = None,
        topic: str | None = None,
        level: str | None = None,
        journey: str | None = None,
        within: Duration | None = None,
        human: bool | None = None,
    ) -> int:
        """Nobody has a past with us yet."""
        return 0

    def group(self, name: str, field: str) -> Value:
        """Nobody is a member of a buying group yet."""
        return None

    def in_audience(self, name: str) -> bool | None:
        """Whether the record is in the audience; unknown where it cannot be told."""
        audience = self._program.audiences.get(name)
        found = audience.evaluate(self) if audience is not None else None
        return found if isinstance(found, bool) else None


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the records of one source are drawn."""

    fields: tuple[DrawnField, ...]
    program: Program
    consents: ConsentRules
    draws: Draws
    start: int
    """UTC seconds at which conditions see the records."""
    flaws: Flaws = field(default=Flaws())
    source: str = ""

    def people(self, tree: AccountTree, *, at: Sequence[int] | None = None) -> tuple[Person, ...]:
        """Everybody in the tree, in its order, then the second records; `at` says when each becomes known."""
        true = self._true_columns(tree)
        keys = tree.of("contact")
        first = np.arange(len(keys), dtype=np.int64)
        hashes = name_hashes(keys)
        twice = first[self.draws.block(hashes, name_hash(purposes.DUPLICATE)) < self.flaws.duplicates]
        names = (*keys, *(f"{keys[place]}/again" for place in twice.tolist()))
        records = np.concatenate([first, twice])
        return tuple(self._records(tree, true, names, records.tolist(), at))

    # --- columns

    def _true_columns(self, tree: AccountTree) -> dict[str, list[Value]]:
        """Every field by path, each with one value per record of its own level."""
        columns: dict[str, list[Value]] = {}
        for level in LEVELS:
            names = tree.of(level)
            hashes = name_hashes(names)
            aligned: dict[str, Sequence[Value]] = {
                path: _at(values, tree.ancestors(level, path.partition(".")[0])) for path, values in columns.items()
            }
            rows = Rows(aligned, self.program, self.start)
            for drawn in (entry for entry in self.fields if entry.level == level):
                column = Column(self.draws, hashes, purposes.FIELD, drawn.path, drawn.type, rows.holds)
                columns[drawn.path] = column_values(drawn.value, column)
                aligned[drawn.path] = columns[drawn.path]
        return columns

    def _unknown(self, drawn: DrawnField, names: Sequence[str]) -> list[bool]:
        us = self.draws.block(name_hashes(names), name_hash(purposes.MISSING), places=name_hash(drawn.path))
        unknown: list[bool] = (us < drawn.missing).tolist()
        return unknown

    def _known(self, drawn: DrawnField, values: Sequence[Value], names: Sequence[str]) -> Sequence[Value]:
        if not drawn.missing:
            return values
        unknown = self._unknown(drawn, names)
        return [None if gone else value for value, gone in zip(values, unknown, strict=True)]

    # --- records

    def _records(
        self,
        tree: AccountTree,
        true: Mapping[str, Sequence[Value]],
        names: Sequence[str],
        records: Sequence[int],
        at: Sequence[int] | None,
    ) -> list[Person]:
        keys = tree.of("contact")
        hashes = name_hashes(names)
        signed, confirmed = self._sign_ups(true, hashes, records)
        invalid = (self.draws.block(hashes, name_hash(purposes.INVALID_ADDRESS)) < self.flaws.invalid_email).tolist()
        fields = self._contact_fields(true, names, records, confirmed)
        accounts = self._account_fields(tree, true)
        up = [tree.ancestors("contact", level) for level in LEVELS[:3]]
        people = []
        for place, (key, k) in enumerate(zip(names, records, strict=True)):
            umbrella, hospital, clinic = up[0][k], up[1][k], up[2][k]
            merged = {**accounts[0][umbrella], **accounts[1][hospital], **accounts[2][clinic], **fields[place]}
            people.append(
                Person(
                    key,
                    tree.names[0][umbrella],
                    tree.names[1][hospital],
                    tree.names[2][clinic],
                    merged,
                    at[k] if at is not None else self.start,
                    self.source,
                    "" if place < len(keys) else keys[k],
                    invalid[place],
                    signed[place],
                    confirmed[place],
                )
            )
        return people

    def _contact_fields(
        self,
        true: Mapping[str, Sequence[Value]],
        names: Sequence[str],
        records: Sequence[int],
        confirmed: Sequence[bool],
    ) -> list[dict[str, Value]]:
        consents = set(self.consents.paths.values())
        columns: dict[str, Sequence[Value]] = {}
        for drawn in (entry for entry in self.fields if entry.level == "contact"):
            values: Sequence[Value] = _at(true[drawn.path], records)
            if drawn.path in consents:
                values = [sure if value is True else value for value, sure in zip(values, confirmed, strict=True)]
            columns[drawn.path] = self._known(drawn, values, names)
        return _transposed(columns, len(names))

    def _account_fields(self, tree: AccountTree, true: Mapping[str, Sequence[Value]]) -> list[list[dict[str, Value]]]:
        found = []
        for level in LEVELS[:3]:
            names = tree.of(level)
            drawn = [entry for entry in self.fields if entry.level == level]
            columns = {entry.path: self._known(entry, true[entry.path], names) for entry in drawn}
            found.append(_transposed(columns, len(names)))
        return found

    def _sign_ups(
        self,
        true: Mapping[str, Sequence[Value]],
        hashes: np.ndarray[tuple[int, ...], np.dtype[np.uint64]],
        records: Sequence[int],
    ) -> tuple[list[tuple[str, ...]], list[bool]]:
        """Purposes agreed to, and whether the agreement was confirmed where the country wants that."""
        drawn = [(purpose, true[path]) for purpose, path in sorted(self.consents.paths.items()) if path in true]
        signed = [tuple(purpose for purpose, values in drawn if values[k] is True) for k in records]
        countries = true.get(self.consents.country)
        us = self.draws.block(hashes, name_hash(purposes.OPT_IN)).tolist()
        thresholds = [self.consents.threshold(countries[k] if countries is not None else None) for k in records]
        sure = [not agreed or u < limit for u, limit, agreed in zip(us, thresholds, signed, strict=True)]
        return signed, sure


def refuse_files(contacts: str | None) -> None:
    """Raises `UsageError` for a population from a file, which cannot be simulated yet."""
    if contacts is not None:
        raise UsageError(
            f"the population comes from the file '{contacts}', but simulations draw their people",
            "describe the population with 'accounts' and 'fields' instead",
        )


def _at(values: Sequence[Value], places: Sequence[int]) -> list[Value]:
    return [values[place] for place in places]


def _transposed(columns: Mapping[str, Sequence[Value]], count: int) -> list[dict[str, Value]]:
    """Rows of known values from columns."""
    if not columns:
        return [{} for _ in range(count)]
    paths = tuple(columns)
    return [
        {path: value for path, value in zip(paths, row, strict=True) if value is not None}
        for row in zip(*columns.values(), strict=True)
    ]
