"""What entries say: in words, and as addresses and counts."""

from __future__ import annotations

import json

from sideman.runtime.recording.format import STEP, Kind
from sideman.runtime.system.hosts import Address

#: What the threads do in a turn, for the sentence that says where a run leaves its recording.
DOES = {
    Kind.TAKE: "an event is taken",
    Kind.RELEASE: "a step is done with",
    Kind.ADOPT: "the model is taken into use",
    Kind.REFUSE: "a setting is given up",
    Kind.DROP: "the model is put away",
    Kind.READY: "the model becomes ready, or is no longer",
    Kind.CYCLE: "a cycle ends",
    Kind.FORGET: "another setting begins",
    Kind.UP_TO_DATE: "the bundle on disk is looked at",
    Kind.LOAD: "a bundle is loaded",
    Kind.ANSWER: "a step is answered",
    Kind.FAILED: "a step fails",
    Kind.NUMBER: "a session begins",
}


def address_of(host: int, client: int, *, here: bool) -> Address:
    """An address that stands for a client: hosts and ports differ where they did.

    Nothing is ever sent there; 198.18.0.0/15 belongs to nobody.
    """
    low = f"{host >> 8 & 0xFF}.{host & 0xFF}"
    return (
        f"127.{host >> 16 & 0xFF}.{low}" if here else f"198.{18 + (host >> 16 & 1)}.{low}",
        client,
    )


def told(payload: bytes) -> str:
    """A taken event, in words."""
    name, _, rest = payload.partition(b"\0")
    if name == b"Step" and len(rest) == STEP.size:
        step, wanted = STEP.unpack(rest)
        return f"step {step}{'' if wanted else ' (dropped)'}"
    text = rest.decode("utf-8", "replace")
    return f"{name.decode('ascii', 'replace')} {text}".strip()


def counters_of(payload: bytes) -> dict[str, int]:
    """What a server counted; nothing where that cannot be read."""
    try:
        found = json.loads(payload)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): n for name, n in found.items() if isinstance(n, int)}
