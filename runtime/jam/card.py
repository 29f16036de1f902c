"""The sound card: a duplex stream that calls back, and a watch over it."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from types import ModuleType
from typing import Any, Self

from sideman.engine.errors import SidemanError
from sideman.runtime.jam.devices import Device
from sideman.runtime.jam.duplex import Duplex

#: Seconds without a block after which a sound card is taken for gone.
_SILENT_SECONDS = 3.0
#: PortAudio's number for a rate that a device does not run at.
_INVALID_RATE = -9997


class CardGoneError(SidemanError):
    """The sound card or its sound server is gone while it played.

    The process is to end by `leave_at_once`: PortAudio on JACK waits ten minutes for a server that
    is gone when a stream is stopped, closed, or left to the end of the process, and then aborts
    (its issues 819 and 820).
    """


@dataclass(frozen=True)
class Wiring:
    """Which sockets of which devices are used, and how.

    Attributes:
        input: device that records.
        output: device that plays.
        inputs: its channels, from 0.
        outputs: likewise.
        rate: in Hz.
        block: samples of a block; 0 leaves it to the system.
    """

    input: Device
    output: Device
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    rate: int
    block: int = 0


class Card:
    """Runs a callback on a sound card for the length of a `with` block.

    Args:
        library: the module `sounddevice`.
        wiring: devices and channels.
        duplex: the callback.

    Raises:
        SidemanError: the sound card cannot be opened so.
    """

    def __init__(self, library: ModuleType, wiring: Wiring, duplex: Duplex) -> None:
        self._library = library
        self._wiring = wiring
        self._duplex = duplex
        self._seen, self._since = 0, monotonic()
        self._gone = False
        try:
            self._stream: Any = library.Stream(
                samplerate=wiring.rate,
                blocksize=wiring.block,
                device=(wiring.input.index, wiring.output.index),
                channels=(max(wiring.inputs) + 1, max(wiring.outputs) + 1),
                dtype="float32",
                latency="low",
                callback=duplex,
            )
        except library.PortAudioError as error:
            raise self._refused(error) from error

    def __enter__(self) -> Self:
        """Begin to play.

        Raises:
            SidemanError: the sound card does not begin.
        """
        try:
            self._stream.start()
        except self._library.PortAudioError as error:
            self._stream.close(ignore_errors=True)
            raise self._refused(error) from error
        self._since = monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        """End the stream.

        Raises:
            CardGoneError: there is nothing left that could be ended.
        """
        if self._gone or not self._plays():
            raise self._stopped()
        self._stream.stop(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    def check(self) -> None:
        """Look whether the sound card still calls back; now and then.

        Raises:
            CardGoneError: it does not.
            Exception: whatever ended the callback.
        """
        if self._duplex.failure is not None:
            raise self._duplex.failure
        now, position = monotonic(), self._duplex.position
        if position != self._seen:
            self._seen, self._since = position, now
        elif now - self._since > _SILENT_SECONDS:
            self._gone = True
        if self._gone or not self._plays():
            raise self._stopped()

    def _plays(self) -> bool:
        """Whether PortAudio thinks so, or the callback itself has ended the stream."""
        return bool(self._stream.active) or self._duplex.failure is not None

    def _stopped(self) -> CardGoneError:
        self._gone = True
        return CardGoneError(
            f"The sound card has stopped: nothing comes from {self._where()} any more.",
            "Look whether it is still connected and its sound server runs, and start again.",
        )

    def _where(self) -> str:
        wiring = self._wiring
        if wiring.input == wiring.output:
            return str(wiring.input)
        return f"{wiring.input} with {wiring.output}"

    def _refused(self, error: Exception) -> SidemanError:
        wiring = self._wiring
        number = error.args[1] if len(error.args) > 1 else 0
        if number == _INVALID_RATE:
            return SidemanError(
                f"{self._where()} does not run at {wiring.rate:,} Hz.",
                f"It usually runs at {wiring.output.rate:,} Hz: --rate {wiring.output.rate} asks "
                "for that. Or set the sound card or its sound server to the other rate first.",
            )
        return SidemanError(
            f"{self._where()} cannot be opened at {wiring.rate:,} Hz: {error}.",
            "Close other programs that use it, or choose another with --input-device and "
            "--output-device; sideman jam --list-devices shows them.",
        )
