"""Proof that compiled files do what was simulated: the same contacts in both, every trace compared."""
