"""BPMN 2.0 in the dialect of Camunda 8: one file per journey that SpiffWorkflow runs unmodified."""

from __future__ import annotations

from collections.abc import Mapping

from journeyctl.graph.program import Program
from journeyctl.targets.base import Cell, Emission, Grade
from journeyctl.targets.bpmn.emit import NAME, emit
from journeyctl.targets.bpmn.support import SUPPORT


class BpmnTarget:
    """The portable profile of BPMN."""

    name = NAME
    grade = Grade.EXECUTED
    verifier = "OMG BPMN 2.0 XSD, bpmn-io 0.2 lint, SpiffWorkflow 3.2 (executed)"
    support: Mapping[str, Cell] = SUPPORT

    def emit(self, program: Program, journey: str) -> Emission:
        """Writes one journey. Raises `UnsupportedError` with every reason at once."""
        return emit(program, journey)


TARGET = BpmnTarget()
