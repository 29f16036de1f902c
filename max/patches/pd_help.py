"""The help patch for Pure Data."""

from __future__ import annotations

from max.patches.methods import Methods
from max.patches.patch import Patch
from max.patches.readings import readings

#: Attributes are messages in Pure Data; an example of each.
EXAMPLES = {
    "host": "192.168.1.20",
    "port": "7000",
    "stems": "bass drums",
    "step": "auto",
    "lead": "auto",
    "margin": "safe",
    "latency": "512",
    "gain": "0.5",
    "bypass": "1",
}


def pd_help(methods: Methods) -> Patch:
    """Messages on the left, sound below them, and what the object tells on the right."""
    patch = Patch("sideman~-help", size=(80, 54), host="pd")
    patch.card("sideman~", (0, 0), (78, 3))
    patch.comment(
        "plays along with you, live. It needs a server. In a terminal: sideman serve BUNDLE",
        (10, 1),
        width=48,
    )
    y = _messages(patch, methods)
    patch.object("input", "adc~ 1", (1, y))
    patch.object("band", "sideman~ bass drums", (5, y + 3), width=14)
    patch.comment(
        "adc~ takes what you play. An outlet of sound for each name, and a last one for messages",
        (20, y + 2.2),
        width=15,
    )
    patch.object("told", "s $0-told", (16, y + 6))
    patch.object("mix", "*~ 0.5", (5, y + 6))
    patch.object("output", "dac~ 1 2", (5, y + 9))
    patch.comment("audio: menu Media, DSP On", (10, y + 9), width=18)
    patch.cord("input -> band", "band:0 -> mix", "band:1 -> mix", "band:2 -> told")
    patch.cord("mix -> output:0", "mix -> output:1")
    _outputs(patch, methods)
    return patch


def _messages(patch: Patch, methods: Methods) -> float:
    """Add them below each other; each stands a little to the right, so that no cord hides one."""
    patch.comment("Messages, and settings (attributes in Max)", (2, 3.6), width=32)
    rows = [(m.name, m.digest) for m in methods.messages.values()]
    rows += [(f"{a.name} {EXAMPLES[a.name]}", a.digest) for a in methods.attributes.values()]
    y = 5.2
    for i, (text, digest) in enumerate(rows):
        patch.message(text, text, (6 + 0.55 * i, y))
        patch.comment(digest, (22, y), width=14)
        patch.cord(f"{text} -> band")
        y += 1.75
    return y + 1


def _outputs(patch: Patch, methods: Methods) -> None:
    """All that it tells: words, figures, and counters in a window of their own."""
    patch.comment("What it tells, from its last outlet", (38, 3.6), width=30)
    texts = [o for o in methods.outputs.values() if "symbol" in o.arguments]
    figures = [o for o in methods.outputs.values() if o not in texts]
    y = 5.2
    for i, group in enumerate((texts, figures[:5])):
        source = f"told {i}"
        patch.object(source, "r $0-told", (38, y))
        y = readings(patch, source, group, (38, y + 2.2)) + 0.8
    counters = Patch("counters", size=(60, 20), host="pd")
    counters.object("told", "r $0-told", (2, 1))
    readings(counters, "told", figures[5:], (2, 3.2))
    patch.subpatch(counters, (38, y))
    patch.comment("click it: what was lost, late and repaired", (44, y), width=30)
