"""A workspace read by a second process, while this one loads what will run it: each takes a third of a second."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from journeyctl.cli import packing

if TYPE_CHECKING:
    from journeyctl.api import Checked
    from journeyctl.calendars.zones import Learnt
    from journeyctl.model.population import FieldValue

_BEFORE, _AFTER = 1_205, 1_505
"""Days around its runs of which an engine asks for the offsets of zones. It asks itself for whatever is missing."""


def checked_workspace(path: Path, *, meanwhile: Callable[[], object]) -> Checked:
    """`api.checked_workspace`, which also tells what is wrong; `meanwhile` loads what is needed afterwards.

    Whatever keeps the second process from an answer, this one reads the workspace itself.
    """
    if not _is_worth_it():
        return _here(path)
    receiving, sending = os.pipe()
    process = _forked()
    if not process:
        # Held open here, it would never be known that nobody reads any more.
        os.close(receiving)
        _read(path, sending)
    os.close(sending)
    with os.fdopen(receiving, "rb") as answer:
        try:
            meanwhile()
            content = answer.read()
        finally:
            # A process that still writes ends once nobody reads.
            answer.close()
            os.waitpid(process, 0)
    try:
        return _taken(content)
    except (EOFError, pickle.UnpicklingError):
        return _here(path)


def _here(path: Path) -> Checked:
    from journeyctl import api

    return api.checked_workspace(path)


def _forked() -> int:
    """`os.fork`; the new process never hears Ctrl-C, which is the other one's business."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = os.fork()
        if not process:
            # What came meanwhile is forgotten with it.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


def _is_worth_it() -> bool:
    """Only a process without threads can be forked safely, and one processor would do one thing after the other."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def _read(path: Path, sending: int) -> NoReturn:
    from journeyctl import api

    try:
        with os.fdopen(sending, "wb") as answer:
            answer.write(_given(api.checked_workspace(path)))
    finally:
        # Nothing that belongs to the other process, such as what it was about to print, is touched here.
        os._exit(0)


def _given(checked: Checked) -> bytes:
    # The files are for whoever tells of findings, and what reads them takes its time to load.
    return packing.packed((checked.workspace, checked.program, packing.packed(checked.sources), _learnt(checked)))


def _taken(content: bytes) -> Checked:
    from journeyctl import api
    from journeyctl.calendars import zones

    workspace, program, files, learnt = packing.unpacked(content)
    for zone, found in learnt.items():
        zones.remember(found, zone)
    return api.Checked(workspace, program, partial(packing.unpacked, files)).remembered()


def _learnt(checked: Checked) -> dict[str, Learnt]:
    """What this process, which is done sooner, can find out of the zones that runs will ask about."""
    from journeyctl.calendars import zones

    program, scenarios = checked.program, checked.workspace.scenarios.values()
    if not scenarios:
        return {}
    windows = [program.calendar.window(scenario.start, scenario.length) for scenario in scenarios]
    first, after = min(start for start, _ in windows), max(end for _, end in windows)
    days = range(first // zones.DAY - _BEFORE, after // zones.DAY + _AFTER)
    named = {program.zone, *(country.zone for country in program.countries.values())}
    for scenario in scenarios:
        drawn = scenario.population.fields.get(program.meanings.get("zone", ""))
        named |= set(_names_in(drawn)) & set(zones.zone_names())
    return {zone: zones.learn(days, zone) for zone in sorted(named)}


def _names_in(value: FieldValue | None) -> Iterator[str]:
    """The texts that a field's spread can give."""
    from journeyctl.model.population import Given, Literally, Table

    match value:
        case Given():
            for arm in value.arms:
                yield from _names_in(arm.value)
        case Table():
            yield from value.shares
        case Literally(value=str() as name):
            yield name
        case _:
            """None of these is a text."""
