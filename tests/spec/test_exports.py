"""What `spec` offers is there whatever was loaded before, though most of it is loaded when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from journeyctl import spec

PROBE = """
import pkgutil
from importlib import import_module
from journeyctl import spec
first = {early}
if first:
    for module in pkgutil.iter_modules(spec.__path__, "journeyctl.spec."):
        import_module(module.name)
for name in spec.__all__:
    assert callable(getattr(spec, name)), name
"""


@pytest.mark.parametrize("early", [True, False], ids=["all its modules", "none of its modules"])
def test_every_export_is_what_it_says_after_loading(early: bool) -> None:
    subprocess.run([sys.executable, "-c", PROBE.format(early=early)], check=True, timeout=60)


def test_nothing_else_is_offered() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(spec, "nothing")  # noqa: B009  (checked by hand, not by mypy)
