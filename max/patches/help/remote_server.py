"""The fourth tab: the server runs on another machine."""

from __future__ import annotations

from max.patches.help.parts import begin_and_end, label, output, source, tab
from max.patches.methods import Methods
from max.patches.patch import Patch, spread
from max.patches.readings import readings


def remote_server(methods: Methods) -> Patch:
    """Where the server is, and whether its model is ready."""
    patch = tab(
        "remote server", "The model may run on another machine, with a faster graphics card."
    )

    patch.card("1  On the other machine", (1, 5), (56, 7.5))
    patch.comment(
        "sideman serve --listen 0.0.0.0:7000 --allow 192.168.1.7",
        (1.5, 7),
        width=55,
        bold=True,
    )
    patch.comment(
        "192.168.1.7 stands for the address of the machine that Max runs on; all others are "
        "ignored. If the other machine has a firewall, let UDP through to port 7000. Use a cable "
        "where you can: Wi-Fi holds packets back for tens of milliseconds. On macOS 15 or newer, "
        "allow Max in System Settings, Privacy & Security, Local Network.",
        (1.5, 8.6),
        width=55,
    )

    patch.card("2  Here", (1, 13.5), (56, 37.5))
    choices = (
        ("the other machine, by address or name", "host 192.168.1.20"),
        ("this machine again", "host 127.0.0.1"),
        ("its port", "port 7000"),
        ("of several models there one, by its name", "bundle mine"),
    )
    patch.object("band", "sideman~ bass", (2, 24.4), width=spread(14, 2))
    source(patch, (2, 19))
    for i, (digest, text) in enumerate(choices):
        label(patch, digest, (10 + 9.2 * i, 16.8), 8.6)
        patch.message(text, text, (10 + 9.2 * i, 19))
        patch.cord(f"{text} -> band", along=21.6)
    begin_and_end(patch, (47, 19), 21.6)
    label(
        patch,
        "They may stand in the object too:  sideman~ bass @host 192.168.1.20 @port 7000",
        (10, 22.2),
        34,
    )

    patch.cord("band -> mix")
    output(patch, (2, 27))
    names = ("state", "advised", "roundtrip", "engine")
    readings(patch, "band:1", [methods.outputs[name] for name in names], (16, 27))
    return patch
