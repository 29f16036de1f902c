"""The help patch for Pure Data."""

from __future__ import annotations

from max.patches.advice import ADVICE
from max.patches.methods import Attribute, Methods, Output
from max.patches.patch import Patch, Place
from max.patches.pd import colour_of
from max.patches.readings import readings
from max.patches.style import FIELD, GREEN, GRID, INK, RED

#: Values of each attribute to try, beside those that the table names.
EXAMPLES = {
    "host": ("192.168.1.20",),
    "port": ("7001",),
    "stems": ("bass drums",),
    "step": ("2",),
    "lead": ("4",),
    "latency": ("512",),
    "gain": ("0.5",),
}


def pd_help(methods: Methods) -> Patch:
    """Messages on the left, sound below them, and what the object tells on the right."""
    patch = Patch("sideman~-help", size=(82, 54), host="pd")
    patch.card("sideman~", (0, 0), (80, 3))
    patch.comment(
        "plays along with you, live. It needs a server. In a terminal: sideman serve BUNDLE",
        (10, 1),
        width=48,
    )
    y = _messages(patch, methods)
    patch.object("input", "adc~ 1", (1, y))
    patch.object("band", "sideman~ bass drums", (5, y + 2.4), width=14)
    patch.comment(
        "adc~ takes what you play. An outlet of sound for each name, and a last one for messages",
        (20, y + 1.5),
        width=17,
    )
    patch.object("told", "s $0-told", (16.2, y + 5))
    patch.object("mix", "*~ 0.5", (5, y + 5))
    patch.object("output", "dac~ 1 2", (5, y + 7.4))
    patch.comment("audio: menu Media, DSP On", (11, y + 7.5), width=13)
    patch.cord("input -> band", "band:0 -> mix", "band:1 -> mix", "band:2 -> told")
    patch.cord("mix -> output:0", "mix -> output:1")
    _outputs(patch, methods)
    return patch


def _messages(patch: Patch, methods: Methods) -> float:
    """Add them below each other; each stands a little to the right, so that no cord hides one."""
    patch.comment("Messages. Settings may also stand in the box: @gain 0.5", (2, 3.4), width=34)
    rows = [(m.name, m.digest) for m in methods.messages.values()]
    for attribute in methods.attributes.values():
        rows += _rows(attribute)
    y = 5.2
    for i, (text, digest) in enumerate(rows):
        patch.message(text, text, (6 + 0.4 * i, y))
        if digest:
            patch.comment(digest, (19.6, y), width=17.8)
        patch.cord(f"{text} -> band")
        y += 1.6
    return y + 0.4


def _rows(attribute: Attribute) -> list[tuple[str, str]]:
    """Messages that set an attribute: all words of a choice, or examples and the way back."""
    first = attribute.initial.rstrip(".")
    values = attribute.choices or [*EXAMPLES.get(attribute.name, ("1",)), first]
    also = "" if attribute.choices else attribute.would_do or "as at first"
    words = [attribute.digest, also, ""]
    return [(f"{attribute.name} {v}", w) for v, w in zip(values, words, strict=False) if v]


def _outputs(patch: Patch, methods: Methods) -> None:
    """All that it tells: words, figures, and further windows."""
    patch.comment(
        "What it tells, from its last outlet. Of text, each word is a symbol", (38, 3.4), width=41
    )
    figures = [o for o in methods.outputs.values() if o.arguments in ("int", "float")]
    words = [o for o in methods.outputs.values() if o not in figures]
    y = 5.2
    for i, group in enumerate((words, figures[:3])):
        source = f"told {i}"
        patch.object(source, "r $0-told", (38, y))
        y = readings(patch, source, group, (38, y + 2.2)) + 0.6
    _cycle(patch, (38, y))
    y += 6
    for window, about in (
        (_counters(figures[3:]), "click it: time to spare, and what was lost, late and repaired"),
        (_troubleshooting(), "click it: what you see, and what to do"),
    ):
        patch.subpatch(window, (38, y))
        patch.comment(about, (48, y), width=30)
        y += 2


def _cycle(patch: Patch, at: Place) -> None:
    """How long a cycle takes against its deadline, in words and as a bar that is red when late."""
    x, y = at
    patch.object("told 2", "r $0-told", at)
    patch.subpatch(_meter(), (x, y + 1.9))
    patch.control("figures", "display", (x, y + 4), (12, 1.3))
    patch.control("bar", "hsl", (x + 13, y + 4), (20, 1.2), low=0, high=150)
    patch.comment("in % of ahead: beyond 100 it is late", (x + 13, y + 2.4), width=19)
    patch.cord("told 2 -> meter", "meter:0 -> figures", "meter:1 -> bar")


def _meter() -> Patch:
    patch = Patch("meter", size=(46, 30), host="pd")
    patch.object("in", "inlet", (2, 1))
    patch.object("told", "route cycle ahead", (2, 3.4), width=14)
    for i, name in enumerate(("cycle", "ahead")):
        patch.object(f"{name} and a half", "+ 0.5", (2 + 7 * i, 5.2))
        patch.object(f"whole {name}", "i", (2 + 7 * i, 7))
        patch.cord(f"told:{i} -> {name} and a half -> whole {name} -> both:{i}")
    patch.object("both", "pack 0 0", (2, 8.8), width=9)
    patch.message("in words", "set cycle $1 of $2 ms", (2, 11))
    patch.object("words", "outlet", (2, 27))
    patch.cord("in -> told", "both -> in words -> words")
    patch.object("each", "unpack 0 0", (16, 11), width=6)
    patch.object("share", "/ 1", (16, 13.4), width=6)
    patch.object("percent", "* 100", (16, 15.8))
    patch.object("late?", "> 100", (22, 18.2))
    patch.object("which", "sel 1 0", (22, 20.6), width=14)
    late, good = (" ".join(colour_of(c) for c in (FIELD, hand, INK)) for hand in (RED, GREEN))
    patch.message("red", f"color {late}", (20, 23))
    patch.message("green", f"color {good}", (20, 25))
    patch.object("bar", "outlet", (12, 27))
    patch.cord("both -> each", "each:1 -> share:1", "each:0 -> share -> percent -> bar")
    patch.cord("percent -> late? -> which", "which:0 -> red -> bar", "which:1 -> green -> bar")
    return patch


def _counters(figures: list[Output]) -> Patch:
    patch = Patch("counters", size=(64, 34), host="pd")
    patch.object("told", "r $0-told", (2, 1))
    y = readings(patch, "told", figures, (2, 3.2))
    patch.comment(
        "Pure Data writes numbers from a million on as 1.212e+06, in boxes and in print.",
        (2, y + 0.5),
        width=58,
    )
    return patch


def _troubleshooting() -> Patch:
    patch = Patch("troubleshooting", size=(74, 26), host="pd")
    y = 1.0
    for seen, advice in ADVICE:
        patch.comment(seen, (1, y), width=20)
        patch.comment(advice, (22, y), name=seen, width=50)
        y += patch.boxes[seen].rect[3] / GRID + 0.6
    return patch
