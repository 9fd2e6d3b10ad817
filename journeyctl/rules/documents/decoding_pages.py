"""Pages of what can be wrong with the content of one document, or with how documents fit together."""

from __future__ import annotations

from journeyctl.rules.base import Page

_TEXTS = """
JC010 unknown-key: a mapping has a key that nothing reads.

Why
---
A mistyped key would be passed by in silence, and its default would hold: a cap that never caps, a pause that
never pauses.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    prupose: [marketing]    # JC010
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}


JC011 missing-key: a mapping lacks a key without which it means nothing.

Why
---
Where no default is right for everybody, the author decides: which consents a journey needs, how long a ladder
awaits a reaction.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey    # JC011
    name: welcome
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}


JC012 wrong-type: a value has another shape than its key needs.

Why
---
A text where a list is needed, or a mapping where a text is, is mostly a lost dash, bracket or quote.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: marketing    # JC012
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}


JC013 wrong-value: a value has the right shape and cannot be meant.

Why
---
A bare number is no length of time, a share lies between 0 and 100 %, a zone has a name that computers know.
Guessing would turn seven days into seven seconds.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: rest, wait: 7}    # JC013
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: rest, wait: 7d}
      - {id: last, end: done}


JC014 conflicting-keys: two keys of one mapping exclude each other.

Why
---
Both say what happens, and only one of them can. The product does not choose for the author.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: rest, wait: 7d, send: planning-basics}    # JC014
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: rest, wait: 7d}
      - {id: basics, send: planning-basics}
      - {id: last, end: done}


JC015 unknown-kind: a document does not say of which kind it is, or names a kind that does not exist.

Why
---
The kind decides which keys may stand in a document and where its names hold.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: jorney    # JC015
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}


JC016 wrong-place: a document lies in the folder of another kind.

Why
---
Whoever looks for a journey looks among the journeys. Owners and reviews often follow folders, too.

Bad
---
    # journey_specs/journeys/bulletin.yaml
    kind: overlay    # JC016
    name: bulletin
    for: {countries: [US]}
    set: {policies.caps.weekly.max: 1}

Good
----
    # journey_specs/overlays/bulletin.yaml
    kind: overlay
    name: bulletin
    for: {countries: [US]}
    set: {policies.caps.weekly.max: 1}


JC017 duplicate-name: two documents of one kind have the same name.

Why
---
Documents refer to each other by kind and name. Of two with one name, half of the references would mean the
wrong one.

Bad
---
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: department-heads    # JC017
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}

Good
----
    # journey_specs/journeys/welcome.yaml
    kind: journey
    name: welcome
    purpose: [marketing]
    entry: {audience: department-heads}
    steps:
      - {id: last, end: done}


JC018 unsupported-spec: a workspace is written for a newer version of the language.

Why
---
A newer version may give the same words another meaning. An older product would simulate something that nobody
wrote.

Bad
---
    # journey_specs/workspace.yaml
    kind: workspace
    name: small
    spec: 2    # JC018
    time_zone: America/New_York
    countries:
      US: {locale: en-US, zone: America/New_York, holidays: US}

Good
----
    # journey_specs/workspace.yaml
    kind: workspace
    name: small
    spec: 1
    time_zone: America/New_York
    countries:
      US: {locale: en-US, zone: America/New_York, holidays: US}


JC019 outside-workspace: a file lies outside the workspace's folder.

Why
---
A workspace must mean the same wherever it is copied. A link that leads out of it means whatever lies there.

Bad
---
A link in `journey_specs/` to a file in somebody's home folder.

Good
----
A copy of that file within the workspace.


JC020 too-many-files: a workspace has more files than can belong to it.

Why
---
20,000 files are far beyond the largest team's work; a folder of exports or a whole disk was meant as workspace.

Bad
---
A workspace that holds the exports of every mailing since 2010.

Good
----
Exports beside the workspace, specifications within.


JC021 missing-document: a workspace lacks a document that it cannot do without.

Why
---
Without the workspace's own settings, the profile, the audiences and the policies no condition can be checked
and nothing may be sent.

Bad
---
A workspace without `journey_specs/policies.yaml`.

Good
----
`journey_specs/` with workspace, profile, audiences and policies.


JC022 unknown-path: a value is set at a path that names nothing.

Why
---
A change of something that does not exist changes nothing, and the country goes on with what holds for all.

Bad
---
    # journey_specs/overlays/de.yaml
    kind: overlay
    name: de
    for: {countries: [DE]}
    set:
      policies.caps.weekl.max: 1    # JC022

Good
----
    # journey_specs/overlays/de.yaml
    kind: overlay
    name: de
    for: {countries: [DE]}
    set:
      policies.caps.weekly.max: 1


JC023 not-overridable: an overlay sets a path that its document does not open.

Why
---
What a document lists under `overridable` is what countries may decide for themselves. Everything else is the
same everywhere, so that nobody has to look for differences.

Bad
---
    # journey_specs/overlays/de.yaml
    kind: overlay
    name: de
    for: {countries: [DE]}
    set:
      journeys.department-heads.priority: 90    # JC023

Good
----
    # journey_specs/overlays/de.yaml
    kind: overlay
    name: de
    for: {countries: [DE]}
    set:
      policies.caps.weekly.max: 1


JC024 conflicting-overlays: two overlays set the same path for the same country.

Why
---
Overlays have no order, so neither goes before the other.

Bad
---
    # journey_specs/overlays/at.yaml
    kind: overlay
    name: at
    for: {countries: [AT]}
    set:
      policies.caps.weekly.max: 1
    # journey_specs/overlays/de.yaml
    kind: overlay
    name: de
    for: {countries: [DE, AT]}
    set:
      policies.caps.weekly.max: 1    # JC024

Good
----
    # journey_specs/overlays/at.yaml
    kind: overlay
    name: at
    for: {countries: [AT]}
    set:
      policies.caps.weekly.max: 1
    # journey_specs/overlays/de.yaml
    kind: overlay
    name: de
    for: {countries: [DE]}
    set:
      policies.caps.weekly.max: 1


JC025 cyclic-inheritance: documents take over from each other in a circle.

Why
---
None of them says what the first one is, so none of them has values.

Bad
---
    # journey_specs/behaviour/cautious.yaml
    kind: behaviour
    name: cautious
    extends: hopeful
    # journey_specs/behaviour/hopeful.yaml
    kind: behaviour
    name: hopeful
    extends: cautious    # JC025

Good
----
    # journey_specs/behaviour/cautious.yaml
    kind: behaviour
    name: cautious
    extends: default
    # journey_specs/behaviour/hopeful.yaml
    kind: behaviour
    name: hopeful
    extends: cautious


JC026 unknown-base: a document takes over from one that does not exist.

Why
---
What it would have taken over is missing, and mostly half of the document with it.

Bad
---
    # journey_specs/behaviour/cautious.yaml
    kind: behaviour
    name: cautious
    extends: defualt    # JC026

Good
----
    # journey_specs/behaviour/cautious.yaml
    kind: behaviour
    name: cautious
    extends: default
"""

PAGES = tuple(Page.of(text) for text in _TEXTS.strip().split("\n\n\n"))
