"""Plays along through a sound card, without Max: `sideman jam`."""
