"""The host adapter for SpiffWorkflow: FEEL, jobs, messages and timers of a compiled file, in virtual time.

The file decides everything; the adapter supplies what any host of such a file supplies. As in Camunda,
the variables of an instance live in one scope, a message reaches one waiting element at most, and its
correlation key is the file's. Importing this module needs the extra `verify`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from journeyctl.conformance.compiled_file import CompiledFile, Element
from journeyctl.conformance.feel_syntax import Value, compile_feel
from journeyctl.conformance.traces import Row
from journeyctl.diagnostics import UsageError

try:
    from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
    from SpiffWorkflow.bpmn.parser import BpmnParser, event_parsers
    from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
    from SpiffWorkflow.bpmn.parser.util import full_tag
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.bpmn.specs import defaults
    from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
    from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
    from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
    from SpiffWorkflow.util.task import TaskState
except ModuleNotFoundError as missing:
    raise UsageError(
        f"executing a BPMN file needs '{missing.name}', which is not installed", "install journeyctl[verify]"
    ) from missing

ELEMENT_LIMIT = 2_000
"""Elements that one instance may complete at one second."""
Spiff = Any
"""SpiffWorkflow ships no types: its tasks, events and nodes."""


class Refused(Exception):  # noqa: N818  # reads as the verdict it is
    """The engine does not accept the file, or cannot go on with it."""


@dataclass(slots=True)
class Job:
    """A task of the file that waits for its worker."""

    element: Element
    task: Spiff

    @property
    def kind(self) -> str:
        """gate, send, update or handoff."""
        return self.element.job

    @property
    def is_open(self) -> bool:
        """False once the instance has left the task, for example by an exit."""
        return not self.task.has_state(TaskState.FINISHED_MASK)


class _Timer(TimerEventDefinition):  # type: ignore[misc]  # SpiffWorkflow ships no types
    """A timer on the instance's own clock, in whole seconds."""

    def __init__(self, name: str, expression: str, *, is_date: bool) -> None:
        super().__init__(name, expression)
        self.is_date = is_date

    def has_fired(self, my_task: Spiff) -> bool:
        instance: Instance = my_task.workflow.top_workflow.script_engine.instance
        due = my_task._get_internal_data("event_value")
        if due is None:
            due = self._due(instance, my_task.workflow.script_engine.evaluate(my_task, self.expression))
            my_task._set_internal_data(event_value=due)
        if due <= instance.fired_until:
            my_task._set_internal_data(event_fired=True)
        return bool(my_task._get_internal_data("event_fired", False))

    def _due(self, instance: Instance, value: Value) -> int:
        if isinstance(value, datetime):
            value = value.isoformat()
        if not isinstance(value, str):
            raise Refused(f"timer '{self.name}' has no time: {value!r}")
        if self.is_date:
            return int(self.get_datetime(value).timestamp())
        start = datetime.fromtimestamp(instance.now, UTC)
        return instance.now + int(self.get_timedelta_from_start(self.parse_iso_duration(value), start).total_seconds())


class _Message(MessageEventDefinition):  # type: ignore[misc]  # SpiffWorkflow ships no types
    """A message with the correlation key that the file gives it."""

    def __init__(self, name: str, key: str) -> None:
        super().__init__(name)
        self.key = key

    def catches(self, my_task: Spiff, event: Spiff) -> bool:
        return bool(self == event.event_definition) and (
            my_task.workflow.script_engine.evaluate(my_task, self.key) == event.correlations["key"]
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Message) and self.name == other.name

    __hash__ = None  # type: ignore[assignment]  # as the class above: found by equality only


class _EventParser(event_parsers.EventDefinitionParser):  # type: ignore[misc]  # SpiffWorkflow ships no types
    """Reads timers and messages as the classes above."""

    def parse_timer_event(self, event: Spiff) -> _Timer:
        name = self.node.get("id")
        for tag in ("timeDate", "timeDuration"):
            found = event.find(full_tag(tag))
            if found is not None and found.text:
                return _Timer(name, found.text, is_date=tag == "timeDate")
        raise Refused(f"timer '{name}' has neither date nor duration")

    def parse_message_event(self, message_event: Spiff) -> _Message:
        name = self.process_parser.parser.messages.get(message_event.get("messageRef"))
        if name is None:
            raise Refused(f"event '{self.node.get('id')}' names no message of the file")
        return _Message(name, self.process_parser.parser.file.correlation_keys[name])


class _CatchParser(_EventParser, event_parsers.IntermediateCatchEventParser):  # type: ignore[misc]  # no types
    pass


class _BoundaryParser(_EventParser, event_parsers.BoundaryEventParser):  # type: ignore[misc]  # no types
    pass


class _JobTask(defaults.ServiceTask):  # type: ignore[misc]  # SpiffWorkflow ships no types
    """A task that waits until the host has done its job."""

    def _run_hook(self, my_task: Spiff) -> None:
        instance: Instance = my_task.workflow.top_workflow.script_engine.instance
        instance.jobs.append(Job(instance.file.elements[self.name], my_task))


