"""What a journey means: the step machine, the gate, the ladder choice, scoring, completeness, the lead."""
