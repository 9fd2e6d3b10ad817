"""Rules about names: those that nothing has, those that two things have."""
