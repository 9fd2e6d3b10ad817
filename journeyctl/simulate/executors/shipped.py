"""Work that travels to other machines: packed once, unpacked once per worker, refused by another version.

Everything a worker needs comes with its first task, so a worker may join or be replaced at any time.
"""

from __future__ import annotations

import pickle
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from journeyctl import __version__
from journeyctl.diagnostics import UsageError

_alone = threading.Lock()
_known: dict[bytes, Callable[[Any], Any]] = {}


@dataclass(frozen=True, slots=True)
class Shipment:
    """Work on its way to a worker."""

    version: str
    """Of journeyctl, which must be the worker's too: another one may give other results."""
    packed: bytes

    @classmethod
    def of(cls, work: Callable[[Any], Any]) -> Shipment:
        """Packs the work, which must be picklable."""
        return cls(__version__, zlib.compress(pickle.dumps(work), level=1))


def work_on(shipment: Shipment, task: Any) -> Any:  # noqa: ANN401 - whatever the work is for
    """Done by a worker, one task at a time: several threads of one worker would only be in each other's way.

    What the work has made ready for one task is there for the next.
    """
    if shipment.version != __version__:
        raise UsageError(
            f"a worker runs journeyctl {__version__}, and this is {shipment.version}",
            "install the same version on every worker",
        )
    with _alone:
        work = _known.get(shipment.packed)
        if work is None:
            # Work of an earlier experiment will not come again.
            _known.clear()
            work = pickle.loads(zlib.decompress(shipment.packed))  # noqa: S301 - sent by whoever may start any task
            _known[shipment.packed] = work
        return work(task)
