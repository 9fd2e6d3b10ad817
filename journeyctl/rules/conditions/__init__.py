"""Rules about conditions and expressions, wherever they stand."""
