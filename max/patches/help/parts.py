"""What several tabs have in common."""

from __future__ import annotations

from max.patches.patch import Patch, Place
from max.patches.style import QUIET

#: Size of every tab, on the grid.
SIZE = (58, 42)


def tab(name: str, digest: str) -> Patch:
    """An empty tab with its two lines on top."""
    patch = Patch(name, size=SIZE)
    patch.title("sideman~", digest)
    return patch


def label(patch: Patch, text: str, at: Place, width: float) -> None:
    """A quiet word above or beside a box."""
    patch.comment(text, at, width=width, size=11.0, colour=QUIET)


def output(patch: Patch, at: Place) -> None:
    """Where sound leaves, at half its level, with a switch for audio as a whole."""
    patch.object("mix", "*~ 0.5", at)
    patch.control("output", "ezdac~", (at[0], at[1] + 3))
    patch.cord("mix -> output:0", "mix -> output:1")
    label(patch, "audio on\nand off", (at[0] + 3.5, at[1] + 3.3), 6)
