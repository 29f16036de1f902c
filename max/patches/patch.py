"""The language in which patches are described.

A patch is boxes with names, at places on a grid, and cords between them:

    patch = Patch("play", size=(30, 20))
    patch.object("input", "adc~ 1", at=(2, 2))
    patch.object("level", "*~ 0.5", at=(2, 4))
    patch.cord("input -> level")

`"band:1 -> lights:0"` counts outlets and inlets from 0, which needs no saying; a chain may be
longer than two.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Literal

from max.patches import objects_max, objects_pd
from max.patches.ports import ANY, SIGNAL, Ports
from max.patches.style import (
    ACCENT,
    BODY,
    CARD,
    GRID,
    HEADING,
    INK,
    LINE,
    PAPER,
    QUIET,
    TITLE,
    Colour,
)

Host = Literal["max", "pd"]
Place = tuple[float, float]
Rect = tuple[float, float, float, float]
#: Of an attribute. Inside of Patch, the word "object" is a method.
Value = object

#: Boxes that others may lie upon.
BACKGROUNDS = ("panel", "canvas")
#: Pixels from the edge of a box to its first inlet or outlet.
MARGIN = 8
#: What a picture shows of a box as an example: it is in no file for Max or Pure Data.
DRAWN_ONLY = ("example", "checked")


@dataclass(frozen=True)
class Box:
    """One box of a patch.

    Attributes:
        name: by which cords find it.
        kind: "object", "message", "comment", or the class of something to click on or look at.
        text: what stands in it.
        rect: left, top, width and height in pixels.
        ports: its inlets and outlets.
        look: further attributes, written as they are.
        shown: its place in the performer's view; None where it is not seen there.
        patch: what is inside, for a subpatch.
    """

    name: str
    kind: str
    text: str
    rect: Rect
    ports: Ports
    look: dict[str, object] = field(default_factory=dict)
    shown: Rect | None = None
    patch: Patch | None = None


@dataclass(frozen=True)
class Cord:
    """From an outlet to an inlet.

    Attributes:
        source: name of the box that it comes from.
        outlet: counted from 0.
        target: name of the box that it leads to.
        inlet: counted from 0.
        corners: where it bends, in pixels.
        along: height in pixels at which it runs across, as a line that several cords share.
    """

    source: str
    outlet: int
    target: str
    inlet: int
    corners: tuple[Place, ...] = ()
    along: float | None = None


class Patch:
    """A window with boxes and cords.

    Attributes:
        name: title of the window, or of a tab.
        size: of the window, in pixels.
        wiring: of the view with the cords, in pixels, where performers see another one.
        background: its colour.
        host: whose objects it is made of.
        boxes: by name.
        cords: in the order in which they were drawn.
    """

    def __init__(
        self,
        name: str,
        *,
        size: Place,
        wiring: Place | None = None,
        host: Host = "max",
        background: Colour = PAPER,
    ) -> None:
        self.name = name
        self.size = _pixels(size)
        self.wiring = _pixels(wiring) if wiring else None
        self.host: Host = host
        self.background = background
        self.boxes: dict[str, Box] = {}
        self.cords: list[Cord] = []

    def object(self, name: str, text: str, at: Place, width: float | None = None) -> None:
        """A box with an object's name and arguments."""
        self._add(name, "object", text, at, (width, None))

    def message(
        self,
        name: str,
        text: str,
        at: Place,
        width: float | None = None,
        shown: tuple[float, ...] | None = None,
    ) -> None:
        """A message that is sent when it is clicked on."""
        self._add(name, "message", text, at, (width, None), shown=shown)

    def comment(
        self,
        text: str,
        at: Place,
        *,
        name: str = "",
        width: float | None = None,
        height: float | None = None,
        size: float = BODY,
        bold: bool = False,
        colour: Colour = INK,
        shown: tuple[float, ...] | None = None,
        **look: Value,
    ) -> None:
        """Words. One with a name may be written into by a cord."""
        look |= {"fontsize": size, "textcolor": colour}
        if bold:
            look["fontface"] = 1
        self._add(name, "comment", text, at, (width, height), look, shown)

    def control(
        self,
        name: str,
        kind: str,
        at: Place,
        size: tuple[float | None, float | None] = (None, None),
        /,
        *,
        text: str = "",
        shown: tuple[float, ...] | None = None,
        **look: Value,
    ) -> None:
        """Something to click on or look at: a toggle, a number, a meter."""
        self._add(name, kind, text, at, size, look, shown)

    def card(
        self,
        heading: str,
        at: Place,
        size: Place,
        shown: tuple[float, ...] | None = None,
        *,
        indent: float = 0.5,
    ) -> None:
        """A rectangle behind what belongs together, with a heading; in both views if `shown`."""
        if self.host == "pd":
            look: dict[str, Value] = {"colour": CARD, "label": heading}
            self._add("", "canvas", "", at, size, look)
            return
        look = {"bgcolor": CARD, "border": 1, "bordercolor": LINE, "rounded": 8}
        self._add("", "panel", "", at, size, look, shown)
        there = None if shown is None else (shown[0] + 0.5, shown[1] + 0.3, shown[2] - 1, 1.5)
        self.comment(
            heading,
            (at[0] + indent, at[1] + 0.3),
            width=size[0] - 2 * indent,
            size=HEADING,
            bold=True,
            colour=ACCENT,
            shown=there,
        )

    def title(self, name: str, digest: str) -> None:
        """The two lines on top of a tab or a patch."""
        self.comment(name, (1, 0.6), size=TITLE, bold=True, width=self.size[0] / GRID - 2)
        self.comment(digest, (1, 3.1), size=HEADING, colour=QUIET, width=self.size[0] / GRID - 2)

    def subpatch(self, patch: Patch, at: Place, name: str = "") -> None:
        """A patch inside of this one: a tab of a help patch, or something of several objects."""
        title = f'"{patch.name}"' if " " in patch.name else patch.name
        text = f"{'p' if self.host == 'max' else 'pd'} {title}"
        self._add(name or patch.name, "object", text, at, (None, None), patch=patch)

    def part(
        self,
        name: str,
        patch: Patch,
        at: Place,
        shown: Place | None = None,
        *,
        words: tuple[str, ...] = (),
    ) -> None:
        """A patch that lies in a file of its own, seen through a window as large as it is.

        Args:
            name: by which cords find it.
            patch: what is in that file.
            at: its place.
            shown: its place in the performer's view.
            words: what stands for #1 and so on in it.
        """
        text = f"{patch.name}.maxpat"
        size = (patch.size[0] / GRID, patch.size[1] / GRID)
        self._add(name, "bpatcher", text, at, size, {"args": words}, shown, patch)

    def cord(
        self, *chains: str, corners: tuple[Place, ...] = (), along: float | None = None
    ) -> None:
        """Cords, as in `"input -> band", "band:1 -> lights -> light"`.

        Args:
            chains: names with arrows between them.
            corners: where the last cord of each chain bends.
            along: height at which the last cord of each chain runs across.

        Raises:
            ValueError: there is no arrow in a chain.
        """
        bends = tuple(_pixels(corner) for corner in corners)
        height = None if along is None else along * GRID
        for chain in chains:
            ends = [_end(end) for end in chain.split("->")]
            if len(ends) < 2:
                raise ValueError(f"{self.name}: no arrow in {chain!r}")
            # In the middle of a chain, a number is an inlet, and the cord leaves from outlet 0.
            for first, ((source, outlet), (target, inlet)) in enumerate(itertools.pairwise(ends)):
                last = first == len(ends) - 2
                self.cords.append(
                    Cord(
                        source,
                        outlet if first == 0 else 0,
                        target,
                        inlet,
                        bends if last else (),
                        height if last else None,
                    )
                )

    def bends(self, cord: Cord) -> list[Place]:
        """Where a cord bends, in pixels; none for a straight one."""
        if cord.along is None:
            return list(cord.corners)
        source, target = self.boxes[cord.source], self.boxes[cord.target]
        return [
            (port_place(source.rect, cord.outlet, len(source.ports.outlets)), cord.along),
            (port_place(target.rect, cord.inlet, target.ports.inlets), cord.along),
        ]

    def ports(self) -> Ports:
        """Of the box that this patch is inside of another one."""
        if self.host == "pd":
            texts = [box.text for box in self.boxes.values()]
            count = texts.count("outlet")
            return Ports(texts.count("inlet"), (ANY,) * count, all=count)
        boxes = self.boxes.values()
        inlets = [box.name for box in boxes if box.kind == "inlet"]
        outlets = [
            SIGNAL if any(self._is_signal(c) for c in self.cords if c.target == box.name) else ANY
            for box in boxes
            if box.kind == "outlet"
        ]
        # What an inlet leads to says whether it takes a signal.
        taken = {c.source for c in self.cords if c.source in inlets and self._takes_signal(c)}
        return Ports(
            *(len(inlets), tuple(outlets), len(taken)),
            source=not inlets,
            sink=not outlets,
            all=len(outlets),
        )

    def _is_signal(self, cord: Cord) -> bool:
        source = self.boxes.get(cord.source)
        return source is not None and source.ports.outlets[cord.outlet] == SIGNAL

    def _takes_signal(self, cord: Cord) -> bool:
        target = self.boxes.get(cord.target)
        return target is not None and cord.inlet < target.ports.signals

    def words(self) -> str:
        """All text, of tabs too, for tests that ask whether something is mentioned."""
        texts = [box.text for box in self.boxes.values()]
        texts += [str(v) for box in self.boxes.values() for v in box.look.values()]
        texts += [box.patch.words() for box in self.boxes.values() if box.patch]
        return "\n".join(texts)

    def _add(
        self,
        name: str,
        kind: str,
        text: str,
        at: Place,
        size: tuple[float | None, float | None],
        look: dict[str, Value] | None = None,
        shown: tuple[float, ...] | None = None,
        patch: Patch | None = None,
    ) -> None:
        name = name or f"{kind} {len(self.boxes)}"
        if name in self.boxes:
            raise ValueError(f"{self.name}: two boxes are called {name!r}")
        objects = objects_max if self.host == "max" else objects_pd
        look = look or {}
        width, height = (None if s is None else s * GRID for s in size)
        width, height = objects.box_size(kind, text, look, width, height)
        rect = (at[0] * GRID, at[1] * GRID, width, height)
        there = None if shown is None else _shown(shown, width, height)
        ports = patch.ports() if patch else objects.ports(kind, text)
        self.boxes[name] = Box(name, kind, text, rect, ports, look, there, patch)


def port_place(rect: Rect, index: int, count: int) -> float:
    """Where an inlet or outlet stands: the first at the left edge, the last at the right one."""
    first, last = rect[0] + MARGIN, rect[0] + rect[2] - MARGIN
    return first if count < 2 else first + (last - first) * index / (count - 1)


def spread(gap: float, ports: int) -> float:
    """Width of a box whose inlets or outlets are `gap` apart, on the grid."""
    return gap * (ports - 1) + 2 * MARGIN / GRID


def _pixels(size: Place) -> Place:
    return size[0] * GRID, size[1] * GRID


def _shown(shown: tuple[float, ...], width: float, height: float) -> Rect:
    """A place alone keeps the size that the box has in the wiring."""
    x, y, *size = (s * GRID for s in shown)
    return (x, y, *(size or (width, height)))


def _end(text: str) -> tuple[str, int]:
    name, _, number = text.strip().partition(":")
    return name, int(number or 0)
