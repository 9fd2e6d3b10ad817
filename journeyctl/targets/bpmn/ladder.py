"""A ladder as a sub-process: the walk down a content house in FEEL, with one choice and one event per item.

Every item of the ladder has its own way out of the choice. Behind them lie one gate, one send and one
listen, which all items share: they differ in nothing but the item, and a test of that stands before.
The rules are those of `semantics.ladder`, said again in FEEL; conformance runs compare the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from journeyctl.diagnostics import NOWHERE
from journeyctl.expr.printer import quoted
from journeyctl.graph.house import House, Item
from journeyctl.graph.ops import (
    DeepenOp,
    FromItem,
    FromTop,
    FromTopic,
    LadderOp,
    ListenOp,
    OfferOp,
    OpId,
    Reaction,
    SendOp,
)
from journeyctl.targets.base import Handling
from journeyctl.targets.bpmn.diagram import MessageEvent, Node, Scope, Tag, TimerEvent, element_id, variable
from journeyctl.targets.bpmn.draft import Draft, text_list, text_literal
from journeyctl.targets.bpmn.hearing import Hearing, listen_section
from journeyctl.targets.bpmn.reach import offered_items
from journeyctl.targets.bpmn.sending import Sending, send_section
from journeyctl.targets.bpmn.steps import Goto, record
from journeyctl.units import Duration


@dataclass(frozen=True, slots=True)
class Rung:
    """One item of a ladder with its ops."""

    item: Item
    send: SendOp
    listen: ListenOp
    clicked: OpId
    """A deepen op of this ladder, or the step that a click on an item without children leads to."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """One ladder of a journey."""

    start: LadderOp
    offer: OfferOp
    house: House
    rungs: tuple[Rung, ...]
    inside: frozenset[OpId]
    """Sends, listens and ways deeper of all items, also of those that are never offered."""
    names: Names

    @property
    def ops(self) -> frozenset[OpId]:
        """Everything that lies inside the sub-process."""
        return self.inside | {self.start.id, self.offer.id}


@dataclass(frozen=True, slots=True)
class Names:
    """The variables of one ladder: its state, as in `semantics.ladder.LadderState`."""

    group: str
    level: str
    offered: str
    behind: str
    top_pending: str
    made: str
    leaf: str
    eligible: str
    leading: str

    @classmethod
    def of(cls, step: str) -> Names:
        """Names that hold the step's own."""
        roles = ("group", "level", "offered", "behind", "top_pending", "made", "leaf", "eligible", "leading")
        return cls(*(variable(role, step) for role in roles))


def read_ladder(draft: Draft, start: LadderOp) -> Ladder:
    """Gathers a ladder's ops; refuses one whose items are not treated alike."""
    ops = draft.graph.ops
    offer = ops[start.offer]
    assert isinstance(offer, OfferOp), "a ladder begins at its offer"
    house = draft.program.houses[offer.house]
    rungs = []
    offered = offered_items(house, start, offer)
    for name, target in offer.offers.items():
        if name not in offered:
            continue
        send = ops[target]
        assert isinstance(send, SendOp), "an offer leads to a send"
        listen = ops[send.next]
        assert isinstance(listen, ListenOp), "an offered item is listened to"
        rungs.append(Rung(house.items[name], send, listen, listen.outcomes[Reaction.CLICKED]))
    if not rungs:
        draft.refuse(start, "it can never offer any item")
    if len({_shape(rung) for rung in rungs}) > 1:
        draft.refuse(start, "its items have sends or listens that differ from one another")
    return Ladder(start, offer, house, tuple(rungs), _inside(draft, start, offer), Names.of(start.step))


def _inside(draft: Draft, start: LadderOp, offer: OfferOp) -> frozenset[OpId]:
    """Ops of the ladder's own items. A listen on a ladder's item names the ladder, and so does the way deeper."""
    return frozenset(
        op.id
        for op in draft.graph.ops.values()
        if isinstance(op, (SendOp, ListenOp, DeepenOp)) and op.ladder == start.step
    ) | frozenset(offer.offers.values())


def _shape(rung: Rung) -> str:
    """All that must be alike among the items of a ladder."""
    outcomes = {
        reaction: target for reaction, target in rung.listen.outcomes.items() if reaction is not Reaction.CLICKED
    }
    send = replace(rung.send, id=OpId(""), item="", next=OpId(""), origin=NOWHERE)
    listen = replace(rung.listen, id=OpId(""), to=None, outcomes={}, origin=NOWHERE)
    return f"{send} {listen} {sorted((reaction.value, target) for reaction, target in outcomes.items())}"


