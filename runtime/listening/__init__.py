"""Judges what was played against what was to be played: pitch, onsets, level."""
