"""What a stem may be called.

A stem's name becomes an OSC address (`/bass`) and part of file names, for as long as its bundle is
played. So the rule stands here, where export, bundles and protocols reach it.
"""

from __future__ import annotations

import re

#: Names whose addresses mean something else in the protocol: first what clients send, then what
#: the server answers. `runtime/multi_track` serves them; a test holds the two together.
RESERVED = frozenset(
    {
        "context",
        "load_model",
        "packet_test",
        "predict",
        "predict_instruments",
        "print",
        "reset",
        "stats",
        "update_fade",
        "update_package_size",
        "update_r",
        "verbose",
        "w",
        "batch_dropped",
        "error",
        "late",
        "loaded",
        "packet_test_response",
        "ready",
        "server_predicted",
        "stats_response",
    }
)
#: What to do about a name that is refused.
STEM_NAMES = "Use letters A to Z, digits, '_', '-' and '.', and begin with none of the last two."
#: Longest name: it stands in every packet of audio, and in names of files.
_LONGEST = 64
_ALLOWED = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
_CHARACTER = re.compile(r"[A-Za-z0-9_.-]")


def stem_name_fault(name: str) -> str:
    """Why a stem cannot have this name, as the end of a sentence; empty where it can.

    Args:
        name: what a configuration or a manifest calls the stem.
    """
    if name in RESERVED:
        return f"is taken: the protocol uses the address /{name} for something else"
    if len(name) > _LONGEST:
        return f"has {len(name)} characters, more than {_LONGEST}"
    if _ALLOWED.match(name):
        return ""
    strange = dict.fromkeys(c for c in name if not _CHARACTER.match(c))
    if strange:
        why = f"holds {', '.join(map(repr, strange))}"
    else:
        why = f"begins with {name[0]!r}" if name else "is empty"
    return f"is no OSC address, or no name that a file can have on every system: it {why}"
