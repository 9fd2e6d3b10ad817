"""What rule families share: the rule as a value, what it is given, how rules are found and run."""

from __future__ import annotations

from journeyctl.rules.base.amounts import amount, shown
from journeyctl.rules.base.discovery import all_rules, page, pages, rule
from journeyctl.rules.base.page import Page
from journeyctl.rules.base.rule import Needs, Rule, graph_rule, model_rule
from journeyctl.rules.base.run import run_rules
from journeyctl.rules.base.subject import FaultyCondition, JourneyFlow, Subject, UnknownName

__all__ = [
    "FaultyCondition", "JourneyFlow", "Needs", "Page", "Rule", "Subject", "UnknownName",
    "all_rules", "amount", "graph_rule", "model_rule", "page", "pages", "rule", "run_rules", "shown",
]  # fmt: skip
