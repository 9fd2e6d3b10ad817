"""Rules about scenarios: what cannot be rehearsed, because its parts contradict each other."""
