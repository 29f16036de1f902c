"""Backends: one small interface, which no library is part of."""
