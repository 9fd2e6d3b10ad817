"""The stream of YAML events: from libyaml where PyYAML was built with it, else from PyYAML itself.

Events are asked for one at a time, never composed into nodes by the library: deep nesting overflows
the C stack of its composer and ends the process (PyYAML 6.0.3, 100,000 open brackets).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

_PARSER: Any = yaml.SafeLoader
if yaml.__with_libyaml__:
    from yaml import cyaml

    _PARSER = cyaml.CSafeLoader

ParserEvent = Any
"""One of the classes of `yaml.events`; their published types make every mark and text optional,
which it never is in a parsed stream."""


def open_events(text: str) -> Callable[[], ParserEvent]:
    """A function that returns the next event at each call and raises `yaml.YAMLError` at a fault.

    Both sources count offsets in code points from the start of `text`. The one in pure Python takes
    about twelve times as long.
    """
    next_event: Callable[[], ParserEvent] = _PARSER(text).get_event
    return next_event
