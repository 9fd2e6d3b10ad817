"""Truth: the simulator held against queueing theory, against exact chains and against its own books."""
