"""A page whose sounds are known to the sample: noise, another one for every card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sideman.runtime.listen.html import write_page
from sideman.runtime.listen.sounds import write_sound
from sideman.runtime.listen.store import FORMAT

RATE, SECONDS = 44_100, 4
#: A name that would do harm if it were not escaped.
EVIL = """</script><img src=x onerror="document.title='evil'">'&"""
PLAYERS = ("plain", f"int8 {EVIL}")
REGIMES = (("retrospective", False), ("look-ahead", True))


def noise(name: str) -> np.ndarray:
    """Float32 [samples], the same for the same name."""
    seed = np.frombuffer(name.encode(), np.uint8)
    return np.random.default_rng(list(seed)).uniform(-0.25, 0.25, SECONDS * RATE).astype(np.float32)


def make_page(
    folder: Path, stems: tuple[str, ...] = ("bass", "drums"), kind: str = "flac"
) -> dict[str, Any]:
    """Write a page of two players, two regimes and these stems; returns its record."""

    def sound(name: str) -> dict[str, Any]:
        return write_sound(folder, name, noise(name), RATE, -10.0, kind)

    record: dict[str, Any] = {
        "format": FORMAT,
        "version": "0",
        "made": "2026-01-01T00:00:00+00:00",
        "machine": {"processor": "a processor", "cores": 2},
        "rate": RATE,
        "seed": 0,
        "notes": [EVIL],
        "wanted": 4 * len(stems),
        "faults": [f"int8 {EVIL} stopped."],
        "takes": [
            {
                "id": "take-1",
                "title": f"A song {EVIL}",
                "notes": [f"{EVIL}.wav: its 2 channels were averaged to mono."],
                "seconds": SECONDS,
                "judged_from": 1.0,
            }
        ],
        "rows": [
            {
                "id": f"take-1-{stem}",
                "take": "take-1",
                "stem": stem,
                "digest": stem,
                "context": sound(f"{stem}-context"),
                "truth": sound(f"{stem}-truth"),
                "figures": {"level": -16.8},
                "mix_peak": 0.5,
                "chance": {"chord_fit": 0.4, "onset_f": 0.2},
            }
            for stem in stems
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
            "id": f"take-1-{stem}-player-{number}-{regime}",
            "key": f"{stem}-{number}-{regime}",
            "row": f"take-1-{stem}",
            "player": f"player-{number}",
            "regime": regime,
            "sound": sound(f"{stem}-{number}-{regime}"),
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
        for stem in stems
        for number in (1, 2)
        for regime, _ in REGIMES
    ]
    write_page(folder, record)
    return record
