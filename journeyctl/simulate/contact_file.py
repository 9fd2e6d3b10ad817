"""Real contacts from a CSV or Parquet file in place of drawn ones.

One line per record. The column `contact` names it; `clinic`, `hospital` and `umbrella`, all three or none, name its
accounts; `duplicate_of` and `invalid_email` are what they are in the file that `journeyctl population --out`
writes. Every other column is a field of the profile, such as `contact.role`. An empty cell is unknown.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from journeyctl.behaviour import purposes
from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws, name_hash, name_hashes
from journeyctl.expr import field_path, nearest
from journeyctl.fixed_point import share_threshold
from journeyctl.semantics.reactions import fact_text
from journeyctl.simulate.account_tree import LEVELS, AccountTree, standalone
from journeyctl.simulate.people import Person
from journeyctl.simulate.values import typed

if TYPE_CHECKING:
    from journeyctl.expr import Value
    from journeyctl.model.profile import FieldType, Profile
    from journeyctl.model.scenario import Scenario
    from journeyctl.model.specification import Workspace

ACCOUNTS: Final = ("clinic", "hospital", "umbrella")
OWN: Final = ("contact", *ACCOUNTS, "duplicate_of", "invalid_email")
"""Columns that are no fields of the profile."""
EMPTY_LIST: Final = "[]"
"""How CSV tells a list without entries from an unknown one."""


def contact_path(workspace: Workspace, scenario: Scenario) -> Path | None:
    """The scenario's file of contacts, `None` where its people are drawn.

    Raises `UsageError` for a place outside the workspace.
    """
    written = scenario.population.contacts
    if written is None:
        return None
    root = Path(workspace.root).resolve()
    path = (root / scenario.origin.file).parent / written
    if not path.resolve().is_relative_to(root):
        raise UsageError(
            f"the contacts '{written}' of scenario '{scenario.name}' lie outside the workspace",
            "put the file into the workspace and name it relative to the scenario's file",
        )
    return path


def contact_digest(workspace: Workspace, scenario: Scenario) -> str:
    """32 hex digits of the file's bytes, which the workspace's hash does not cover; empty where people are drawn."""
    path = contact_path(workspace, scenario)
    return "" if path is None else blake2b(_bytes(path), digest_size=16).hexdigest()


def inputs_hash(workspace: Workspace, scenario: Scenario) -> str:
    """32 hex digits of all that results depend on besides the seed: the documents, and the file of contacts."""
    contacts = contact_digest(workspace, scenario)
    return blake2b(f"{workspace.hash}{contacts}".encode(), digest_size=16).hexdigest() if contacts else workspace.hash


def read_contacts(
    path: Path, workspace: Workspace, scenario: Scenario, *, draws: Draws, start: int
) -> tuple[tuple[Person, ...], AccountTree]:
    """Everybody in the file, known from `start` (UTC seconds), and their accounts.

    Whether an address works is drawn by the scenario's `quality` where the file has no column for it. Raises
    `UsageError` for the first line that cannot be used.
    """
    if scenario.quality.duplicates.value:
        raise UsageError(
            f"scenario '{scenario.name}' draws duplicates, but its contacts come from the file '{path.name}'",
            "say in the file's column 'duplicate_of' which records are of one person, or leave out quality.duplicates",
        )
    table = _Table.read(path)
    _check_columns(table, workspace.profile)
    records = [_Record(table, line, cells, workspace.profile) for line, cells in table.lines()]
    keys = _keys(records)
    known = frozenset(keys)
    tree = _tree(records, keys)
    _check_accounts(records, table)
    limit = share_threshold(scenario.quality.invalid_email.value)
    us = draws.block(name_hashes(keys), name_hash(purposes.INVALID_ADDRESS)).tolist()
    consents = sorted(workspace.policies.consent.purposes.items())
    up = [tree.ancestors("contact", level) for level in LEVELS[:3]]
    people = []
    for place, record in enumerate(records):
        stated = record.flag("invalid_email")
        umbrella, hospital, clinic = (tree.names[level][up[level][place]] for level in range(3))
        people.append(
            Person(
                record.key, umbrella, hospital, clinic, record.fields, start, "", record.duplicate_of(known),
                us[place] < limit if stated is None else stated,
                tuple(purpose for purpose, field in consents if record.fields.get(field) is True),
            )
        )  # fmt: skip
    return tuple(people), tree


def at_known_accounts(arrivals: Sequence[Person], known: Sequence[Person]) -> tuple[Person, ...]:
    """New contacts with what the file says of the accounts that they join."""
    said: dict[str, dict[str, Value]] = {}
    for person in known:
        for level in ACCOUNTS:
            own = {path: value for path, value in person.fields.items() if path.startswith(f"{level}.")}
            said.setdefault(f"{level} {getattr(person, level)}", own)

    def joined(person: Person) -> Person:
        found = [said.get(f"{level} {getattr(person, level)}", {}) for level in ACCOUNTS]
        merged = {**person.fields, **found[2], **found[1], **found[0]}
        return dataclasses.replace(person, fields=merged) if any(found) else person

    return tuple(map(joined, arrivals))


# --- the file


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    """Texts of a CSV file, values of a Parquet file."""
    first: int
    """Line of the first row as an editor counts them; for Parquet the first row is 1."""

    @classmethod
    def read(cls, path: Path) -> _Table:
        """Reads the whole file."""
        if path.suffix == ".csv":
            return cls._of_csv(path)
        if path.suffix == ".parquet":
            return cls._of_parquet(path)
        raise UsageError(
            f"the contacts '{path.name}' are neither CSV nor Parquet", "end its name with .csv or .parquet"
        )

    @classmethod
    def _of_csv(cls, path: Path) -> _Table:
        try:
            lines = list(csv.reader(_bytes(path).decode("utf-8-sig").splitlines(keepends=True), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"the contacts '{path.name}' are no CSV file in UTF-8: {error}", "save it anew") from error
        return cls(path.name, tuple(lines[0]) if lines else (), lines[1:], 2)

    @classmethod
    def _of_parquet(cls, path: Path) -> _Table:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError as error:
            raise UsageError(
                f"the contacts '{path.name}' need the extra 'parquet'",
                "pip install 'journeyctl[parquet]', or use a .csv",
            ) from error
        _bytes(path)
        try:
            table = parquet.read_table(path)
        except ArrowException as error:
            raise UsageError(f"the contacts '{path.name}' are no Parquet file", "save it anew") from error
        columns = [column.to_pylist() for column in table.columns]
        return cls(path.name, tuple(table.column_names), list(zip(*columns, strict=True)), 1)

    def lines(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Every row with its line and its cells by column."""
        for line, row in enumerate(self.rows, self.first):
            if len(row) != len(self.columns):
                raise self.fault(line, f"{len(row)} cells where {len(self.columns)} are needed")
            yield line, dict(zip(self.columns, row, strict=True))

    def fault(self, line: int, fact: str) -> UsageError:
        """The message about one line."""
        return UsageError(f"the contacts '{self.name}', line {line}: {fact}", "correct the line")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the contacts '{path}' cannot be read: {(error.strerror or str(error)).lower()}",
            "'population.contacts' is relative to the scenario's file",
        ) from error


