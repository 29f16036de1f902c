"""A stem: whether it plays, how loud it is heard, and its level."""

from __future__ import annotations

from max.patches.patch import Patch
from max.patches.style import CARD, QUIET


def strip_part() -> Patch:
    """The stem comes in and leaves by its fader; whether it shall play leaves on the right."""
    patch = Patch("sideman.strip", size=(4.2, 15.4), wiring=(30, 20), background=CARD)
    patch.comment("A stem; its name stands in the box", (1, 0.6), width=24, bold=True)
    patch.object("its name", "loadmess set #1", (12, 3))
    patch.comment(
        "", (12, 5.2), name="name", width=5, size=11.0, colour=QUIET,
        shown=(0, 0, 4.2, 1.4), textjustification=1, example="#1",
    )  # fmt: skip
    # As sideman~ itself: all of them play. Said to nobody, because it is so already.
    patch.object("on at first", "loadmess set 1", (21, 3))
    patch.control("plays", "toggle", (21, 5.2), shown=(1.3, 1.6, 1.7, 1.7), checked=1)
    patch.control("in", "inlet", (2, 3), comment="the stem")
    patch.object("full", "loadmess 128", (5.5, 3))
    patch.control("loud", "gain~", (2, 6.5), (1.6, 7), shown=(0.8, 4.1, 1.7, 11.2))
    patch.control("level", "meter~", (6, 14.8), (1, 4), shown=(2.8, 4.1, 0.8, 11.2))
    patch.control("out", "outlet", (2, 15.5), comment="the stem, as loud as its fader is high")
    patch.control("whether", "outlet", (21, 15.5), comment="1 if it shall play, or 0")
    patch.cord("its name -> name", "on at first -> plays", "plays -> whether")
    patch.cord("in -> loud", "loud -> out")
    patch.cord("full -> loud", along=5.7)
    patch.cord("loud -> level", along=14.2)
    return patch
