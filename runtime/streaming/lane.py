"""The stems of one epoch on their way to the sound card: overlapping steps, faded once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.grid import COLUMN_SAMPLES, TAIL_SAMPLES
from sideman.engine.errors import ProtocolError
from sideman.runtime.streaming.circle import Circle
from sideman.runtime.streaming.packets import Samples

#: The most columns of a step, and of a lead: windows have 64.
MOST_COLUMNS = 64


@dataclass(frozen=True)
class Placement:
    """Where the steps of an epoch stand.

    Positions count the client's samples. Columns and overlap are counted in the model's, of which
    the m-th since the origin stands at position origin + ⌈m·up/down⌉.

    Attributes:
        origin: position of the first context sample.
        step: columns of a step.
        lead: columns between the newest known one and the first generated.
        overlap: model samples that consecutive steps share.
        up: samples of the client in the time of `down` samples of the model, in lowest terms.
        down: as above.
        wait: positions behind a step's context that have to arrive, too, before it can be brought
            to the model's rate.
    """

    origin: int
    step: int
    lead: int
    overlap: int
    up: int = 1
    down: int = 1
    wait: int = 0

    def check(self) -> Placement:
        """This placement, if it can be played.

        Raises:
            ProtocolError: it comes from a message that makes no sense.
        """
        columns = 1 <= self.step <= MOST_COLUMNS and 1 <= self.lead <= MOST_COLUMNS
        overlap = columns and 0 <= self.overlap <= self.model_step
        if not overlap or not 0 <= self.wait <= self.step_samples:
            raise ProtocolError(
                f"Steps of {self.step} columns, lead {self.lead}, overlap {self.overlap}, wait "
                f"{self.wait}: nothing can be played so."
            )
        return self

    @property
    def model_step(self) -> int:
        """Model samples between two boundaries."""
        return self.step * COLUMN_SAMPLES

    @property
    def model_ahead(self) -> int:
        """Model samples between the end of a step's context and the first sample of its stems."""
        return self.lead * COLUMN_SAMPLES - TAIL_SAMPLES - self.overlap

    @property
    def step_samples(self) -> int:
        """Positions between two boundaries; or one less, at another rate than the model's."""
        return -(-self.model_step * self.up // self.down)

    @property
    def fade_samples(self) -> int:
        """Positions in which a step rises and the one before falls."""
        return self.overlap * self.up // self.down

    @property
    def ahead(self) -> int:
        """Positions between a boundary and the first sample of its stems; negative in the past."""
        return self.model_ahead * self.up // self.down - self.wait

    @property
    def reply_samples(self) -> int:
        """The most samples of a step's stems, overlap included."""
        return self.step_samples + self.fade_samples

    def place(self, model_sample: int) -> int:
        """Position of a model sample, counted from the origin, or the first one behind it."""
        return self.origin - (-model_sample * self.up // self.down)

    def context_end(self, step: int) -> int:
        """One past the last position that a step's context takes in."""
        return self.place((step + 1) * self.model_step)

    def boundary(self, step: int) -> int:
        """One past the last position that has to arrive before a step can begin."""
        return self.context_end(step) + self.wait

    def start(self, step: int) -> int:
        """Position of the first sample of a step's stems."""
        return self.place((step + 1) * self.model_step + self.model_ahead)

    def end(self, step: int) -> int:
        """One past the last sample of a step's stems."""
        return self.start(step + 1) + self.fade_samples


class Hole(NamedTuple):
    """Samples of a step that were not there when they were due.

    Attributes:
        stem: index.
        step: its number.
        first: position.
        last: one past the last position.
    """

    stem: int
    step: int
    first: int
    last: int


class Lane(Circle):
    """The stems of one epoch: samples of all steps, faded into each other where they overlap.

    The first `overlap` samples of a step rise and those behind its end fall, by equal gain
    (g and 1 - g). Steps are kept in two planes by turns, so that each is a sound of its own, which
    begins and ends in silence, and their order and repetition do not matter. One thread may write
    while another one reads and forgets.

    Attributes:
        placement: where the steps stand.
        newest: one past the newest sample of each stem that has come, overlap behind it left out.
        playing: indices of the stems that are to come.
        steps: how many there will be; None while more may come.

    Args:
        placement: of the epoch.
        stems: how many there are.
        capacity: samples that are kept.
        playing: indices of those that are to come; None for all.
    """

    #: Planes that consecutive steps take by turns.
    PLANES = 2
    #: Samples at the end of what could be kept that are not: more than `forget` is given at once.
    GUARD = 1 << 16

    def __init__(
        self,
        placement: Placement,
        stems: int,
        capacity: int,
        playing: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__(capacity, placement.start(0))
        self.playing = tuple(range(stems)) if playing is None else playing
        self.placement = placement
        self.newest = [self.start] * stems
        self.steps: int | None = None
        self._samples = np.zeros((self.PLANES, stems, capacity), np.float32)
        self._written = np.zeros((self.PLANES, stems, capacity), bool)
        fade = placement.fade_samples
        self._rise = ((np.arange(fade) + 0.5) / max(1, fade)).astype(np.float32)

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
        low = max(self.placement.start(step), position)
        high = min(self.placement.end(step), position + len(samples))
        if low >= high:
            return 0
        following = self.placement.start(step + 1)
        self.newest[stem] = max(self.newest[stem], min(high, following))
        part = samples[low - position : high - position].copy()
        self._fade(part, low, self.placement.start(step), rising=True)
        self._fade(part, low, following, rising=False)
        plane, new = step % self.PLANES, 0
        start = self.start
        for at, of in self.parts(low, min(high, self.end - self.GUARD)):
            missing = ~self._written[plane, stem, at]
            np.copyto(self._samples[plane, stem, at], part[of], where=missing)
            self._written[plane, stem, at] = True
            new += int(np.count_nonzero(missing))
        if start < self.start:
            # Meanwhile another thread has forgotten some of it. Its places in the arrays now belong
            # to positions that are farther away than anything that can have come.
            for at, _ in self._places(max(start, low), min(self.start, high)):
                self._samples[plane, stem, at] = 0
                self._written[plane, stem, at] = False
        return new

    def missing(self, stem: int, step: int) -> list[tuple[int, int]]:
        """Ranges of a step's stem that have not come, as far as they are kept."""
        written = self._written[step % self.PLANES, stem]
        return self.holes(written, self.placement.start(step), self.placement.end(step))

    def _fade(self, part: Samples, low: int, at: int, *, rising: bool) -> None:
        """Let what begins at position `low` rise or fall from position `at` on, in place."""
        first, last = max(at, low), min(at + len(self._rise), low + len(part))
        if first < last:
            gain = self._rise[first - at : last - at]
            part[first - low : last - low] *= gain if rising else 1 - gain

    def end_before(self, following: Placement) -> bool:
        """Let no step follow those whose context lies before another epoch's origin.

        Returns:
            Whether the other one's first step begins where the next one of this would have begun:
            then the last step falls to silence by itself while the other rises. At another rate
            than the model's, one position beside it is as good: the ramps are a sample apart.
        """
        place = self.placement
        length = place.model_step * place.up
        since = (following.origin - place.origin) * place.down
        self.steps = max(0, (since + length // 2) // length)
        apart = abs(place.start(self.steps) - following.start(0))
        return self.steps > 0 and apart <= (place.up != place.down)

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
            low = max(first, self.placement.start(step))
            high = min(last, self.placement.end(step))
            if low >= high:
                continue
            found[:, low - first : high - first] = False
            for at, of in self.parts(low, high):
                at_found = slice(low - first + of.start, low - first + of.stop)
                found[:, at_found] = self._written[plane][:, at]
        return found

    def forget(self, before: int, until: int | None = None) -> list[Hole]:
        """Make room: what lies before a position has been played.

        Args:
            before: the position.
            until: what lies behind that was not meant to be heard; None where all was.

        Returns:
            What of it had not come, of the stems that play.
        """
        holes: list[Hole] = []
        place = self.placement
        last = min(before, self.end, before if until is None else until)
        for plane in range(self.PLANES):
            for step in self._steps(plane, self.start, last):
                end = min(place.start(step + 1), last)
                for stem in self.playing:
                    found = self.holes(self._written[plane, stem], place.start(step), end)
                    holes += [Hole(stem, step, *each) for each in found]
        start, self.start = self.start, max(self.start, before)
        # Behind that, for `write` looks at it when it has written, and undoes what came in between.
        for at, _ in self._places(start, min(before, start + self.capacity)):
            self._samples[:, :, at] = 0
            self._written[:, :, at] = False
        return holes

    def _steps(self, plane: int, first: int, last: int) -> range:
        """The steps of a plane that have samples within [first, last), and at most one beside."""
        place = self.placement
        length = place.model_step * place.up
        since = (first - place.start(0) - place.reply_samples) * place.down
        low = max(0, since // length)
        low += (low - plane) % self.PLANES
        high = ((last - place.start(0)) * place.down) // length + 1
        return range(low, high if self.steps is None else min(high, self.steps), self.PLANES)