class _Parser(BpmnParser):  # type: ignore[misc]  # SpiffWorkflow ships no types
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  # the base class reads it as a plain attribute
        full_tag("serviceTask"): (TaskParser, _JobTask),
        full_tag("sendTask"): (TaskParser, _JobTask),
        full_tag("intermediateCatchEvent"): (_CatchParser, defaults.IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_BoundaryParser, defaults.BoundaryEvent),
    }

    def __init__(self, file: CompiledFile) -> None:
        super().__init__()
        self.file = file


class _Engine(PythonScriptEngine):  # type: ignore[misc]  # SpiffWorkflow ships no types
    """Evaluates FEEL on the variables of one instance."""

    def __init__(self, instance: Instance) -> None:
        super().__init__()
        self.instance = instance

    def evaluate(self, task: Spiff, expression: str, external_context: object = None) -> Value:
        return self.instance.evaluate(expression)


class _Tasks(dict[object, Spiff]):
    """The tasks of one workflow by id, and apart those that have not finished."""

    def __init__(self) -> None:
        super().__init__()
        self.unfinished: dict[object, Spiff] = {}

    def __setitem__(self, key: object, task: Spiff) -> None:
        super().__setitem__(key, task)
        self.unfinished[key] = task

    def pop(self, key: object, *default: Spiff) -> Spiff:
        """Takes a task out of both."""
        self.unfinished.pop(key, None)
        return super().pop(key, *default)

    def in_state(self, state: int) -> list[Spiff]:
        """The unfinished tasks in a state, in the order in which they were made. What has finished stays so."""
        finished = [key for key, task in self.unfinished.items() if task.state & TaskState.FINISHED_MASK]
        for key in finished:
            del self.unfinished[key]
        return [task for task in self.unfinished.values() if task.state & state]


class _AllTasks:
    """Finds tasks by state in the whole of one workflow.

    SpiffWorkflow 3.2.0 walks the task tree and stops 1,000 tasks deep, without a word: a token that has been
    through more elements of one (sub-)process would stand still for ever. The walk also takes longer with
    every element that was passed.
    """

    _found: _Tasks

    @property
    def tasks(self) -> _Tasks:
        """Every task by id."""
        return self._found

    @tasks.setter
    def tasks(self, _: object) -> None:
        # The engine sets an empty dictionary, once.
        self._found = _Tasks()

    def get_tasks(self, first_task: Spiff = None, **wanted: Spiff) -> list[Spiff]:
        """The tasks of this workflow alone; those of sub-processes are found in theirs."""
        if first_task is None and set(wanted) == {"state"} and not wanted["state"] & TaskState.FINISHED_MASK:
            return self.tasks.in_state(wanted["state"])
        found: list[Spiff] = super().get_tasks(first_task, **wanted)  # type: ignore[misc]  # the next class has it
        return found

    def update_waiting_tasks(self) -> None:
        """Asks every waiting task whether it may go on; without a walk through all that has been finished."""
        for task in self.get_tasks(state=TaskState.WAITING):
            task.task_spec._update(task)


class _SubWorkflow(_AllTasks, BpmnSubWorkflow):  # type: ignore[misc]  # SpiffWorkflow ships no types
    def cancel(self, success: bool = False) -> list[Spiff]:  # noqa: FBT001, FBT002  # the signature is the engine's
        cancelled: list[Spiff] = super().cancel(success)
        for task in self.get_tasks(state=TaskState.NOT_FINISHED_MASK):
            task.cancel()
        return cancelled


