"""A server that records plays as one that does not, whatever becomes of the recording."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.recording.format import Kind
from sideman.runtime.recording.reader import Reader
from sideman.runtime.recording.recorder import Recorder
from tests.runtime.fakes.client import Client
from tests.runtime.fakes.servers import Servers

SOUND = np.random.default_rng(7).uniform(-0.5, 0.5, 66_150).astype(np.float32)


def test_a_recording_that_fails_takes_nothing_from_the_music(
    servers: Servers, tmp_path, caplog
) -> None:
    (tmp_path / "file").write_text("in the way")
    recorder = Recorder(tmp_path / "file" / "folder", {})
    client = servers.client(parts=recorder, native=True)
    for number in range(3):
        client.batch(number, SOUND)
        np.testing.assert_array_equal(client.reply(number)["bass"][:66_150], SOUND)
        recorder._writer._thread.join()
    servers.made[0].stop()
    errors = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert "Nothing more is recorded" in errors[0]
    assert recorder.path is None


def test_no_address_is_kept(servers: Servers, tmp_path) -> None:
    recorder = Recorder(tmp_path, {"seed": 1})
    client = servers.client(parts=recorder)
    for each in (client, client.again()):
        each.batch(0, SOUND)
        each.control("/reset")
        each.fence()
        port = each.socket.getsockname()[1]
        servers.clients.append(each)
        assert not kept_ports(recorder, port)
    servers.made[0].stop()
    with Reader(recorder.path) as recording:
        clients = [entry.payload for entry in recording if entry.kind is Kind.CLIENT]
    # Two ports of one host, which is this machine.
    assert clients == [bytes((0, 0, 0, n, 0, 0, 0, 1, 1)) for n in (1, 2)]
    assert b"127.0.0.1" not in recorder.path.read_bytes()


def kept_ports(recorder: Recorder, port: int) -> bool:
    """Whether a client's own entry holds its port."""
    return any(
        port.to_bytes(2, "big") in payload
        for kind, payload, _ in list(recorder._writer._entries)
        if kind is Kind.CLIENT
    )


def test_the_end_is_recorded_with_what_was_counted(servers: Servers, tmp_path) -> None:
    recorder = Recorder(tmp_path, {})
    client: Client = servers.client(parts=recorder)
    client.batch(0, SOUND)
    client.reply(0)
    servers.made[0].stop()
    servers.made[0].stop()
    with Reader(recorder.path) as recording:
        entries = list(recording)
    assert entries[-1].kind is Kind.END
    assert b'"cycles": 1' in entries[-1].payload
    assert [entry.kind for entry in entries].count(Kind.END) == 1


@pytest.mark.parametrize("restarts", [True, False])
def test_a_seed_that_was_drawn_does_not_begin_again(restarts) -> None:
    source = GaussianNoise(5, restarts=restarts)
    first = source._generator.standard_normal(4)
    source.restart()
    second = source._generator.standard_normal(4)
    assert np.array_equal(first, second) == restarts
    twice = GaussianNoise(5, restarts=False)
    both = np.concatenate([first, second])
    if not restarts:
        np.testing.assert_array_equal(both, twice._generator.standard_normal(8))
