"""A process before it becomes XML: scopes with nodes and flows, kept in the order in which they were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.graph.ops import OpId


class Tag(Enum):
    """The elements of the portable profile."""

    START = "startEvent"
    END = "endEvent"
    SET = "intermediateThrowEvent"
    CATCH = "intermediateCatchEvent"
    BOUNDARY = "boundaryEvent"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    EVENT_BASED = "eventBasedGateway"
    SERVICE = "serviceTask"
    SEND = "sendTask"
    SUB_PROCESS = "subProcess"


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """Caught when a message with this name arrives for this contact or send."""

    name: str


@dataclass(frozen=True, slots=True)
class TimerEvent:
    """Caught at a date that FEEL computes (`=due`), or after a raw ISO duration."""

    text: str
    is_date: bool


@dataclass(frozen=True, slots=True)
class TerminateEvent:
    """Ends everything in its scope."""


@dataclass(slots=True, kw_only=True)
class Node:
    """One element of a scope."""

    id: str
    tag: Tag
    name: str = ""
    event: MessageEvent | TimerEvent | TerminateEvent | None = None
    job: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, str] = field(default_factory=dict)
    """What the host writes to the event record when the element is passed; values with `=` are FEEL."""
    attached_to: str = ""
    interrupting: bool = True
    inner: Scope | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow. Of the flows that leave a gateway, the one without a condition is the default."""

    id: str
    source: str
    target: str
    condition: str = ""
    name: str = ""


@dataclass(slots=True)
class Scope:
    """A process or sub-process."""

    id: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    def add(self, node: Node) -> str:
        """Adds a node and answers its id."""
        assert node.id not in self.nodes, f"'{node.id}' is made once"
        self.nodes[node.id] = node
        return node.id

    def flow(self, source: str, target: str, *, condition: str = "", name: str = "") -> None:
        """Connects two nodes of this scope."""
        number = sum(1 for flow in self.flows if flow.source == source and flow.target == target)
        suffix = f"-{number + 1}" if number else ""
        self.flows.append(Flow(f"flow_{source}-to-{target}{suffix}", source, target, condition, name))

    def chain(self, *nodes: str) -> None:
        """Connects nodes one after the other."""
        for source, target in pairwise(nodes):
            self.flow(source, target)


def add_joins(scope: Scope) -> None:
    """Puts a gateway before every node that several flows reach, here and in all inner scopes.

    Engines differ in what several flows into a task or event mean; into a gateway of their own they merge.
    """
    incoming = Counter(flow.target for flow in scope.flows)
    for target in [name for name, count in incoming.items() if count > 1]:
        join = scope.add(Node(id=f"join_{target}", tag=Tag.EXCLUSIVE, origin=scope.nodes[target].origin))
        scope.flows = [
            Flow(f"flow_{flow.source}-to-{join}{_number(flow.id)}", flow.source, join, flow.condition, flow.name)
            if flow.target == target
            else flow
            for flow in scope.flows
        ]
        scope.flow(join, target)
    for node in scope.nodes.values():
        if node.inner is not None:
            add_joins(node.inner)


def _number(flow_id: str) -> str:
    _, dash, number = flow_id.rpartition("-")
    return f"-{number}" if dash and number.isdigit() and number != "1" else ""


def element_id(role: str, op: str | OpId) -> str:
    """An id that XML allows, from what the element does and the op it comes from.

    Op ids are kebab-case words joined by slashes; a dot stands for the slash, so that no two collide.
    """
    return f"{role}_{op.replace('/', '.')}"


def variable(role: str, name: str) -> str:
    """A FEEL name, from what the variable holds and the step it belongs to."""
    return f"{role}_{name.replace('-', '_').replace('/', '__')}"


def all_nodes(scope: Scope) -> Iterable[Node]:
    """Every node of the scope and of those inside it."""
    for node in scope.nodes.values():
        yield node
        if node.inner is not None:
            yield from all_nodes(node.inner)
