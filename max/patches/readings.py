"""A route, what it lets through, and what that means: the same in help patches of both hosts."""

from __future__ import annotations

from collections.abc import Sequence

from max.patches.methods import Output
from max.patches.patch import Patch, Place, spread
from max.patches.style import FIELD, GRID

#: Between two outlets of the route, on the grid.
GAP = 6.0
#: Lines that are kept free for what may be long, by the arguments of the output.
_LONG = {"sentence": 3, "symbols": 2}


def readings(patch: Patch, source: str, outputs: Sequence[Output], at: Place) -> float:
    """Add them below each other, and return where the next thing may stand.

    The leftmost outlet leads to the lowest line, so that no cord crosses another or a word. What
    may be long is shown below its meaning, as far as the window reaches.
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
        meaning = f"{output.name} means"
        words = f"{output.name}: {output.description}"
        if output.arguments in _LONG:
            # Right of the cord.
            patch.comment(words, (column + 1, line), name=meaning, width=right - column - 1)
            line += patch.boxes[meaning].rect[3] / GRID + 0.2
        first = _show(patch, shown, output, (column, line), y + 2.3)
        patch.cord(f"{route}:{i} -> {first}")
        if output.arguments not in _LONG:
            after = column + patch.boxes[shown].rect[2] / GRID + 0.4
            patch.comment(words, (after, line), name=meaning, width=right - after)
        last = shown if output.arguments in _LONG else meaning
        line += max(patch.boxes[last].rect[3], 22) / GRID + 0.4
    return line


def _is_text(output: Output) -> bool:
    return output.arguments in _LONG or "symbol" in output.arguments


def _show(patch: Patch, name: str, output: Output, at: Place, above: float) -> str:
    """Add what shows an output, and return the box that it has to go to."""
    if not _is_text(output):
        kind = {"int": "number", "float": "flonum"}[output.arguments]
        if patch.host == "pd":
            patch.control(name, "floatatom", at)
        else:
            patch.control(name, kind, at, (4.5, None), ignoreclick=1)
        return name
    width, height = 9.0, None
    if lines := _LONG.get(output.arguments):
        width, height = patch.size[0] / GRID - 2 - at[0], 0.4 + lines
    inner = f"to {name}"
    if patch.host == "pd" and output.arguments in _LONG:
        patch.subpatch(_words("set"), (at[0], above), name=inner)
        patch.control(name, "display", at, (width, height))
    elif patch.host == "pd" and output.arguments == "symbol":
        patch.subpatch(_words("symbol"), (at[0], above), name=inner)
        patch.control(name, "symbolatom", at, (width, None))
    elif patch.host == "pd":
        patch.object(inner, "list", (at[0], above))
        patch.control(name, "listbox", at, (width, None))
    else:
        patch.object(inner, "prepend set", (at[0], above))
        patch.comment("", at, name=name, width=width, height=height, bgcolor=FIELD)
    patch.cord(f"{inner} -> {name}")
    return inner


def _words(first: str) -> Patch:
    """What a route lets through needs a word in front, without which no box shows it."""
    patch = Patch("words", size=(20, 14), host="pd")
    patch.object("in", "inlet", (2, 2))
    patch.object("first", f"list prepend {first}", (2, 5))
    patch.object("trim", "list trim", (2, 8))
    patch.object("out", "outlet", (2, 11))
    patch.cord("in -> first -> trim -> out")
    return patch
