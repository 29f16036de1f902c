"""Backends: one small interface, one module a library."""
