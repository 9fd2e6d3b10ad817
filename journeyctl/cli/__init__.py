"""The command line: one file per command. Owns the terminal, signals, the wall clock and exit statuses."""
