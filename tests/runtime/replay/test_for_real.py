"""`sideman serve --record` and `sideman replay` as a performer runs them, with a real model."""

from __future__ import annotations

import io
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from sideman.engine.backends.choice import BackendChoice
from sideman.runtime.commandline.frame import build_app
from sideman.runtime.recording.format import MAGIC, Kind, pack_entry
from sideman.runtime.recording.header import differences, recorded_choice
from sideman.runtime.recording.reader import Reader
from sideman.runtime.rehearse.process import free_port
from sideman.runtime.rehearse.wave_file import write_wave
from sideman.runtime.replay.report import replay_file
from tests.models.places import BUNDLE
from tests.runtime.fakes.client import Client

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends servers by signals")
SOUND = 0.1 * np.random.default_rng(7).standard_normal(200_000).astype(np.float32)
#: Seconds: a process on a machine that does much else.
PATIENCE = 120
SIDEMAN = [sys.executable, "-m", "sideman.runtime"]


class Served:
    """A server process that records, and a client that it has greeted."""

    def __init__(self, folder: Path, *options: str) -> None:
        replies = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        replies.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        replies.bind(("127.0.0.1", 0))
        address = ("127.0.0.1", free_port())
        command = [*SIDEMAN, "serve", str(BUNDLE), "--record", str(folder), "--threads", "1"]
        command += ["--listen", f"127.0.0.1:{address[1]}"]
        command += ["--reply", f"127.0.0.1:{replies.getsockname()[1]}", *options]
        self.client = Client(SimpleNamespace(address=address), replies)
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def wait_for(self, address: str) -> None:
        while self.client.next(PATIENCE)[0] != address:
            pass

    def play(self, number: int, at: int) -> None:
        self.client.batch(number, SOUND[at:][:33_075])
        self.wait_for("/server_predicted")

    def end(self, number: signal.Signals) -> str:
        """What it logged."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=PATIENCE)[1]

    def greet(self) -> None:
        self.wait_for("/loaded")
        self.client.wants("drums")
        self.client.control("/update_r", "f", 0.125)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.client.replies.close()
        self.client.close()


@contextmanager
def serve(folder: Path, *options: str) -> Iterator[Served]:
    served = Served(folder, *options)
    try:
        served.greet()
        yield served
    finally:
        served.close()


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    """A server that was killed while it played, without a seed of the operator's."""
    folder = tmp_path_factory.mktemp("tape")
    with serve(folder / "made") as served:
        for number in range(4):
            if number == 2:
                served.client.control("/reset")
            served.play(number, number * 33_075)
        served.end(signal.SIGKILL)
    (path,) = (folder / "made").iterdir()
    return path


