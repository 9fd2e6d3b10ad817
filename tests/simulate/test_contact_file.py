"""Contacts from a file: people that were written are the people that are read, and every mistake has its line."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from journeyctl.diagnostics import UsageError
from journeyctl.draws import Draws
from journeyctl.graph.lowering import lower
from journeyctl.model.specification import Workspace
from journeyctl.report.people_parquet import write_people
from journeyctl.report.population_text import render_people
from journeyctl.results.record import EventRecord
from journeyctl.simulate.contact_file import contact_digest, inputs_hash
from journeyctl.simulate.forecast import forecast
from journeyctl.simulate.population import Population, build_population
from journeyctl.simulate.run import run, world_of
from journeyctl.spec import load, with_set
from journeyctl.workspaces import locate

SMALL = (("population.accounts.contacts", 150), ("length", "6w"))
HEADER = "contact,clinic,hospital,umbrella,contact.role,contact.consent_marketing,account.is_customer"


@cache
def drawn() -> Workspace:
    return with_set(load(locate("small")), SMALL, scenario="plan")


def people_of(workspace: Workspace) -> Population:
    return build_population(workspace, workspace.scenarios["plan"], lower(workspace), Draws(1))


def from_file(
    folder: Path, name: str, write: Callable[[Path], object], *, more: str = "", duplicates: bool = False
) -> Workspace:
    """The small workspace whose plan reads its contacts from a file beside it."""
    shutil.copytree(locate("small"), folder, dirs_exist_ok=True)
    place = folder / "journey_specs" / "scenarios" / "plan.yaml"
    text = place.read_text(encoding="utf-8")
    spread = text[text.index("population:") : text.index("behaviour:")]
    text = text.replace(spread, f"population: {{contacts: {name}}}\n{more}").replace("length: 26w", "length: 6w")
    kept = [line for line in text.splitlines() if duplicates or not line.startswith("  duplicates:")]
    place.write_text("\n".join(kept) + "\n", encoding="utf-8")
    write(place.parent / name)
    return load(folder)


def lines(*rows: str, header: str = HEADER) -> Callable[[Path], object]:
    return lambda path: path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")


def rows_of(workspace: Workspace) -> EventRecord:
    return run(world_of(workspace, "plan", Draws(1)), Draws(1, 0), engine="reference").record.record()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("people.csv", lambda path: path.write_text(render_people(people_of(drawn())), encoding="utf-8")),
        ("people.parquet", lambda path: write_people(people_of(drawn()), drawn(), path)),
    ],
)
def test_people_that_were_written_live_the_same_lives_when_they_are_read(
    name: str, write: Callable[[Path], object], tmp_path: Path
) -> None:
    read = from_file(tmp_path, name, write)
    mine, theirs = people_of(drawn()).persons, people_of(read).persons
    assert [(p.key, p.clinic, p.person, p.invalid_email) for p in theirs] == [
        (p.key, p.clinic, p.person, p.invalid_email) for p in mine
    ]
    assert [dict(p.fields) for p in theirs] == [dict(p.fields) for p in mine]
    assert rows_of(read).digest() == rows_of(drawn()).digest()
    assert len(contact_digest(read, read.scenarios["plan"])) == 32


def test_results_name_the_contacts_of_a_file_among_what_they_rest_on(tmp_path: Path) -> None:
    header = "contact,contact.role,contact.country,contact.consent_marketing"
    one, other = (
        from_file(tmp_path / name, "c.csv", lines(f"{name},head_of_department,US,true", header=header))
        for name in ("john", "jane")
    )
    assert one.hash == other.hash
    scenarios = [workspace.scenarios["plan"] for workspace in (one, other)]
    hashes = [inputs_hash(*both) for both in zip((one, other), scenarios, strict=True)]
    assert len({one.hash, *hashes}) == 3
    found = forecast(one, "plan", replications=1, compare_with=(), engine="reference")
    assert found.workspace_hash == hashes[0]
    assert inputs_hash(drawn(), drawn().scenarios["plan"]) == drawn().hash


def test_contacts_without_accounts_stand_alone(tmp_path: Path) -> None:
    write = lines("john,head_of_department,true", "jane,,", header="contact,contact.role,contact.consent_marketing")
    john, jane = people_of(from_file(tmp_path, "c.csv", write)).persons
    assert (john.key, john.clinic, john.umbrella) == ("john", "john/h1/c1", "john")
    assert john.fields == {"contact.role": "head_of_department", "contact.consent_marketing": True}
    assert john.sign_ups == ("marketing",)
    assert jane.fields == {}


def test_newcomers_have_what_the_file_says_of_the_account_they_join(tmp_path: Path) -> None:
    inflow = "inflow:\n  web: {contacts: 5, attach: existing, consent: {marketing: 100%}}\n"
    workspace = from_file(tmp_path, "c.csv", lines("p,c,h,u,other,true,true"), more=inflow)
    everybody = world_of(workspace, "plan", Draws(1)).everybody
    assert len(everybody) == 6
    persons = [person for person in world_of(workspace, "plan", Draws(1)).persons if person.source]
    assert all(person.fields["clinic.is_customer"] is True and person.hospital == "h" for person in persons)


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        ([], HEADER, "has no lines"),
        ([], "name", "no column 'contact'"),
        ([], "contact,clinic", "no column 'hospital'"),
        ([], "contact,contact.rolle", r"the column 'contact\.rolle', which is no field"),
        ([], "contact,account.is_customer,clinic.is_customer", r"'clinic\.is_customer' twice"),
        (["p,c,h"], HEADER, "line 2: 3 cells where 7 are needed"),
        (["p,c,h,u,other,perhaps,"], HEADER, "line 2: 'perhaps' in column 'contact.consent_marketing' is no boolean"),
        ([",c,h,u,,,"], HEADER, "line 2: the cell in column 'contact' is empty"),
        (["p,c,h,u,,,", "p,c,h,u,,,"], HEADER, "line 3: 'p' stands in line 2 already"),
        (["p,c,h,u,,,", "q,,h,u,,,"], HEADER, "line 3: the cell in column 'clinic' is empty"),
        (["p,c,h,u,,,", "q,c,g,u,,,"], HEADER, "line 3: clinic 'c' belongs to 'g' here and to 'h'"),
        (["p,c,h,u,,,true", "q,c,h,u,,,"], HEADER, "line 3: 'clinic.is_customer' of 'c' is unknown here and true in"),
        (["p,x"], "contact,duplicate_of", "line 2: 'p' is a duplicate of 'x', which is no other record"),
        (["p,p"], "contact,duplicate_of", "line 2: 'p' is a duplicate of 'p'"),
    ],
)
def test_a_file_that_cannot_be_used_gets_one_message(rows: list[str], header: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        people_of(from_file(tmp_path, "c.csv", lines(*rows, header=header)))


@pytest.mark.parametrize(
    ("name", "write", "said"),
    [
        ("c.csv", lambda path: path, "cannot be read: no such file"),
        ("c.txt", lambda path: path.write_text("contact\np\n"), "neither CSV nor Parquet"),
        ("c.csv", lambda path: path.write_bytes(b"contact\n\xff\n"), "no CSV file in UTF-8"),
        ("c.parquet", lambda path: path.write_bytes(b"contact"), "no Parquet file"),
        ("../../../c.csv", lambda path: path, "lie outside the workspace"),
    ],
)
def test_what_is_no_such_file_is_told(name: str, write: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        people_of(from_file(tmp_path / "workspace", name, write))


def test_duplicates_are_said_by_the_file_and_not_drawn(tmp_path: Path) -> None:
    workspace = from_file(tmp_path, "c.csv", lines("p,c,h,u,,,"), duplicates=True)
    with pytest.raises(UsageError, match="draws duplicates"):
        people_of(workspace)


def test_texts_that_a_spreadsheet_would_take_for_a_formula_come_back(tmp_path: Path) -> None:
    workspace = from_file(tmp_path, "c.csv", lines("p,c,h,u,'=1+1,,"))
    assert people_of(workspace).persons[0].fields["contact.role"] == "=1+1"
    (row,) = csv.DictReader(render_people(people_of(workspace)).splitlines())
    assert row["contact.role"] == "'=1+1"
