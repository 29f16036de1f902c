"""`sideman jam` as a process, on a real sound server without hardware.

No time is asserted: on a busy machine blocks are lost, by JACK and on the way to the server. What
has arrived must be what was played, at its place.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.native.beside import beside
from sideman.runtime.server.server import Server
from tests.runtime.jam.jack_server import (
    PATIENCE,
    PERIOD,
    RATE,
    JackServer,
    Room,
    server_name,
    skip_without_jack,
)
from tests.runtime.jam.room import noise
from tests.runtime.native.echo import EchoSession

COLUMN = 4_096


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    skip_without_jack()
    with server_name() as name, JackServer(name, tmp_path_factory.mktemp("jackd")) as shared:
        yield shared


@pytest.fixture
def jackd(shared):
    """A server that runs; a test may kill it."""
    shared.start()
    return shared


@pytest.fixture
def room(jackd, tmp_path):
    with Room(jackd.name, tmp_path / "heard.npy") as room:
        yield room


@pytest.fixture
def server():
    echo = EchoSession()
    made = Server(
        lambda: echo, beside(multi_track()), listen=("127.0.0.1", 0), reply=("127.0.0.1", 9)
    )
    with made:
        yield f"127.0.0.1:{made.address[1]}"
        echo.let_go()


@pytest.fixture
def jam(jackd, tmp_path):
    """Starts `sideman jam`; its output is in the file `output`."""
    started = []

    def start(*options: str) -> subprocess.Popen:
        with (tmp_path / "output").open("wb") as output:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "sideman.runtime", "jam", *options],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=os.environ
                    | {"JACK_DEFAULT_SERVER": jackd.name, "JACK_NO_START_SERVER": "1"}
                    | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
                )
            )
        return started[0]

    yield start
    for process in started:
        # Killed, it would not take its leave of jackd.
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()


def wait_for(tmp_path, text) -> None:
    end = time.monotonic() + PATIENCE
    while text not in (said := (tmp_path / "output").read_text("utf-8")):
        assert time.monotonic() < end, said
        time.sleep(0.05)


def places(needle, haystack, count=60):
    """Where blocks of a sound that are not silent stand in another one, up to how it is written.

    Returns:
        How many blocks were looked for, and by how many samples later each that was found stands.
    """
    close = 4 / 2**23
    blocks = needle[: len(needle) // PERIOD * PERIOD].reshape(-1, PERIOD)
    loud = np.flatnonzero(np.abs(blocks).max(axis=1) > 0.1)
    chosen = loud[np.linspace(0, len(loud) - 1, min(count, len(loud)), dtype=int)]
    found = []
    for number in chosen:
        block = blocks[number]
        at = np.flatnonzero(np.abs(haystack[:-PERIOD] - block[0]) <= close)
        for i in range(1, PERIOD):
            at = at[np.abs(haystack[at + i] - block[i]) <= close]
        found += [int(place) - int(number) * PERIOD for place in at]
    return len(chosen), found


def test_sound_goes_in_and_comes_out_at_its_place(room, jam, server, tmp_path) -> None:
    folder = tmp_path / "take"
    # Far ahead, so that an echo on a busy machine is not late.
    options = ("--server", server, "--stems", "bass,drums", "--columns", "4", "--lead", "16")
    process = jam(*options, "--seconds", "6", "--record", str(folder))
    assert process.wait(PATIENCE) == 0, (tmp_path / "output").read_text("utf-8")
    heard = room.heard()
    context, bass, drums, mix = (
        soundfile.read(folder / f"{each}.wav", dtype="float32")[0]
        for each in ("context", "bass", "drums", "mix")
    )
    assert len(context) == len(bass) == len(drums) == len(mix) >= 6 * RATE

    # What was played into JACK's ports is what was heard; of what the server gave back, what was
    # recorded is what JACK was given. Where a block was lost, neighbours are.
    looked_for, found = places(context, noise())
    assert len(found) > looked_for / 4 > 0
    looked_for, found = places(heard, np.clip(bass + drums, -1, 1))
    assert len(found) > looked_for / 4 > 0

    # The echo stands one reply and the lead behind what it repeats.
    ahead = 16 * COLUMN - 1_536 - 882
    looked_for, found = places(bass, context)
    assert len(found) > looked_for / 4 > 0
    assert set(found) == {-(4 * COLUMN + 882 + ahead)}
    np.testing.assert_allclose(mix, np.clip(context + bass + drums, -1, 1), atol=5 / 2**23)
    loud = np.abs(bass) > 0.01
    np.testing.assert_allclose(drums[loud], 2 * bass[loud], atol=5 / 2**23)

    told = json.loads((folder / "statistics.json").read_text("utf-8"))
    assert told["client"]["state"] == "playing"
    assert told["client"]["ahead"] == pytest.approx(ahead / RATE)
    assert told["sound_card"]["round_trip_seconds"] > 0
    assert "1431 ms ahead" in (tmp_path / "output").read_text("utf-8")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_whole_files(jam, server, tmp_path, number) -> None:
    folder = tmp_path / "take"
    process = jam("--server", server, "--record", str(folder))
    wait_for(tmp_path, "ms ahead")
    process.send_signal(number)
    assert process.wait(PATIENCE) == (0 if number == signal.SIGINT else 128 + number)
    assert len({soundfile.info(file).frames for file in folder.glob("*.wav")}) == 1
    assert soundfile.info(folder / "mix.wav").frames > 0


def test_a_sound_server_that_dies_is_told_and_the_files_are_whole(
    jam, jackd, server, tmp_path
) -> None:
    folder = tmp_path / "take"
    process = jam("--server", server, "--record", str(folder))
    wait_for(tmp_path, "ms ahead")
    jackd.kill()
    assert process.wait(PATIENCE) == 1
    assert "error: The sound card has stopped" in (tmp_path / "output").read_text("utf-8")
    assert soundfile.info(folder / "mix.wav").frames > 0


def test_a_rate_that_the_sound_server_does_not_run_at_is_named(jam, server, tmp_path) -> None:
    assert jam("--server", server, "--rate", "48000").wait(PATIENCE) == 1
    assert "does not run at 48,000 Hz" in (tmp_path / "output").read_text("utf-8")


def test_a_band_that_never_came_is_a_failure(jam, tmp_path) -> None:
    process = jam("--server", "127.0.0.1:9")
    wait_for(tmp_path, "not here yet")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 1
    assert "The band has not played." in (tmp_path / "output").read_text("utf-8")


def test_what_a_server_refuses_is_shown(jam, server, tmp_path) -> None:
    jam("--server", server, "--stems", "trumpet")
    wait_for(tmp_path, "does not play trumpet")


def test_devices_are_listed(jam, tmp_path) -> None:
    assert jam("--list-devices").wait(PATIENCE) == 0
    assert "JACK Audio Connection Kit" in (tmp_path / "output").read_text("utf-8")
