"""Between a client's sample rate and the model's, exact to the sample, step by step.

A step is resampled as a whole, with as much sound on either side as the filter reaches. So every
sample is what a stream through soxr would give, and comes at once when its last input has come.
soxr's streams hold back more than their filter needs: from 44.1 to 48 kHz up to 21 ms (soxr 1.1.0).
Their mode of constant delay takes 5 ms; this here waits 2.2 ms.
"""

from __future__ import annotations

import numpy as np

from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.packets import Samples
from sideman.runtime.streaming.rates import REACH, reach


class ToModel:
    """Brings the context of an epoch to the model's rate; receive thread.

    Args:
        placement: of the epoch.
    """

    def __init__(self, placement: Placement) -> None:
        self._place = placement
        self._same = placement.up == placement.down
        self._step = 0
        # What lies before the step, as far as the filter and a cut at whole samples may need it.
        before = 2 * reach(placement.up, placement.down) + 2 * placement.up
        self._kept = np.zeros(0 if self._same else before, np.float32)

    def follow(self, before: ToModel) -> None:
        """Go on behind another epoch's last step, of the same session.

        An epoch begins at a whole sample of the client, so up to one sample's time is left out.
        """
        self._kept[:] = before._kept

    def step(self, samples: Samples) -> Samples:
        """Bring the next step to the model's rate.

        Args:
            samples: float32 [n], from the boundary before (for step 0: from what the epoch before
                has not taken) to the step's own.

        Returns:
            float32 [model samples of a step], valid until the next call.
        """
        if self._same:
            return samples
        import soxr

        place, step = self._place, self._step
        self._step += 1
        sound = np.concatenate([self._kept, samples])
        self._kept = sound[len(samples) :]
        begin = place.boundary(step) - len(sound)  # position of its first sample
        first = step * place.model_step
        # A cut where a sample of the client and one of the model stand at the same place.
        cut = (first - _model_reach(place)) // place.down
        at = place.origin + cut * place.up - begin
        made = soxr.resample(sound[at:], place.up, place.down, quality="HQ")
        skipped = first - cut * place.down
        out: Samples = made[skipped : skipped + place.model_step]
        return out


def to_client(audio: Samples, placement: Placement, step: int) -> Samples:
    """Bring a step's stems to the client's rate.

    Beyond its ends, where nothing is known of it, sound goes on as its mirror image: there it is
    faded.

    Args:
        audio: float32 [rows, model samples of a step and the overlap].
        placement: of the epoch.
        step: its number.

    Returns:
        float32 [rows, n], from `placement.start(step)` to `placement.end(step)`.
    """
    up, down = placement.up, placement.down
    if up == down:
        return audio
    import soxr

    first = (step + 1) * placement.model_step + placement.model_ahead
    cut = (first - _model_reach(placement)) // down
    before = first - cut * down
    after = _model_reach(placement) + down
    longer = np.pad(audio, ((0, 0), (before, after)), "reflect", reflect_type="odd")
    made = soxr.resample(np.ascontiguousarray(longer.T, np.float32), down, up, quality="HQ").T
    skipped = placement.start(step) - placement.origin - cut * up
    count = placement.end(step) - placement.start(step)
    return np.ascontiguousarray(made[:, skipped : skipped + count])


def _model_reach(placement: Placement) -> int:
    """Samples of the model that the filter reaches to either side."""
    up, down = placement.up, placement.down
    return REACH if down < up else -(-REACH * down // up)
