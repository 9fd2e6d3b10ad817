"""The people of a scenario: counts at every filter as text or JSON, and the people themselves as CSV."""

from __future__ import annotations

import csv
import io
import json

from journeyctl import __version__
from journeyctl.expr import Value
from journeyctl.model.specification import Workspace
from journeyctl.semantics.reactions import fact_text
from journeyctl.simulate.contact_file import EMPTY_LIST
from journeyctl.simulate.population import Population

FORMAT_VERSION = 1


def render(people: Population, workspace: Workspace, scenario: str, *, width: int) -> str:
    """Counts from all records down to who would enter, and accounts that nobody can reach."""
    counts = people.counts
    rows = [("known records", counts.known), ("  of them people (the rest are duplicates)", counts.people)]
    rows.append(("with a valid address", counts.valid_email))
    for purpose, number in counts.consented.items():
        signed = counts.signed_up.get(purpose, 0)
        rows.append((f"consented to {purpose} ({signed:,} signed up)", number))
    rows.append(("reachable: valid address and consent to mail", counts.reachable))
    for name, found in counts.journeys.items():
        rows.append((f"{name}: in the audience", found.audience))
        rows.append(("  with every consent that it needs", found.consented))
        rows.append(("  would enter at the start", found.entering))
    title = workspace.scenarios[scenario].title or scenario
    label = max(20, min(width - 10, max(len(name) for name, _ in rows)))
    lines = [f"{title} ({scenario})", ""]
    lines += [f"{name:<{label}} {number:>9,}" for name, number in rows]
    lines += ["", "accounts without a reachable contact"]
    for level, names in people.white_spots.items():
        lines.append(f"  {level:<{label - 2}} {len(names):>9,}")
    return "\n".join(lines) + "\n"


def render_json(people: Population, workspace: Workspace, scenario: str, *, width: int) -> str:
    """The same counts as one JSON document."""
    del width
    counts = people.counts
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "journeyctl", "version": __version__},
        "workspace_hash": workspace.hash,
        "scenario": scenario,
        "known": counts.known,
        "people": counts.people,
        "valid_email": counts.valid_email,
        "signed_up": dict(counts.signed_up),
        "consented": dict(counts.consented),
        "reachable": counts.reachable,
        "journeys": {
            name: {"audience": found.audience, "consented": found.consented, "entering": found.entering}
            for name, found in counts.journeys.items()
        },
        "white_spots": {level: list(names) for level, names in people.white_spots.items()},
    }
    return json.dumps(document, indent=2) + "\n"


def render_people(people: Population) -> str:
    """One line per record with all of its fields; unknown values are empty. A cell never starts a formula."""
    paths = sorted({path for person in people.persons for path in person.fields})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("contact", "clinic", "hospital", "umbrella", "duplicate_of", "invalid_email", *paths))
    for person in people.persons:
        cells = [_cell(person.fields.get(path)) for path in paths]
        account = (person.key, person.clinic, person.hospital, person.umbrella, person.duplicate_of or "")
        writer.writerow((*account, fact_text(value=person.invalid_email), *map(_plain, cells)))
    return out.getvalue()


def _cell(value: Value) -> str:
    # A list without entries is known, and must not be read back as unknown.
    return "" if value is None else EMPTY_LIST if value == () else fact_text(value)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "@") or (cell[:1] == "-" and not cell[1:2].isdigit()) else cell
