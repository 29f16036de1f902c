"""Window, sampler, cycle, OSC server, profile, and the command line's frame."""
