"""Results and findings as text, JSON and other formats: one file per format."""
