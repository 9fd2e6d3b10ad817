"""Conditions: their text, their tree, their types, their three-valued answers, and other languages for them."""

from __future__ import annotations

from journeyctl.expr.evaluate import Answer, Environment, compile_expression, holds
from journeyctl.expr.lexer import ConditionError
from journeyctl.expr.nearest import nearest
from journeyctl.expr.parser import parse
from journeyctl.expr.printer import to_text
from journeyctl.expr.reads import Reads, reads
from journeyctl.expr.scope import field_path
from journeyctl.expr.syntax import Condition, Expression
from journeyctl.expr.types import Field, Problem, ProblemKind, Scope, Type, check, type_of
from journeyctl.expr.values import Value
from journeyctl.expr.variables import variable_name

__all__ = [
    "Answer", "Condition", "ConditionError", "Environment", "Expression", "Field", "Problem", "ProblemKind", "Reads",
    "Scope", "Type", "Value", "check", "compile_expression", "field_path", "holds", "nearest", "parse", "reads",
    "to_text", "type_of", "variable_name",
]  # fmt: skip
