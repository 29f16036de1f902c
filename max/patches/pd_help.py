"""The help patch for Pure Data."""

from __future__ import annotations

from max.patches.advice import ADVICE
from max.patches.methods import Methods, Output
from max.patches.patch import Patch
from max.patches.readings import readings
from max.patches.style import GRID

#: An example of each attribute, and, where that is not its first value, the way back and words on
#: what other values there are.
EXAMPLES = {
    "host": ("192.168.1.20", "127.0.0.1", "this machine, as at first"),
    "port": ("7000", "", ""),
    "stems": ("bass drums", "", ""),
    "step": ("2", "auto", "1 to 64 columns of 93 ms, or auto"),
    "lead": ("4", "auto", "1 to 64 columns of 93 ms, or auto"),
    "margin": ("safe", "normal", "tight, normal or safe"),
    "latency": ("512", "0", "0 to 192000 samples"),
    "gain": ("0.5", "1", "0 to 4"),
    "bypass": ("1", "0", "let them be heard again"),
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
        example, back, words = EXAMPLES[attribute.name]
        rows.append((f"{attribute.name} {example}", attribute.digest))
        if back:
            rows.append((f"{attribute.name} {back}", words))
    y = 5.2
    for i, (text, digest) in enumerate(rows):
        patch.message(text, text, (6 + 0.4 * i, y))
        patch.comment(digest, (19.6, y), width=17.8)
        patch.cord(f"{text} -> band")
        y += 1.75
    return y + 0.6


def _outputs(patch: Patch, methods: Methods) -> None:
    """All that it tells: words, figures, and further windows."""
    patch.comment(
        "What it tells, from its last outlet. Of text, each word is a symbol", (38, 3.4), width=41
    )
    figures = [o for o in methods.outputs.values() if o.arguments in ("int", "float")]
    words = [o for o in methods.outputs.values() if o not in figures]
    y = 5.2
    for i, group in enumerate((words, figures[:4])):
        source = f"told {i}"
        patch.object(source, "r $0-told", (38, y))
        y = readings(patch, source, group, (38, y + 2.2)) + 0.8
    for window, about in (
        (_counters(figures[4:]), "click it: spare time, and what was lost, late and repaired"),
        (_troubleshooting(), "click it: what you see, and what to do"),
    ):
        patch.subpatch(window, (38, y))
        patch.comment(about, (48, y), width=30)
        y += 2


def _counters(figures: list[Output]) -> Patch:
    patch = Patch("counters", size=(64, 26), host="pd")
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
