"""Pages of what keeps a scenario from being run, found when a run is prepared."""

from __future__ import annotations

from journeyctl.rules.base import Page

_TEXTS = """
JC090 parameter-out-of-range: a parameter of a behaviour has a value that its formula cannot take.

Why
---
Beyond its range a formula would still give numbers, but none that mean anything, and a forecast would rest on
them.

Bad
---
A parameter set above the greatest value that the default behaviour allows for it.

Good
----
A value within the range that stands beside the parameter.


JC091 unreadable-condition: a condition of a scenario or behaviour cannot be read.

Why
---
Who gets which value is decided by that condition; without it nobody can be drawn. `journeyctl validate` tells
the same as JC300, at the place within the text.

Bad
---
    {when: account.is_customer == true, is: 30%}

Good
----
    {when: account.is_customer, is: 30%}


JC092 undrawable-field: a scenario draws a field that the profile does not have.

Why
---
The field's type decides how a value is drawn, and nobody would read it. `journeyctl validate` tells the same as
JC101, with the name that was most likely meant.

Bad
---
Values for `contact.roles` where the profile has `contact.role`.

Good
----
Values for fields of the profile.


JC093 field-depends-downwards: a field of an account depends on one of its contacts, or of an account below it.

Why
---
Accounts are drawn from the top: a network before its hospitals, a clinic before its contacts. A clinic has many
contacts, so there is no one value that it could depend on.

Bad
---
    account.is_customer: {given: [{when: contact.role = "cio", is: 60%}, {otherwise: 40%}]}

Good
----
    contact.role: {given: [{when: account.is_customer, is: {cio: 20%, other: 80%}}, {otherwise: other}]}


JC094 field-cycle: fields of a scenario depend on each other in a circle.

Why
---
A field is drawn once all fields that its conditions ask for are known. In a circle none can be first.

Bad
---
    contact.zone: {given: [{when: contact.country = "US", is: America/New_York}]}
    contact.country: {given: [{when: contact.zone = "America/New_York", is: US}]}

Good
----
    contact.zone: {given: [{when: contact.country = "US", is: America/New_York}]}
    contact.country: {US: 90%, CA: 10%}


JC095 undrawable-value: a field cannot hold the values that a scenario draws for it.

Why
---
A table of texts gives no date, and a lognormal length no text. What cannot be held would be missing for
everybody.

Bad
---
    account.last_purchase: {median: 4, p90: 12}

Good
----
    account.last_purchase: {between: [2016-01-01, 2025-12-31]}


JC096 nobody-to-rehearse: no contact of a scenario can ever enter its journeys, or one of those that it names.

Why
---
A run without contacts has an answer to every question, and all of them are zero. Mostly the audience asks for
values that the population of the scenario does not have.

Bad
---
An audience in Germany, `journeys: [that-journey]`, and a population with `contact.country: US`.

Good
----
A population in which some contacts satisfy the audience; `journeyctl population` shows who is lost where.
"""

PAGES = tuple(Page.of(text) for text in _TEXTS.strip().split("\n\n\n"))
