"""A route, what it lets through, and what that means: the same in help patches of both hosts."""

from __future__ import annotations

from collections.abc import Sequence

from max.patches.methods import Output
from max.patches.patch import Patch, Place, spread
from max.patches.style import FIELD, GRID

#: Between two outlets of the route, on the grid.
GAP = 6.0


def readings(patch: Patch, source: str, outputs: Sequence[Output], at: Place) -> float:
    """Add them below each other, and return where the next thing may stand.

    The leftmost outlet leads to the lowest line, so that no cord crosses another or a word.
    """
    x, y = at
    names = [output.name for output in outputs]
    route = f"route {' '.join(names)}"
    patch.object(route, route, at, width=spread(GAP, len(names) + 1))
    patch.cord(f"{source} -> {route}")
    right = patch.size[0] / GRID - 2
    line = y + (4.6 if any(_is_text(output) for output in outputs) else 2.8)
    for i, output in reversed(list(enumerate(outputs))):
        column = x + GAP * i
        shown = f"{output.name} is"
        first = _show(patch, shown, output, (column, line), y + 2.3)
        patch.cord(f"{route}:{i} -> {first}")
        after = column + patch.boxes[shown].rect[2] / GRID + 0.4
        before = len(patch.boxes)
        patch.comment(f"{output.name}: {output.description}", (after, line), width=right - after)
        comment = list(patch.boxes.values())[before]
        line += max(comment.rect[3], 22) / GRID + 0.4
    return line


def _is_text(output: Output) -> bool:
    return "symbol" in output.arguments


def _show(patch: Patch, name: str, output: Output, at: Place, above: float) -> str:
    """Add what shows an output, and return the box that it has to go to."""
    if not _is_text(output):
        kind = {"int": "number", "float": "flonum"}[output.arguments]
        if patch.host == "pd":
            patch.control(name, "floatatom", at)
        else:
            patch.control(name, kind, at, (4.5, None), ignoreclick=1)
        return name
    width = 14.0 if output.name == "text" else 9.0
    inner = f"to {name}"
    if patch.host == "pd" and output.arguments == "symbol":
        patch.subpatch(_words(), (at[0], above), name=inner)
        patch.control(name, "symbolatom", at, (width, None))
    elif patch.host == "pd":
        patch.object(inner, "list", (at[0], above))
        patch.control(name, "listbox", at, (width, None))
    else:
        patch.object(inner, "prepend set", (at[0], above))
        patch.comment("", at, name=name, width=width, bgcolor=FIELD)
    patch.cord(f"{inner} -> {name}")
    return inner


def _words() -> Patch:
    """What a route lets through has lost the word "symbol", without which no box shows it."""
    patch = Patch("words", size=(20, 14), host="pd")
    patch.object("in", "inlet", (2, 2))
    patch.object("symbol", "list prepend symbol", (2, 5))
    patch.object("trim", "list trim", (2, 8))
    patch.object("out", "outlet", (2, 11))
    patch.cord("in -> symbol -> trim -> out")
    return patch
