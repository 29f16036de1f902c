"""CUDA for the backends: memory, streams and graphs, without any inference library."""
