"""A compiled BPMN file as its host reads it: the elements with their jobs, mappings and properties."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from journeyctl.diagnostics import UsageError

try:
    from lxml import etree
except ModuleNotFoundError as missing:
    raise UsageError(
        f"reading a BPMN file needs '{missing.name}', which is not installed", "install journeyctl[verify]"
    ) from missing

Xml = Any
"""An element of the file. The stubs of lxml make every attribute optional; a file without one is refused anyway."""
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"


@dataclass(frozen=True, slots=True)
class Element:
    """One flow node of the file."""

    id: str
    tag: str
    """The BPMN tag without its namespace."""
    name: str
    job: str = ""
    """The job type of a task: gate, send, update or handoff."""
    headers: dict[str, str] = field(default_factory=dict)
    inputs: tuple[tuple[str, str], ...] = ()
    """Target and source of each input; a source with `=` in front is FEEL."""
    outputs: tuple[tuple[str, str], ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    """What the file says for the record: op, step, item, effect."""


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A sequence flow of the file."""

    id: str
    source: str
    target: str


class CompiledFile:
    """A BPMN file, parsed. Raises `etree.XMLSyntaxError` where it is none."""

    def __init__(self, content: bytes) -> None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        tree: Xml = etree.fromstring(content, parser)
        self.tree = tree
        self.process: str = tree.find(f"{BPMN}process").get("id")
        self.elements = {node.get("id"): _element(node) for node in tree.iter(etree.Element) if _is_flow_node(node)}
        self.flows = tuple(
            FlowLine(flow.get("id"), flow.get("sourceRef"), flow.get("targetRef"))
            for flow in tree.iter(f"{BPMN}sequenceFlow")
        )
        self.correlation_keys: dict[str, str] = {
            message.get("name"): message.find(f".//{ZEEBE}subscription").get("correlationKey")
            for message in tree.iter(f"{BPMN}message")
        }

    def awaiting(self, message: str) -> tuple[str, ...]:
        """The elements that wait for a message; behind an event-based gateway too."""
        return tuple(
            event.getparent().get("id")
            for event in self.tree.iter(f"{BPMN}messageEventDefinition")
            if event.get("messageRef") == message
        )

    def named_flows(self, source: str) -> dict[str, str]:
        """Ids of the conditional flows out of an element, by their name."""
        return {
            flow.get("name"): flow.get("id")
            for flow in self.tree.iter(f"{BPMN}sequenceFlow")
            if flow.get("sourceRef") == source and flow.find(f"{BPMN}conditionExpression") is not None
        }


_FLOW_NODES = ("Event", "Gateway", "Task", "subProcess", "process")


def _is_flow_node(node: Xml) -> bool:
    return isinstance(node.tag, str) and node.tag.startswith(BPMN) and node.tag.endswith(_FLOW_NODES)


def _element(node: Xml) -> Element:
    extensions = node.find(f"{BPMN}extensionElements")
    if extensions is None:
        return Element(node.get("id"), node.tag.removeprefix(BPMN), node.get("name", ""))
    task = extensions.find(f"{ZEEBE}taskDefinition")
    pairs = {
        tag: tuple((entry.get(key), entry.get(value)) for entry in extensions.iter(f"{ZEEBE}{tag}"))
        for tag, key, value in (
            ("input", "target", "source"),
            ("output", "target", "source"),
            ("header", "key", "value"),
            ("property", "name", "value"),
        )
    }
    return Element(
        node.get("id"),
        node.tag.removeprefix(BPMN),
        node.get("name", ""),
        job=task.get("type") if task is not None else "",
        headers=dict(pairs["header"]),
        inputs=pairs["input"],
        outputs=pairs["output"],
        properties=dict(pairs["property"]),
    )
