"""The example of a client in docs/native-protocol.md runs as it is printed."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys

import numpy as np
import pytest

from sideman.runtime.client import Status
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.native.echo import EchoSession
from tests.runtime.streaming.documented import DOCUMENT

RATE = 44_100


@pytest.fixture
def port():
    echo = EchoSession()
    with Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9)
    ) as server:
        yield server.address[1]
        echo.let_go()


def test_the_example_runs(port, tmp_path) -> None:
    soundfile = pytest.importorskip("soundfile", reason="the example reads a file with it")
    (example,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.M | re.S)
    program = tmp_path / "band.py"
    # The port alone is another one: 7000 may be taken where tests run.
    program.write_text(example.replace("7000", str(port)), "utf-8")
    song, band = tmp_path / "song.wav", tmp_path / "band.wav"
    sound = np.random.default_rng(2).uniform(-0.2, 0.2, (3 * RATE // 2, 2))
    soundfile.write(song, sound, RATE)
    result = subprocess.run(
        [sys.executable, str(program), str(song), str(band)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert re.match(r" +0 s: playing, 0\.00 s silent\.", result.stdout), result.stdout
    heard, rate = soundfile.read(band)
    assert (heard.shape, rate) == ((len(sound),), RATE)
    # The first step is heard after a step and the time ahead, whatever came late after that.
    assert np.abs(heard).max() > 0.01


def test_what_the_table_tells_of_a_status_is_there() -> None:
    text = DOCUMENT.read_text("utf-8").split("`band.status` tells", 1)[1]
    rows = re.findall(r"^\| (`[^|]+`) \|", text, re.M)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(told) > 10
    assert told - {field.name for field in dataclasses.fields(Status)} == set()
