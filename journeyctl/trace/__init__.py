"""One contact's walk through a journey with scripted reactions: told step by step, and held to expectations."""
