"""Playing along by whole columns without clock and network, for `measure_lead`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sideman.engine.backends.base import Binding, Buffer, Stage
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.loading.stages import load_stages
from sideman.runtime.native.setting import OVERLAP
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from sideman.runtime.streaming.lane import Lane, Placement


class Remembering(Stage):
    """A stage that runs once for the same inputs: they are the same for many a step and lead.

    Attributes:
        ran: how often it really ran.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.name, stage.spec)
        self.stage, self.ran = stage, 0
        self.results: dict[bytes, list[np.ndarray]] = {}

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        return _Remembering(self, buffers)


class _Remembering(Binding):
    def __init__(self, owner: Remembering, buffers: Mapping[str, Buffer]) -> None:
        self.owner, self.binding = owner, owner.stage.bind(buffers)
        self.inputs = [buffers[tensor.name] for tensor in owner.spec.inputs]
        self.outputs = [buffers[tensor.name] for tensor in owner.spec.outputs]

    def run(self) -> None:
        key = hashlib.blake2b(b"".join(each.host.tobytes() for each in self.inputs)).digest()
        known = self.owner.results.get(key)
        if known is None:
            self.binding.run()
            self.owner.ran += 1
            self.owner.results[key] = [each.host.copy() for each in self.outputs]
        else:
            for buffer, values in zip(self.outputs, known, strict=True):
                buffer.host[:] = values


def open_session(bundle: Path, threads: int, seed: int) -> tuple[Session, Remembering]:
    """A session on the CPU, and its encoder, which remembers."""
    manifest, backend, stages = load_stages(bundle, BackendChoice(threads=threads))
    encode = Remembering(stages["encode"])
    stages = {**stages, "encode": encode}
    return Session(manifest, backend, stages, GaussianNoise(seed)), encode


def play(
    session: Session, geometry: Geometry, placement: Placement, context: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What a client of the native protocol hears while it plays a context.

    Args:
        session: configured for one stem in this geometry.
        geometry: `Geometry.columnar` of the placement's step, lead and overlap.
        placement: with the context's first sample as its origin.
        context: float32 [n].

    Returns:
        float32 [n], silent before the first stem; and the seconds of every cycle's step and decode
        stages (without encode, which may have been remembered), [cycles].
    """
    session.reset()
    size, length = placement.step_samples, len(context)
    lane = Lane(placement, 1, length + placement.reply_samples + Lane.GUARD)
    seconds = []
    step = 0
    # A step whose stems begin behind the end of the context is not heard any more.
    while placement.boundary(step) <= length and placement.start(step) < length:
        audio = np.ascontiguousarray(context[step * size : (step + 1) * size])
        lane.write(0, step, placement.start(step), session.step(audio)[0])
        session.profile.commit()
        seconds.append(session.profile.last["step"] + session.profile.last["decode"])
        step += 1
    heard = np.zeros((1, length), np.float32)
    for plane in range(Lane.PLANES):
        out = np.zeros_like(heard)
        lane.read(plane, 0, out)
        heard += out
    return heard[0], np.array(seconds)


def placed(step: int, lead: int) -> Placement:
    """A context that begins at position 0."""
    return Placement(0, step, lead, OVERLAP)
