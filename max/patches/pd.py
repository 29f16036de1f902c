"""Writes a patch as Pure Data's text: .pd."""

from __future__ import annotations

from max.patches.objects_pd import LETTER
from max.patches.patch import BACKGROUNDS, Box, Patch
from max.patches.style import ACCENT, FIELD, GREEN, INK

#: In Pure Data, a comma or a semicolon ends a message unless a backslash stands before it.
_ESCAPES = str.maketrans({";": r" \;", ",": r" \,", "$": r"\$"})


def write_patch(patch: Patch) -> str:
    """The text of the file."""
    return "\n".join(_lines(patch, "12")) + "\n"


def _lines(patch: Patch, ending: str) -> list[str]:
    """Lines of a patch; the first ends with the font's size, or as a subpatch's does."""
    width, height = (int(side) for side in patch.size)
    # A cord names boxes by their places in the file, and what lies behind has to come first.
    boxes = sorted(patch.boxes.values(), key=lambda box: box.kind not in BACKGROUNDS)
    numbers = {box.name: number for number, box in enumerate(boxes)}
    lines = [f"#N canvas 100 100 {width} {height} {ending};"]
    lines += [line for box in boxes for line in _box(box)]
    lines += [
        f"#X connect {numbers[c.source]} {c.outlet} {numbers[c.target]} {c.inlet};"
        for c in patch.cords
    ]
    return lines


def _box(box: Box) -> list[str]:
    x, y, width, height = (int(side) for side in box.rect)
    if box.kind == "canvas":
        label = str(box.look["label"]).replace(" ", "_") or "empty"
        colour = colour_of(box.look["colour"])
        # Size of its handle, width, height, send, receive, label, where, font, colours.
        rest = f"15 {width} {height} empty empty {label} 10 20 0 20 {colour} {colour_of(ACCENT)} 0"
        return [f"#X obj {x} {y} cnv {rest};"]
    if box.kind == "display":
        return [f"#X msg {x} {y}, f {(width - 8) // LETTER};"]
    if box.kind == "hsl":
        colours = " ".join(colour_of(colour) for colour in (FIELD, GREEN, INK))
        limits = f"{box.look['low']} {box.look['high']}"
        rest = f"{width} {height} {limits} 0 0 empty empty empty -2 -8 0 10 {colours} 0 1"
        return [f"#X obj {x} {y} hsl {rest};"]
    if box.kind in ("floatatom", "listbox", "symbolatom"):
        return [f"#X {box.kind} {x} {y} {(width - 4) // LETTER} 0 0 0 - - - 0;"]
    text = box.text.translate(_ESCAPES)
    if box.patch:
        return [*_lines(box.patch, f"{box.patch.name} 0"), f"#X restore {x} {y} {text};"]
    if box.kind == "comment":
        return [f"#X text {x} {y} {text}, f {width // LETTER};"]
    kind = "msg" if box.kind == "message" else "obj"
    wide = width > LETTER * max(len(box.text), 3) + 8
    return [f"#X {kind} {x} {y} {text}{f', f {width // LETTER}' if wide else ''};"]


def colour_of(colour: object) -> str:
    """A colour as Pure Data writes it."""
    if not isinstance(colour, tuple):
        raise TypeError(f"no colour: {colour!r}")
    red, green, blue, _ = colour
    return "#" + "".join(f"{round(255 * part):02x}" for part in (red, green, blue))
