"""Looks for faults in a patch that Max or Pure Data would only show when it is opened."""

from __future__ import annotations

import re
from itertools import combinations

from max.patches.patch import BACKGROUNDS, Box, Cord, Patch, Rect
from max.patches.ports import SIGNAL


def faults(patch: Patch) -> list[str]:
    """What is wrong, a sentence each; empty where all is well. Tabs are checked too."""
    found = [f for cord in patch.cords for f in _cord_faults(patch, cord)]
    found += _repeated(patch.cords)
    found += [f for box in patch.boxes.values() for f in _loose_ends(patch, box)]
    found += _broken_comments(patch)
    boxes = list(patch.boxes.values())
    views = [("window", patch.wiring or patch.size, {b.name: b.rect for b in boxes})]
    if patch.wiring:
        shown = {b.name: b.shown for b in boxes if b.shown}
        views.append(("performer's view", patch.size, shown))
    for view, size, rects in views:
        found += _outside(view, size, rects)
        found += _overlaps(patch, view, rects)
    found = [f"{patch.name}: {fault}" for fault in found]
    # What lies in a file of its own is checked once, not for every window to it.
    inner = [box.patch for box in boxes if box.patch and box.kind != "bpatcher"]
    return found + [fault for each in inner for fault in faults(each)]


def _cord_faults(patch: Patch, cord: Cord) -> list[str]:
    missing = [name for name in (cord.source, cord.target) if name not in patch.boxes]
    if missing:
        return [f"a cord to {name!r}, which is not there" for name in missing]
    source, target = patch.boxes[cord.source].ports, patch.boxes[cord.target].ports
    found = []
    if not 0 <= cord.outlet < len(source.outlets):
        found.append(f"{cord.source!r} has no outlet {cord.outlet}")
    elif source.outlets[cord.outlet] == SIGNAL and cord.inlet >= target.signals:
        found.append(f"a signal of {cord.source!r} into {cord.target!r}, which takes none there")
    if not 0 <= cord.inlet < target.inlets:
        found.append(f"{cord.target!r} has no inlet {cord.inlet}")
    return found


def _repeated(cords: list[Cord]) -> list[str]:
    twice = {cord for cord in cords if cords.count(cord) > 1}
    return [f"the same cord twice: {cord.source!r} to {cord.target!r}" for cord in twice]


def _loose_ends(patch: Patch, box: Box) -> list[str]:
    """Boxes that can do nothing because a cord is missing."""
    ports = box.ports
    reached = {cord.inlet for cord in patch.cords if cord.target == box.name}
    used = {cord.outlet for cord in patch.cords if cord.source == box.name}
    found = []
    if ports.inlets and not ports.source and not reached:
        found.append(f"nothing comes to {box.name!r}")
    if ports.outlets and ports.sink and ports.source and not (reached or used):
        found.append(f"{box.name!r} is not connected")
    if ports.outlets and not ports.sink and not used:
        found.append(f"nothing leaves {box.name!r}")
    found += [
        f"outlet {i} of {box.name!r} leads nowhere" for i in range(ports.all) if i not in used
    ]
    return found


def _outside(view: str, size: tuple[float, float], rects: dict[str, Rect]) -> list[str]:
    return [
        f"{name!r} reaches out of the {view}"
        for name, (x, y, width, height) in rects.items()
        if x < 0 or y < 0 or x + width > size[0] or y + height > size[1]
    ]


def _overlaps(patch: Patch, view: str, rects: dict[str, Rect]) -> list[str]:
    boxes = [name for name in rects if patch.boxes[name].kind not in BACKGROUNDS]
    found = [
        f"{a!r} and {b!r} overlap in the {view}"
        for a, b in combinations(boxes, 2)
        if _overlap(rects[a], rects[b])
    ]
    cards = [name for name in rects if patch.boxes[name].kind in BACKGROUNDS]
    # Upon a card means wholly upon it.
    found += [
        f"{name!r} lies across an edge of {card!r} in the {view}"
        for card in cards
        for name in rects
        if name != card and _overlap(rects[name], rects[card])
        if not _within(rects[name], rects[card])
        # A card may lie upon another.
        if not (name in cards and _within(rects[card], rects[name]))
    ]
    return found


def _broken_comments(patch: Patch) -> list[str]:
    """What Pure Data shows of a comment otherwise than it is written.

    Behind a semicolon it begins a new line, and lines lie upon others. The full stop behind a
    number it takes for the number's, and leaves it out.
    """
    if patch.host != "pd":
        return []
    comments = [box.text for box in patch.boxes.values() if box.kind == "comment"]
    stops = (re.search(r"(?<!\S)-?[0-9]+\.(?!\S)", text) for text in comments)
    return [
        *(f"a semicolon in {text!r}" for text in comments if ";" in text),
        *(f"a full stop behind a number in {stop.string!r}" for stop in stops if stop),
    ]


def _overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _within(inner: Rect, outer: Rect) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[0] + inner[2] <= outer[0] + outer[2]
        and inner[1] + inner[3] <= outer[1] + outer[3]
    )