def _check_columns(table: _Table, profile: Profile) -> None:
    columns = table.columns
    if "contact" not in columns:
        raise UsageError(f"the contacts '{table.name}' have no column 'contact'", "name every record in it")
    twice = next(
        (name for place, name in enumerate(columns) if field_path(name) in map(field_path, columns[:place])), ""
    )
    if twice:
        raise UsageError(f"the contacts '{table.name}' have the column '{twice}' twice", "leave one of them out")
    missing = [name for name in ACCOUNTS if name not in columns]
    if missing and len(missing) < len(ACCOUNTS):
        raise UsageError(
            f"the contacts '{table.name}' have no column '{missing[0]}'", "name all three account levels, or none"
        )
    known = [f"{level}.{name}" for level in LEVELS for name in getattr(profile, level)]
    for name in columns:
        if name not in OWN and field_path(name) not in known:
            meant = nearest(name, known)
            raise UsageError(
                f"the contacts '{table.name}' have the column '{name}', which is no field of the profile",
                f"write '{meant}'" if meant else "add it to the profile or leave the column out",
            )


# --- records


class _Record:
    """One line in the types of the profile."""

    def __init__(self, table: _Table, line: int, cells: Mapping[str, Any], profile: Profile) -> None:
        self._table, self.line, self._cells = table, line, cells
        self.key = self.text("contact")
        self.fields: dict[str, Value] = {}
        for column, cell in cells.items():
            if column not in OWN:
                level, _, name = field_path(column).partition(".")
                value = self._value(column, cell, getattr(profile, level)[name].type)
                if value is not None:
                    self.fields[field_path(column)] = value

    def text(self, column: str) -> str:
        """A cell of the record's own columns."""
        cell = self._cells.get(column)
        return "" if cell is None else str(cell)

    def flag(self, column: str) -> bool | None:
        """A yes or no; `None` where nothing is said."""
        value = self._value(column, self._cells.get(column), "boolean")
        return value if isinstance(value, bool) else None

    def accounts(self) -> tuple[str, ...]:
        """Clinic, hospital and umbrella; empty names where the file has none."""
        return tuple(self.text(level) for level in ACCOUNTS)

    def duplicate_of(self, known: Container[str]) -> str:
        """The same person's first record."""
        first = self.text("duplicate_of")
        if first and (first not in known or first == self.key):
            raise self.fault(f"'{self.key}' is a duplicate of '{first}', which is no other record")
        return first

    def fault(self, fact: str) -> UsageError:
        """The message about this line."""
        return self._table.fault(self.line, fact)

    def _value(self, column: str, cell: Any, kind: FieldType) -> Value:  # noqa: ANN401 - text, or what Parquet holds
        if cell is None or cell == "" or (isinstance(cell, float) and math.isnan(cell)):
            return None
        try:
            return _finite(_typed(cell, kind))
        except (ValueError, TypeError, OverflowError):
            raise self.fault(f"'{cell}' in column '{column}' is no {kind}") from None


