"""Cycles that are made up, as a server's log has them."""

from __future__ import annotations

from typing import Any

#: Spans of a cycle one behind the other, in milliseconds.
LENGTHS = {
    "receive": 2.0, "queue": 0.0, "wake": 0.3, "window": 0.4, "encode": 10.0, "step": 20.0,
    "decode": 30.0, "store": 0.5, "send": 0.1, "pace": 6.0,
}  # fmt: skip


def made_cycles(count: int, spread: float = 0.0) -> list[dict[str, Any]]:
    """Cycles every 1.5 s; each takes `spread` longer than the one before, as a part of it."""
    cycles = []
    for number in range(count):
        at = 10**15 + number * 1_500_000_000
        begins, seconds = {}, {}
        for span, length in LENGTHS.items():
            begins[span] = at
            seconds[span] = 1e-3 * length * (1 + spread * number)
            at += round(1e9 * seconds[span])
        parts = ("wake", "window", "store", "send")
        seconds["overhead"] = sum(seconds[span] for span in parts)
        seconds["path"] = seconds["overhead"] + sum(
            seconds[s] for s in ("encode", "step", "decode")
        )
        seconds["lock"] = 0.0002
        cycles.append(
            {
                "batch_id": number,
                "seconds": seconds,
                "begins": begins,
                "deadline": 1.48,
                "late": 0.0,
            }
        )
    return cycles
