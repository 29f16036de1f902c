"""A page whose sounds are known to the sample: noise, another one for every card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sideman.runtime.listen.html import write_page
from sideman.runtime.listen.sounds import write_sound
from sideman.runtime.listen.store import FORMAT

RATE, SECONDS = 44_100, 4
#: Of the second take.
SHORTER = 3
#: A name that would do harm if it were not escaped.
EVIL = """</script><img src=x onerror="document.title='evil'">'&"""
PLAYERS = ("plain", f"int8 {EVIL}")
REGIMES = (("retrospective", False), ("look-ahead", True))


def noise(name: str, seconds: int = SECONDS) -> np.ndarray:
    """Float32 [samples], the same for the same name."""
    seed = np.frombuffer(name.encode(), np.uint8)
    return np.random.default_rng(list(seed)).uniform(-0.25, 0.25, seconds * RATE).astype(np.float32)


def known(row: str, card: str = "") -> np.ndarray:
    """The sound of a card's stem alone, or the context of its row."""
    name = row.removeprefix("take-1-")
    seconds = SHORTER if row.startswith("take-2") else SECONDS
    rest = card.removeprefix(f"{row}-").removeprefix("player-")
    return noise(f"{name}-{rest or 'context'}", seconds)


def make_page(
    folder: Path, stems: tuple[str, ...] = ("bass", "drums"), kind: str = "flac", more: bool = False
) -> dict[str, Any]:
    """Write a page of two players, two regimes and these stems.

    Args:
        folder: of the page.
        stems: of the first take.
        kind: of the files.
        more: whether there is a second take, of a bass alone; and an earlier page, which has the
            first player's sounds of the first take.

    Returns:
        Its record.
    """

    def sound(name: str) -> dict[str, Any]:
        seconds = SHORTER if name.startswith("take-2") else SECONDS
        return write_sound(folder, name, noise(name, seconds), RATE, -10.0, kind)

    takes = [("take-1", f"A song {EVIL}", SECONDS), ("take-2", "Another song", SHORTER)]
    rows = [("take-1", stem) for stem in stems] + [("take-2", "bass")]
    if not more:
        takes, rows = takes[:1], rows[:-1]

    record: dict[str, Any] = {
        "format": FORMAT,
        "version": "0",
        "made": "2026-01-01T00:00:00+00:00",
        "machine": {"processor": "a processor", "cores": 2},
        "rate": RATE,
        "seed": 0,
        "notes": [EVIL],
        "wanted": 4 * len(rows),
        "faults": [f"int8 {EVIL} stopped."],
        "takes": [
            {
                "id": take,
                "title": title,
                "notes": [f"{EVIL}.wav: its 2 channels were averaged to mono."],
                "seconds": seconds,
                "judged_from": 1.0,
            }
            for take, title, seconds in takes
        ],
        "rows": [
            {
                "id": f"{take}-{stem}",
                "take": take,
                "stem": stem,
                "digest": stem,
                "context": sound(f"{_short(take)}{stem}-context"),
                "truth": sound(f"{_short(take)}{stem}-truth"),
                "figures": {"level": -16.8},
                "mix_peak": 0.5,
                "chance": {"chord_fit": 0.4, "onset_f": 0.2},
            }
            for take, stem in rows
        ],
        "players": [
            {
                "id": f"player-{number}",
                "name": name,
                "bundle": name,
                "digest": name,
                "backend": "onnxruntime",
                "kind": "consistency",
                "trained": number == 1,
                "precision": "fp32",
                "evaluations": 2,
                "stems": list(stems),
                "runs_on": "ONNX Runtime",
            }
            for number, name in enumerate(PLAYERS, start=1)
        ],
        "regimes": [
            {
                "id": name,
                "name": name,
                "meaning": name,
                "settings": {"r": 0.25, "fade": 0.02},
                "step": 1.5,
                "deadline": 1.48,
                "live": live,
            }
            for name, live in REGIMES
        ],
    }
    record["cells"] = [
        {
            "id": f"{take}-{stem}-player-{number}-{regime}",
            "key": f"{_short(take)}{stem}-{number}-{regime}",
            "row": f"{take}-{stem}",
            "player": f"player-{number}",
            "regime": regime,
            "sound": sound(f"{_short(take)}{stem}-{number}-{regime}"),
            "figures": {"level": -16.8, "distance": 5.0, "chord_fit": 0.75, "onset_f": 0.8},
            "mix_peak": 0.5,
            "cycles": [0.5, 0.6],
            "worked": 1.0,
            "waited": 0.0,
            "notes": [],
            "runs_on": "ONNX Runtime",
            "backend": "onnxruntime",
            "setting": {"processor": "a processor", "threads": None},
            "version": "0",
            "made": "2026-01-01T00:00:00+00:00",
        }
        for take, stem in rows
        for number in (1, 2)
        for regime, _ in REGIMES
    ]
    if more:
        paired = [c for c in record["cells"] if c["id"].startswith("take-1") and "-1-" in c["key"]]
        for cell in paired:
            cell["earlier"] = {
                "name": EVIL,
                "change": f"{EVIL}, fp32 → plain, int8",
                "disturbed": False,
                "figures": {"level": -18.0, "distance": 5.0},
                "cycles": [0.4],
                "mix_peak": 0.5,
                "sound": sound(f"{cell['key']}-earlier"),
            }
        record["against"] = {
            "folder": EVIL,
            "made": "2025-01-01T00:00:00+00:00",
            "processor": EVIL,
            "differences": ["The noise's seed was 0 there and is 3 here."],
            "paired": len(paired),
            "new": len(record["cells"]) - len(paired),
            "lost": 1,
        }
    write_page(folder, record)
    return record


def _short(take: str) -> str:
    return "" if take == "take-1" else f"{take}-"
