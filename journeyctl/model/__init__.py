"""Frozen values of every kind of document, and the field table that describes their keys."""
