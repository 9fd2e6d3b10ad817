"""Writes a process as BPMN 2.0 XML in the dialect of Camunda 8. The library escapes all text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from journeyctl.diagnostics import NOWHERE, Origin, UsageError
from journeyctl.targets.bpmn.diagram import Flow, MessageEvent, Node, Scope, Tag, TerminateEvent, TimerEvent
from journeyctl.targets.bpmn.draft import Draft

try:
    from lxml import etree
except ModuleNotFoundError as missing:
    raise UsageError(
        f"the target 'bpmn' needs '{missing.name}', which is not installed", "install journeyctl[verify]"
    ) from missing

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_MODELER = "http://camunda.org/schema/modeler/1.0"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAMESPACES = {
    "bpmn": _BPMN,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "zeebe": _ZEEBE,
    "modeler": _MODELER,
    "xsi": _XSI,
}
_TARGET_NAMESPACE = "http://bpmn.io/schema/bpmn"
_PLATFORM, _PLATFORM_VERSION = "Camunda Cloud", "8.8.0"


def write(draft: Draft, root: Scope) -> bytes:
    """The file without its diagram."""
    definitions = etree.Element(f"{{{_BPMN}}}definitions", nsmap=_NAMESPACES)
    definitions.set("id", f"definitions_{root.id}")
    definitions.set("targetNamespace", _TARGET_NAMESPACE)
    definitions.set("exporter", "journeyctl")
    definitions.set(f"{{{_MODELER}}}executionPlatform", _PLATFORM)
    definitions.set(f"{{{_MODELER}}}executionPlatformVersion", _PLATFORM_VERSION)
    for name, key in draft.messages.items():
        message = _child(definitions, "message", id=name, name=name)
        _zeebe(_child(message, "extensionElements"), "subscription", correlationKey=key)
    process = _child(definitions, "process", id=root.id, name=root.id, isExecutable="true")
    _documentation(process, f"graph {draft.program.graph_hash}", draft.graph.origin)
    if draft.questions:
        _properties(_child(process, "extensionElements"), draft.questions)
    _scope(process, root)
    return bytes(etree.tostring(definitions, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _child(parent: Element, tag: str, **attributes: str) -> Element:
    child = etree.SubElement(parent, f"{{{_BPMN}}}{tag}")
    for name, value in attributes.items():
        child.set(name, value)
    return child


def _zeebe(parent: Element, tag: str, **attributes: str) -> Element:
    child = etree.SubElement(parent, f"{{{_ZEEBE}}}{tag}")
    for name, value in attributes.items():
        child.set(name, value)
    return child


def _scope(parent: Element, scope: Scope) -> None:
    for node in scope.nodes.values():
        outgoing = [flow for flow in scope.flows if flow.source == node.id]
        incoming = [flow for flow in scope.flows if flow.target == node.id]
        _node(parent, node, incoming, outgoing)
    conditional = {flow.source for flow in scope.flows if flow.condition}
    for flow in scope.flows:
        element = _child(parent, "sequenceFlow", id=flow.id, sourceRef=flow.source, targetRef=flow.target)
        if flow.name and flow.source in conditional:
            element.set("name", flow.name)
        if flow.condition:
            condition = _child(element, "conditionExpression")
            condition.set(f"{{{_XSI}}}type", "bpmn:tFormalExpression")
            condition.text = flow.condition


def _node(parent: Element, node: Node, incoming: list[Flow], outgoing: list[Flow]) -> None:
    element = _child(parent, node.tag.value, id=node.id)
    if node.name:
        element.set("name", node.name)
    if node.attached_to:
        element.set("attachedToRef", node.attached_to)
        if not node.interrupting:
            element.set("cancelActivity", "false")
    default = next((flow.id for flow in outgoing if not flow.condition), None)
    if node.tag is Tag.EXCLUSIVE and len(outgoing) > 1 and default is not None:
        element.set("default", default)
    _documentation(element, "", node.origin)
    _extensions(element, node)
    for tag, flows in (("incoming", incoming), ("outgoing", outgoing)):
        for flow in flows:
            _child(element, tag).text = flow.id
    _event(element, node)
    if node.inner is not None:
        _scope(element, node.inner)


def _documentation(element: Element, text: str, origin: Origin) -> None:
    place = f"{origin.file} {origin.dotted()}".strip() if origin != NOWHERE else ""
    content = "; ".join(part for part in (text, place) if part)
    if content:
        _child(element, "documentation").text = content


def _extensions(element: Element, node: Node) -> None:
    if not (node.job or node.inputs or node.outputs or node.record):
        return
    extensions = _child(element, "extensionElements")
    if node.job:
        _zeebe(extensions, "taskDefinition", type=node.job)
    if node.inputs or node.outputs:
        mapping = _zeebe(extensions, "ioMapping")
        for tag, pairs in (("input", node.inputs), ("output", node.outputs)):
            for target, source in pairs.items():
                _zeebe(mapping, tag, source=source if source.startswith("=") else f'="{source}"', target=target)
    if node.headers:
        headers = _zeebe(extensions, "taskHeaders")
        for key, value in node.headers.items():
            if value:
                _zeebe(headers, "header", key=key, value=value)
    if node.record:
        _properties(extensions, node.record)


def _properties(extensions: Element, pairs: Mapping[str, str]) -> None:
    properties = _zeebe(extensions, "properties")
    for name, value in pairs.items():
        _zeebe(properties, "property", name=name, value=value)


def _event(element: Element, node: Node) -> None:
    match node.event:
        case None:
            pass
        case MessageEvent(name):
            _child(element, "messageEventDefinition", id=f"{node.id}_message", messageRef=name)
        case TimerEvent(text, is_date):
            timer = _child(element, "timerEventDefinition", id=f"{node.id}_timer")
            when = _child(timer, "timeDate" if is_date else "timeDuration")
            when.set(f"{{{_XSI}}}type", "bpmn:tFormalExpression")
            when.text = text
        case TerminateEvent():
            _child(element, "terminateEventDefinition", id=f"{node.id}_terminate")
