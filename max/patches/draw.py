"""Draws patches as pictures, so that people can look at them without Max or Pure Data.

    python -m max.patches.draw FOLDER     every patch, into a folder
    python -m max.patches.draw            those that the documentation shows

They come near to what the hosts show, no nearer: fonts and rounded corners differ.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from max.patches.lettering import wrap
from max.patches.objects_pd import LETTER
from max.patches.objects_pd import LINE as LINE_PD
from max.patches.objects_pd import lines as pd_lines
from max.patches.patch import BACKGROUNDS, Box, Cord, Patch, Rect, port_place
from max.patches.ports import SIGNAL
from max.patches.style import (
    ACCENT,
    BODY,
    CARD,
    FIELD,
    GREEN,
    INK,
    LINE,
    PAPER,
    QUIET,
    WHITE,
    Colour,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The fonts come with matplotlib, so pictures are alike everywhere; they are wider than the hosts'.
_NARROWER = 0.86
#: Pictures of the documentation, and what they show.
SHOWN = {"max-ready-patch": "ready", "max-help-patch": "help play"}
_DOCS = Path(__file__).parents[2] / "docs"
#: Dots of the picture in a pixel of the patch.
_SCALE = 1.5
_SIGNAL_CORD: Colour = (0.72, 0.62, 0.10, 1.0)
_CORD: Colour = (0.45, 0.50, 0.56, 1.0)


def draw(patch: Patch, target: Path, *, wiring: bool = False) -> None:
    """Draw a patch as it opens, or its wiring where it opens as a performer's view."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    view = patch.wiring if wiring and patch.wiring else patch.size
    performer = patch.wiring is not None and not wiring
    rects = {
        box.name: rect
        for box in patch.boxes.values()
        if (rect := box.shown if performer else box.rect) is not None
    }
    family = "DejaVu Sans Mono" if patch.host == "pd" else "DejaVu Sans"
    with mpl.rc_context({"font.family": family, "figure.dpi": 72 * _SCALE}):
        figure = Figure(figsize=(view[0] / 72, view[1] / 72), facecolor=PAPER)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, view[0]), ylim=(view[1], 0))
        axes.axis("off")
        pencil = _Pencil(axes, patch.host == "pd")
        boxes = sorted(patch.boxes.values(), key=lambda box: box.kind not in BACKGROUNDS)
        for box in boxes:
            if box.name in rects and box.kind in BACKGROUNDS:
                pencil.box(box, rects[box.name])
        if not performer:
            for cord in patch.cords:
                pencil.cord(patch, cord)
        for box in boxes:
            if box.name in rects and box.kind not in BACKGROUNDS:
                pencil.box(box, rects[box.name])
        # Few colours, and large flat areas: a palette makes the file a third as large.
        figure.savefig(target, facecolor=PAPER)
    _shrink(target)


