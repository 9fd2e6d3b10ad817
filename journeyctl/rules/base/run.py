"""Runs rules over a workspace and weighs what they find as the workspace wants it weighed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from journeyctl.diagnostics import NOWHERE, Finding, Severity
from journeyctl.model.specification import Workspace
from journeyctl.rules.base.discovery import BROKEN_RULE, BrokenRules, all_rules, discover, rule
from journeyctl.rules.base.rule import Rule
from journeyctl.rules.base.subject import Subject

OFF = "off"


def run_rules(workspace: Workspace, *, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Everything that rules find, without repeats, by file, key and code.

    `select` narrows the run to some rules, also such as the workspace switches off; `ignore` takes rules
    out. Both take codes and slugs; raises `UsageError` for one that no rule has.
    """
    subject = Subject(workspace)
    found = [_broken(broken) for broken in discover().broken]
    for chosen, severity in _chosen(workspace, select=select, ignore=ignore):
        found.extend(_weighed(finding, severity) for finding in _findings(chosen, subject))
    return tuple(sorted(dict.fromkeys(found), key=Finding.sort_key))


def _chosen(workspace: Workspace, *, select: Iterable[str], ignore: Iterable[str]) -> Iterator[tuple[Rule, Severity]]:
    """The rules to run with their weight in this workspace."""
    selected = {rule(name).code for name in select}
    ignored = {rule(name).code for name in ignore}
    wanted = workspace.settings.rules
    for each in all_rules():
        if each.code in ignored or (selected and each.code not in selected):
            continue
        weight = wanted.get(each.code) or wanted.get(each.slug) or each.severity.value
        if weight != OFF or each.code in selected:
            yield each, each.severity if weight == OFF else Severity(weight)


def _weighed(finding: Finding, severity: Severity) -> Finding:
    return finding if finding.severity is severity else dataclasses.replace(finding, severity=severity)


def _findings(chosen: Rule, subject: Subject) -> Iterator[Finding]:
    if chosen.module.startswith("journeyctl."):
        yield from chosen.check(subject)
        return
    try:
        yield from tuple(chosen.check(subject))
    except Exception as fault:  # whatever a foreign rule raises is its own fault only
        yield _broken(BrokenRules(chosen.code, f"{fault}" or type(fault).__name__))


def _broken(broken: BrokenRules) -> Finding:
    return Finding(
        BROKEN_RULE.code, BROKEN_RULE.slug, f"the rules '{broken.name}' cannot be used: {broken.reason}", NOWHERE,
        help="update or remove the package that offers them",
    )  # fmt: skip
