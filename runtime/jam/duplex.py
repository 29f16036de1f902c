"""What happens in the audio callback: sound card to band, band to sound card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from sideman.runtime.jam.meters import Level
from sideman.runtime.jam.tape import Tape
from sideman.runtime.streaming.packets import Samples

#: Samples that are worked on at once. A sound card whose blocks are longer, or differ from one to
#: the next, is served piece by piece.
_MOST = 4_096
#: The block whose stamps are taken for those of all: the first ones of a stream may be none.
_SETTLED = 8
#: No sound card takes so many seconds: stamps that say more are those of two clocks.
_LONGEST_SECONDS = 1.0


class Duplex:
    """The callback of a duplex stream. It waits for nothing, and its own buffers were made before.

    What it counts is read by other threads.

    Attributes:
        position: samples that have passed.
        missed_in: times that the system lost what was recorded.
        missed_out: times that it had nothing to play.
        round_trip: seconds from a sound's arrival at the input until what is played with it leaves
            the output, by the newest stamps; 0 where the system gives none.
        busy: the longest time that a callback took, as a part of its block.
        failure: an exception that ended the callback.
        heard: level of what is played in.
        played: level of the band.

    Args:
        process: as `Client.process`.
        stems: how many there are.
        inputs: channels, from 0, of which the sum is played in.
        outputs: channels, from 0, that the band is played on.
        rate: samples in a second.
        monitor: whether what is played in is played on the outputs, too.
        tape: takes the context, each stem and the mix; None records nothing.
        stop: an exception that ends the stream when the callback raises it.
        align: is told once, in samples, how much later than a sound arrives what is played with it
            is heard: from then on `process` gives the band so much earlier, and so much later it is
            kept on tape.
    """

    def __init__(
        self,
        process: Callable[[Samples, Samples], None],
        stems: int,
        inputs: Sequence[int],
        outputs: Sequence[int],
        rate: int,
        *,
        monitor: bool = False,
        tape: Tape | None = None,
        stop: type[BaseException] = RuntimeError,
        align: Callable[[int], None] = lambda samples: None,
    ) -> None:
        self.position = self.missed_in = self.missed_out = 0
        self.round_trip = self.busy = 0.0
        self.failure: BaseException | None = None
        self.heard, self.played = Level(), Level()
        self._process = process
        self._inputs = tuple(inputs)
        self._outputs = tuple(outputs)
        self._rate = rate
        self._monitor = monitor
        self._tape = tape
        self._stop = stop
        self._align = align
        self._blocks = 0
        # Stems that sound later than the context that they were handed over with.
        self._later = np.zeros((stems, 0), np.float32)
        self._context = np.zeros(_MOST, np.float32)
        self._stems = np.zeros((stems, _MOST), np.float32)
        self._mix = np.zeros(_MOST, np.float32)
        self._band = np.zeros(_MOST, np.float32)

    def __call__(self, recorded: Samples, out: Samples, frames: int, time: Any, flags: Any) -> None:
        """Serve one block.

        Args:
            recorded: float32 [frames, channels], of the sound card.
            out: float32 [frames, channels], filled.
            frames: length of the block.
            time: the block's stamps, in seconds.
            flags: what went wrong before it.

        Raises:
            BaseException: `stop`, after anything has failed; `failure` is what.
        """
        begun = perf_counter()
        out.fill(0)
        if flags:
            self.missed_in += bool(flags.input_overflow or flags.input_underflow)
            self.missed_out += bool(flags.output_underflow or flags.output_overflow)
        if time.inputBufferAdcTime and time.outputBufferDacTime:
            self.round_trip = time.outputBufferDacTime - time.inputBufferAdcTime
        self._blocks += 1
        if self._blocks == _SETTLED and 0 < self.round_trip < _LONGEST_SECONDS:
            late = round(self.round_trip * self._rate)
            self._later = np.zeros((len(self._stems), late), np.float32)
            self._align(late)
        try:
            for start in range(0, frames, _MOST):
                self._serve(recorded[start : start + _MOST], out[start : start + _MOST])
        except Exception as error:
            self.failure = error
            out.fill(0)
            raise self._stop from error
        self.position += frames
        self.busy = max(self.busy, (perf_counter() - begun) * self._rate / frames)

    def _serve(self, recorded: Samples, out: Samples) -> None:
        """One piece, no longer than the buffers."""
        count = len(recorded)
        context, band, mix = self._context[:count], self._band[:count], self._mix[:count]
        stems = self._stems[:, :count]
        context.fill(0)
        for channel in self._inputs:
            context += recorded[:, channel]
        # Measured before it is cut, so that the meter shows by how much it is too loud.
        self.heard.add(context)
        np.clip(context, -1, 1, out=context)
        self._process(context, stems)
        np.sum(stems, axis=0, out=band)
        self.played.add(band)
        np.add(band, context, out=mix)
        for each in (band, mix):
            np.clip(each, -1, 1, out=each)
        for channel in self._outputs:
            out[:, channel] = mix if self._monitor else band
        if self._tape is not None:
            if self._later.shape[1]:
                late = np.concatenate([self._later, stems], axis=1)
                stems, self._later = late[:, :count], late[:, count:]
                np.clip(stems.sum(axis=0) + context, -1, 1, out=mix)
            self._tape.put((context, stems, mix), 0, count)
