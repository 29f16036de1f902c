"""The module `sounddevice` with made-up devices, and a stream that the test drives."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import numpy as np

SYSTEMS = [("ALSA", 0, 1), ("JACK", 3, 3), ("OSS", -1, -1)]
#: Name, system, channels in and out, rate.
DEVICES = [
    ("Built-in microphone", 0, 1, 0, 44_100),
    ("Built-in speakers", 0, 0, 2, 48_000),
    ("Scarlett 2i2", 0, 2, 2, 48_000),
    ("system", 1, 2, 2, 44_100),
    ("Scarlett 18i20", 0, 18, 20, 44_100),
]


class PortAudioError(Exception):
    pass


class FakeStream:
    """Keeps what it was made with; `play` calls back as PortAudio would."""

    def __init__(self, library, options) -> None:
        self.library = library
        self.options = options
        self.active = False
        self.done = []

    def start(self) -> None:
        if self.library.start_error is not None:
            raise self.library.start_error
        self.active = True

    def stop(self, *, ignore_errors: bool) -> None:
        self.done.append("stop")
        self.active = False

    def close(self, *, ignore_errors: bool) -> None:
        self.done.append("close")

    def play(self, frames: int = 512) -> np.ndarray:
        """One block; a callback that raises ends the stream."""
        first, second = self.options["channels"]
        out = np.full((frames, second), np.nan, np.float32)
        try:
            self.options["callback"](
                np.ones((frames, first), np.float32), out, frames, stamps(), None
            )
        except self.library.CallbackAbort:
            self.active = False
        return out


class LiveStream(FakeStream):
    """Calls back on a thread of its own, at a sound card's pace, until it is stopped."""

    def start(self) -> None:
        super().start()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self, *, ignore_errors: bool) -> None:
        super().stop(ignore_errors=ignore_errors)
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while self.active:
            self.play()
            due = max(due + 512 / self.options["samplerate"], time.monotonic() - 0.1)
            time.sleep(max(0.0, due - time.monotonic()))


class FakePortAudio:
    """What is used of the module `sounddevice`."""

    PortAudioError = PortAudioError

    class CallbackAbort(Exception):  # noqa: N818 - sounddevice's name
        pass

    def __init__(self, devices=DEVICES, usual=(0, 1), stream=FakeStream) -> None:
        self._stream = stream
        self.default = SimpleNamespace(device=usual)
        self.devices = list(devices)
        self.open_error = self.start_error = None
        self.streams = []

    def query_hostapis(self):
        return tuple(
            {"name": name, "default_input_device": first, "default_output_device": second}
            for name, first, second in SYSTEMS
        )

    def query_devices(self):
        return [
            {
                "name": name,
                "hostapi": system,
                "max_input_channels": inputs,
                "max_output_channels": outputs,
                "default_samplerate": float(rate),
            }
            for name, system, inputs, outputs, rate in self.devices
        ]

    def Stream(self, **options):
        if self.open_error is not None:
            raise self.open_error
        self.streams.append(self._stream(self, options))
        return self.streams[-1]


def stamps(recorded=1.0, now=1.01, heard=1.03):
    return SimpleNamespace(inputBufferAdcTime=recorded, currentTime=now, outputBufferDacTime=heard)


def flags(**raised):
    names = ("input_underflow", "input_overflow", "output_underflow", "output_overflow")
    return SimpleNamespace(**{name: raised.get(name, False) for name in names})
