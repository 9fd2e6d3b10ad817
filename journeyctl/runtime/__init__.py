"""Workers of executed processes: what a host of compiled journeys does for each contact, over ports."""
