"""The shipped demo, for six seconds and for real: server process, UDP, real time."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
from rich.console import Console

from sideman.runtime.rehearse.plan import Request
from sideman.runtime.rehearse.run import run


@pytest.mark.realtime
def test_the_demo_plays_along_in_real_time(tmp_path):
    console = Console(width=200, record=True, highlight=False)
    assert run(Request(out=tmp_path, seconds=6.0), console), console.export_text()
    data = json.loads((tmp_path / "latency.json").read_text())
    assert data["counts"]["dropped"] == data["counts"]["lost"] == 0
    assert data["errors"] == []
    assert data["stale_packets"] == 0
    assert data["messages"]["/server_predicted"] == data["counts"]["steps"] == 4
    assert {"receive", "encode", "step", "decode", "send", "cycle", "path"} < set(data["seconds"])
    bass, rate = soundfile.read(tmp_path / "bass.wav")
    step = round(data["step_seconds"] * rate)
    assert not bass[: 2 * step - 882].any()
    answers = bass[2 * step : 6 * step].reshape(4, step)
    assert np.abs(answers).max(axis=1).min() > 1e-4
    for picture in ("latency.png", "spectrograms.png", "waterfall.png"):
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")
    # Six seconds fill the window; nothing is judged before that.
    assert data["scores"] == {}
    assert data["trained"]


def test_the_demo_plays_along_and_says_how_well(tmp_path):
    """Without a clock, so that a busy machine changes nothing, and with nothing to foresee."""
    console = Console(width=200, record=True, highlight=False)
    assert run(Request(out=tmp_path, seconds=24.0, w=-1, offline=True, seed=1), console)
    scores = json.loads((tmp_path / "latency.json").read_text())["scores"]
    assert set(scores) == {"bass"}
    # 1.00 and 0.85 were reached when this was written, 1.00 and 0.83 with another seed; 0.38 and
    # 0.18 come by chance.
    assert scores["bass"]["chord_fit"] > 0.85
    assert scores["bass"]["onset_f"] > 0.75
    assert -35 < scores["bass"]["level"] < -15
    assert "of beats fit the chord" in console.export_text()
