"""For those who play with the external `multi_track`: how theirs finds a sideman server."""

from __future__ import annotations

from max.patches.patch import Patch
from max.patches.style import QUIET


def from_multi_track() -> Patch:
    """Three messages to copy, and what else changes."""
    patch = Patch("multi_track with sideman", size=(58, 41.5))
    patch.title(
        "multi_track with sideman",
        "Your external and your patches stay as they are. sideman serve takes the server's place.",
    )

    patch.card("1  Start the server yourself", (1, 5), (56, 7.6))
    lines = (
        ("on this machine:", "sideman serve BUNDLE"),
        ("on another:", "sideman serve BUNDLE --listen 0.0.0.0:7000 --allow 192.168.1.7"),
    )
    for i, (where, command) in enumerate(lines):
        patch.comment(where, (1.5, 7 + 1.5 * i), width=8)
        patch.comment(command, (9.5, 7 + 1.5 * i), width=40, bold=True)
    patch.comment(
        "BUNDLE is a folder with a model; leave it out, and the small one plays that comes along. "
        "192.168.1.7 stands for the address of the machine that Max runs on. Ports are those that "
        "multi_track expects: 7000, and 8000 for replies.",
        (1.5, 9.9),
        width=55,
    )

    patch.card("2  Tell multi_track where it is", (1, 13), (56, 15))
    patch.object("external", "multi_track mybuffer bass drums guitar piano", (2, 25.5))
    at = '"--server_ip {} --serverport 7000 --clientport 8000"'
    messages = (
        ("here", f"set_command {at.format('127.0.0.1')}", 2, 16.5, "the server is on this machine"),
        (
            "there",
            f"set_command {at.format('192.168.1.20')}",
            3.4,
            20,
            "it is on another; its address",
        ),
        ("load", "load_model", 34, 16.5, "send your settings, and begin"),
    )
    for name, text, x, y, digest in messages:
        patch.comment(digest, (x, y - 1.5), size=11.0, colour=QUIET, width=22)
        patch.message(name, text, (x, y))
    patch.cord("here -> external")
    patch.cord("there -> external", "load -> external", along=23.5)
    patch.comment(
        "Click one of the two on the left, then load_model. Copy them into your own patch, beside "
        "your own multi_track. Whenever the server was started again, send load_model again.",
        (35.4, 19),
        width=21,
    )

    patch.card("3  Or let multi_track start it", (1, 29), (56, 5.2))
    patch.comment(
        "In its message set_command, put the command in place of the old one, in quotes:  "
        'set_command "sideman serve BUNDLE"  with the full path of both, then  server 1.  What the '
        "external and the panel of its help patch add to the command, sideman understands.",
        (1.5, 30.8),
        width=55,
    )

    patch.card("Good to know", (1, 35.2), (56, 5.3))
    patch.comment(
        "The reply port is 8000: multi_track opens it when it is made, and port_listener does not "
        "move it. Messages r, w, fade, packet_size and predict_instruments work as before. The "
        "object sideman~ needs none of them, nor a buffer: it streams, and follows more closely.",
        (1.5, 37),
        width=55,
    )
    return patch
