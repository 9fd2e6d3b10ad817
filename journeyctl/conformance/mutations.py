"""One fault at a time put into a compiled file: does it change a trace, or is the file refused?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from journeyctl.conformance.compiled_file import BPMN, ZEEBE, Xml


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutation."""

    kind: str
    place: str
    """The id of the element or flow, and what of it was changed where that is more than one thing."""
    caught: str
    """`trace`, `refused`, or empty for a survivor."""


def mutations(content: bytes) -> Iterator[tuple[str, str, object]]:
    """Every fault as kind, place and a recipe for `apply`."""
    tree: Xml = etree.fromstring(content)
    flows = list(tree.iter(f"{BPMN}sequenceFlow"))
    by_source: dict[str, list[Xml]] = {}
    for flow in flows:
        by_source.setdefault(flow.get("sourceRef"), []).append(flow)
        yield "flow deleted", flow.get("id"), None
        if flow.find(f"{BPMN}conditionExpression") is not None:
            yield "condition negated", flow.get("id"), None
    for siblings in by_source.values():
        for left, right in pairwise(siblings):
            if left.get("targetRef") != right.get("targetRef"):
                yield "targets swapped", left.get("id"), right.get("id")
    yield from _at_nodes(tree)


def _at_nodes(tree: Xml) -> Iterator[tuple[str, str, object]]:
    for tag in ("timeDate", "timeDuration"):
        for timer in tree.iter(f"{BPMN}{tag}"):
            yield "timer 1 s later", timer.getparent().getparent().get("id"), None
    for output in tree.iter(f"{ZEEBE}output"):
        yield "assignment deleted", _owner(output), output.get("target")
    for source in tree.iter(f"{ZEEBE}input"):
        yield "input changed", _owner(source), source.get("target")
    messages = [message.get("name") for message in tree.iter(f"{BPMN}message")]
    for event in tree.iter(f"{BPMN}messageEventDefinition"):
        name = event.get("messageRef")
        yield "message changed", event.getparent().get("id"), messages[(messages.index(name) + 1) % len(messages)]
    for boundary in tree.iter(f"{BPMN}boundaryEvent"):
        yield "boundary deleted", boundary.get("id"), None
    for task in tree.iter(f"{ZEEBE}taskDefinition"):
        yield "job changed", _owner(task), "update" if task.get("type") != "update" else "gate"
    for subscription in tree.iter(f"{ZEEBE}subscription"):
        yield "correlation changed", subscription.getparent().getparent().get("name"), None


def _owner(extension: Xml) -> str:
    node = extension
    while node.get("id") is None:
        node = node.getparent()
    found: str = node.get("id")
    return found


def apply(tree: Xml, kind: str, place: str, recipe: object) -> bytes:
    """The file with one fault. `tree` stays as it is."""
    mutant = deepcopy(tree)
    element = next(node for node in mutant.iter() if node.get("id") == place)
    _FAULTS[kind](mutant, element, recipe)
    return bytes(etree.tostring(mutant))


def _negate(_: Xml, flow: Xml, __: object) -> None:
    condition = flow.find(f"{BPMN}conditionExpression")
    condition.text = f"=not({condition.text[1:]})"


def _swap(tree: Xml, flow: Xml, recipe: object) -> None:
    other = next(node for node in tree.iter(f"{BPMN}sequenceFlow") if node.get("id") == recipe)
    left, right = flow.get("targetRef"), other.get("targetRef")
    flow.set("targetRef", right)
    other.set("targetRef", left)


def _delete_assignment(_: Xml, element: Xml, recipe: object) -> None:
    output = next(node for node in element.iter(f"{ZEEBE}output") if node.get("target") == recipe)
    output.getparent().remove(output)


def _empty_input(_: Xml, element: Xml, recipe: object) -> None:
    next(node for node in element.iter(f"{ZEEBE}input") if node.get("target") == recipe).set("source", "=null")


def _change_message(_: Xml, element: Xml, recipe: object) -> None:
    element.find(f"{BPMN}messageEventDefinition").set("messageRef", str(recipe))


def _delete_boundary(tree: Xml, boundary: Xml, _: object) -> None:
    for flow in [node for node in tree.iter(f"{BPMN}sequenceFlow") if node.get("sourceRef") == boundary.get("id")]:
        _delete_flow(tree, flow, None)
    boundary.getparent().remove(boundary)


def _change_job(_: Xml, element: Xml, recipe: object) -> None:
    element.find(f".//{ZEEBE}taskDefinition").set("type", str(recipe))


def _change_correlation(_: Xml, message: Xml, __: object) -> None:
    message.find(f".//{ZEEBE}subscription").set("correlationKey", '="nobody"')


def _delete_flow(tree: Xml, flow: Xml, _: object) -> None:
    for tag in ("incoming", "outgoing"):
        for reference in [node for node in tree.iter(f"{BPMN}{tag}") if node.text == flow.get("id")]:
            reference.getparent().remove(reference)
    for node in tree.iter():
        if node.get("default") == flow.get("id"):
            del node.attrib["default"]
    flow.getparent().remove(flow)


def _later(_: Xml, element: Xml, __: object) -> None:
    date = element.find(f".//{BPMN}timeDate")
    if date is not None:
        date.text = f'{date.text} + duration("PT1S")'
        return
    length = element.find(f".//{BPMN}timeDuration")
    text = length.text
    if text.endswith("S"):
        head, _, seconds = text[:-1].rpartition("M" if "M" in text else "H" if "H" in text else "T")
        length.text = f"{head}{text[len(head)]}{int(seconds) + 1}S"
    else:
        length.text = f"{text}1S" if "T" in text else f"{text}T1S"


_FAULTS: dict[str, Callable[[Xml, Xml, object], None]] = {
    "flow deleted": _delete_flow,
    "condition negated": _negate,
    "targets swapped": _swap,
    "timer 1 s later": _later,
    "assignment deleted": _delete_assignment,
    "message changed": _change_message,
    "boundary deleted": _delete_boundary,
    "job changed": _change_job,
    "input changed": _empty_input,
    "correlation changed": _change_correlation,
}
KINDS = tuple(_FAULTS)


def table(verdicts: tuple[Verdict, ...]) -> str:
    """Caught and survived by kind, and every survivor."""
    lines = [f"mutations: {sum(1 for v in verdicts if v.caught)} of {len(verdicts)} caught"]
    for kind in KINDS:
        of_kind = [verdict for verdict in verdicts if verdict.kind == kind]
        if of_kind:
            traces, refused = (sum(1 for v in of_kind if v.caught == way) for way in ("trace", "refused"))
            lines.append(f"  {kind:<20} {len(of_kind):>5} made {traces:>5} changed a trace {refused:>5} refused")
    lines += [f"  survived  {verdict.kind}: {verdict.place}" for verdict in verdicts if not verdict.caught]
    return "\n".join(lines)
