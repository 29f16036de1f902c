"""The clients in C++ that measure a fleet: they find out what is not theirs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sideman.runtime.sharing.server import SharedServer
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.fleet.crowds import NativeCrowd
from tests.runtime.fleet.listeners import Listening
from tests.runtime.fleet.sounds import SAMPLES, sound_of
from tests.runtime.sharing.echo import EchoEngine, SharedEcho

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="clients that measure a fleet are not for Windows"
)
#: More than a client's ramps at the beginning have.
RAMPS = 4_000


class Spoilt(SharedEcho):
    """An echo that spoils each step as it is told."""

    def step(self, audio: np.ndarray) -> np.ndarray:
        stems = super().step(audio)
        if len(stems):
            playing = self._engine.playing
            if self not in playing:
                playing.append(self)
            self._engine.spoil(playing.index(self), stems)
        return stems


class SpoiltEngine(EchoEngine):
    """An engine whose sessions are spoilt echoes.

    Attributes:
        playing: sessions that have played a step, in their order.

    Args:
        spoil: is given the session's place among those and its stems, before they leave.
    """

    def __init__(self, spoil: Callable[[int, np.ndarray], None] = lambda place, stems: None):
        super().__init__()
        self.spoil = spoil
        self.playing: list[SharedEcho] = []

    def session(self) -> SharedEcho:
        self.made.append(Spoilt(self))
        return self.made[-1]


@pytest.fixture
def crowd(max_tool: Callable[[str], Path]) -> Callable[..., list[dict[str, Any]]]:
    """Two clients that play for two seconds, from when they are placed on."""

    def run(engine: SpoiltEngine, *, int16: bool = False, most: int = 100) -> list[dict[str, Any]]:
        tool = max_tool("crowd")
        server = SharedServer(lambda: engine, 2, ("127.0.0.1", 0))
        server.start()
        try:
            end = time.monotonic() + PATIENCE
            while server.load().state == "loading":
                assert time.monotonic() < end
                time.sleep(0.002)
            told = Listening(server.address[:2], time.time() + 1.5, 2.0, 2, 4, int16, 4)
            clients = NativeCrowd(told, [2, 3], tool, most)
            try:
                return clients.results()
            finally:
                clients.close()
        finally:
            for session in engine.made:
                session.let_go()
            server.stop()

    return run


def test_both_languages_make_the_same_noise(max_tool: Callable[[str], Path]) -> None:
    for seed in (0, 7, 39):
        command = [str(max_tool("crowd")), "noise", str(seed), str(SAMPLES + 3)]
        told = subprocess.run(command, check=True, capture_output=True).stdout
        sound = sound_of(seed)
        np.testing.assert_array_equal(
            np.frombuffer(told, np.float32), np.concatenate([sound, sound[:3]])
        )
        assert 0.3 < np.abs(sound).max() <= np.float32(0.4)
    assert not np.isin(sound_of(1)[:64], sound_of(2)).all()


@pytest.mark.realtime
@pytest.mark.parametrize("int16", [False, True])
def test_an_echo_is_exact(crowd: Callable[..., list[dict[str, Any]]], int16: bool) -> None:
    found = crowd(SpoiltEngine(), int16=int16)
    assert [each["seed"] for each in found] == [2, 3]
    for each in found:
        samples = each["samples"]
        assert samples["wrong"] == samples["unjudged"] == 0, each
        assert samples["exact"] > 80_000
        assert samples["soft"] <= RAMPS
        assert each["silent"] == []
        assert len(each["sessions"]) == 1
        assert 0 < each["cpu"] < 1
    assert found[0]["sessions"][0][1] != found[1]["sessions"][0][1]


@pytest.mark.realtime
def test_a_single_wrong_sample_is_found(crowd: Callable[..., list[dict[str, Any]]]) -> None:
    def spoil(place: int, stems: np.ndarray) -> None:
        if place == 0:
            stems[0, 4_000] += 0.01

    found = crowd(SpoiltEngine(spoil))
    wrong = [each["samples"]["wrong"] for each in found]
    assert sorted(w > 0 for w in wrong) == [False, True], wrong
    assert 10 < sum(wrong) < 20  # as many as steps
    place = max(found, key=lambda each: each["samples"]["wrong"])["wrong_places"][-1]
    assert place["count"] == 1
    assert place["heard"][0] == pytest.approx(place["wanted"][0] + 0.01, abs=1e-5)


@pytest.mark.realtime
def test_another_clients_sound_is_wrong_and_is_told_whose(
    crowd: Callable[..., list[dict[str, Any]]],
) -> None:
    def spoil(place: int, stems: np.ndarray) -> None:
        if place == 0 and len(engine.playing) == 2:
            stems[0] = engine.playing[1]._heard[-stems.shape[1] :]

    engine = SpoiltEngine(spoil)
    found = crowd(engine)
    (wrong,) = (each for each in found if each["samples"]["wrong"])
    assert wrong["samples"]["wrong"] > 40_000
    owners = {number for p in wrong["wrong_places"] for number, _ in p.get("whose", ())}
    assert owners == {5 - wrong["seed"]}


@pytest.mark.realtime
def test_what_is_too_much_to_judge_is_counted(
    crowd: Callable[..., list[dict[str, Any]]],
) -> None:
    engine = SpoiltEngine(lambda place, stems: np.multiply(stems, 0.5, out=stems))
    for each in crowd(engine, most=20):
        samples = each["samples"]
        assert samples["exact"] < 25_000  # zeros before anything was played
        assert samples["unjudged"] > 40_000
        assert 10_000 < samples["wrong"] <= 20 * 1_024


@pytest.mark.realtime
def test_a_step_that_never_comes_is_silent(crowd: Callable[..., list[dict[str, Any]]]) -> None:
    """What fails in the engine is silent for a step, and no more than soft beside it."""
    steps = [0, 0]

    def spoil(place: int, stems: np.ndarray) -> None:
        steps[place] += 1
        if place == 0 and steps[0] == 12:
            raise RuntimeError("A step that fails.")

    found = crowd(SpoiltEngine(spoil))
    silent = [sum(seconds for _, seconds in each["silent"]) for each in found]
    assert min(silent) == 0
    assert 0.1 < max(silent) < 0.5, silent
    assert all(each["samples"]["wrong"] == 0 for each in found)
