"""The player in C++ sounds as the one in Python does, and counts what it counts."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from sideman.runtime.client.player import Player
from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.rates import ratio

NEVER = 1 << 62
SEEDS = 8


@pytest.fixture
def program(max_tool: Callable[[str], Path]) -> Path:
    """`player_check`, built."""
    return max_tool("player_check")


@dataclass
class Both:
    """Writes a script for the program while the player in Python does the same."""

    stems: int
    rate: int
    heard: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.player = Player(self.stems, self.rate)
        self.script = bytearray(struct.pack("<ii", self.stems, self.rate))
        self.playhead = 0

    def write(self, key, row: int, step: int, position: int, samples: np.ndarray) -> None:
        self.script += b"s" + struct.pack("<IIiqqi", *key, row, step, position, len(samples))
        self.script += samples.astype("<f4").tobytes()
        self.player.write(key, row, step, position, samples, self.playhead)

    def follow(self, key, place: Placement, rows, jump_at: int | None = None) -> None:
        at = NEVER if jump_at is None else jump_at
        bits = sum(1 << row for row in rows)
        self.script += b"f" + struct.pack("<IIqQq", *key, at, bits, place.origin)
        columns = place.step, place.lead, place.overlap
        self.script += struct.pack("<iiiii", *columns, place.up, place.down)
        self.player.follow(key, place, rows=rows, jump_at=jump_at)

    def stop(self, at: int) -> None:
        self.script += b"e" + struct.pack("<q", at)
        self.player.stop(at)

    def mute(self, muted: bool) -> None:
        self.script += b"m" + struct.pack("<i", muted)
        self.player.muted = muted

    def read(self, count: int) -> None:
        self.script += b"r" + struct.pack("<qi", self.playhead, count)
        out = np.ones((self.stems, count), np.float32)
        self.player.read(self.playhead, out)
        self.playhead += count
        self.heard.append(out)

    def compare(self, program: Path) -> None:
        result = subprocess.run(
            [program], check=False, input=bytes(self.script), capture_output=True
        )
        assert result.returncode == 0, result.returncode
        counters = struct.unpack("<qq", result.stdout[-16:])
        samples = np.frombuffer(result.stdout[:-16], "<f4")
        at = position = 0
        for expected in self.heard:
            found = samples[at : at + expected.size].reshape(expected.shape)
            apart = np.abs(found - expected)
            assert apart.max() <= 1e-6, (position, np.argwhere(apart > 1e-6)[:5], apart.max())
            at += expected.size
            position += expected.shape[1]
        assert at == len(samples)
        assert counters == (self.player.silent, self.player.late)


class Network:
    """Packets of a session on their way: lost, late, twice, in another order."""

    def __init__(self, both: Both, rng: np.random.Generator) -> None:
        self.both, self.rng = both, rng
        self.flying: list[tuple[int, int, tuple]] = []  # (when it arrives, number, packet)
        self.sent = 0

    def send_step(self, key, place: Placement, rows, step: int, loss: float, late: float) -> None:
        rng, length = self.rng, place.end(step) - place.start(step)
        for row in rows:
            sound = rng.uniform(-1.1, 1.1, length).astype(np.float32)
            lost = rng.random() < loss / 4  # a whole step of a stem
            size = int(rng.choice([64, 288, 576]))
            for at in range(0, length, size):
                due = max(place.boundary(step), self.both.playhead)
                for _ in range(1 + (rng.random() < 0.1)):
                    arrives = due + int(rng.integers(0, 3_000))
                    if rng.random() < late:
                        arrives = place.start(step) + int(rng.integers(-500, self.both.rate))
                    if lost or rng.random() < loss:
                        continue
                    self.sent += 1
                    # Some repeat what came before, and some reach beyond the step.
                    first = max(0, at - int(rng.choice([0, 0, 100])))
                    last = min(at + size, first + 576)
                    packet = key, row, step, place.start(step) + first, sound[first:last]
                    self.flying.append((arrives, self.sent, packet))

    def deliver(self) -> None:
        self.flying.sort()
        while self.flying and self.flying[0][0] <= self.both.playhead:
            self.both.write(*self.flying.pop(0)[2])


def run(both: Both, rng: np.random.Generator, seconds: float) -> None:
    """A session whose epochs change now and then."""
    rate, network = both.rate, Network(both, rng)
    up, down = ratio(rate, 44_100)
    loss, late = float(rng.choice([0, 0.02, 0.2])), float(rng.choice([0, 0.05, 0.3]))
    origin = int(rng.integers(-rate // 2, rate // 2))
    epoch, epochs = 0, []

    def begin(origin: int, jump_at: int | None = None) -> None:
        nonlocal epoch
        epoch += 1
        step, lead = int(rng.integers(1, 5)), int(rng.integers(1, 5))
        if epochs and rng.random() < 0.3 and jump_at is None:
            step, lead = epochs[-1][1].step, epochs[-1][1].lead
        place = Placement(origin, step, lead, int(rng.choice([300, 882])), up, down)
        rows = tuple(row for row in range(both.stems) if rng.random() < 0.8)
        both.follow((7, epoch), place, rows, jump_at)
        epochs.append([(7, epoch), place, rows, 0])

    begin(origin)
    while both.playhead < seconds * rate:
        chance = rng.random()
        if chance < 0.002:
            begin(both.playhead, both.playhead)
        elif chance < 0.004:
            place = epochs[-1][1]
            begin(place.context_end(epochs[-1][3] + int(rng.integers(0, 2))))
        elif chance < 0.005:
            both.stop(both.playhead + int(rng.integers(0, 2_000)))
        elif chance < 0.01:
            both.mute(bool(rng.random() < 0.3))
        key, place, _, step = epochs[-1]
        while place.boundary(step) <= both.playhead:
            network.send_step(key, place, range(both.stems), step, loss, late)
            step += 1
        epochs[-1][3] = step
        network.deliver()
        both.read(int(rng.choice([64, 64, 64, 37, 500, 1, 4_096], p=[0.3, 0.3, 0.2, *[0.05] * 4])))


@pytest.mark.parametrize("rate", [44_100, 48_000, 22_050, 8_000])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_both_sound_and_count_alike(program: Path, seed: int, rate: int) -> None:
    rng = np.random.default_rng([seed, rate])
    both = Both(int(rng.integers(1, 4)), rate)
    run(both, rng, 4 if seed else 25)
    both.compare(program)
