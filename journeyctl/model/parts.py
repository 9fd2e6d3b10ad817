"""What a document is made of, whatever its kind: for rules and reports that look at one sort of value everywhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping


def parts(value: object) -> Iterator[object]:
    """The value and everything within it, in the order of fields and entries."""
    yield value
    if isinstance(value, Mapping):
        for part in value.values():
            yield from parts(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from parts(part)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from parts(getattr(value, field.name))
