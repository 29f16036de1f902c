"""The help patch for Pure Data."""

from __future__ import annotations

from collections.abc import Sequence

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
    "bundle": ("mine",),
    "stems": ("bass drums",),
    "step": ("2",),
    "lead": ("4",),
    "latency": ("512",),
    "gain": ("0.5",),
}


#: Rows of messages, by the attributes that they set.
ROWS = (
    ("host", "port"),
    ("bundle", "lead", "step"),
    ("margin", "latency"),
    ("stems", "gain", "bypass"),
)


def pd_help(methods: Methods) -> Patch:
    """Messages on the left, sound below them, and what the object tells on the right."""
    patch = Patch("sideman~-help", size=(77, 46), host="pd")
    patch.card("sideman~", (0, 0), (74, 3))
    patch.comment(
        "plays along with you, live. It needs a server. In a terminal: sideman serve",
        (10, 0.2),
        width=60,
    )
    patch.comment(
        "Settings may also stand in the box: sideman~ bass drums @gain 0.5", (10, 1.6), width=60
    )
    y = _messages(patch, methods)
    patch.object("messages", "r $0-band", (6, y))
    patch.object("input", "adc~ 1", (1, y))
    patch.object("band", "sideman~ bass drums", (1, y + 2.4), width=14)
    patch.comment(
        "adc~ takes what you play. An outlet of sound for each name, and a last one for messages",
        (16, y + 1.3),
        width=19,
    )
    patch.object("mix", "*~ 0.5", (1, y + 4.8))
    patch.object("output", "dac~ 1 2", (1, y + 7.2))
    patch.object("told", "s $0-told", (14 + 1 - 8 * 2 / GRID, y + 4.8))
    patch.comment("audio: menu Media, DSP On", (6, y + 7.3), width=13)
    patch.cord("messages -> band", "input -> band", "band:2 -> told")
    patch.cord("band:0 -> mix", "band:1 -> mix", "mix -> output:0", "mix -> output:1")
    _outputs(patch, methods)
    return patch


def _messages(patch: Patch, methods: Methods) -> float:
    """Add rows of them below each other, each with a way of its own to the object."""
    y = 3.6
    words = [f"{m.name}: {m.digest[0].lower()}{m.digest[1:]}" for m in methods.messages.values()]
    y = _row(patch, ", ".join(words), list(methods.messages), y)
    for names in ROWS:
        attributes = [methods.attributes[name] for name in names]
        about = ". ".join(_about(attribute) for attribute in attributes)
        y = _row(patch, about, [text for each in attributes for text in _values(each)], y)
    return y + 0.4


def _row(patch: Patch, about: str, messages: Sequence[str], y: float) -> float:
    """Words, messages below them, and below those what sends them on."""
    patch.comment(about, (1, y), name=about, width=34)
    y += patch.boxes[about].rect[3] / GRID + 0.1
    x, sent = 1.0, f"to the band {y}"
    for text in messages:
        patch.message(text, text, (x, y))
        patch.cord(f"{text} -> {sent}")
        x += patch.boxes[text].rect[2] / GRID + 0.8
    patch.object(sent, "s $0-band", (1, y + 2.1))
    return y + 3.8


def _about(attribute: Attribute) -> str:
    also = "" if attribute.choices else attribute.would_do
    return f"{attribute.digest} ({also})" if also else attribute.digest


def _values(attribute: Attribute) -> list[str]:
    """Messages that set an attribute: all words of a choice, or examples and the way back."""
    first = attribute.initial.rstrip(".")
    values = attribute.choices or [*EXAMPLES.get(attribute.name, ("1",)), first]
    # A name alone takes a text back, and all stems are among the examples.
    return [
        f"{attribute.name} {value}".rstrip()
        for value in values
        if value or attribute.type == "symbol"
    ]


def _outputs(patch: Patch, methods: Methods) -> None:
    """All that it tells: words, a cycle, and further windows with figures."""
    patch.comment(
        "What it tells, from its last outlet. Of text, each word is a symbol", (37, 3.6), width=38
    )
    figures = [o for o in methods.outputs.values() if o.arguments in ("int", "float")]
    words = [o for o in methods.outputs.values() if o not in figures]
    patch.object("told 0", "r $0-told", (37, 5.4))
    y = readings(patch, "told 0", words, (37, 7.4)) + 0.6
    _cycle(patch, (37, y))
    y += 6.4
    for window, about in (
        (_figures("look-ahead", figures[:6]), "click it: look-ahead, step, time to spare"),
        (_figures("counters", figures[6:]), "click it: round trip, lost, late, repaired"),
        (_troubleshooting(), "click it: what you see, and what to do"),
    ):
        patch.subpatch(window, (37, y))
        patch.comment(about, (47, y), width=27)
        y += 2


def _cycle(patch: Patch, at: Place) -> None:
    """How long a cycle takes against its deadline, in words and as a bar that is red when late."""
    x, y = at
    patch.object("told 2", "r $0-told", at)
    patch.subpatch(_meter(), (x, y + 1.9))
    patch.control("figures", "display", (x, y + 4), (12, 1.3))
    patch.control("bar", "hsl", (x + 13, y + 4), (20, 1.2), low=0, high=100)
    patch.comment("the right end is the deadline, red is late", (x + 11, y + 2.2), width=24)
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


def _figures(name: str, figures: list[Output]) -> Patch:
    patch = Patch(name, size=(64, 34), host="pd")
    patch.object("told", "r $0-told", (2, 1))
    y = readings(patch, "told", figures, (2, 3.2))
    patch.comment(
        "Pure Data writes numbers from a million on as 1.212e+06, in boxes and in print.",
        (2, y + 0.5),
        width=58,
    )
    return patch


def _troubleshooting() -> Patch:
    patch = Patch("troubleshooting", size=(74, 34), host="pd")
    y = 1.0
    for seen, advice in ADVICE:
        patch.comment(seen, (1, y), name=seen, width=20)
        patch.comment(advice, (22, y), name=advice, width=50)
        y += max(patch.boxes[words].rect[3] for words in (seen, advice)) / GRID + 0.6
    return patch
