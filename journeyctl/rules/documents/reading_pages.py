"""Pages of what can be wrong with a file before its content is looked at."""

from __future__ import annotations

from journeyctl.rules.base import Page

_TEXTS = """
JC001 not-utf-8: a file holds bytes that are no UTF-8.

Why
---
In another encoding names and texts would be read differently on every machine. Spreadsheets and older editors
often save in one without asking.

Bad
---
A file saved as UTF-16, Latin-1 or Windows-1252.

Good
----
The same file saved as UTF-8, with or without a byte order mark.


JC002 yaml-syntax: a file is no YAML.

Why
---
Nothing of such a file can be used, so nothing else is said about it, and names that it may declare are not
called unknown elsewhere. Texts that begin with a quote or hold a colon, a bracket or a `#` need quotes around
the whole; conditions go into single quotes.

Bad
---
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: "specialist" = contact.role    # JC002

Good
----
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: '"specialist" = contact.role'


JC003 duplicate-key: a mapping has the same key twice.

Why
---
Most readers of YAML silently keep the last of the two. Which one the author meant, only the author knows.

Bad
---
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.role = "head_of_department"
        when: contact.role = "specialist"    # JC003

Good
----
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.role in ["head_of_department", "specialist"]


JC004 beyond-limit: a file is larger or deeper than any specification needs to be.

Why
---
A few lines of YAML can stand for billions of values. The limits stop files that are made to hurt, and generated
ones that have run away: 1 MiB, 64 levels, 200,000 values, 1,000 uses of anchors.

Bad
---
One file with the content of every business line.

Good
----
One file per content house, journey and desk.


JC005 forbidden-yaml: a file uses a part of YAML that specifications do without.

Why
---
Tags, merge keys and several documents in one file mean different things to different tools. Everybody who reads
a specification must read the same.

Bad
---
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: !condition contact.role = "head_of_department"    # JC005

Good
----
    # journey_specs/audiences.yaml
    kind: audiences
    audiences:
      department-heads:
        when: contact.role = "head_of_department"


JC006 invisible-character: a file holds a character that nobody can see.

Why
---
A non-breaking blank or a mark for writing from right to left makes two names that look alike differ, or shows
a line differently from how it is read. They come with text pasted from web pages and slides.

Bad
---
A key indented with a non-breaking blank.

Good
----
The same key indented with ordinary blanks.


JC007 unreadable-file: a file cannot be opened.

Why
---
What cannot be read cannot be checked, and its names would seem unknown.

Bad
---
A file without read permission, or a link whose target is gone.

Good
----
A plain file that you may read.
"""

PAGES = tuple(Page.of(text) for text in _TEXTS.strip().split("\n\n\n"))
