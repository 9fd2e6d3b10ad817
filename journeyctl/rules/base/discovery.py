"""Finds rules and pages: in the package's own folders, then in installed packages."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TypeVar

from journeyctl import rules
from journeyctl.diagnostics import UsageError
from journeyctl.expr import nearest
from journeyctl.rules.base.page import Page
from journeyctl.rules.base.rule import Rule

ENTRY_POINT_GROUP = "journeyctl.rules"
"""An entry point of this group names a `Rule`, or a list or tuple of them."""


BROKEN_RULE = Page.of(
    """
    JC100 broken-rule: rules of an installed package cannot be used.

    Why
    ---
    A check that silently does not run looks like a check that found nothing. Other rules run all the same.

    Bad
    ---
    A package offers rules under the entry point `journeyctl.rules`, and loading or running them fails.

    Good
    ----
    Update or remove that package.
    """
)


@dataclass(frozen=True, slots=True)
class BrokenRules:
    """Rules of an installed package that cannot be used, and why."""

    name: str
    """Of the entry point."""
    reason: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """Everything that was found."""

    rules: tuple[Rule, ...]
    """By code."""
    pages: tuple[Page, ...]
    """Of rules, and of what reading and decoding find; by code."""
    broken: tuple[BrokenRules, ...]


@cache
def discover() -> Discovery:
    """Every rule and page, looked for once."""
    found: dict[str, Rule] = {}
    pages: dict[str, Page] = {BROKEN_RULE.code: BROKEN_RULE}
    for module in _own_modules():
        for value in vars(module).values():
            if isinstance(value, Rule):
                found[value.code] = value
        pages.update({page.code: page for page in getattr(module, "PAGES", ())})
    broken = _add_foreign(found, pages)
    pages.update({rule.code: rule.page for rule in found.values()})
    return Discovery(_by_code(found), _by_code(pages), broken)


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return discover().rules


def rule(code_or_slug: str) -> Rule:
    """One rule. Raises `UsageError` with the nearest name."""
    return _named(discover().rules, code_or_slug)


def pages() -> tuple[Page, ...]:
    """Every page, by code."""
    return discover().pages


def page(code_or_slug: str) -> Page:
    """One page. Raises `UsageError` with the nearest name; of two pages with one name, a rule's goes first."""
    return _named((*(rule.page for rule in discover().rules), *discover().pages), code_or_slug)


_Named = TypeVar("_Named", Rule, Page)


def _named(things: tuple[_Named, ...], name: str) -> _Named:
    for thing in things:
        if name.upper() == thing.code or name.lower() == thing.slug:
            return thing
    names = {word: None for thing in things for word in (thing.code, thing.slug)}
    close = nearest(name, names)
    help = f"did you mean {close}?" if close else "journeyctl explain --list shows all of them"
    raise UsageError(f"there is no rule '{name}'", help)


def _by_code(found: dict[str, _Named]) -> tuple[_Named, ...]:
    return tuple(found[code] for code in sorted(found))


def _own_modules() -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(rules.__path__, prefix=f"{rules.__name__}."):
        if not module.ispkg and not module.name.startswith(f"{rules.__name__}.base."):
            yield importlib.import_module(module.name)


def _add_foreign(found: dict[str, Rule], pages: dict[str, Page]) -> tuple[BrokenRules, ...]:
    """Adds the rules of installed packages; what cannot be loaded, or takes a code that is taken, is left out."""
    broken = []
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name):
        try:
            offered = _loaded(point)
        except Exception as fault:  # whatever a foreign package raises is its own fault only
            broken.append(BrokenRules(point.name, f"{fault}" or type(fault).__name__))
            continue
        taken = [rule.code for rule in offered if rule.code in found or rule.code in pages]
        if taken:
            broken.append(BrokenRules(point.name, f"the code {taken[0]} is taken"))
        else:
            found.update({rule.code: rule for rule in offered})
    return tuple(broken)


def _loaded(point: EntryPoint) -> tuple[Rule, ...]:
    offered = point.load()
    rules = tuple(offered) if isinstance(offered, (list, tuple)) else (offered,)
    for rule in rules:
        if not isinstance(rule, Rule):
            raise TypeError(f"{point.value} holds {type(rule).__name__}, not a rule")
    return rules
