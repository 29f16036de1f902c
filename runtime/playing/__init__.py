"""One cycle after the other: window, sampler, stages, and what a session remembers."""
