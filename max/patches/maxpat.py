"""Writes a patch as Max's JSON: .maxpat and .maxhelp."""

from __future__ import annotations

import json
from collections.abc import Sequence

from max.patches.lettering import wrap
from max.patches.patch import BACKGROUNDS, DRAWN_ONLY, Box, Cord, Patch, Rect
from max.patches.style import BODY, GRID, PAPER

#: The oldest Max that the patches are for.
_VERSION: dict[str, object] = {
    "major": 8,
    "minor": 0,
    "revision": 0,
    "architecture": "x64",
    "modernui": 1,
}

#: How a patch of another file is seen: as it is, without a frame.
_WINDOW: dict[str, object] = {
    "bgmode": 0,
    "border": 0,
    "clickthrough": 0,
    "enablehscroll": 0,
    "enablevscroll": 0,
    "lockeddragscroll": 0,
    "offset": [0.0, 0.0],
    "viewvisibility": 1,
}


def write_patch(patch: Patch) -> str:
    """The text of the file."""
    return json.dumps({"patcher": _patcher(patch)}, indent=1, ensure_ascii=False) + "\n"


def write_help(name: str, tabs: Sequence[Patch]) -> str:
    """The text of a help file: a window with nothing but tabs, from the left."""
    width = max(tab.size[0] for tab in tabs)
    height = max(tab.size[1] for tab in tabs)
    frame = Patch(name, size=(width / GRID, height / GRID))
    for i, tab in enumerate(tabs):
        frame.subpatch(tab, (1 + 9 * i, 2))
    return write_patch(frame)


def _patcher(patch: Patch, *, tab: bool = False) -> dict[str, object]:
    boxes = list(patch.boxes.values())
    # Max draws the first box on top: what lies behind comes last.
    boxes.sort(key=lambda box: box.kind in BACKGROUNDS)
    ids = {box.name: f"obj-{i}" for i, box in enumerate(boxes, 1)}
    frame = any(box.patch and box.kind == "object" for box in boxes)
    width, height = patch.size
    patcher: dict[str, object] = {
        "fileversion": 1,
        "appversion": _VERSION,
        "classnamespace": "box",
        "rect": [0.0, 26.0, width, height] if tab else [100.0, 100.0, width, height],
        "bglocked": 0,
        "openinpresentation": int(patch.wiring is not None),
        "default_fontsize": BODY,
        "default_fontface": 0,
        "default_fontname": "Arial",
        "gridonopen": 0,
        "gridsize": [float(GRID), float(GRID)],
        "gridsnaponopen": 0,
        "toolbarvisible": 1,
        "enablehscroll": 1,
        "enablevscroll": 1,
        "bgcolor": list(patch.background),
        "editing_bgcolor": list(patch.background),
    }
    if frame:
        patcher |= {"showrootpatcherontab": 0, "showontab": 0}
    if tab:
        patcher["showontab"] = 1
    written = {box.name: _box(box, ids[box.name]) for box in boxes}
    for kind in ("inlet", "outlet"):
        for index, box in enumerate((box for box in boxes if box.kind == kind), 1):
            written[box.name]["index"] = index
    patcher["boxes"] = [{"box": box} for box in written.values()]
    patcher["lines"] = [{"patchline": _line(patch, cord, ids)} for cord in patch.cords]
    return patcher


def _line(patch: Patch, cord: Cord, ids: dict[str, str]) -> dict[str, object]:
    written: dict[str, object] = {
        "source": [ids[cord.source], cord.outlet],
        "destination": [ids[cord.target], cord.inlet],
    }
    bends = patch.bends(cord)
    if bends:
        written["midpoints"] = [float(side) for place in bends for side in place]
    return written


def _box(box: Box, number: str) -> dict[str, object]:
    written: dict[str, object] = {
        "id": number,
        "maxclass": "newobj" if box.kind == "object" else box.kind,
        "numinlets": box.ports.inlets,
        "numoutlets": len(box.ports.outlets),
    }
    if box.ports.outlets:
        written["outlettype"] = list(box.ports.outlets)
    written["patching_rect"] = _rect(box.rect)
    if box.shown:
        written |= {"presentation": 1, "presentation_rect": _rect(box.shown)}
    if box.kind in BACKGROUNDS:
        written |= {"background": 1, "ignoreclick": 1}
    if box.kind in ("object", "message", "comment", "textbutton", "textedit"):
        written["text"] = box.text
    if box.kind == "comment":
        look = box.look
        size = float(str(look["fontsize"]))
        lines = wrap(box.text, box.rect[2] - 8, size, bold=look.get("fontface") == 1)
        if len(lines) > 1:
            written["linecount"] = len(lines)
    written |= {
        k: list(v) if isinstance(v, tuple) else v
        for k, v in box.look.items()
        if k not in DRAWN_ONLY
    }
    if box.kind == "umenu":
        # As atoms of one message, with a comma between two entries.
        written["items"] = [atom for item in box.look["items"] for atom in (item, ",")][:-1]  # type: ignore[attr-defined]
    if box.kind == "bpatcher":
        written |= {"name": box.text, **_WINDOW}
    elif box.patch:
        written["patcher"] = _patcher(box.patch, tab=True)
        # The box has its patch's colours too, and they win.
        colours = ("locked_bgcolor", "editing_bgcolor")
        written["saved_object_attributes"] = {name: list(PAPER) for name in colours}
    return written


def _rect(rect: Rect) -> list[float]:
    return [float(value) for value in rect]
