"""Lays a process out with the bpmn.io library, and spreads boundary events that it puts onto one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyctl.diagnostics import UsageError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
_WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
_EVENT, _STEP = 36, 38
"""Width of an event, and from one to the next on a border, in points: four fit between two columns of the layout."""


def lay_out(content: bytes) -> bytes:
    """The same file with a diagram. Needs the extra `verify`."""
    try:
        from bpmn_io.auto_layout import layout_process  # heavy; loaded when a file is drawn
        from lxml import etree  # as above
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the target 'bpmn' needs '{missing.name}', which is not installed", "install journeyctl[verify]"
        ) from missing
    bones = etree.tostring(_bones(etree.fromstring(content)), encoding="unicode")
    drawn = etree.fromstring(layout_process(bones).encode())
    _spread_boundaries(drawn)
    tree = etree.fromstring(content, etree.XMLParser(remove_blank_text=True))
    tree.extend(drawn.findall(f"{_DI}BPMNDiagram"))
    etree.indent(tree)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _bones(tree: Element) -> Element:
    """The file without what is not drawn: reading and writing that takes the library several times as long."""
    for tag in ("documentation", "extensionElements", "conditionExpression"):
        for element in list(tree.iter(f"{_BPMN}{tag}")):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    return tree


def _spread_boundaries(tree: Element) -> None:
    """Puts the boundary events of one activity side by side on its lower border."""
    shapes = {shape.get("bpmnElement"): shape.find(_BOUNDS) for shape in tree.iter(f"{_DI}BPMNShape")}
    edges = {edge.get("bpmnElement"): edge.findall(_WAYPOINT) for edge in tree.iter(f"{_DI}BPMNEdge")}
    hosts: dict[str, list[Element]] = {}
    for boundary in tree.iter(f"{_BPMN}boundaryEvent"):
        hosts.setdefault(boundary.get("attachedToRef", ""), []).append(boundary)
    for host, boundaries in hosts.items():
        outer = shapes.get(host)
        for place, boundary in enumerate(boundaries):
            own = shapes.get(boundary.get("id"))
            if outer is None or own is None:
                continue
            middle = _number(outer, "x") + _number(outer, "width") / 2
            x = middle + (place - (len(boundaries) - 1) / 2) * _STEP - _EVENT / 2
            own.set("x", _printed(x))
            for flow in boundary.iter(f"{_BPMN}outgoing"):
                _follow(edges.get(flow.text or "", []), x + _EVENT / 2)


def _follow(waypoints: list[Element], x: float) -> None:
    """Keeps an edge at its event: its first stretch moves sideways with it."""
    if not waypoints:
        return
    before = waypoints[0].get("x")
    for waypoint in waypoints[:-1]:
        if waypoint.get("x") != before:
            break
        waypoint.set("x", _printed(x))


def _number(element: Element, name: str) -> float:
    return float(element.get(name, "0"))


def _printed(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