class _Workflow(_AllTasks, BpmnWorkflow):  # type: ignore[misc]  # SpiffWorkflow ships no types
    """Knows whether its last look at the timers made one of them fire."""

    woken = False

    def create_subprocess(self, my_task: Spiff, spec_name: str) -> Spiff:
        started = _SubWorkflow(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = started
        return started

    def refresh_timers(self) -> None:
        waiting = tuple(self.event_manager.tasks.values())
        super().refresh_timers()
        self.woken = any(task.state == TaskState.READY for task in waiting)


class Deployment:
    """A compiled file that SpiffWorkflow has accepted; instances are started from it."""

    def __init__(self, file: CompiledFile, *, zone: str) -> None:
        self.file = file
        self.zone = zone
        try:
            parser = _Parser(file)
            parser.add_bpmn_xml(file.tree)
            self.spec = parser.get_spec(file.process)
            self.parts = parser.get_subprocess_specs(file.process)
        except Exception as fault:
            raise Refused(str(fault)) from fault
        for spec in (self.spec, *self.parts.values()):
            for name, task_spec in spec.task_specs.items():
                if name in file.elements:
                    task_spec.completed_event.connect(_on_completed)


def _on_completed(_: Spiff, task: Spiff) -> None:
    task.workflow.top_workflow.script_engine.instance.passed_element(task)


@dataclass(slots=True)
class Instance:
    """One contact's passage through the process, on its own clock."""

    deployment: Deployment
    now: int
    """UTC seconds."""
    variables: dict[str, Value] = field(default_factory=dict)
    fired_until: int = 0
    """Timers that are due up to this second may fire."""
    outside: Callable[[str], Value] = lambda _: None
    """Variables that no element has set: the host's."""
    noted: list[Row] = field(default_factory=list)
    """The event record, as the file says it."""
    jobs: list[Job] = field(default_factory=list)
    passed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each element was completed, alone and with each element to which it went on."""
    counted_at: int = -1
    elements_now: int = 0
    """Elements completed at this second."""
    _workflow: Spiff = None

    @property
    def file(self) -> CompiledFile:
        """The file that decides."""
        return self.deployment.file

    @property
    def zone(self) -> str:
        """IANA name of the zone in which `today()` and `now()` are."""
        return self.deployment.zone

    def has_ended(self) -> bool:
        """True once the process has ended."""
        return bool(self._workflow is not None and self._workflow.completed)

    def start(self) -> None:
        """Begins the process; timers of this second do not fire yet."""
        self.fired_until = self.now - 1
        self._workflow = _Workflow(self.deployment.spec, self.deployment.parts, script_engine=_Engine(self))
        self._go()

    def publish(self, message: str, key: str, variables: Mapping[str, Value]) -> bool:
        """Gives a message to the one element that waits for it; false where none does."""
        event = BpmnEvent(_Message(message, ""), payload={}, correlations={"key": key})
        waiting = [task for task in self._workflow.event_manager.tasks.values() if task.task_spec.catches(task, event)]
        if not waiting:
            return False
        if len(waiting) > 1:
            names = ", ".join(sorted(task.task_spec.name for task in waiting))
            raise Refused(f"message '{message}' is awaited by {names} at once; one of them would miss it in Camunda")
        self.variables.update(variables)
        self._go(lambda: self._workflow.send_event(event))
        return True

    def fire_timers(self) -> None:
        """Lets the timers that are due by now fire."""
        self.fired_until = self.now
        self._go()

    def next_due(self) -> int | None:
        """The second at which the next timer is due."""
        dues = (task._get_internal_data("event_value") for task in self._workflow.event_manager.tasks.values())
        return min((due for due in dues if isinstance(due, int)), default=None)

    def complete(self, job: Job, result: Mapping[str, Value]) -> None:
        """Ends a job with the variables that its worker answers."""
        self.variables.update(result)
        self._go(job.task.complete)

    def cancel(self) -> None:
        """Ends the instance from outside."""
        self._workflow.cancel()
        self.jobs.clear()

    def lookup(self, name: str) -> Value:
        """The variable of the instance; `None` where it was never set."""
        return self.variables[name] if name in self.variables else self.outside(name)

    def clock(self) -> int:
        """UTC seconds."""
        return self.now

    def evaluate(self, expression: str) -> Value:
        """A text with `=` in front is FEEL, any other text is itself."""
        if not expression.startswith("="):
            return expression
        try:
            return compile_feel(expression[1:])(self)
        except (ValueError, TypeError) as fault:
            raise Refused(f"{fault} in '{expression}'") from fault

    def passed_element(self, task: Spiff) -> None:
        """Applies an element's outputs and notes that the instance went through it."""
        element = self.file.elements[task.task_spec.name]
        self._count()
        self._note(element)
        # All outputs see the variables as they were, so that their order in the file does not matter.
        self.variables.update({target: self.evaluate(source) for target, source in element.outputs})
        self.passed[element.id, ""] += 1
        for child in task.children:
            self.passed[element.id, child.task_spec.name.removesuffix(".BoundaryEventSplit")] += 1

    def _count(self) -> None:
        """Gives up on a file that runs in circles without time passing."""
        if self.counted_at != self.now:
            self.counted_at, self.elements_now = self.now, 0
        self.elements_now += 1
        if self.elements_now > ELEMENT_LIMIT:
            raise Refused("more elements at one second than any journey needs: the file runs in circles")

    def _note(self, element: Element) -> None:
        """Writes what the file says of the element to the record."""
        columns = element.properties
        if "effect" not in columns:
            return
        kind, step, op, item, reason = (
            self.evaluate(columns.get(name, "")) or "" for name in ("effect", "step", "op", "item", "reason")
        )
        if kind:
            self.noted.append(Row(self.now, str(kind), str(step), str(op), str(item), str(reason)))

    def _go(self, first: Callable[[], object] = lambda: None) -> None:
        """Does something with the engine, then lets it go as far as it can."""
        try:
            first()
            self._workflow.do_engine_steps()
            while self._workflow.woken:
                self._workflow.do_engine_steps()
        except Refused:
            raise
        except Exception as fault:
            raise Refused(f"{type(fault).__name__}: {fault}") from fault
        self.jobs = [job for job in self.jobs if job.is_open]
