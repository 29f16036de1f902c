"""What several tabs have in common."""

from __future__ import annotations

from max.patches.parts.input import input_part
from max.patches.patch import Patch, Place
from max.patches.style import QUIET

#: Size of the largest tab, on the grid.
SIZE = (58, 52)
#: Every tab has an object of its own.
ONE_AT_A_TIME = (
    "Each tab has a sideman~ of its own, and a server plays with one at a time: press stop in one "
    "tab before start in the next, or that one is told that another client plays."
)


def tab(name: str, digest: str, height: float = SIZE[1]) -> Patch:
    """An empty tab with its two lines on top."""
    patch = Patch(name, size=(SIZE[0], height))
    patch.title("sideman~", digest)
    return patch


def label(patch: Patch, text: str, at: Place, width: float) -> None:
    """A quiet word above or beside a box."""
    patch.comment(text, at, width=width, size=11.0, colour=QUIET)


def begin_and_end(patch: Patch, at: Place, along: float) -> float:
    """Messages that the object of a tab begins and ends with; where the next one may stand."""
    x, y = at
    for digest, text in (("begin", "start"), ("leave", "stop")):
        label(patch, digest, (x, y - 1.4), 3.4)
        patch.message(text, text, (x, y))
        patch.cord(f"{text} -> band", along=along)
        x += 3.8
    return x


def source(patch: Patch, at: Place) -> None:
    """What the object listens to, with words above it."""
    label(patch, "what you play, or", (at[0], at[1] - 1.4), 7.4)
    patch.part("input", input_part(), at)
    patch.cord("input -> band")


def output(patch: Patch, at: Place) -> None:
    """Where sound leaves, at half its level, with a switch for audio as a whole."""
    patch.object("mix", "*~ 0.5", at)
    patch.control("output", "ezdac~", (at[0], at[1] + 3))
    patch.cord("mix -> output:0", "mix -> output:1")
    label(patch, "audio on\nand off", (at[0] + 3.5, at[1] + 3.3), 6)
