"""Runs a recorded server again, to the same bits."""
