"""Ops, step graphs and content houses: the waist through which everything that runs a journey must pass."""
