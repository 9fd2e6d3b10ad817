"""Records of people from an account tree: fields drawn column by column, then what is missing taken away.

Fields are drawn in the order their conditions need and see each other as they truly are; which of them
are unknown to the CRM is decided afterwards, per record, so that a missing value never makes another
one inconsistent.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy import int64, uint64
from numpy.typing import NDArray

from journeyctl.behaviour import purposes
from journeyctl.calendars import local_date
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.fixed_point import CERTAIN, share_threshold
from journeyctl.graph.condition import Condition
from journeyctl.simulate.account_tree import LEVELS, AccountTree
from journeyctl.simulate.coded import Coded, answers, combinations
from journeyctl.simulate.field_order import DrawnField, paths_read
from journeyctl.simulate.person import People, Person
from journeyctl.simulate.record_keys import Keys, hashes_of
from journeyctl.simulate.values import Column, column_values, places_drawn

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.graph.program import Program
    from journeyctl.model.policies import OptIn
    from journeyctl.model.specification import Workspace
    from journeyctl.units import Duration

__all__ = ["ConsentRules", "Drawing", "Flaws", "People", "Person", "Rows"]

_AHEAD: Final = 1 << 18
"""So many draws of one level are made in one go at most: 2 MB."""


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

    def __init__(self, columns: Mapping[str, Sequence[Value] | Coded[Value]], program: Program, now: int) -> None:
        self._columns, self._program, self.now_at, self.row = columns, program, now, 0
        self._today = local_date(now, program.zone)

    def holds(self, condition: Condition, row: int) -> bool:
        """Whether the condition is true for the record at this place."""
        self.row = row
        return condition.evaluate(self) is True

    def holding(self, condition: Condition, rows: NDArray[int64]) -> NDArray[np.bool_]:
        """Which of these records it is true for, asked once of all that agree in what it reads."""
        read = [self._columns[path] for path in sorted(paths_read(condition, self._program)) if path in self._columns]
        alike = combinations([_coded(column).take(rows) for column in read], len(rows))
        found = [self.holds(condition, row) for row in rows[alike.first].tolist()]
        return np.array(found, np.bool_)[alike.of]

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
        country = self.value(self._program.meanings.get("country", "contact.country"))
        audience = self._program.audiences_for(country if isinstance(country, str) else None).get(name)
        found = audience.evaluate(self) if audience is not None else None
        return found if isinstance(found, bool) else None


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Accounts whose fields were drawn."""

    tree: AccountTree
    true: Mapping[str, Coded[Value]]
    """By path, each with one value per account of its own level."""
    known: Mapping[str, Coded[Value]]
    """What the CRM knows of them."""


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

    def people(self, tree: AccountTree, *, at: Sequence[int] | None = None, ground: Ground | None = None) -> People:
        """Everybody in the tree, in its order, then the second records; `at` says when each becomes known.

        `ground` are its accounts, where these were drawn before.
        """
        ground = self.ground(tree) if ground is None else ground
        true = self._true_columns(tree, ground)
        keys = Keys.of(tree.of("contact"))
        first = np.arange(len(keys), dtype=np.int64)
        if self.flaws.duplicates:
            us = self.draws.block(keys.hashes, name_hash(purposes.DUPLICATE))
            second = first[us < self.flaws.duplicates]
            return self._records(ground, tree, true, keys.twice(second), np.concatenate([first, second]), at=at)
        return self._records(ground, tree, true, keys, first, at=at)

    def ground(self, tree: AccountTree) -> Ground:
        """The accounts of a tree."""
        true: dict[str, Coded[Value]] = {}
        known: dict[str, Coded[Value]] = {}
        for level in LEVELS[:3]:
            self._draw(level, tree, true)
            known |= self._known(level, true, hashes_of(tree.of(level)))
        return Ground(tree, true, known)

    def known_fields(self, tree: AccountTree, ground: Ground) -> People:
        """What the CRM knows of everybody in the tree, and nothing else of them; accounts are those of `ground`."""
        keys = Keys.of(tree.of("contact"))
        fields, _, _ = self._fields(ground, tree, self._true_columns(tree, ground), keys, None)
        return People(keys, np.broadcast_to(np.int64(self.start), len(keys)), {}, fields)

    # --- columns

    def _true_columns(self, tree: AccountTree, ground: Ground) -> dict[str, Coded[Value]]:
        """Every field by path, each with one value per record of its own level."""
        columns = dict(ground.true)
        self._draw("contact", tree, columns)
        return columns

    def _draw(self, level: str, tree: AccountTree, columns: dict[str, Coded[Value]]) -> None:
        """Adds the fields of one level to those of the levels above."""
        hashes = hashes_of(tree.of(level))
        here = [entry for entry in self.fields if entry.level == level]
        aligned: dict[str, Coded[Value]] = {}
        for path in columns.keys() & {path for entry in here for path in entry.reads}:
            aligned[path] = columns[path].take(tree.ancestors(level, path.partition(".")[0]))
        rows = Rows(aligned, self.program, self.start)
        places = (place for entry in here for place in places_drawn(entry.value, entry.path))
        ahead = self._ahead(purposes.FIELD, places, hashes)
        for drawn in here:
            column = Column(self.draws, hashes, purposes.FIELD, drawn.path, drawn.type, rows.holding, ahead=ahead)
            columns[drawn.path] = aligned[drawn.path] = column_values(drawn.value, column)

    def _ahead(self, purpose: str, places: Iterable[str], hashes: NDArray[uint64]) -> Mapping[str, NDArray[int64]]:
        """Draws of few records at all places in one go; of many records, column by column needs less room."""
        names = tuple(dict.fromkeys(places))
        if not names or len(names) * len(hashes) > _AHEAD:
            return {}
        return dict(
            zip(
                names,
                self.draws.block(hashes[None, :], name_hash(purpose), places=name_hashes(names)[:, None]),
                strict=True,
            )
        )

    def _known(self, level: str, true: Mapping[str, Coded[Value]], hashes: NDArray[uint64]) -> dict[str, Coded[Value]]:
        """The columns of one level with what the CRM does not know taken away."""
        here = [entry for entry in self.fields if entry.level == level]
        ahead = self._ahead(purposes.MISSING, (entry.path for entry in here if entry.missing), hashes)
        found = {}
        for drawn in here:
            column = true[drawn.path]
            if drawn.missing:
                us = ahead.get(drawn.path)
                if us is None:
                    us = self.draws.block(hashes, name_hash(purposes.MISSING), places=name_hash(drawn.path))
                column = _with(column, None, us < drawn.missing)
            found[drawn.path] = column
        return found

    # --- records

    def _records(
        self,
        ground: Ground,
        tree: AccountTree,
        true: Mapping[str, Coded[Value]],
        keys: Keys,
        records: NDArray[int64],
        *,
        at: Sequence[int] | None,
    ) -> People:
        count = len(keys)
        fields, signed, confirmed = self._fields(ground, tree, true, keys, records)
        own: dict[str, Coded[Any]] = {
            level: Coded(tree.of(level), tree.ancestors("contact", level)[records].astype(np.int32))
            for level in LEVELS[:3]
        }
        own |= {
            "source": Coded.always(self.source, count),
            "duplicate_of": _second_records(keys, len(tree.of("contact")), records),
            "invalid_email": _flags(self._invalid(keys)),
            "sign_ups": signed,
            "confirmed": _flags(confirmed),
        }
        known_from = np.broadcast_to(np.int64(self.start), count) if at is None else np.asarray(at, np.int64)[records]
        return People(keys, known_from, own, fields)

    def _fields(
        self,
        ground: Ground,
        tree: AccountTree,
        true: Mapping[str, Coded[Value]],
        keys: Keys,
        records: NDArray[int64] | None,
    ) -> tuple[dict[str, Coded[Value]], Coded[tuple[str, ...]], NDArray[np.bool_]]:
        """What the CRM knows of records, to what they have agreed, and whether that was confirmed.

        `records` are the places of their people; `None`: one record each, in their order.
        """

        def up(level: str) -> NDArray[int64]:
            """Each record's account of a level; not kept, since it takes more room than anything that is."""
            places = tree.ancestors("contact", level)
            return places if records is None else places[records]

        def of_records(path: str) -> Coded[Value]:
            level = path.partition(".")[0]
            return true[path] if records is None and level == "contact" else true[path].take(up(level))

        asked = {self.consents.country, *self.consents.paths.values()} & true.keys()
        signed, confirmed = self._sign_ups({path: of_records(path) for path in asked}, keys)
        fields: dict[str, Coded[Value]] = {}
        for level in LEVELS[:3]:
            here = [path for path in ground.known if path.startswith(f"{level}.")]
            places = up(level) if here else None
            fields |= {path: ground.known[path].take(places) for path in here if places is not None}
        contact = {path: of_records(path) for path in true if path.startswith("contact.")}
        agreed = {path: _with(contact[path], False, contact[path].where(_is_true) & ~confirmed)
                  for path in self.consents.paths.values() if path in contact}  # fmt: skip
        fields |= self._known("contact", {**contact, **agreed}, keys.hashes)
        return fields, signed, confirmed

    def _invalid(self, keys: Keys) -> NDArray[np.bool_]:
        limit = self.flaws.invalid_email
        if not limit:
            return np.broadcast_to(np.zeros(1, np.bool_), len(keys))
        return self.draws.block(keys.hashes, name_hash(purposes.INVALID_ADDRESS)) < limit

    def _sign_ups(
        self, known: Mapping[str, Coded[Value]], keys: Keys
    ) -> tuple[Coded[tuple[str, ...]], NDArray[np.bool_]]:
        """Purposes agreed to, and whether the agreement was confirmed where the country wants that."""
        asked = [(purpose, known[path]) for purpose, path in sorted(self.consents.paths.items()) if path in known]
        if not asked:
            return Coded.always((), len(keys)), np.ones(len(keys), np.bool_)
        alike = combinations([column for _, column in asked], len(keys))
        signed = answers(
            alike,
            [tuple(purpose for purpose, column in asked if column[record] is True) for record in alike.first.tolist()],
        )
        countries = known.get(self.consents.country, Coded.always(None, len(keys)))
        limits = countries.to(self.consents.threshold, np.int64)
        # Only who agreed, and has to say it twice, draws whether it does.
        unsure = np.flatnonzero(signed.where(bool) & (limits < CERTAIN))
        sure = np.ones(len(keys), np.bool_)
        sure[unsure] = self.draws.block(keys.hashes[unsure], name_hash(purposes.OPT_IN)) < limits[unsure]
        return signed, sure


