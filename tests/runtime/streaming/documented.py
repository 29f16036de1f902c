"""The worked examples of docs/native-protocol.md, read from that file."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "native-protocol.md"


def examples() -> dict[str, bytes]:
    """Datagrams by the name behind ```hex."""
    text = DOCUMENT.read_text(encoding="utf-8")
    blocks = re.findall(r"^```hex ([^\n]+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    found = {}
    for name, block in blocks:
        found[name] = bytes.fromhex(block)
    assert len(found) == len(blocks), "every example has a name of its own"
    return found
