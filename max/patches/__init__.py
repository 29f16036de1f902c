"""Patches, reference page and package for Max and Pure Data, written by scripts.

`python -m max.patches` from the top of the repository writes them anew; `max/README.md` tells what
is what.
"""
