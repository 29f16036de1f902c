"""Where the time of each cycle went, for people to look at: as a trace and as a picture."""
