"""Hypothesis profiles: `dev` looks for new examples, `ci` repeats the same ones, `nightly` looks longer."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Machines that run several things at once make deadlines and speed checks fail by chance.
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None, print_blob=True)
settings.register_profile("nightly", settings.get_profile("dev"), max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
