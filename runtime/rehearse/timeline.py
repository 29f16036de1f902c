"""Where audio lies on the time line, and how a client of the Max external lays it there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sideman.runtime.playing.geometry import Geometry, deadline_samples

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Placement:
    """Places of a rehearsal's steps, in samples from its beginning.

    Step n covers [n·S, (n+1)·S) and is sent when it has been played, at (n+1)·S. The window that
    the server then holds ends (w+1) steps behind the newest sample, and the answer is the
    window's last step: [(n+1+w)·S, (n+2+w)·S), preceded by the fade.

    Attributes:
        step: S, samples of one step: int(T·r).
        fade: samples that are cross-faded before the content.
        lead: w: −1 retrospective, 0 immediate, 1 ahead.
        steps: number of steps played.
    """

    step: int
    fade: int
    lead: int
    steps: int

    @classmethod
    def of(cls, geometry: Geometry, lead: int, steps: int) -> Placement:
        """Of a rehearsal with the window that the server uses.

        Args:
            geometry: made by `Geometry.reference`, which refuses what no window can hold.
            lead: w.
            steps: number of steps played.
        """
        return cls(geometry.step_samples, geometry.fade_samples, lead, steps)

    @property
    def out_samples(self) -> int:
        """Samples of one answer: the fade and the content."""
        return self.step + self.fade

    @property
    def total(self) -> int:
        """Samples of the whole time line, to the end of the last answer."""
        return max((self.steps + 1 + self.lead) * self.step, self.steps * self.step)

    def content(self, batch: int) -> tuple[int, int]:
        """Where the content of this step's answer begins and ends."""
        start = (batch + 1 + self.lead) * self.step
        return start, start + self.step

    def write_start(self, batch: int) -> int:
        """Where the first sample of this step's answer goes; negative before the beginning."""
        return self.content(batch)[0] - self.fade

    @property
    def deadline_samples(self) -> int:
        """Samples from the end of a step until its answer is first needed.

        At w = 1 playing reaches the answer's fade after S − fade samples. For w ≤ 0 the answer's
        place has begun to play when its step ends: no answer can be in time, and only the pace has
        to be kept, one answer a step.
        """
        return deadline_samples(self.lead * self.step - self.fade, self.step)


class Track:
    """The buffer that one stem is collected in, filled as the external fills its own.

    Args:
        placement: the time line.
        package: samples of one chunk; chunk k of an answer goes to write_start + k·package.
    """

    def __init__(self, placement: Placement, package: int) -> None:
        self.samples: Samples = np.zeros(placement.total, np.float32)
        self._placement = placement
        self._package = package
        # Both ends included, as in the server's own fade-in. The two fades multiply, as with
        # existing clients, so that a rehearsal sounds as they do.
        self._ramp: Samples = np.linspace(0.0, 1.0, placement.fade, dtype=np.float32)

    def clear(self, batch: int) -> None:
        """Zero the content zone of an answer that is about to be asked for."""
        start, end = self._placement.content(batch)
        self.samples[max(start, 0) : max(end, 0)] = 0.0

    def write(self, batch: int, chunk: int, audio: Samples) -> None:
        """Write one chunk at its place, cross-fading the part that falls into the fade.

        Args:
            batch: number of the step that was answered.
            chunk: number of the chunk.
            audio: [n] float32, n ≤ package.
        """
        offset = chunk * self._package
        audio = audio[: max(0, self._placement.out_samples - offset)]
        start = self._placement.write_start(batch) + offset
        # Before the beginning of the time line (w = −1, first step) there is nothing to write to.
        if start < 0:
            audio, offset, start = audio[-start:], offset - start, 0
        place = self.samples[start : start + len(audio)]
        audio = audio[: len(place)]
        faded = min(max(self._placement.fade - offset, 0), len(audio))
        ramp = self._ramp[offset : offset + faded]
        place[:faded] = place[:faded] * (1.0 - ramp) + audio[:faded] * ramp
        place[faded:] = audio[faded:]