def ladder_process(draft: Draft, ladder: Ladder, leave: Callable[[Scope, OpId], str]) -> Node:
    """The ladder's sub-process. `leave` adds the way out of the scope to an op outside and answers its element."""
    step = ladder.start.step
    scope = Scope(element_id("ladder", ladder.start.id))
    parts = _Parts(draft, ladder, scope, lambda target: leave(scope, target))
    parts.begin()
    parts.offer()
    parts.walk_on()
    parts.send_and_listen()
    draft.note(
        "ladder", Handling.LOWERED,
        f"{len(ladder.rungs)} items share one gate, send and listen; their choice is FEEL in the file; "
        f"{len(ladder.offer.offers) - len(ladder.rungs)} items of the house can never be offered here",
        ladder.start.origin,
    )  # fmt: skip
    return Node(id=scope.id, tag=Tag.SUB_PROCESS, name=f"Ladder: {step}", inner=scope, origin=ladder.start.origin)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The sections of one ladder, connected by the ids of their first elements."""

    draft: Draft
    ladder: Ladder
    scope: Scope
    leave: Goto

    def id(self, role: str) -> str:
        return element_id(role, self.ladder.start.step)

    def set(self, role: str, title: str, outputs: dict[str, str], columns: dict[str, str] | None = None) -> str:
        """An event that assigns variables."""
        return self.scope.add(Node(
            id=self.id(role), tag=Tag.SET, name=title, outputs=outputs, record=columns or {},
            origin=self.ladder.offer.origin,
        ))  # fmt: skip

    def choice(self, role: str, title: str) -> str:
        return self.scope.add(Node(id=self.id(role), tag=Tag.EXCLUSIVE, name=title, origin=self.ladder.offer.origin))

    # --- the start: the first group

    def begin(self) -> None:
        start, house, names = self.ladder.start, self.ladder.house, self.ladder.names
        first = self.scope.add(
            Node(id=self.id("begin"), tag=Tag.START, name=f"Begin {start.step}", origin=start.origin)
        )
        match start.start:
            case FromTop():
                self.scope.flow(first, self._first_group("first-group", f"={text_list(house.first)}", 0, returns=False))
            case FromItem(item):
                group = f"={text_list(house.siblings_of(item))}"
                self.scope.flow(first, self._first_group("first-group", group, house.items[item].level, returns=True))
            case FromTopic(topic):
                self._from_topic(first, self.draft.feel(topic, where=f"step '{start.step}'"), names)

    def _from_topic(self, begin: str, topic: str, names: Names) -> None:
        """The eligible items of the topic on the highest level that has any, else the top."""
        levels = [self._of_topic(level) for level in range(len(self.ladder.house.levels))]
        found, place = variable("found", self.ladder.start.step), variable("topic", self.ladder.start.step)
        look = self.set("topic", "Which topic?", {place: f"={topic}", names.eligible: f"={self.eligible()}"})
        matching = self.set("of-topic", "Items of the topic", {
            f"{found}_{level}": f"=if {place} = null then [] else flatten("
            f"for i in {self._or_empty(group, place)} return if list contains({names.eligible}, i) then i else [])"
            for level, group in enumerate(levels)
        })  # fmt: skip
        highest = self.choice("has-topic", "Is the topic known?")
        self.scope.chain(begin, look, matching, highest)
        for level in range(len(levels)):
            none_above = " and ".join(
                [*(f"count({found}_{above}) = 0" for above in range(level)), f"count({found}_{level}) > 0"]
            )
            chosen = self._first_group(f"topic-level-{level + 1}", f"={found}_{level}", level, returns=True)
            self.scope.flow(highest, chosen, condition=f"={none_above}", name=self.ladder.house.levels[level])
        start = self.ladder.start
        unknown = self._first_group("topic-unknown", f"={text_list(self.ladder.house.first)}", 0, returns=False)
        self.scope.nodes[unknown].record = record(start, effect="branched", reason="topic_unknown")
        self.scope.flow(highest, unknown, name="no")

    def _first_group(self, role: str, group: str, level: int, *, returns: bool) -> str:
        """Sets the first group; `returns`: what lies at the top is still to come."""
        names = self.ladder.names
        chosen = self.set(role, "First group", {
            names.group: group, names.level: f"={level}", names.offered: "=[]", names.behind: "=[]",
            names.top_pending: "=true" if returns else "=false", names.made: "=0", names.leaf: "=false",
        })  # fmt: skip
        self.scope.flow(chosen, self.id("pace"))
        return chosen

    def _of_topic(self, level: int) -> str:
        topics: dict[str, list[str]] = {}
        for item in self.ladder.house.items.values():
            if item.level == level and item.topic is not None:
                topics.setdefault(item.topic, []).append(item.name)
        return f"{{{', '.join(f'{quoted(topic)}: {text_list(tuple(items))}' for topic, items in topics.items())}}}"

    def _or_empty(self, table: str, key: str) -> str:
        return f"(if get value({table}, {key}) = null then [] else get value({table}, {key}))"

    # --- the offer: pace, the next sibling, one way per item

    def offer(self) -> None:
        op, names, scope = self.ladder.offer, self.ladder.names, self.scope
        pace = self.choice("pace", "May the next offer come?")
        wait = scope.add(Node(
            id=self.id("paced"), tag=Tag.CATCH, name="The pace is kept", origin=op.origin,
            event=TimerEvent(f"=last_offer_at + duration({quoted(Duration(seconds=op.pace).iso())})", is_date=True),
        ))  # fmt: skip
        look = self.set("look", "What may be offered?", {
            names.eligible: f"={self.eligible()}", names.leading: f"={self.leading()}",
        })  # fmt: skip
        early = (
            f"=last_offer_at != null and now() < last_offer_at + duration({quoted(Duration(seconds=op.pace).iso())})"
        )
        scope.flow(pace, wait, condition=early, name="not yet")
        scope.flow(pace, look, name="yes")
        scope.flow(wait, look)
        following = self.set("next", "Next sibling", {"item": f"={self._next_sibling()}"})
        chosen = self.choice("choose", "Which item?")
        scope.chain(look, following, chosen)
        for rung in self.ladder.rungs:
            self._way_to(chosen, rung)
        scope.flow(chosen, self.id("left"), name="no sibling left")

    def _next_sibling(self) -> str:
        """The first of the group that is eligible and was not offered; null where there is none."""
        names, breadth = self.ladder.names, self.ladder.offer.breadth
        wanted = f"list contains({names.eligible}, i) and not(list contains({names.offered}, i))"
        first = f"flatten(for i in {names.group} return if {wanted} then i else [])[1]"
        over = f"{names.leaf} = true" + (f" or count({names.offered}) >= {breadth}" if breadth is not None else "")
        return f"if {over} then null else {first}"

    def _way_to(self, chosen: str, rung: Rung) -> None:
        """One item: the event that offers it, with all by which it differs from the others."""
        item, op = rung.item, self.ladder.offer
        deepens = isinstance(self.draft.graph.ops[rung.clicked], DeepenOp)
        offered = self.scope.add(Node(
            id=element_id("offer", rung.send.id), tag=Tag.SET, name=f"Offer {item.name}",
            outputs={
                "send_op": f"={quoted(rung.send.id)}", "listen_op": f"={quoted(rung.listen.id)}",
                "click_leads_to": f"={text_literal(None if deepens else rung.clicked)}",
                **({"children": f"={text_list(item.children)}"} if deepens else {}),
            },
            record=record(op, effect="branched", reason=item.name, item=item.name), origin=item.origin,
        ))  # fmt: skip
        self.scope.flow(chosen, offered, condition=f"=item = {quoted(item.name)}", name=item.name)
        self.scope.flow(offered, element_id("due", self.ladder.start.step))

    # --- no sibling left: deeper without a click, back, to the top, or out

    def walk_on(self) -> None:
        names, op, house, scope = self.ladder.names, self.ladder.offer, self.ladder.house, self.scope
        left = self.choice("left", "Where does the walk go on?")
        children = {item.name: item.children for item in house.items.values() if item.children}
        table = f"{{{', '.join(f'{quoted(name)}: {text_list(below)}' for name, below in children.items())}}}"
        below = (
            f"if list contains({names.leading}, i) and get value({table}, i) != null then get value({table}, i) else []"
        )
        anew = {names.offered: "=[]", names.leaf: "=false"}
        deeper = self.set("cold", "One level deeper without a click", {
            names.group: f"=distinct values(flatten(for i in {names.group} return {below}))",
            names.level: f"={names.level} + 1", **anew,
        })  # fmt: skip
        back = self.set("back", "Back to what a click cut short", {
            names.group: f"={names.behind}[-1].items", names.level: f"={names.behind}[-1].level",
            names.behind: f"=remove({names.behind}, count({names.behind}))", **anew,
        })  # fmt: skip
        every = text_list(tuple(item.name for item in self._offered_items()))
        wanted = f"list contains({names.eligible}, i) and not(list contains({names.offered}, i))"
        without = f'if {names.made} > 0 then "exhausted.all_sent" else "exhausted.no_content"'
        reason = f'=if some i in {every} satisfies ({wanted}) then "exhausted.cold" else {without}'
        done = self.set("exhausted", "Nothing left to offer", {}, record(op, effect="branched", reason=reason))
        is_cold, has_behind = f"{names.level} < {op.cold_depth}", f"count({names.behind}) > 0"
        scope.flow(left, deeper, condition=f"={is_cold}", name="deeper")
        scope.flow(left, back, condition=f"=not({is_cold}) and {has_behind}", name="back")
        again = [deeper, back]
        if not isinstance(self.ladder.start.start, FromTop):
            top = self.set("top", "Back to the top", {
                names.group: f"={text_list(house.first)}", names.level: "=0", names.top_pending: "=false", **anew,
            })  # fmt: skip
            pending = f"=not({is_cold}) and not({has_behind}) and {names.top_pending} = true"
            scope.flow(left, top, condition=pending, name="to the top")
            again.append(top)
        scope.flow(left, done, name="nowhere")
        for before in again:
            scope.flow(before, self.id("next"))
        scope.flow(done, self.leave(op.exhausted))

    # --- one gate, send and listen for all items

    def send_and_listen(self) -> None:
        rung, offer, draft, scope = self.ladder.rungs[0], self.ladder.offer, self.draft, self.scope
        names = self.ladder.names
        step = self.ladder.start.step
        columns = {"step": step, "item": "=item"}
        silent = self._nothing_to_await(rung)
        skipped = rung.send.skipped
        send_section(
            draft, scope,
            Sending(
                step, "the item", rung.send, {**columns, "op": "=send_op"}, "=item", repeat=offer.repeat,
                due={names.offered: f"=append({names.offered}, item)", names.made: f"={names.made} + 1"},
                outputs={"last_offer_at": "=if delivered = true then now() else last_offer_at"},
            ),
            delivered=lambda: element_id("listen", step), unheard=lambda: silent,
            skipped=(lambda: self._to(skipped)) if skipped is not None else lambda: silent,
        )  # fmt: skip
        outcomes: dict[Reaction, Callable[[], str]] = {
            reaction: partial(self._to, target) for reaction, target in rung.listen.outcomes.items()
        }
        outcomes[Reaction.CLICKED] = self._after_click
        hearing = Hearing(step, "the item", rung.listen, {**columns, "op": "=listen_op"})
        listen_section(draft, scope, hearing, outcomes)

    def _nothing_to_await(self, rung: Rung) -> str:
        """A message that was returned: the listen times out at once."""
        silent = self.scope.add(Node(
            id=self.id("unheard"), tag=Tag.SET, name="Nothing to wait for", origin=rung.listen.origin,
            record={"step": rung.listen.step, "op": "=listen_op", "effect": "waited", "reason": "timeout", "item": ""},
        ))  # fmt: skip
        self.scope.flow(silent, self._to(rung.listen.outcomes[Reaction.TIMEOUT]))
        return silent

    def _to(self, target: OpId) -> str:
        if target == self.ladder.offer.id:
            return self.id("pace")
        return self.leave(target)

    def _after_click(self) -> str:
        """Into the children, out of the ladder, or on as missed."""
        deepening = any(isinstance(self.draft.graph.ops[rung.clicked], DeepenOp) for rung in self.ladder.rungs)
        outside = list(dict.fromkeys(
            rung.clicked for rung in self.ladder.rungs if not isinstance(self.draft.graph.ops[rung.clicked], DeepenOp)
        ))  # fmt: skip
        if deepening and not outside:
            return self._deepen()
        if not deepening and len(outside) == 1:
            return self.leave(outside[0])
        bottom = self.choice("bottom", "Does the click lead deeper?")
        for target in outside if deepening else outside[:-1]:
            self.scope.flow(
                bottom, self.leave(target), condition=f"=click_leads_to = {quoted(target)}", name=f"to {target}"
            )
        self.scope.flow(bottom, self._deepen() if deepening else self.leave(outside[-1]), name="deeper")
        return bottom

    def _deepen(self) -> str:
        names, scope = self.ladder.names, self.scope
        look = self.set("below", "What lies below?", {names.eligible: f"={self.eligible()}"})
        any_child = f"some i in children satisfies list contains({names.eligible}, i)"
        rest = f"flatten(for i in {names.group} return if i = item or list contains({names.offered}, i) then [] else i)"
        longer = f"append({names.behind}, {{level: {names.level}, items: {rest}}})"
        behind = f"=if count({rest}) > 0 then {longer} else {names.behind}"
        fork = self.choice("fork", "Can a child be offered?")
        into = self.set("into", "Into the children", {
            names.behind: behind, names.group: "=children", names.level: f"={names.level} + 1", names.offered: "=[]",
        })  # fmt: skip
        scope.chain(look, fork)
        ops = self.draft.graph.ops
        if any(isinstance(ops[rung.clicked], DeepenOp) and not rung.item.children for rung in self.ladder.rungs):
            leaf = self.set("leaf", "The group is done", {names.behind: behind, names.leaf: "=true"})
            scope.flow(fork, leaf, condition="=count(children) = 0", name="it has none")
            scope.flow(leaf, self.id("pace"))
        scope.flow(fork, into, condition=f"=count(children) > 0 and ({any_child})", name="yes")
        scope.flow(fork, self.id("pace"), name="no")
        scope.flow(into, self.id("pace"))
        return look

    # --- what may be offered, and what leads on

    def eligible(self) -> str:
        """FEEL: the items of the house that may be offered now."""
        parts = [f"if {self._may_be_offered(item)} then {quoted(item.name)} else []" for item in self._offered_items()]
        return f"flatten([{', '.join(parts)}])"

    def _offered_items(self) -> list[Item]:
        return [rung.item for rung in self.ladder.rungs]

    def _may_be_offered(self, item: Item) -> str:
        where = f"item '{item.name}'"
        tests = [self._unsent(item)]
        if item.available_from is not None:
            tests.append(f"now() >= {_moment(item.available_from)}")
        if item.available_until is not None:
            tests.append(f"now() < {_moment(item.available_until)}")
        written = (condition for condition in (item.when, self.ladder.offer.only) if condition is not None)
        tests += [self.draft.holds(condition, item=item, where=where) for condition in written]
        return " and ".join(tests)

    def _unsent(self, item: Item) -> str:
        last, repeat = f"get value(sent, {quoted(item.name)})", self.ladder.offer.repeat
        if repeat is None:
            return f"{last} = null"
        length = f"duration({quoted(Duration(seconds=repeat.seconds).iso())})"
        return f"(if {last} = null then true else {last}.clicked = false and now() >= {last}.at + {length})"

    def leading(self) -> str:
        """FEEL: the items whose children a contact may reach without a click."""
        parts = []
        for item in self.ladder.house.items.values():
            if item.when is None:
                parts.append(quoted(item.name))
            else:
                holds = self.draft.holds(item.when, item=item, where=f"item '{item.name}'")
                parts.append(f"if {holds} then {quoted(item.name)} else []")
        return f"flatten([{', '.join(parts)}])"


def _moment(seconds: int) -> str:
    return f"date and time({quoted(datetime.fromtimestamp(seconds, UTC).isoformat().replace('+00:00', 'Z'))})"


def sales_request_boundary(draft: Draft, ladder: Ladder) -> Node | None:
    """The ladder's own way for a sales request, wherever the contact stands on it."""
    if ladder.offer.asked is None:
        return None
    return Node(
        id=element_id("asked", ladder.start.step), tag=Tag.BOUNDARY, name="Asked for sales",
        attached_to=element_id("ladder", ladder.start.id), event=MessageEvent(draft.message("ladder_sales_request")),
        outputs={"cause": '="sales_request"'}, origin=ladder.offer.origin,
    )  # fmt: skip
