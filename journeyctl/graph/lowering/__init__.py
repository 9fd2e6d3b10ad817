"""Lowering: every step verb becomes ops, every journey a step graph, a workspace a program."""

from __future__ import annotations

from journeyctl.graph.lowering.workspace import lower, lower_journey

__all__ = ["lower", "lower_journey"]
