"""What engines write and everybody reads: the event record, log files, measures, intervals, identities.

Read `record`, then `measures` (`context`, `observation`, one file per family), `intervals`, `summary`.
"""
