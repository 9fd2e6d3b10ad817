"""What all parts of the emitter share while one journey is written: its FEEL, its messages, its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from journeyctl.diagnostics import Origin
from journeyctl.expr import to_text, variable_name
from journeyctl.expr.dialects.base import Unprintable
from journeyctl.expr.dialects.feel import to_feel
from journeyctl.expr.printer import printed_number, quoted
from journeyctl.expr.syntax import Expression, GroupField, History, InAudience, children
from journeyctl.graph.condition import Condition
from journeyctl.graph.house import Item
from journeyctl.graph.ops import AnyOp, SendOp, UpdateOp
from journeyctl.graph.program import Program, StepGraph
from journeyctl.model.values import Scalar
from journeyctl.targets.base import Entry, Handling

LATEST_ITEM = "latest_item"
"""The variable that names the visit's latest item, in a file that asks for it."""
SEND_KEY = "=send_key"
CONTACT_KEY = "=contact_key"
CORRELATION = {
    "delivery": SEND_KEY, "reaction_opened": SEND_KEY, "reaction_clicked": SEND_KEY,
    "reaction_sales_request": SEND_KEY, "reaction_unsubscribed": SEND_KEY, "lead_outcome": "=lead_key",
}  # fmt: skip
"""What tells one message from another of the same name; all others are told apart by the contact."""


@dataclass(slots=True)
class Draft:
    """One journey on its way into a file."""

    program: Program
    graph: StepGraph
    entries: list[Entry] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """Why the journey cannot be written, all reasons together."""
    messages: dict[str, str] = field(default_factory=dict)
    """Correlation key by message name."""
    questions: dict[str, str] = field(default_factory=dict)
    """Variables that the host keeps up to date, with the question each answers."""

    def message(self, name: str) -> str:
        """Notes that the file awaits the message."""
        self.messages[name] = CORRELATION.get(name, CONTACT_KEY)
        return name

    def note(self, construct: str, handling: Handling, change: str, origin: Origin) -> None:
        """Adds a line to the compile report, once."""
        entry = Entry(construct, handling, change, origin)
        if entry not in self.entries:
            self.entries.append(entry)

    def refuse(self, op: AnyOp, why: str) -> None:
        """Adds a reason for which the journey cannot be written."""
        self.reasons.append(f"step '{op.step}': {why}")

    def feel(self, condition: Condition, *, item: Item | None = None, where: str) -> str:
        """The condition in FEEL, without the leading `=`; `item.` names become the item's own values."""
        for node in _questions(condition.expression):
            name = variable_name(node)
            if name is not None:
                self.questions[name] = to_text(node)
        try:
            return to_feel(condition.expression, rename=lambda path: self._renamed(path, item))
        except Unprintable as fault:
            self.reasons.append(f"{where}: {fault} in FEEL")
            return "null"

    def _renamed(self, path: str, item: Item | None) -> str:
        if not path.startswith("item."):
            return path
        if item is not None:
            return _of_item(path, item)
        if not self.reads_latest_item:
            raise Unprintable(f"{path}, where no item is at hand,")
        sent = dict.fromkeys(op.item for op in self.graph.ops.values() if isinstance(op, SendOp))
        table = ", ".join(f"{quoted(name)}: {_of_item(path, self.program.items[name])}" for name in sent)
        return f"(if {LATEST_ITEM} = null then null else get value({{{table}}}, {LATEST_ITEM}))"

    @property
    def reads_latest_item(self) -> bool:
        """An update takes a value from the item that the visit last sent, or had refused."""
        assigned = (a for op in self.graph.ops.values() if isinstance(op, UpdateOp) for a in op.assignments)
        return any(
            path.startswith("item.") for a in assigned if a.expression is not None for path in a.expression.reads.paths
        )

    def holds(self, condition: Condition, *, item: Item | None = None, where: str) -> str:
        """FEEL that is true where the condition is true, and false where it is false or unknown."""
        return f"({self.feel(condition, item=item, where=where)}) = true"


def _of_item(path: str, item: Item) -> str:
    match path.removeprefix("item."):
        case "name":
            return quoted(item.name)
        case "line":
            return text_literal(item.line)
        case "topic":
            return text_literal(item.topic)
        case "level":
            return quoted(item.level_name)
        case "tags":
            return text_list(item.tags)
        case _:
            raise Unprintable(path)


def text_literal(value: str | None) -> str:
    """A text in FEEL, or null."""
    return "null" if value is None else quoted(value)


def text_list(values: tuple[str, ...]) -> str:
    """A list of texts in FEEL."""
    return f"[{', '.join(quoted(value) for value in values)}]"


def literal(value: Scalar) -> str:
    """A plain value, or a list of them, in FEEL."""
    match value:
        case tuple():
            return f"[{', '.join(literal(entry) for entry in value)}]"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case _:
            return printed_number(value)


def _questions(expression: Expression) -> Iterator[History | GroupField | InAudience]:
    if isinstance(expression, (History, GroupField, InAudience)):
        yield expression
    for child in children(expression):
        yield from _questions(child)
