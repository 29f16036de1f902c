"""The shipped demo, for six seconds and for real: server process, UDP, real time."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
from rich.console import Console

from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse import demo
from sideman.runtime.rehearse.plan import Request
from sideman.runtime.rehearse.run import run


def test_the_demo_plays_along_in_real_time(tmp_path):
    try:
        demo.demo_bundle()
    except SidemanError as error:
        pytest.skip(f"no demo to rehearse with: {error.what}")
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
    assert (tmp_path / "latency.png").read_bytes().startswith(b"\x89PNG")
    assert "random, not trained" in console.export_text()
