"""Simulation: population, engines, the desk, experiments."""
