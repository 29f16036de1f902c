"""`sideman serve` as a performer starts it: the shipped bundle and a `multi_track` client."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session
from sideman.runtime.rehearse.client import ClientSettings, MultiTrackClient
from sideman.runtime.rehearse.process import free_port
from sideman.runtime.rehearse.timeline import Placement
from tests.models.places import BUNDLE

STEMS = ("bass", "drums", "guitar", "piano")
R, W, FADE, SEED = 0.125, 1, 0.02, 5
#: What a performer's server must not load.
FOREIGN = {"torch", "matplotlib", "onnx", "music2latent", "onnxscript", "soundfile"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to end the server by")
def test_a_client_hears_what_the_session_plays(listing_modules: str) -> None:
    """Sample for sample, two stems as two different rows, and nothing foreign in the process."""
    bundle, wanted = BUNDLE, ("bass", "piano")
    rng = np.random.default_rng(1)
    with Session.open(bundle, seed=SEED, backend=BackendChoice(threads=1)) as session:
        geometry = Geometry.reference(session.grid, R, W, FADE)
        steps = 0.1 * rng.standard_normal((3, geometry.step_samples), dtype=np.float32)
        session.configure(geometry, tuple(STEMS.index(stem) for stem in wanted))
        session.reset()
        expected = [session.step(step).copy() for step in steps]
    placement = Placement.of(geometry, W, len(steps))
    settings = ClientSettings(STEMS, wanted, R, W, FADE, package=4_410)
    with MultiTrackClient(settings, placement) as client:
        port = free_port()
        process = start(listing_modules, bundle, port, client.address[1])
        try:
            client.wait_ready(60)
            client.shake_hands(("127.0.0.1", port), 60)
            for step in steps:
                client.send_step(("127.0.0.1", port), 0.0, [step])
                assert client.wait_answered(60), client.errors
            process.send_signal(signal.SIGTERM)
            output, log = process.communicate(timeout=30)
        finally:
            process.kill()
            process.wait()
        assert client.errors == []
        for row, stem in enumerate(wanted):
            heard = client.tracks[stem].samples
            for batch, stems in enumerate(expected):
                start_at, end = placement.content(batch)
                # The head of the content is free of cross-fades, the tail is faded by the next.
                solid = end - geometry.fade_samples
                played = stems[row][geometry.fade_samples :][: solid - start_at]
                np.testing.assert_allclose(heard[start_at:solid], played, atol=1e-6)
    assert process.returncode == 0, log
    assert FOREIGN & set(output.rpartition("MODULES")[2].split()) == set()
    assert not np.allclose(expected[0][0], expected[0][1])


def start(script: str, bundle: Path, port: int, reply: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, "serve", str(bundle), "--threads", "1"]
    command += ["--listen", f"127.0.0.1:{port}", "--reply", f"127.0.0.1:{reply}"]
    command += ["--seed", str(SEED)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