def _typed(cell: Any, kind: FieldType) -> Value:  # noqa: ANN401 - text, or what Parquet holds
    if isinstance(cell, datetime.datetime):
        moment = cell if cell.tzinfo else cell.replace(tzinfo=datetime.UTC)
        return typed(moment.isoformat() if kind == "date-time" else cast("Any", cell), kind)
    if isinstance(cell, datetime.date):
        return typed(cell.isoformat(), kind)
    if isinstance(cell, str):
        # A quote before a sign keeps spreadsheets from taking a text for a formula.
        plain = cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "@", "-") else cell
        if kind == "list of text":
            return () if plain == EMPTY_LIST else tuple(part.strip() for part in plain.split(",") if part.strip())
        return typed(plain, kind)
    if kind == "integer" and isinstance(cell, float) and not cell.is_integer():
        raise ValueError(cell)
    return typed(tuple(cell) if isinstance(cell, list) else cell, kind)


def _finite(value: Value) -> Value:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(value)
    return value


def _keys(records: Sequence[_Record]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for record in records:
        if not record.key:
            raise record.fault("the cell in column 'contact' is empty")
        if record.key in seen:
            raise record.fault(f"'{record.key}' stands in line {seen[record.key]} already")
        seen[record.key] = record.line
    if not records:
        raise UsageError("the file of contacts has no lines", "write one line per contact")
    return tuple(seen)


def _tree(records: Sequence[_Record], keys: tuple[str, ...]) -> AccountTree:
    if not any(records[0].accounts()):
        own = standalone(keys)
        return AccountTree((*own.names[:3], keys), own.parents)
    names: tuple[dict[str, int], ...] = ({}, {}, {})
    parents: tuple[dict[str, str], ...] = ({}, {}, {})
    for record in records:
        clinic, hospital, umbrella = record.accounts()
        for level, name, above in ((0, umbrella, ""), (1, hospital, umbrella), (2, clinic, hospital)):
            if not name:
                raise record.fault(f"the cell in column '{LEVELS[level]}' is empty")
            names[level].setdefault(name, len(names[level]))
            if parents[level].setdefault(name, above) != above:
                raise record.fault(
                    f"{LEVELS[level]} '{name}' belongs to '{above}' here and to '{parents[level][name]}'"
                )
    of_hospital = tuple(names[0][parents[1][name]] for name in names[1])
    of_clinic = tuple(names[1][parents[2][name]] for name in names[2])
    of_contact = tuple(names[2][record.accounts()[0]] for record in records)
    return AccountTree((*map(tuple, names), keys), (of_hospital, of_clinic, of_contact))


def _check_accounts(records: Sequence[_Record], table: _Table) -> None:
    """All contacts of an account must say the same of it."""
    paths = [field_path(column) for column in table.columns if field_path(column).partition(".")[0] in ACCOUNTS]
    said: dict[tuple[str, str], tuple[Value, int]] = {}
    for record in records:
        accounts = dict(zip(ACCOUNTS, record.accounts(), strict=True))
        for path in paths:
            account, value = accounts[path.partition(".")[0]], record.fields.get(path)
            before, line = said.setdefault((account, path), (value, record.line)) if account else (value, 0)
            if before != value:
                mine, other = (fact_text(found) for found in (value, before))
                raise record.fault(f"'{path}' of '{account}' is {mine} here and {other} in line {line}")
