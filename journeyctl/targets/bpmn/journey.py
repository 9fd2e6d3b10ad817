"""A whole journey as a process: regions with their exits, the watch over conditions, and the ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from journeyctl.expr.printer import quoted
from journeyctl.graph.ops import EndOp, ListenOp, OpId, Reaction
from journeyctl.graph.program import Exit
from journeyctl.targets.base import Handling
from journeyctl.targets.bpmn.diagram import (
    Flow,
    MessageEvent,
    Node,
    Scope,
    Tag,
    TerminateEvent,
    add_joins,
    element_id,
)
from journeyctl.targets.bpmn.draft import Draft, text_list
from journeyctl.targets.bpmn.ladder import Ladder, ladder_process, sales_request_boundary
from journeyctl.targets.bpmn.regions import Region, divide, ladders_in
from journeyctl.targets.bpmn.steps import add_op, entry_id, exclusive, record

EVALUATION = "evaluation"
"""What the daily evaluation is called among the changed fields of a `facts_changed` message."""


@dataclass(slots=True)
class Assembly:
    """The process while it is put together."""

    draft: Draft
    ladders: dict[OpId, Ladder]
    root: Scope
    regions: tuple[Region, ...]
    leaving: dict[str, list[OpId]] = field(default_factory=dict)
    """For each sub-process: the ops outside it that it leads to, in the order in which they were met."""

    # --- ways out of a sub-process

    def leave(self, scope: Scope, target: OpId) -> str:
        """An event that notes where to go on, and the end of the sub-process."""
        leave = element_id(f"leave-{scope.id}", target)
        if leave in scope.nodes:
            return leave
        self.leaving.setdefault(scope.id, []).append(target)
        scope.add(Node(id=leave, tag=Tag.SET, name=f"On to {target}", outputs={"resume": f"={quoted(target)}"}))
        end = scope.add(Node(id=element_id(f"left-{scope.id}", target), tag=Tag.END, name=f"Goes on at {target}"))
        scope.flow(leave, end)
        return leave

    def go_on(self, scope: Scope, process: str, goto: Callable[[OpId], str]) -> None:
        """Behind a sub-process: to where it said."""
        targets = self.leaving.get(process, [])
        if len(targets) <= 1:
            for target in targets:
                scope.flow(process, goto(target))
            return
        onward = scope.add(Node(id=element_id("onward", process), tag=Tag.EXCLUSIVE, name="Where to?"))
        scope.flow(process, onward)
        for target in targets[:-1]:
            scope.flow(onward, goto(target), condition=f"=resume = {quoted(target)}", name=f"to {target}")
        scope.flow(onward, goto(targets[-1]), name=f"to {targets[-1]}")

    # --- one region

    def region(self, region: Region) -> Node:
        """The region's sub-process with all its ops and ladders."""
        scope = Scope(element_id("region", region.name))
        own = ladders_in(region, self.ladders)
        hidden = frozenset().union(*(ladder.ops for ladder in own.values())) if own else frozenset()

        def goto(target: OpId) -> str:
            inside = target in region.ops and target != region.returns
            return entry_id(self.draft.graph.ops[target]) if inside else self.leave(scope, target)

        self._enter(scope, region)
        for op in region.ops_in_order(self.draft.graph):
            if op.id in own:
                self._ladder(scope, own[op.id], goto)
            elif op.id not in hidden:
                add_op(self.draft, scope, op, goto, lambda listen: self._unheard(scope, listen, goto))
        return Node(id=scope.id, tag=Tag.SUB_PROCESS, name=f"Region: {region.name}", inner=scope)

    def _enter(self, scope: Scope, region: Region) -> None:
        begin = scope.add(Node(id=element_id("begin", region.name), tag=Tag.START, name=f"Into {region.name}"))
        first, *others = (entry_id(self.draft.graph.ops[op]) for op in region.entries)
        if not others:
            scope.flow(begin, first)
            return
        where = scope.add(Node(id=element_id("enter", region.name), tag=Tag.EXCLUSIVE, name="Where does it begin?"))
        scope.flow(begin, where)
        for op, element in zip(region.entries[1:], others, strict=True):
            scope.flow(where, element, condition=f"=resume = {quoted(op)}", name=f"at {op}")
        scope.flow(where, first, name=f"at {region.entries[0]}")

    def _ladder(self, scope: Scope, ladder: Ladder, goto: Callable[[OpId], str]) -> None:
        process = scope.add(ladder_process(self.draft, ladder, self.leave))
        boundary = sales_request_boundary(self.draft, ladder)
        if boundary is not None and ladder.offer.asked is not None:
            scope.flow(scope.add(boundary), goto(ladder.offer.asked))
        self.go_on(scope, process, goto)

    def _unheard(self, scope: Scope, listen: ListenOp, goto: Callable[[OpId], str]) -> str:
        """A listen on a message that was never delivered: it times out at once."""
        silent = element_id("unheard", listen.id)
        if silent not in scope.nodes:
            columns = record(listen, effect="waited", reason="timeout", item="")
            scope.add(Node(id=silent, tag=Tag.SET, name="Nothing to wait for", record=columns, origin=listen.origin))
            scope.flow(silent, goto(listen.outcomes[Reaction.TIMEOUT]))
        return silent

    # --- the whole

    def assemble(self) -> None:
        """Start, regions, exits, watch and ends."""
        graph, root = self.draft.graph, self.root
        start = root.add(Node(
            id=element_id("entered", graph.journey), tag=Tag.START, name=f"Enters {graph.journey}",
            outputs={
                "journey": "={entered_at: now()}", "resume": f"={quoted(graph.start)}", "cause": "=null",
                "last_offer_at": "=null",
            },
            record={"effect": "entered", **record(graph.ops[graph.start])}, origin=graph.origin,
        ))  # fmt: skip
        processes = {region.name: root.add(self.region(region)) for region in self.regions}
        watched = [way_out for way_out in graph.exits if way_out.condition is not None]
        first = processes[self.regions[0].name]
        if watched:
            fork = root.add(Node(id=element_id("watch", graph.journey), tag=Tag.PARALLEL, name="Walk and watch"))
            root.flow(start, fork)
            root.flow(fork, first)
            root.flow(fork, self._watch(watched))
        else:
            root.flow(start, first)
        for region in self.regions:
            self.go_on(root, processes[region.name], self._outside)
            self._event_exits(region, processes[region.name])
        add_joins(root)

    def _outside(self, target: OpId) -> str:
        """In the root scope: the region of an op, or the end that it is."""
        op = self.draft.graph.ops[target]
        if isinstance(op, EndOp):
            return self._end(element_id("end", op.id), op.label, record(op, effect="ended", reason=op.label))
        return element_id("region", next(region.name for region in self.regions if target in region.ops))

    def _end(self, name: str, label: str, columns: dict[str, str]) -> str:
        if name not in self.root.nodes:
            self.root.add(Node(id=name, tag=Tag.END, name=label, event=TerminateEvent(), record=columns))
        return name

    # --- exits

    def _event_exits(self, region: Region, process: str) -> None:
        """An interrupting boundary for every event that leads out of the region."""
        graph, heard = self.draft.graph, set[str]()
        for way_out in graph.exits:
            if way_out.event is None or way_out.event in heard:
                continue
            heard.add(way_out.event)
            target = graph.ops[way_out.target]
            if isinstance(target, EndOp) or target.step != region.name:
                self._boundary(way_out.event, process, region, way_out.target, way_out)
        if "consent_lost" not in heard and graph.purposes:
            # Without a consent that the journey's purpose names, it ends, whatever the author wrote.
            end = self._end(
                element_id("end", "consent-lost"),
                "consent-lost",
                {"effect": "ended", "reason": "consent-lost", "step": "", "op": ""},
            )
            lost = self.root.add(Node(
                id=element_id("exit-consent-lost", region.name), tag=Tag.BOUNDARY, name="Consent lost",
                attached_to=process, event=MessageEvent(self.draft.message("exit_consent_lost")),
            ))  # fmt: skip
            self.root.flow(lost, end)

    def _boundary(self, event: str, process: str, region: Region, target: OpId, way_out: Exit) -> None:
        boundary = self.root.add(Node(
            id=element_id(f"exit-{event.replace('_', '-')}", region.name), tag=Tag.BOUNDARY,
            name=event.replace("_", " ").capitalize(), attached_to=process,
            event=MessageEvent(self.draft.message(f"exit_{event}")),
            outputs={"cause": f"={quoted(event)}", "resume": f"={quoted(target)}"}, origin=way_out.origin,
        ))  # fmt: skip
        self.root.flow(boundary, self._outside(target))
        self.draft.note("exit by event", Handling.NATIVE, "", way_out.origin)

    def _watch(self, watched: list[Exit]) -> str:
        """A second token that looks at the exit conditions whenever a field has changed."""
        root = self.root
        changed = root.add(Node(
            id="changed", tag=Tag.CATCH, name="A fact has changed",
            event=MessageEvent(self.draft.message("facts_changed")),
        ))  # fmt: skip
        choice = root.add(Node(id="leaves", tag=Tag.EXCLUSIVE, name="Does an exit hold?"))
        root.flow(changed, choice)
        conditions = exclusive([self._exit_holds(way_out) for way_out in watched])
        for way_out, condition in zip(watched, conditions, strict=True):
            assert way_out.condition is not None, "only conditions are watched"
            root.flow(choice, self._outside(way_out.target), condition=condition, name=way_out.condition.text)
            self.draft.note(
                "exit by condition", Handling.LOWERED,
                "a second token looks at it whenever the host says that a fact has changed", way_out.origin,
            )  # fmt: skip
        root.flow(choice, changed, name="none")
        return changed

    def _exit_holds(self, way_out: Exit) -> str:
        condition = way_out.condition
        assert condition is not None, "only conditions are watched"
        holds = self.draft.holds(condition, where=f"exit '{way_out.label}'")
        if not condition.is_volatile:
            return holds
        paths = text_list((*sorted(condition.reads.paths), EVALUATION))
        return f"((some path in changed_paths satisfies list contains({paths}, path)) and {holds})"


def flows_of(scope: Scope) -> list[Flow]:
    """Every flow of a scope and of those inside it."""
    found = list(scope.flows)
    for node in scope.nodes.values():
        if node.inner is not None:
            found.extend(flows_of(node.inner))
    return found


def assemble(draft: Draft, ladders: dict[OpId, Ladder]) -> Scope:
    """The process of one journey."""
    assembly = Assembly(draft, ladders, Scope(draft.graph.journey), divide(draft.graph))
    assembly.assemble()
    return assembly.root