def _flags(mask: NDArray[np.bool_]) -> Coded[bool]:
    """A column of what is true of whom; takes no room where it is the same for all."""
    is_true = bool(mask[:1].any())
    if (mask == is_true).all():
        return Coded((False, True), np.broadcast_to(np.full(1, is_true, np.int32), len(mask)))
    return Coded((False, True), mask.astype(np.int32))


def _is_true(value: Value) -> bool:
    return value is True


def _coded(column: Sequence[Value] | Coded[Value]) -> Coded[Value]:
    return column if isinstance(column, Coded) else Coded.of(column)


def _with(column: Coded[Value], value: Value, mask: NDArray[np.bool_]) -> Coded[Value]:
    """The column with this value for some records."""
    if not mask.any():
        return column
    return Coded((*column.values, value), np.where(mask, np.int32(len(column.values)), column.codes))


def _second_records(keys: Keys, firsts: int, records: NDArray[int64]) -> Coded[str]:
    """For each record the key of the same person's first one; empty for the first `firsts` records."""
    second = records[firsts:]
    if not len(second):
        return Coded.always("", len(keys))
    codes = np.zeros(len(keys), np.int32)
    codes[firsts:] = np.arange(1, len(second) + 1)
    return Coded(("", *keys.take(second)), codes)
