"""The page of a rule: what it finds, why that matters, a bad example and a good one."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

_HEAD = re.compile(r"(JC\d{3}) ([a-z][a-z0-9-]*): (.+)")
_SECTION = re.compile(r"^(Why|Bad|Good)\n-+\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the rules' manual, as `journeyctl explain` prints it."""

    code: str
    """`JC` and three digits."""
    slug: str
    """The name in words, kebab-case."""
    summary: str
    """What is found, in one sentence."""
    text: str
    """The whole page, its first line made of the three above."""

    @classmethod
    def of(cls, text: str | None) -> Page:
        """Reads a page that begins with a line such as `JC201 unreachable-step: no way leads to a step.`.

        Raises `ValueError` where the first line has another form.
        """
        cleaned = inspect.cleandoc(text or "")
        head = _HEAD.fullmatch(cleaned.partition("\n")[0])
        if head is None:
            raise ValueError("a page begins with a line such as 'JC201 unreachable-step: no way leads to this step.'")
        return cls(head[1], head[2], head[3], cleaned + "\n")

    def section(self, name: str) -> str:
        """The text under `Why`, `Bad` or `Good`, without its indentation; empty where the page has none."""
        parts = _SECTION.split(self.text)
        sections = dict(zip(parts[1::2], parts[2::2], strict=True))
        return inspect.cleandoc(sections.get(name, "").strip("\n")) + "\n" if name in sections else ""