def replay(*arguments: object) -> tuple[int, str]:
    """As a process: exit code and output."""
    ran = subprocess.run(
        [*SIDEMAN, "replay", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def command(*arguments: object) -> tuple[int, str]:
    """In this process, which has imported everything."""
    result = CliRunner().invoke(build_app(), ["replay", *map(str, arguments)])
    return result.exit_code, result.output + str(result.exception or "")


def shown(path: Path, **options) -> tuple[bool, str]:
    console = Console(record=True, width=200, file=io.StringIO())
    same = replay_file(path, BUNDLE, console=console, **options)
    return same, console.export_text()


def test_a_killed_server_is_run_again_to_the_same_bits(recording) -> None:
    code, told = replay(recording, BUNDLE)
    assert code == 0, told
    last = told.splitlines()[-1]
    count = re.fullmatch(r"(\d+) of \1 steps the same\.", last)
    # The kill may have come before the last entries were written.
    assert count, told
    assert 3 <= int(count[1]) <= 4
    assert "The recording ends before the server did" in told


def test_a_server_that_ended_says_so_and_sound_is_written(tmp_path) -> None:
    with serve(tmp_path / "tape", "--seed", "5") as served:
        for number in range(2):
            served.play(number, 0)
            served.client.control("/reset")
        log = served.end(signal.SIGTERM)
    (path,) = (tmp_path / "tape").iterdir()
    assert f"Recording to {path}." in log
    code, told = command(path, BUNDLE, "--out", tmp_path / "out", "--pace", "50")
    assert code == 0, told
    assert told.splitlines()[-2:] == ["2 of 2 steps the same.", f"Wrote {tmp_path / 'out'}."]
    assert "ends before" not in told
    import soundfile

    context, rate = soundfile.read(tmp_path / "out" / "context.wav", dtype="float32")
    assert rate == 44_100
    np.testing.assert_array_equal(context, np.tile(SOUND[:33_075], 2))
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert names == ["context.wav", "drums.wav"]
    drums, _ = soundfile.read(tmp_path / "out" / "drums.wav", dtype="float32")
    assert np.abs(drums).max() > 1e-4
    # At w = 1 an answer is heard a step later than the last sample it knew.
    assert not drums[: 2 * 33_075 - 882].any()
    assert len(drums) == 4 * 33_075


def changed(path: Path, folder: Path, change: Callable[[dict, list], None]) -> Path:
    """A copy of a recording of which the header or entries were changed."""
    with Reader(path) as opened:
        header = dict(opened.header)
        entries = [(entry.kind, entry.payload) for entry in opened]
    change(header, entries)
    copy = folder / "changed.recording"
    packed = [pack_entry(*entry) for entry in entries]
    copy.write_bytes(
        b"".join([MAGIC, pack_entry(Kind.HEADER, json.dumps(header).encode()), *packed])
    )
    return copy


def test_one_bit_of_one_step_is_named(recording, tmp_path) -> None:
    def change(_header: dict, entries: list) -> None:
        index = [n for n, (kind, _) in enumerate(entries) if kind is Kind.ANSWER][1]
        payload = bytearray(entries[index][1])
        payload[-1] ^= 1
        entries[index] = (Kind.ANSWER, bytes(payload))
        # Two answers are enough.
        del entries[index + 1 :]

    same, told = shown(changed(recording, tmp_path, change))
    assert not same
    assert "Step 1 (answer 2, entry " in told
    assert "its stems are not the same bits" in told
    assert "1 of 2 steps the same." in told


def test_other_noise_is_other_bits(recording, tmp_path) -> None:
    def change(header: dict, entries: list) -> None:
        header["seed"] += 1
        # Two answers are enough.
        ends = [n for n, (kind, _) in enumerate(entries) if kind is Kind.ANSWER][1]
        del entries[ends + 1 :]

    same, told = shown(changed(recording, tmp_path, change))
    assert not same
    assert "Step 0 (answer 1, entry " in told
    assert "0 of 2 steps the same." in told


def test_what_is_not_as_it_was_is_told(recording, tmp_path) -> None:
    with Reader(recording) as opened:
        header = opened.header
    choice = recorded_choice(header)
    assert choice == BackendChoice(threads=1)
    assert differences(header, BUNDLE, choice) == []
    bundle = tmp_path / "bundle"
    shutil.copytree(BUNDLE, bundle)
    manifest = next(bundle.glob("*.json"))
    manifest.write_text(manifest.read_text() + "\n")
    told = differences(header, bundle, BackendChoice("tensorrt", 2))
    assert told[0].startswith("Bundle: ")
    assert "Threads: recorded with 1, now 2." in told
    assert "Backend: recorded with onnxruntime, now tensorrt." in told
    header["machine"]["versions"]["numpy"] = "0.1"
    assert any(
        line.startswith("numpy: recorded with 0.1, now ")
        for line in differences(header, BUNDLE, choice)
    )


def test_what_cannot_be_run_is_named(tmp_path) -> None:
    recording = tmp_path / "sound.wav"
    write_wave(recording, SOUND[:100], 44_100)
    for bundle, reason in (
        (tmp_path / "none", "is no folder"),
        (tmp_path, "is not a bundle"),
        (BUNDLE, "is no recording"),
    ):
        code, told = command(recording, bundle)
        assert code == 1
        assert reason in told
