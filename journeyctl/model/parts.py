"""What a document is made of, whatever its kind: for rules that look at one sort of value everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from journeyctl.model.fields import Spelled, values_of
from journeyctl.model.values import Assumed


def parts(document: Spelled) -> Iterator[Spelled | Assumed[object]]:
    """The document, and every part of it that is written as a mapping or states a number; in no order."""
    waiting: list[object] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Spelled):
            yield value
            waiting.extend(values_of(value))
        elif isinstance(value, Assumed):
            yield value
        elif isinstance(value, (tuple, list)):
            waiting.extend(value)
        elif isinstance(value, Mapping):
            waiting.extend(value.values())
