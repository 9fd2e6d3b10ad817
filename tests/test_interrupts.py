"""Ctrl-C ends a run, also where Python drops the interrupt because a finalizer was running."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from journeyctl import interrupts
from journeyctl.cli import app
from journeyctl.simulate.task_pool import TaskPool


@pytest.fixture(autouse=True)
def _as_on_a_terminal() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    signal.sigtimedwait([], 0.001)  # A call that lets Python see the signal.


class _PressesWhileFinalized:
    def __del__(self) -> None:
        _press_ctrl_c()


def _lose_an_interrupt() -> None:
    thing = _PressesWhileFinalized()
    del thing


def _squared_until_three(task: int) -> int:
    if task == 3:
        _lose_an_interrupt()
    return task * task


def test_an_interrupt_in_a_finalizer_ends_the_run_after_the_task_at_hand() -> None:
    with interrupts.remembered():
        results, complete = TaskPool[int, int](_squared_until_three).run(range(1000))
    assert not complete
    assert results == {0: 0, 1: 1, 2: 4, 3: 9}


def test_an_interrupt_that_was_honoured_does_not_end_the_next_run() -> None:
    with interrupts.remembered():
        TaskPool[int, int](_squared_until_three).run(range(10))
        assert TaskPool[int, int](abs).run([1, 2]) == ({1: 1, 2: 2}, True)


def test_an_interrupt_is_raised_at_once_where_python_can(capsys: pytest.CaptureFixture[str]) -> None:
    with interrupts.remembered(), pytest.raises(KeyboardInterrupt):
        _press_ctrl_c()
    assert capsys.readouterr().err == ""


def test_nobody_is_shown_the_traceback_of_a_dropped_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with interrupts.remembered():
        _lose_an_interrupt()
    assert told == []


class _FailsWhileFinalized:
    def __del__(self) -> None:
        raise ValueError("of a finalizer")


def test_other_faults_of_finalizers_are_told_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: told.append(lost.exc_type))
    with interrupts.remembered():
        thing = _FailsWhileFinalized()
        del thing
    assert told == [ValueError]


def test_everything_is_as_before_afterwards() -> None:
    hook = sys.unraisablehook
    with interrupts.remembered():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        _lose_an_interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert sys.unraisablehook is hook
    interrupts.check()


def test_a_program_that_has_its_own_way_with_ctrl_c_keeps_it() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts.remembered():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        _press_ctrl_c()
        interrupts.check()


def test_another_thread_leaves_signals_alone() -> None:
    found: list[object] = []

    def look() -> None:
        with interrupts.remembered():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]


def test_a_command_that_is_interrupted_before_it_has_an_answer_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("journeyctl.api.validate", lambda *_, **__: _press_ctrl_c())
    assert app.run(["validate"]) == 130
    assert capsys.readouterr().err == "interrupted\n"
