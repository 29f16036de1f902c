"""The last tab: what one sees, and what to do."""

from __future__ import annotations

from max.patches.advice import ADVICE
from max.patches.help.parts import ONE_AT_A_TIME, begin_and_end, label, output, source, tab
from max.patches.methods import Methods
from max.patches.patch import Patch, spread
from max.patches.readings import readings
from max.patches.style import GRID


def troubleshooting(methods: Methods) -> Patch:
    """Counters and advice."""
    patch = tab("troubleshooting", "What you see, and what to do.")

    patch.card("What you see, and what to do", (1, 5), (56, 22.9))
    y = 6.8
    for seen, advice in ADVICE:
        patch.comment(seen, (1.5, y), name=seen, width=15, bold=True)
        patch.comment(advice, (16.5, y), name=advice, width=40)
        y += max(patch.boxes[words].rect[3] for words in (seen, advice)) / GRID + 0.1

    patch.card("What it counts", (1, 28.4), (56, 22.9))
    patch.object("band", "sideman~ bass", (2, 35.4), width=spread(14, 2))
    source(patch, (2, 32.2))
    patch.cord("band -> mix")
    after = begin_and_end(patch, (10, 32.2), 34.7)
    label(patch, "say all of it", (after, 30.8), 6)
    patch.message("status", "status", (after, 32.2))
    patch.cord("status -> band", along=34.7)
    label(patch, ONE_AT_A_TIME, (after + 8, 30.8), 28)
    output(patch, (2, 38.6))
    names = ("lost", "late", "repaired", "contextlost")
    readings(patch, "band:1", [methods.outputs[name] for name in names], (16, 37.8))
    return patch
