"""The client in C++ against the real server: what it plays is what the Python client plays."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sideman.runtime.server.server import Server
from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.rates import ratio, reach
from tests.runtime.native.proxy import Impairment, Proxy

pytestmark = pytest.mark.realtime
RATE = 44_100
SOUND = np.random.default_rng(3).uniform(-0.5, 0.5, 5 * RATE).astype(np.float32)


@dataclass
class Played:
    """What came back: float32 [stems, n], and what the client said."""

    stems: np.ndarray
    status: list[dict[str, Any]]


@pytest.fixture
def play(max_tool: Callable[[str], Path], tmp_path: Path) -> Callable[..., Played]:
    def run(
        address: tuple,
        sound: np.ndarray,
        stems: str = "bass",
        *,
        rate: int = RATE,
        block: int = 64,
        step: int = 4,
        lead: int = 4,
    ) -> Played:
        given, heard = tmp_path / "given.f32", tmp_path / "heard.f32"
        given.write_bytes(sound.tobytes())
        command = [max_tool("play"), address[0], address[1], stems, rate, block, step, lead]
        done = subprocess.run(
            [str(part) for part in (*command, given, heard)],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        rows = len(stems.split(","))
        blocks = np.frombuffer(heard.read_bytes(), np.float32).reshape(-1, rows, block)
        status = [json.loads(line) for line in done.stdout.splitlines()]
        return Played(np.concatenate(list(blocks), axis=1), status)

    return run


def wanted(sound: np.ndarray, place: Placement, gain: float) -> np.ndarray:
    """What the echo makes of a sound that was played from position 0 on."""
    delay = place.ahead + place.reply_samples
    return gain * np.concatenate([np.zeros(delay, np.float32), sound])[: len(sound)]


@pytest.mark.parametrize(("step", "lead", "block"), [(1, 2, 64), (4, 4, 64), (2, 7, 441)])
def test_every_sample_comes_back_at_its_place(
    server: Server, play: Callable[..., Played], step: int, lead: int, block: int
) -> None:
    sound = SOUND[: len(SOUND) // block * block]
    played = play(server.address, sound, "bass,drums", block=block, step=step, lead=lead)
    last = played.status[-2]
    assert (last["state"], last["step"], last["lead"]) == ("playing", step, lead)
    assert (last["lost"], last["late"], last["context_lost"], last["dropped"]) == (0, 0, 0, 0)
    place = Placement(0, step, lead, 882)
    for row, gain in enumerate((1, 2)):
        expected = wanted(sound, place, gain)
        # The first sample of all rises from silence.
        rising = slice(place.start(0), place.start(0) + place.overlap)
        expected[rising] = played.stems[row][rising] = 0
        expected = np.clip(expected, -1, 1)
        np.testing.assert_allclose(played.stems[row], expected, atol=1e-6)
        assert np.abs(expected).max() > 0.4


def test_another_rate_is_placed_in_the_clients_samples(
    server: Server, play: Callable[..., Played]
) -> None:
    rate = 48_000
    time = np.arange(5 * rate) / rate
    sound = (0.4 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    sound = sound[: len(sound) // 64 * 64]
    played = play(server.address, sound, rate=rate)
    up, down = ratio(rate, RATE)
    place = Placement(0, 4, 4, 882, up, down, reach(up, down))
    heard = played.stems[0]
    # The delay that explains what is heard best, to a sample: what the placement says.
    delay = (place.model_ahead + place.model_step + place.overlap) * up / down
    since = int(delay) + rate
    expected = 0.4 * np.sin(2 * np.pi * 440 * (np.arange(len(heard)) - delay) / rate)
    np.testing.assert_allclose(heard[since:], expected[since:], atol=0.01)
    assert played.status[-2]["lost"] == 0


def test_what_is_lost_on_the_way_is_asked_for(server: Server, play: Callable[..., Played]) -> None:
    proxy = Proxy(server.address, Impairment(loss=0.05, duplication=0.02, jitter=0.02))
    try:
        played = play(proxy.address, SOUND[: len(SOUND) // 64 * 64], step=4, lead=8)
    finally:
        proxy.close()
    last = played.status[-2]
    assert proxy.lost[0] + proxy.lost[1] > 20
    assert last["repaired"] > 0
    assert (last["lost"], last["late"], last["context_lost"]) == (0, 0, 0)
    place = Placement(0, 4, 8, 882)
    expected = wanted(SOUND[: len(SOUND) // 64 * 64], place, 1)
    rising = slice(place.start(0), place.start(0) + place.overlap)
    expected[rising] = played.stems[0][rising] = 0
    np.testing.assert_allclose(played.stems[0], expected, atol=1e-6)


def test_without_a_lead_the_servers_advice_is_followed(
    server: Server, play: Callable[..., Played]
) -> None:
    played = play(server.address, SOUND[: len(SOUND) // 64 * 64], step=2, lead=0)
    assert played.status[-2]["advised"] == played.status[-2]["lead"] > 0
