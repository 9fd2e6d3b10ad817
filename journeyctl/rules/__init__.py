"""Rules: what can be wrong with a specification whose documents are well-formed. One file per rule, in families.

A rule's docstring is its page: `journeyctl explain` prints it, the documentation shows it, and the tests
run its examples. To add a rule, add a file; nothing else lists it.
"""
