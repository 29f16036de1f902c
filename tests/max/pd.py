"""Pure Data without window and sound card, as the host in which the client is tested."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import soundfile

#: Its sockets and clocks are looked after in real time so; with `-batch` too rarely.
COMMAND = ["pd", "-nogui", "-noaudio", "-nomidi", "-nrt", "-noprefs", "-stderr"]
RATE = 44_100


@dataclass
class Patch:
    """A patch that plays a file into `sideman~` and records everything from its first sample on.

    Attributes:
        lines: of the patch.
        count: objects so far.
    """

    lines: list[str] = field(default_factory=lambda: ["#N canvas 0 0 900 700 10;"])
    count: int = 0

    def add(self, text: str, kind: str = "obj") -> int:
        """An object or a message; its number."""
        self.lines.append(f"#X {kind} 20 {20 + 24 * self.count} {text};")
        self.count += 1
        return self.count - 1

    def cord(self, source: int, outlet: int, target: int, inlet: int) -> None:
        self.lines.append(f"#X connect {source} {outlet} {target} {inlet};")

    def say(self, text: str, after: int, target: int) -> None:
        """Send a message so many milliseconds after the patch was loaded."""
        load, message = self.add("loadbang"), self.add(text, "msg")
        wait = self.add(f"del {after}") if after else load
        if after:
            self.cord(load, 0, wait, 0)
        self.cord(wait, 0, message, 0)
        self.cord(message, 0, target, 0)

    def write(self, path: Path) -> None:
        path.write_text("\n".join(self.lines) + "\n")


def recording(
    sound: Path,
    out: Path,
    box: str,
    stems: int,
    milliseconds: int,
    says: Sequence[tuple] = (),
    spare: int = 0,
) -> Patch:
    """A patch with one `sideman~`; `out` gets what went in and each stem, float32.

    Args:
        sound: mono file that is played in.
        out: file to record to.
        box: arguments of `sideman~`.
        stems: how many it has.
        milliseconds: until Pd ends.
        says: messages to it: after how many milliseconds, and what.
        spare: channels of the recording behind those, for what is added to the patch.
    """
    patch = Patch()
    source = patch.add("readsf~")
    band = patch.add(f"sideman~ {box}")
    record = patch.add(f"writesf~ {stems + 1 + spare}")
    printed = patch.add("print band")
    patch.cord(source, 0, band, 0)
    patch.cord(source, 0, record, 0)
    for stem in range(stems):
        patch.cord(band, stem, record, stem + 1)
    patch.cord(band, stems, printed, 0)
    patch.say(f"open {sound} \\, 1", 0, source)
    patch.say(f"open -bytes 4 -wave {out} \\, start", 0, record)
    patch.say("start", 0, band)
    for after, text in says:
        patch.say(text, after, band)
    patch.say("stop", milliseconds, record)
    load, wait = patch.add("loadbang"), patch.add(f"del {milliseconds + 200}")
    quit_now = patch.add("\\; pd quit", "msg")
    patch.cord(load, 0, wait, 0)
    patch.cord(wait, 0, quit_now, 0)
    return patch


@dataclass
class Ran:
    """What Pd left behind.

    Attributes:
        log: what was printed.
        context: float32 [n], what went into `sideman~`.
        stems: float32 [stems, n].
    """

    log: str
    context: np.ndarray
    stems: np.ndarray

    def said(self, name: str) -> list[str]:
        """What `sideman~` said of something, in its order."""
        start = f"band: {name} "
        return [line[len(start) :] for line in self.log.splitlines() if line.startswith(start)]


def need_pd() -> None:
    """Skip where Pd is missing."""
    if shutil.which("pd") is None:
        pytest.skip("Pure Data is not installed (Debian: puredata-core)")


def run(
    patch: Path, externals: Path, timeout: float, meanwhile: Callable[[], None] = lambda: None
) -> str:
    """Open a patch with audio on until it ends Pd; what was printed."""
    command = [*COMMAND, "-path", str(externals), "-open", str(patch), "-send", "pd dsp 1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        begun = time.monotonic()
        meanwhile()
        out, _ = process.communicate(timeout=max(1.0, timeout - (time.monotonic() - begun)))
    finally:
        process.kill()
    assert process.returncode == 0, out
    assert "error" not in out, out
    assert "couldn't create" not in out, out
    return out


def play(
    folder: Path,
    externals: Path,
    sound: np.ndarray,
    box: str,
    stems: int,
    *,
    says: Sequence[tuple] = (),
    meanwhile: Callable[[], None] = lambda: None,
) -> Ran:
    """Play a sound into `sideman~` in real time."""
    given, out, patch = folder / "given.wav", folder / "out.wav", folder / "patch.pd"
    soundfile.write(given, sound, RATE, subtype="FLOAT")
    milliseconds = int(1e3 * len(sound) / RATE)
    recording(given, out, box, stems, milliseconds, says).write(patch)
    log = run(patch, externals, milliseconds / 1e3 + 30, meanwhile)
    recorded, rate = soundfile.read(out, dtype="float32", always_2d=True)
    assert rate == RATE
    return Ran(log, recorded[:, 0].copy(), recorded[:, 1:].T.copy())
