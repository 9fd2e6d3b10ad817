"""Lowering: every step verb becomes ops, every journey a step graph, a workspace a program."""

from __future__ import annotations

from journeyctl.graph.lowering.workspace import calendar_of, lower, lower_journey, remember

__all__ = ["calendar_of", "lower", "lower_journey", "remember"]
