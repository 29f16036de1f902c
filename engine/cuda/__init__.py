"""CUDA below the backends: memory, streams and graphs, with no inference library in sight."""
