"""Give it a trip: it is asked for once, or you are told why not."""
