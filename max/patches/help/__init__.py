"""The help patch for Max: a module for each tab."""

from __future__ import annotations

from max.patches.help.look_ahead import look_ahead
from max.patches.help.play import play
from max.patches.help.remote_server import remote_server
from max.patches.help.several_stems import several_stems
from max.patches.help.troubleshooting import troubleshooting
from max.patches.methods import Methods
from max.patches.patch import Patch


def tabs(methods: Methods) -> list[Patch]:
    """All tabs, from the left."""
    return [
        make(methods) for make in (play, several_stems, look_ahead, remote_server, troubleshooting)
    ]
