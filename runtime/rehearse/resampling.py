"""Another sample rate, block by block, so that no more than a block is ever gathered."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

#: Zero crossings of the resampling filter on either side.
_CROSSINGS = 24
#: Samples of the result that are computed at a time.
_BLOCK = 4096
#: Filters for so many fractions are kept; where there are more, they are made for each block.
_KEPT = 2048


class Resampler:
    """Changes the sample rate with a Kaiser-windowed sinc (beta 9: some 90 dB of rejection).

    Sample m of the result is at position m·rate/wanted of the input, whose fraction takes on
    wanted/gcd values: each has a short filter of its own (Crochiere and Rabiner 1983, polyphase
    structures). Every sample is computed alike, however the input is cut into blocks.

    Args:
        rate: samples a second of the input.
        wanted: samples a second of the result.
    """

    def __init__(self, rate: int, wanted: int) -> None:
        divisor = math.gcd(rate, wanted)
        self._up, self._down = wanted // divisor, rate // divisor
        self._cutoff = min(1.0, self._up / self._down)
        self._reach = math.ceil(_CROSSINGS / self._cutoff)
        # Before the input lies silence. A sample of the result needs `reach` samples on both sides.
        self._pending: Samples = np.zeros(self._reach - 1, np.float32)
        self._begin = 1 - self._reach
        self._made = 0
        self._kept = self._filters(np.arange(self._up)) if self._up <= _KEPT else None

    def needed(self, count: int) -> int:
        """Samples of the input that the first `count` samples of the result depend on."""
        return 0 if count < 1 else (count - 1) * self._down // self._up + self._reach + 1

    def feed(self, block: Samples) -> Samples:
        """Take more of the input, and give what of the result no later input can change.

        Args:
            block: [n] float32.
        """
        self._pending = np.concatenate([self._pending, block])
        # The last position whose right side has come whole, and the results up to there.
        last = self._begin + len(self._pending) - self._reach - 1
        end = max(self._made, -(-(last + 1) * self._up // self._down))
        result = np.empty(end - self._made, np.float32)
        for start in range(self._made, end, _BLOCK):
            stop = min(start + _BLOCK, end)
            result[start - self._made : stop - self._made] = self._compute(start, stop)
        self._made = end
        kept = end * self._down // self._up - self._reach + 1 - self._begin
        if kept > 0:
            self._pending = self._pending[kept:].copy()
            self._begin += kept
        return result

    def finish(self) -> Samples:
        """The rest of the result: behind the input lies silence, too."""
        return self.feed(np.zeros(self._reach, np.float32))

    def _compute(self, start: int, stop: int) -> Samples:
        whole, part = np.divmod(np.arange(start, stop) * self._down, self._up)
        windows = np.lib.stride_tricks.sliding_window_view(self._pending, 2 * self._reach)
        # A window's first sample lies reach − 1 before the position that it belongs to.
        gathered = windows[whole - (self._reach - 1) - self._begin]
        filters = self._filters(part) if self._kept is None else self._kept[part]
        computed: Samples = np.einsum("ij,ij->i", gathered, filters)
        return computed

    def _filters(self, part: npt.NDArray[np.int_]) -> Samples:
        """[parts, 2·reach], one filter for each fraction, which is given in parts of `up`."""
        distance = np.arange(1 - self._reach, self._reach + 1) - part[:, None] / self._up
        shape = np.clip(1.0 - (distance / self._reach) ** 2, 0.0, None)
        filters = np.sinc(self._cutoff * distance) * np.i0(9.0 * np.sqrt(shape))
        filters /= filters.sum(axis=1, keepdims=True)
        return filters.astype(np.float32)
