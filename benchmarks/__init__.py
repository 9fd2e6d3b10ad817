"""How fast the engines are, measured side by side in one run: `python -m benchmarks`."""
