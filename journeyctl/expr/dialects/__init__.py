"""Conditions in the languages of other platforms: one file per language, none knows another."""
