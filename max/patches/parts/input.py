"""What the band listens to: the first input, or a loop where nobody has an instrument at hand."""

from __future__ import annotations

from max.patches.patch import Patch
from max.patches.style import CARD, QUIET

#: The loop that ships with the package, in Max's folder `media`.
LOOP = "sideman.loop.flac"


def input_part() -> Patch:
    """A toggle between the two, and the sound that was chosen."""
    patch = Patch("sideman.input", size=(7, 2), wiring=(26, 18), background=CARD)
    patch.comment("Input 1, or the loop that came with the package", (1, 0.6), width=24, bold=True)
    patch.control("loop", "toggle", (13, 3), shown=(0.2, 0.2, 1.6, 1.6))
    patch.comment(
        "play a loop", (15, 3.2), width=5.2, size=11.0, colour=QUIET, shown=(1.8, 0.35, 5.2, 1.4)
    )
    patch.object("which", "+ 1", (2, 7))
    patch.object("input", "adc~ 1", (5, 7))
    patch.object("open", f"loadmess open {LOOP}", (9, 5))
    patch.object("endless", "loadmess loop 1", (17, 7))
    patch.object("player", "sfplay~ 1", (9, 9), width=6)
    patch.object("chosen", "selector~ 2 1", (2, 12), width=8)
    patch.control("out", "outlet", (2, 14.4), comment="what the band listens to")
    patch.cord("loop -> which", corners=((13.8, 4.8), (2.5, 4.8)))
    patch.cord("loop -> player", corners=((13.8, 4.8), (8.5, 4.8), (8.5, 8.6)))
    patch.cord("open -> player")
    patch.cord("endless -> player", along=8.6)
    patch.cord("which -> chosen", "input -> chosen:1", "player -> chosen:2", "chosen -> out")
    return patch
