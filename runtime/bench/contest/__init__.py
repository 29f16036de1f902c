"""Backends, precisions and bundles, timed in turn in one process."""
