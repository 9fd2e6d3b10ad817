"""Targets: platforms and engines for which a journey is written. Each has a folder; none runs anything."""
