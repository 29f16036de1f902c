"""What belongs to which epoch, and that no step of the context is left out between two."""

from __future__ import annotations

import numpy as np

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.native.context import Heard
from sideman.runtime.native.epochs import Epochs
from sideman.runtime.native.setting import NativeSetting
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.packets import CONTEXT, FLOAT32, Packet

GRID = LatentGrid()
SOUND = np.arange(1, 60_001, dtype=np.float32) / 100


def setting(epoch: int, origin: int, step: int = 1) -> NativeSetting:
    geometry = Geometry.columnar(GRID, step, 4, 882)
    placement = Placement(origin, step, 4, 882)
    return NativeSetting(geometry, GRID, ("bass",), (0,), 7, epoch, placement, 44_100)


class Log:
    """Epochs, and what they put and began, in its order."""

    def __init__(self) -> None:
        self.said: list[tuple] = []
        self.heard = Heard()
        self.epochs = Epochs(setting(1, 0), self.heard, lambda: None, self._put, self._begin)

    def _put(self, of: NativeSetting, step: int, samples: np.ndarray, arrived: float) -> None:
        self.said.append((of.epoch, step, float(samples[0]), len(samples)))

    def _begin(self, of: NativeSetting) -> None:
        self.said.append(("begin", of.epoch))

    def send(self, at: int, count: int, epoch: int = 1, now: float = 0.0) -> bool:
        samples = SOUND[at : at + count]
        return self.epochs.add(Packet(7, epoch, at, 0, CONTEXT, samples, FLOAT32), now)


def test_a_change_begins_at_the_boundary_whatever_number_packets_carry() -> None:
    log = Log()
    log.send(0, 5_000)
    assert log.epochs.boundary == 8_192
    log.epochs.change(setting(2, 8_192, step=2))
    assert log.epochs.setting.epoch == 2
    log.send(5_000, 4_000)  # still the old number, and over the boundary
    log.send(9_000, 8_000, epoch=2)
    assert log.said == [
        ("begin", 1),
        (1, 0, SOUND[0], 4_096),
        (1, 1, SOUND[4_096], 4_096),
        ("begin", 2),
        (2, 0, SOUND[8_192], 8_192),
    ]
    assert not log.send(17_000, 100, epoch=1)
    assert log.heard == Heard()


def test_a_change_of_a_change_that_has_not_begun() -> None:
    log = Log()
    log.send(0, 5_000)
    log.epochs.change(setting(2, 8_192))
    log.send(5_500, 3_500)  # a hole keeps the old epoch waiting
    assert log.epochs.boundary == 8_192
    log.epochs.change(setting(3, 8_192, step=2))
    log.send(5_000, 500)
    log.send(9_000, 8_000, epoch=3)
    assert log.said[2:] == [
        (1, 1, SOUND[4_096], 4_096),
        ("begin", 3),
        (3, 0, SOUND[8_192], 8_192),
    ]
    assert log.heard == Heard()


def test_an_old_step_that_waits_is_put_before_the_new_epoch_begins() -> None:
    log = Log()
    log.send(0, 5_000)
    log.epochs.change(setting(2, 8_192))
    log.send(5_500, 8_000)
    assert log.said[2:] == [
        (1, 1, SOUND[4_096], 4_096),
        ("begin", 2),
        (2, 0, SOUND[8_192], 4_096),
    ]
    assert log.heard == Heard(lost=500)


def test_a_jump_is_at_once() -> None:
    log = Log()
    log.send(0, 5_000)
    log.epochs.change(setting(2, 8_192))
    log.epochs.jump(setting(3, 20_000))
    assert log.epochs.boundary == 24_096
    assert not log.send(5_000, 5_000)
    log.send(20_000, 4_096, epoch=3)
    assert log.said[1:] == [(1, 0, SOUND[0], 4_096), ("begin", 3), (3, 0, SOUND[20_000], 4_096)]