class _Pencil:
    """Draws one box after another into one picture."""

    def __init__(self, axes: Axes, pd: bool) -> None:
        self._axes = axes
        self._pd = pd

    def cord(self, patch: Patch, cord: Cord) -> None:
        a, b = patch.boxes[cord.source], patch.boxes[cord.target]
        signal = a.ports.outlets[cord.outlet] == SIGNAL
        places = [
            (port_place(a.rect, cord.outlet, len(a.ports.outlets)), a.rect[1] + a.rect[3]),
            *patch.bends(cord),
            (port_place(b.rect, cord.inlet, b.ports.inlets), b.rect[1]),
        ]
        xs, ys = zip(*places, strict=True)
        colour = _SIGNAL_CORD if signal else _CORD
        self._axes.plot(xs, ys, color=colour, lw=2.2 if signal else 1.1)

    def box(self, box: Box, rect: Rect) -> None:
        painter = getattr(self, f"_{box.kind.strip('~').replace('.', '_')}", None)
        if painter:
            painter(box, rect)
        else:
            self._plain(rect)
        if box.kind not in ("comment", *BACKGROUNDS) and not box.shown:
            self._ports(box, rect)

    def _ports(self, box: Box, rect: Rect) -> None:
        for count, y in ((box.ports.inlets, rect[1]), (len(box.ports.outlets), rect[1] + rect[3])):
            for i in range(count):
                x = port_place(rect, i, count)
                self._axes.plot([x - 3, x + 3], [y, y], color=INK, lw=2, solid_capstyle="butt")

    def _rectangle(self, rect: Rect, face: Colour, edge: Colour, radius: float = 3) -> None:
        from matplotlib.patches import FancyBboxPatch

        x, y, width, height = rect
        style = f"round,pad=0,rounding_size={radius}"
        self._axes.add_patch(
            FancyBboxPatch((x, y), width, height, boxstyle=style, fc=face, ec=edge, lw=0.9)
        )

    def _text(self, x: float, y: float, text: str, size: float = BODY, **how: Any) -> None:
        size *= _NARROWER
        how = {"color": INK, "va": "center", "ha": "left"} | how
        self._axes.text(x, y, text.replace("$", r"\$"), fontsize=size, **how)

    def _plain(self, rect: Rect) -> None:
        self._rectangle(rect, CARD, LINE)

    def _object(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, CARD if self._pd else (0.87, 0.90, 0.92, 1.0), QUIET)
        self._text(rect[0] + 6, rect[1] + rect[3] / 2, box.text)

    def _message(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, FIELD, QUIET, 7)
        lines = wrap(box.text, rect[2] - 12)
        self._text(rect[0] + 6, rect[1] + rect[3] / 2, "\n".join(lines), linespacing=1.25)

    def _comment(self, box: Box, rect: Rect) -> None:
        look = box.look
        size = BODY if self._pd else float(str(look["fontsize"]))
        bold = look.get("fontface") == 1
        if "bgcolor" in look:
            self._rectangle(rect, look["bgcolor"], LINE, 2)  # type: ignore[arg-type]
        if self._pd:
            lines = pd_lines(box.text, int(rect[2] // LETTER))
        else:
            lines = wrap(box.text or str(look.get("example", "")), rect[2] - 8, size, bold=bold)
        right = look.get("textjustification") == 2
        middle = look.get("textjustification") == 1
        x = rect[0] + (rect[2] - 4 if right else rect[2] / 2 if middle else 4)
        leading = 15 if self._pd else size * 1.16
        for i, line in enumerate(lines):
            self._text(
                x,
                rect[1] + 3 + 0.9 * size + i * leading,
                line,
                size,
                color=INK if self._pd else look["textcolor"],
                va="baseline",
                ha="right" if right else "center" if middle else "left",
                weight="bold" if bold else "normal",
            )

    def _bpatcher(self, box: Box, rect: Rect) -> None:
        """The performer's view of a patch in another file."""
        if box.patch is None:
            return
        first = next(iter(box.look["args"]), "")  # type: ignore[call-overload]
        for inner in box.patch.boxes.values():
            if inner.shown:
                x, y, width, height = inner.shown
                look = dict(inner.look)
                look["example"] = str(look.get("example", "")).replace("#1", first)
                there = (rect[0] + x, rect[1] + y, width, height)
                self.box(replace(inner, look=look), there)

    def _jsui(self, box: Box, rect: Rect) -> None:
        """As sideman.cycle.js does where a cycle takes three quarters of its time."""
        x, y, width, height = rect
        self._text(x, y + 9, str(box.look["example"]), 13)
        bar = height - 24
        self._rectangle((x, y + 20, width, bar), FIELD, LINE)
        self._rectangle((x, y + 20, width * 0.57, bar), GREEN, GREEN)
        mark = x + width * 0.75
        self._axes.plot([mark, mark], [y + 4, y + height - 2], color=INK, lw=2)
        self._text(mark + 5, y + 9, "deadline", 11, color=QUIET)

    def _umenu(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, FIELD, LINE)
        self._text(rect[0] + 6, rect[1] + rect[3] / 2, str(box.look["example"]))
        right, middle = rect[0] + rect[2] - 8, rect[1] + rect[3] / 2
        self._axes.fill([right - 8, right, right - 4], [middle - 3, middle - 3, middle + 3],
                        color=QUIET)  # fmt: skip

    def _inlet(self, box: Box, rect: Rect) -> None:
        self._object(replace(box, text="in"), rect)

    def _outlet(self, box: Box, rect: Rect) -> None:
        self._object(replace(box, text="out"), rect)

    def _hsl(self, box: Box, rect: Rect) -> None:
        x, y, width, height = rect
        self._rectangle(rect, FIELD, QUIET, 0.1)
        self._rectangle((x + width / 2, y, 4, height), GREEN, GREEN, 0.1)

    def _panel(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, CARD, LINE, 8)

    def _canvas(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, CARD, CARD, 0.1)
        label = str(box.look["label"])
        self._text(rect[0] + 10, rect[1] + 20, label, 20, color=ACCENT)

    def _toggle(self, box: Box, rect: Rect) -> None:
        x, y, width, height = rect
        self._rectangle(rect, CARD, QUIET)
        if box.look.get("checked"):
            for ends in ((y + 6, y + height - 6), (y + height - 6, y + 6)):
                self._axes.plot([x + 6, x + width - 6], ends, color=ACCENT, lw=2.4)

    def _number(self, box: Box, rect: Rect) -> None:
        x, y, _, height = rect
        size = float(str(box.look.get("fontsize", BODY)))
        self._rectangle(rect, FIELD, LINE)
        middle = y + height / 2
        if not self._pd and box.look.get("triangle", 1):
            self._axes.fill([x + 4, x + 10, x + 4], [middle - 5, middle, middle + 5], color=QUIET)
        example = str(box.look.get("example", "0"))
        self._text(x + 16, middle, example, size)

    _flonum = _floatatom = _number

    def _symbolatom(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, FIELD, LINE)
        self._text(rect[0] + 5, rect[1] + rect[3] / 2, "symbol", color=QUIET)

    def _listbox(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, FIELD, LINE)
        self._text(rect[0] + 5, rect[1] + rect[3] / 2, "list", color=QUIET)

    def _display(self, box: Box, rect: Rect) -> None:
        # It is as high as what it shows.
        self._rectangle((*rect[:3], LINE_PD + 4), FIELD, QUIET, 7)
        self._text(rect[0] + 5, rect[1] + LINE_PD / 2 + 2, "words", color=QUIET)

    def _led(self, box: Box, rect: Rect) -> None:
        from matplotlib.patches import Ellipse

        x, y, width, height = rect
        lit = box.look.get("checked")
        colour = box.look["oncolor"] if lit else LINE
        self._axes.add_patch(
            Ellipse((x + width / 2, y + height / 2), width - 4, height - 4, fc=colour, ec=QUIET)
        )

    def _meter(self, box: Box, rect: Rect) -> None:
        x, y, width, height = rect
        self._rectangle(rect, (0.20, 0.23, 0.27, 1.0), QUIET, 1)
        tall = height >= width
        for i in range(12):
            colour = GREEN if i < 8 else (0.86, 0.66, 0.13, 1.0)
            part = (height if tall else width) / 12
            if i > 7:
                continue
            if tall:
                bar = (x + 2, y + height - (i + 1) * part + 1, width - 4, part - 2)
            else:
                bar = (x + i * part + 1, y + 2, part - 2, height - 4)
            self._rectangle(bar, colour, colour, 0.1)

    def _gain(self, box: Box, rect: Rect) -> None:
        x, y, width, height = rect
        self._rectangle(rect, FIELD, QUIET, 2)
        self._rectangle((x + 1, y + height * 0.2, width - 2, height * 0.8 - 1), LINE, LINE, 1)
        self._rectangle((x, y + height * 0.2 - 4, width, 8), ACCENT, ACCENT, 2)

    def _live_dial(self, box: Box, rect: Rect) -> None:
        from matplotlib.patches import Arc

        x, y, width, height = rect
        across = min(width, height - 24)
        middle = (x + width / 2, y + 14 + across / 2)
        self._axes.add_patch(
            Arc(middle, across, across, theta1=140, theta2=400, color=ACCENT, lw=3.2)
        )
        self._axes.plot(
            [middle[0], middle[0] - across * 0.3], [middle[1], middle[1] + across * 0.26],
            color=INK, lw=2.4,
        )  # fmt: skip
        self._text(x + width / 2, y + 6, str(box.look.get("example", "")), 11, ha="center")
        self._text(x + width / 2, y + height - 6, "auto", 11, ha="center")

    def _ezdac(self, box: Box, rect: Rect) -> None:
        x, y, width, height = rect
        self._rectangle(rect, CARD, QUIET, 6)
        a, b = x + width * 0.24, y + height / 2
        self._axes.fill(
            [a, a + 8, a + 18, a + 18, a + 8, a], [b - 5, b - 5, b - 13, b + 13, b + 5, b + 5],
            color=ACCENT,
        )  # fmt: skip
        for r in (5, 10):
            self._axes.plot([x + width * 0.72, x + width * 0.72 + r / 2, x + width * 0.72],
                            [b - r, b, b + r], color=ACCENT, lw=1.4)  # fmt: skip

    def _textbutton(self, box: Box, rect: Rect) -> None:
        face = box.look.get("bgcolor", ACCENT)
        size = float(str(box.look.get("fontsize", BODY)))
        self._rectangle(rect, face, face, 6)  # type: ignore[arg-type]
        middle = (rect[0] + rect[2] / 2, rect[1] + rect[3] / 2)
        self._text(*middle, box.text, size, color=WHITE, ha="center", weight="bold")

    def _textedit(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, FIELD, LINE)
        self._text(rect[0] + 5, rect[1] + rect[3] / 2, box.text)

    def _attrui(self, box: Box, rect: Rect) -> None:
        self._rectangle(rect, FIELD, QUIET)
        self._text(rect[0] + 6, rect[1] + rect[3] / 2, str(box.look["attr"]), weight="bold")


def _shrink(target: Path) -> None:
    from PIL import Image

    with Image.open(target) as picture:
        small = picture.convert("RGB").quantize(128)
    small.save(target, optimize=True)


def main() -> None:
    """Draw every patch into a folder, or the documentation's pictures."""
    from max.patches.build import pictures

    parser = argparse.ArgumentParser(description="Draw patches as pictures.")
    parser.add_argument("folder", nargs="?", type=Path, help="every patch goes there")
    folder: Path | None = parser.parse_args().folder
    patches = pictures()
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    for name, picture in {name: name for name in patches}.items() if folder else SHOWN.items():
        patch, wiring = patches[picture]
        draw(patch, (folder or _DOCS) / f"{name}.png", wiring=wiring)


if __name__ == "__main__":
    main()
