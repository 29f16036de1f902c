"""The last tab: what one sees, and what to do."""

from __future__ import annotations

from max.patches.help.parts import label, output, tab
from max.patches.methods import Methods
from max.patches.patch import Patch, spread
from max.patches.readings import readings

ADVICE = (
    (
        "It stays at connecting",
        "Does sideman serve run, on the host and port that the object has? Does a firewall let UDP "
        "through? The output text says what is known.",
    ),
    (
        "Another performer has the server",
        "A server plays with one at a time. Send stop there, or start a second "
        "server on another port.",
    ),
    (
        "It plays, and you hear nothing",
        "Is audio on? Is gain above 0, and bypass 0? After panic, send start. Is the stem's name "
        "one of known? A new session needs some seconds of your playing.",
    ),
    (
        "late grows, or spare is below 0",
        "The server is too slow for this lead. Send lead auto and margin safe; choose a larger "
        "step; run sideman doctor on the server's machine.",
    ),
    (
        "lost or contextlost grows",
        "The network loses packets. Use a cable, or a Wi-Fi of your own.",
    ),
    (
        "The band is early or late by a constant",
        "Set latency to the samples that your sound card takes, in and out together.",
    ),
)


def troubleshooting(methods: Methods) -> Patch:
    """Counters and advice."""
    patch = tab("troubleshooting", "What you see, and what to do.")

    patch.card("What you see, and what to do", (1, 5), (56, 16.2))
    for i, (seen, advice) in enumerate(ADVICE):
        patch.comment(seen, (1.5, 7 + 2.34 * i), width=16, bold=True)
        patch.comment(advice, (18, 7 + 2.34 * i), width=38.5)

    patch.card("What it counts", (1, 21.8), (56, 19.4))
    label(patch, "say all of it", (9, 23.7), 6)
    patch.message("status", "status", (9, 25.1))
    label(patch, "what you play", (2, 23.7), 6)
    patch.object("input", "adc~ 1", (2, 25.1))
    patch.object("band", "sideman~ bass", (2, 27.5), width=spread(14, 2))
    patch.cord("input -> band", "band -> mix")
    patch.cord("status -> band", along=27)
    output(patch, (2, 30))
    names = ("lost", "late", "repaired", "contextlost")
    readings(patch, "band:1", [methods.outputs[name] for name in names], (16, 29.9))
    return patch
