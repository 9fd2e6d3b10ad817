"""Rules about numbers that have to fit each other."""
