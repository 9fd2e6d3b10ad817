"""A small workspace to change in tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

FILES: Mapping[str, str] = {
    "journey_specs/workspace.yaml": "kind: workspace\nname: small\nspec: 1\ntime_zone: Europe/Berlin\n",
    "journey_specs/profile.yaml": "kind: profile\ncontact:\n  consent: {type: boolean, writer: marketing}\n",
    "journey_specs/audiences.yaml": "kind: audiences\naudiences: {everybody: {when: true}}\n",
    "journey_specs/policies.yaml": (
        "kind: policies\nconsent: {purposes: {marketing: contact.consent}}\n"
        "caps:\n  - {name: weekly, max: 3, per: 7d}\n"
    ),
    "content_catalog/house.yaml": (
        "kind: catalog\nname: house\nlevels: [top]\ntopics: {ai: AI}\nitems: {intro: {level: top, topic: ai}}\n"
    ),
    "journey_specs/journeys/heads.yaml": (
        "kind: journey\nname: heads\nstatus: live\npurpose: [marketing]\nentry: {audience: everybody}\n"
        "overridable: [title, steps.first]\nsteps:\n  - id: first\n    send: intro\n  - id: last\n    end: done\n"
    ),
    "journey_specs/desks/us.yaml": (
        "kind: desk\nname: us\nteams:\n  a: {sdrs: 3, shift: {days: mon-fri, hours: '09:00-17:00'}}\n"
        "outcomes: {accepted: 70%, rejected: 15%, recycled: 15%}\n"
    ),
    "journey_specs/scenarios/base.yaml": (
        "kind: scenario\nname: base\n"
        "population: {accounts: {umbrellas: 1, hospitals_per_umbrella: 1, clinics_per_hospital: 1, contacts: 10}}\n"
        "inflow: {search: {visitors_per_week: 400, form: 3%}}\nstart: 2026-01-05\nlength: 26w\nseed: 7\n"
    ),
    "journey_specs/scenarios/pilot.yaml": (
        "kind: scenario\nname: pilot\nlike: base\nlength: 8w\ninflow: {search: {form: 5%}}\n"
        "compare:\n  - {name: fewer, set: {desks.us.teams.a.sdrs: 2}}\n  - {name: short, length: 2w}\n"
        "adjust: [{path: desks.us.teams.a.sdrs, min: 1, max: 8}]\n"
    ),
    "journey_specs/tests/path.yaml": (
        "kind: journey_test\nname: path\njourney: heads\nstart: 2026-01-05\ngiven: {contact.consent: true}\n"
        "cases:\n  plain: {expect: {end: done}}\n"
        "  refused: {given: {contact.consent: false}, expect: {entered: false}}\n"
    ),
}


def write_workspace(root: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Writes the small workspace; `changes` replaces, adds or (with `None`) leaves out files."""
    for name, text in {**FILES, **(changes or {})}.items():
        if text is None:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
