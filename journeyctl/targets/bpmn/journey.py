"""A whole journey as a process: regions with their exits, the watch over conditions, and the ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from journeyctl.diagnostics import NOWHERE, Origin
from journeyctl.expr.printer import quoted
from journeyctl.graph.condition import Condition
from journeyctl.graph.ops import AnyOp, EndOp, HandoffOp, ListenOp, OpId, Reaction
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
    all_nodes,
    element_id,
)
from journeyctl.targets.bpmn.draft import LATEST_ITEM, Draft, text_list
from journeyctl.targets.bpmn.ladder import Ladder, ladder_process, sales_request_boundary
from journeyctl.targets.bpmn.regions import Region, divide, ladders_in
from journeyctl.targets.bpmn.steps import add_op, entry_id, exclusive, further_cause, record

CONSENT_LOST = "consent_lost"
_LOOKS = ("evaluation", "consent_taken_back", CONSENT_LOST)
"""What stands among the changed fields of a `facts_changed` message beside fields: the daily evaluation, a consent
that was taken back, and the same where the journey may not go on without it.
"""
_TELLING = frozenset({"unsubscribed", "sales_request", "mql"})
"""Events that say something even where their exit leads to the step where the contact stands."""


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
        origin = self.draft.graph.ops[target].origin
        scope.add(
            Node(id=leave, tag=Tag.SET, name=f"On to {target}", outputs={"resume": f"={quoted(target)}"}, origin=origin)
        )
        end = scope.add(
            Node(id=element_id(f"left-{scope.id}", target), tag=Tag.END, name=f"Goes on at {target}", origin=origin)
        )
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
                "last_offer_at": "=null", **({LATEST_ITEM: "=null"} if self.draft.reads_latest_item else {}),
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
        for node in all_nodes(root):
            # What no single place of the journey asks for comes from the journey as a whole.
            node.origin = node.origin if node.origin != NOWHERE else graph.origin

    def _outside(self, target: OpId) -> str:
        """In the root scope: the region of an op, or the end that it is."""
        op = self.draft.graph.ops[target]
        if isinstance(op, EndOp):
            columns = record(op, effect="ended", reason=op.label)
            return self._end(element_id("end", op.id), op.label, columns, op.origin)
        return element_id("region", next(region.name for region in self.regions if target in region.ops))

    def _end(self, name: str, label: str, columns: dict[str, str], origin: Origin) -> str:
        if name not in self.root.nodes:
            self.root.add(Node(id=name, tag=Tag.END, name=label, event=TerminateEvent(), record=columns, origin=origin))
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
            elif way_out.event in _TELLING:
                self._counted(way_out.event, process, region, target, way_out)
        if "consent_lost" not in heard and graph.purposes:
            # Without a consent that the journey's purpose names, it ends, whatever the author wrote.
            end = self._end(
                element_id("end", "consent-lost"),
                "consent-lost",
                {"effect": "ended", "reason": "consent-lost", "step": "", "op": ""},
                graph.origin.child("purpose"),
            )
            lost = self.root.add(Node(
                id=element_id("exit-consent-lost", region.name), tag=Tag.BOUNDARY, name="Consent lost",
                attached_to=process, event=MessageEvent(self.draft.message("exit_consent_lost")),
                origin=graph.origin.child("purpose"),
            ))  # fmt: skip
            self.root.flow(lost, end)

    def _boundary(self, event: str, process: str, region: Region, target: OpId, way_out: Exit) -> None:
        is_end = isinstance(self.draft.graph.ops[target], EndOp)
        boundary = self.root.add(Node(
            id=element_id(f"exit-{event.replace('_', '-')}", region.name), tag=Tag.BOUNDARY,
            name=event.replace("_", " ").capitalize(), attached_to=process,
            event=MessageEvent(self.draft.message(f"exit_{event}")),
            outputs={} if is_end else {"cause": f"={quoted(event)}", "resume": f"={quoted(target)}"},
            origin=way_out.origin,
        ))  # fmt: skip
        self.root.flow(boundary, self._outside(target))
        self.draft.note("exit by event", Handling.NATIVE, "", way_out.origin)

    def _counted(self, event: str, process: str, region: Region, op: AnyOp, way_out: Exit) -> None:
        """An exit into the step where the contact stands ends nothing; at a handoff, the lead has a further cause."""
        draft, name = self.draft, f"{event.replace('_', '-')}"
        if event != "unsubscribed" and not isinstance(op, HandoffOp):
            return
        boundary = self.root.add(Node(
            id=element_id(f"counted-{name}", region.name), tag=Tag.BOUNDARY, name=f"{event.replace('_', ' ')} again",
            attached_to=process, event=MessageEvent(draft.message(f"exit_{event}")), interrupting=False,
            origin=way_out.origin,
        ))  # fmt: skip
        end = self.root.add(Node(
            id=element_id(f"noted-{name}", region.name), tag=Tag.END, name="Goes on", origin=way_out.origin,
        ))  # fmt: skip
        if isinstance(op, HandoffOp) and event != "unsubscribed":
            joined = self.root.add(further_cause(draft, op, event, element_id(f"joined-{name}", region.name)))
            self.root.chain(boundary, joined, end)
        else:
            self.root.flow(boundary, end)

    def _watch(self, watched: list[Exit]) -> str:
        """A second token that looks at the exit conditions whenever a field has changed."""
        root = self.root
        changed = root.add(Node(
            id="changed", tag=Tag.CATCH, name="A fact has changed",
            event=MessageEvent(self.draft.message("facts_changed")), origin=watched[0].origin,
        ))  # fmt: skip
        choice = root.add(Node(id="leaves", tag=Tag.EXCLUSIVE, name="Does an exit hold?", origin=watched[0].origin))
        root.flow(changed, choice)
        read = self._read_by(watched)
        looked_at = f"some path in changed_paths satisfies list contains({text_list((*read, *_LOOKS))}, path)"
        yielding = self._yielding(read)
        conditions = exclusive([
            self._exit_holds(way_out, looked_at, yields=way_out in yielding) for way_out in watched
        ])  # fmt: skip
        for way_out, condition in zip(watched, conditions, strict=True):
            assert way_out.condition is not None, "only conditions are watched"
            root.flow(choice, self._outside(way_out.target), condition=condition, name=way_out.condition.text)
            self._note_condition(way_out.condition, way_out.origin)
        root.flow(choice, changed, name="none")
        return changed

    def _note_condition(self, condition: Condition, origin: Origin) -> None:
        handling, change = Handling.LOWERED, "a second token looks at it whenever the host says that a fact has changed"
        if condition.is_volatile:
            handling = Handling.LOSSY
            change = f"{change}; at the daily evaluation before the waits that end at that very second, not after them"
        self.draft.note("exit by condition", handling, change, origin)

    def _exit_holds(self, way_out: Exit, looked_at: str, *, yields: bool) -> str:
        """What time alone makes true counts from the next moment at which exits are looked at."""
        condition = way_out.condition
        assert condition is not None, "only conditions are watched"
        holds = self.draft.holds(condition, where=f"exit '{way_out.label}'")
        if not condition.is_volatile:
            return holds
        first = f" and not(list contains(changed_paths, {quoted(CONSENT_LOST)}))" if yields else ""
        return f"(({looked_at}){first} and {holds})"

    def _yielding(self, read: tuple[str, ...]) -> tuple[Exit, ...]:
        """Exits written behind that for a lost consent, which comes first when one is lost.

        Where any exit reads the consent itself, all are looked at once more at that second, so that none yields.
        """
        exits, consents = self.draft.graph.exits, self.draft.program.policies[""].consents
        lost = next((place for place, way_out in enumerate(exits) if way_out.event == "consent_lost"), len(exits))
        reads_consent = any(consents.get(purpose) in read for purpose in self.draft.graph.purposes)
        return () if reads_consent else exits[lost + 1 :]

    def _read_by(self, watched: list[Exit]) -> tuple[str, ...]:
        """The fields that any of the exits reads."""
        found, pending = set[str](), [way_out.condition for way_out in watched if way_out.condition is not None]
        while pending:
            condition = pending.pop()
            found |= condition.reads.paths
            pending += [self.draft.program.audiences[name] for name in condition.reads.audiences]
        return tuple(sorted(found))


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
