"""Scores what was played against the piece's chords and onsets: pitch, onsets, level."""
