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
    (g and 1 - g). Both are added up as they arrive, so neither order nor repetition matters; where
    one of the two never comes, the other ends or begins softly by itself. Not thread-safe.

    Attributes:
        placement: where the steps stand.
        newest: one past the newest sample of each stem that has been written.
        over: where the last step of the epoch has fallen to silence; None while more may come.

    Args:
        placement: of the epoch.
        stems: how many.
        capacity: samples that are kept.
    """

    def __init__(self, placement: Placement, stems: int, capacity: int) -> None:
        super().__init__(capacity, placement.start(0))
        self.placement = placement
        self._samples = np.zeros((stems, capacity), np.float32)
        # What has been added at a place: of the step that it belongs to, and of the one before.
        self._own = np.zeros((stems, capacity), bool)
        self._tail = np.zeros((stems, capacity), bool)
        self.newest = [self.start] * stems
        self.over: int | None = None
        overlap = placement.overlap
        self._rise: NDArray[np.float32] = (
            (np.arange(overlap, dtype=np.float32) + 0.5) / max(1, overlap)
        ).astype(np.float32)

    @property
    def stems(self) -> int:
        """How many stems there are."""
        return len(self._samples)

    def write(self, stem: int, step: int, position: int, samples: Samples) -> int:
        """Add a packet's samples.

        Args:
            stem: index.
            step: which cycle made them.
            position: of the first.
            samples: float32 [n].

        Returns:
            How many of them were new. What lies outside of the step, or of what is kept, is not.
        """
        place = self.placement
        begin = place.start(step)
        body, stop = begin + place.overlap, begin + place.step_samples
        new = 0
        self.newest[stem] = max(self.newest[stem], min(position + len(samples), stop))
        for first, last, written, gain in (
            (begin, body, self._own, self._rise),
            (body, stop, self._own, None),
            (stop, stop + place.overlap, self._tail, self._rise[::-1]),
        ):
            low, high = max(first, position), min(last, position + len(samples))
            if low < high:
                part = samples[low - position : high - position]
                if gain is not None:
                    part = part * gain[low - first : high - first]
                new += self._add(written[stem], self._samples[stem], low, part)
        return new

    def _add(self, written: NDArray[np.bool_], ring: Samples, low: int, part: Samples) -> int:
        new = 0
        for at, of in self.parts(low, low + len(part)):
            missing = ~written[at]
            ring[at] += np.where(missing, part[of], 0)
            written[at] = True
            new += int(np.count_nonzero(missing))
        return new

    def ends_at(self, position: int) -> bool:
        """Whether a step's stems begin to fall at this position."""
        since = position - self.placement.start(0)
        return since > 0 and since % self.placement.step_samples == 0

    def missing(self, stem: int, step: int) -> list[tuple[int, int]]:
        """Ranges of a step's stem that have not come, as far as they are kept."""
        place = self.placement
        begin, stop = place.start(step), place.start(step) + place.step_samples
        return [
            *self.holes(self._own[stem], begin, stop),
            *self.holes(self._tail[stem], stop, stop + place.overlap),
        ]

    def read(self, position: int, out: Samples) -> None:
        """Add what is to be heard from a position on.

        Args:
            position: of the first sample.
            out: float32 [stems, n], added to.
        """
        for at, of in self.parts(position, position + out.shape[1]):
            out[:, of] += self._samples[:, at]

    def available(self, first: int, last: int) -> NDArray[np.bool_]:
        """Which samples there are to be heard, bool [stems, last - first].

        Before the epoch's first sample and from `over` on silence is what is meant: there nothing
        is missing.
        """
        found = np.zeros((self.stems, last - first), bool)
        for at, of in self.parts(first, last):
            found[:, of] = self._own[:, at] | self._tail[:, at]
        found[:, : max(0, self.placement.start(0) - first)] = True
        if self.over is not None:
            found[:, max(0, self.over - first) :] = True
        return found

    def forget(self, before: int) -> int:
        """Make room: what lies before a position has been played.

        Returns:
            How many samples of it never came although later ones did, over all stems.
        """
        lost = 0
        for at, of in self.parts(self.start, before):
            first = self.start + of.start
            for stem, newest in enumerate(self.newest):
                known = at.start + min(max(0, newest - first), of.stop - of.start)
                lost += int(np.count_nonzero(~self._own[stem, at.start : known]))
            self._samples[:, at] = 0
            self._own[:, at] = False
            self._tail[:, at] = False
        self.start = max(self.start, before)
        return lost
