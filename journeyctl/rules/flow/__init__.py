"""Rules about the ways between the steps of one journey."""
