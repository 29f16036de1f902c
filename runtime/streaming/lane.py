"""The stems of one epoch on their way to the sound card: overlapping steps, faded once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.grid import COLUMN_SAMPLES, TAIL_SAMPLES
from sideman.runtime.streaming.circle import Circle
from sideman.runtime.streaming.packets import Samples


@dataclass(frozen=True)
class Placement:
    """Where the steps of an epoch stand.

    Attributes:
        origin: position of the first context sample.
        step: columns of a step.
        lead: columns between the newest known one and the first generated.
        overlap: samples that consecutive steps share.
    """

    origin: int
    step: int
    lead: int
    overlap: int

    @property
    def step_samples(self) -> int:
        """Samples between two boundaries."""
        return self.step * COLUMN_SAMPLES

    @property
    def ahead(self) -> int:
        """Samples between a boundary and the first sample of its stems; negative in the past."""
        return self.lead * COLUMN_SAMPLES - TAIL_SAMPLES - self.overlap

    @property
    def reply_samples(self) -> int:
        """Samples of a step's stems, overlap included."""
        return self.step_samples + self.overlap

    def boundary(self, step: int) -> int:
        """One past the last context sample of a step."""
        return self.origin + (step + 1) * self.step_samples

    def start(self, step: int) -> int:
        """Position of the first sample of a step's stems."""
        return self.boundary(step) + self.ahead


class Lane(Circle):
    """The stems of one epoch: samples of all steps, faded into each other where they overlap.

    The first `overlap` samples of a step rise and those behind its end fall, by equal gain
    (g and 1 - g). Steps are kept in two planes by turns, so that each is a sound of its own, which
    begins and ends in silence, and their order and repetition do not matter. Not thread-safe.

    Attributes:
        placement: where the steps stand.
        newest: one past the newest sample of each stem that has come, overlap behind it left out.
        steps: how many there will be; None while more may come.

    Args:
        placement: of the epoch.
        stems: how many.
        capacity: samples that are kept.
    """

    #: Planes that consecutive steps take by turns.
    PLANES = 2

    def __init__(self, placement: Placement, stems: int, capacity: int) -> None:
        super().__init__(capacity, placement.start(0))
        self.placement = placement
        self.newest = [self.start] * stems
        self.steps: int | None = None
        self._samples = np.zeros((self.PLANES, stems, capacity), np.float32)
        self._written = np.zeros((self.PLANES, stems, capacity), bool)
        overlap = placement.overlap
        rise = (np.arange(overlap) + 0.5) / max(1, overlap)
        self._gain: NDArray[np.float32] = np.ones(placement.reply_samples, np.float32)
        self._gain[:overlap] *= rise
        self._gain[placement.step_samples :] *= rise[::-1]

    @property
    def stems(self) -> int:
        """How many stems there are."""
        return self._samples.shape[1]

    def write(self, stem: int, step: int, position: int, samples: Samples) -> int:
        """Write a packet's samples.

        Args:
            stem: index.
            step: which cycle made them.
            position: of the first.
            samples: float32 [n].

        Returns:
            How many of them were new. What lies outside of the step, or of what is kept, is not.
        """
        begin = self.placement.start(step)
        low = max(begin, position)
        high = min(begin + self.placement.reply_samples, position + len(samples))
        if low >= high:
            return 0
        self.newest[stem] = max(self.newest[stem], min(high, begin + self.placement.step_samples))
        part = samples[low - position : high - position] * self._gain[low - begin : high - begin]
        plane, new = step % self.PLANES, 0
        for at, of in self.parts(low, high):
            missing = ~self._written[plane, stem, at]
            np.copyto(self._samples[plane, stem, at], part[of], where=missing)
            self._written[plane, stem, at] = True
            new += int(np.count_nonzero(missing))
        return new

    def missing(self, stem: int, step: int) -> list[tuple[int, int]]:
        """Ranges of a step's stem that have not come, as far as they are kept."""
        begin = self.placement.start(step)
        written = self._written[step % self.PLANES, stem]
        return self.holes(written, begin, begin + self.placement.reply_samples)

    def end_at(self, position: int) -> bool:
        """Let no step begin at this position or later, if one would begin exactly there.

        Returns:
            Whether one would: the step before then falls to silence from there on by itself.
        """
        since = position - self.placement.start(0)
        if since <= 0 or since % self.placement.step_samples:
            return False
        self.steps = since // self.placement.step_samples
        return True

    def read(self, plane: int, position: int, out: Samples) -> None:
        """Copy one plane of what is to be heard from a position on.

        Args:
            plane: 0 or 1; both are added up.
            position: of the first sample.
            out: float32 [stems, n], zero before.
        """
        for at, of in self.parts(position, position + out.shape[1]):
            out[:, of] = self._samples[plane][:, at]

    def available(self, plane: int, first: int, last: int) -> NDArray[np.bool_]:
        """Which samples of a plane there are, bool [stems, last - first].

        Between steps silence is what is meant: there nothing is missing.
        """
        found = np.ones((self.stems, last - first), bool)
        for step in self._steps(plane, first, last):
            begin = self.placement.start(step)
            low, high = max(first, begin), min(last, begin + self.placement.reply_samples)
            found[:, low - first : high - first] = False
            for at, of in self.parts(low, high):
                at_found = slice(low - first + of.start, low - first + of.stop)
                found[:, at_found] = self._written[plane][:, at]
        return found

    def forget(self, before: int) -> int:
        """Make room: what lies before a position has been played.

        Returns:
            How many samples of it never came although later ones did, over all stems.
        """
        lost = 0
        place, last = self.placement, min(before, self.end)
        for plane in range(self.PLANES):
            for step in self._steps(plane, self.start, last):
                begin = place.start(step)
                for stem, newest in enumerate(self.newest):
                    until = min(begin + place.step_samples, last, newest)
                    holes = self.holes(self._written[plane, stem], begin, until)
                    lost += sum(high - low for low, high in holes)
        for at, _ in self.parts(self.start, before):
            self._samples[:, :, at] = 0
            self._written[:, :, at] = False
        self.start = max(self.start, before)
        return lost

    def _steps(self, plane: int, first: int, last: int) -> range:
        """The steps of a plane that have samples within [first, last)."""
        place = self.placement
        since = first - place.start(0) - place.reply_samples + 1
        low = max(0, -(-since // place.step_samples))
        low += (low - plane) % self.PLANES
        high = (last - 1 - place.start(0)) // place.step_samples + 1
        return range(low, high if self.steps is None else min(high, self.steps), self.PLANES)
