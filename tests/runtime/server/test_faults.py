"""The faults of the published server that this one must not have, by their number in the protocol.

Over real UDP on loopback. Fault 10 is kept on purpose: existing clients rely on it.
"""

from __future__ import annotations

import socket
import threading
import time
import tracemalloc

import numpy as np
import pytest

from sideman.engine.errors import BackendError, SidemanError
from sideman.runtime.multi_track.replies import StemWriter
from sideman.runtime.multi_track.wire import SampleReader, read_audio
from sideman.runtime.osc.message import read_address
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.server import receiver
from sideman.runtime.server.server import DEFAULT_LISTEN

STEP = 66_150


@pytest.mark.parametrize(("r", "w"), [(0.5, 1), (0.4, 1), (0.75, 0), (0.005, 1), (1.0, 1)])
def test_fault_1_pairs_that_hang_are_refused_with_the_reason(client, session, r, w):
    client.control("/w", "d", w)
    client.control("/update_r", "d", r)
    (text,) = client.wait_for("/error")
    assert f"r = {r:g}" in text
    client.batch(3, 0.5)  # the client may place audio by what it asked for: nothing is answered
    assert f"r = {r:g}" in client.wait_for("/error")[0]
    assert client.expect("/batch_dropped") == [3]
    client.control("/w", "d", 1)
    client.control("/update_r", "d", 0.25)
    client.fence()
    client.batch(4, 0.5)
    assert set(client.reply(4)) == {"bass"}


def test_fault_1_the_pair_that_returned_nothing_works(client, session):
    client.control("/update_r", "d", 0.2)
    client.control("/update_fade", "d", 0.05)
    client.batch(1, np.full(52_920, 0.25, np.float32))
    assert len(client.reply(1)["bass"]) == 52_920 + 2_205


def test_fault_2_a_dropped_step_stays_in_the_history_at_its_place(client, session):
    session.hold()
    client.batch(1, 0.1)
    session.wait_entered()
    client.batch(2, 0.2)
    client.batch(3, 0.3)
    assert client.expect("/batch_dropped") == [2]
    session.let_go()
    client.reply(1)
    client.reply(3)
    assert session.heard() == [
        ("step", pytest.approx(0.1)),
        ("skip", pytest.approx(0.2)),
        ("step", pytest.approx(0.3)),
    ]


def test_fault_2_audio_that_comes_during_a_cycle_does_not_touch_that_cycle(client, session):
    session.hold()
    client.batch(1, 0.1)
    session.wait_entered()
    client.batch(2, 0.2)
    client.nothing()  # the receive thread has taken all of batch 2
    session.let_go()
    assert np.allclose(client.reply(1)["bass"][:STEP], 0.1)
    assert np.allclose(client.reply(2)["bass"][:STEP], 0.2)


def test_fault_3_replies_carry_the_id_of_their_own_step(client, session):
    session.hold()
    client.batch(7, 0.1)
    session.wait_entered()
    client.batch(8, 0.2)
    client.nothing()
    session.let_go()
    assert np.allclose(client.reply(7)["bass"][:STEP], 0.1)
    assert np.allclose(client.reply(8)["bass"][:STEP], 0.2)


def test_fault_3_a_restarted_client_is_heard_although_its_ids_are_old(servers, client, session):
    for batch_id in (40, 41):
        client.batch(batch_id, 0.1)
        client.reply(batch_id)
    restarted = client.again()
    servers.clients.append(restarted)
    for batch_id in (41, 0, 1):  # the last id again, then older ones
        restarted.batch(batch_id, 0.2)
        assert np.allclose(restarted.reply(batch_id)["bass"][:STEP], 0.2)


@pytest.mark.parametrize("message", [("/reset", "i", 1), ("/load_model",)])
def test_fault_3_an_id_may_come_again_after_a_reset_or_a_load(client, session, message):
    client.batch(0, 0.1)
    client.reply(0)
    client.control(*message)
    client.batch(0, 0.2)
    if message[0] == "/load_model":
        assert client.expect("/loaded") == ["fake"]
    assert np.allclose(client.reply(0)["bass"][:STEP], 0.2)


def test_fault_4_a_failed_load_says_so_and_can_be_mended(servers, session):
    attempts = []

    def open_session():
        attempts.append(1)
        if len(attempts) == 1:
            raise BackendError("The engine is not there.", "Build it.")
        return session

    client = servers.early_client(open_session)
    (text,) = client.expect("/error")
    assert "The engine is not there." in text
    assert "Build it." in text
    client.batch(0, 0.1)
    (text,) = client.expect("/error")
    assert "The engine is not there." in text
    assert client.expect("/batch_dropped") == [0]  # which clients know
    client.nothing()  # once a batch, not once a chunk
    client.control("/load_model")
    assert client.expect("/loaded") == ["fake"]
    client.batch(0, 0.1)
    client.reply(0)


def test_fault_4_requests_before_the_load_are_answered(servers, session):
    go = threading.Event()

    def open_session():
        assert go.wait(10)
        return session

    client = servers.early_client(open_session)
    for batch_id in (5, 6):
        client.batch(batch_id, 0.1)
        assert "loading" in client.expect("/error")[0]
        assert client.expect("/batch_dropped") == [batch_id]
    client.control("/predict")
    assert "loading" in client.expect("/error")[0]
    client.raw(client.chunk("/piano", 9, 0, 4, np.ones(8, np.float32)))
    assert "loading" in client.expect("/error")[0]
    assert client.expect("/batch_dropped") == [9]
    client.nothing()
    client.wants("bass")
    go.set()
    client.expect("/loaded")
    client.batch(7, 0.1)
    client.reply(7)


def test_fault_5_control_messages_keep_their_order(client, session):
    session.hold()
    client.batch(0, 0.1)
    session.wait_entered()
    samples = [40 * k for k in range(1, 26)]
    for count in samples:
        client.control("/update_fade", "d", (count + 0.5) / 44_100)
        client.control("/reset", "i", 1)
    client.control("/predict_instruments", "iiii", 0, 0, 0, 1)
    client.nothing()
    session.let_go()
    client.reply(0)
    client.batch(1, 0.1)
    assert set(client.reply(1)) == {"piano"}
    calls = [call for call in session.calls[1:] if call[0] in ("configure", "reset")]
    assert [c[1].fade_samples for c in calls[:-1:2]] == samples
    assert [c[0] for c in calls[1:-1:2]] == ["reset"] * len(samples)
    assert calls[-1][2] == (3,)


def test_fault_5_more_controls_than_may_wait_are_refused_not_lost_in_silence(client, session):
    session.hold()
    client.batch(0, 0.1)
    session.wait_entered()
    for _ in range(40):
        client.control("/reset", "i", 1)
        client.control("/update_fade", "d", 0.01)
    client.control("/update_r", "d", 0.125)
    said = client.fence()
    assert said
    assert all("Too many control messages" in values[0] for _, values in said)
    session.let_go()
    client.wait_for("/server_predicted")
    client.batch(1, 0.1)  # the refused r changed nothing
    client.reply(1)


def test_fault_5_no_thread_is_made_for_a_message(client):
    client.batch(0, 0.1)
    client.reply(0)
    before = {thread.name for thread in threading.enumerate()}
    seen: set[str] = set()
    original = threading.Thread.start

    def start(self: threading.Thread) -> None:
        seen.add(self.name)
        original(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        for batch_id in range(1, 5):
            client.control("/update_fade", "d", 0.01 * batch_id)
            client.batch(batch_id, 0.1)
            client.reply(batch_id)
    assert seen == set()
    assert {thread.name for thread in threading.enumerate()} == before


def test_fault_6_separate_planes_add_up_to_the_context(client, session):
    rng = np.random.default_rng(1)
    planes = rng.uniform(-0.25, 0.25, (4, STEP)).astype(np.float32)
    datagrams = [
        datagram
        for name, audio in zip(("bass", "drums", "guitar", "piano"), planes, strict=True)
        for datagram in client.chunks(1, audio, 10_240, f"/{name}", total=4 * 7)
    ]
    for index in rng.permutation(len(datagrams)):
        client.raw(datagrams[index])
    client.reply(1)
    client.batch(2, planes.sum(0), 10_240)
    client.reply(2)
    separate, whole = (call[1] for call in session.calls if call[0] == "step")
    assert np.allclose(separate, whole, atol=1e-6)
    assert np.abs(whole).max() > 0.3


def test_fault_7_every_requested_stem_has_its_own_audio(client, session):
    client.control("/predict_instruments", "iiii", 1, 0, 1, 1)
    client.batch(1, 0.125)
    stems = client.reply(1)
    assert list(stems) == ["bass", "guitar", "piano"]
    for name, number in (("bass", 1), ("guitar", 3), ("piano", 4)):
        assert np.allclose(stems[name][:STEP], 0.125 * number)
        assert len(stems[name]) == STEP + 882


@pytest.mark.parametrize("package", [128, 4_410, 13_095])
def test_fault_8_receiving_and_replying_make_no_object_a_sample(package):
    """What a chunk takes in memory, in passing, does not depend on its samples."""
    reader, writer = SampleReader(), StemWriter()
    audio = np.zeros(package, np.float32)
    samples = np.full(package, 0.1, np.float32)
    datagram = bytearray(writer.write(b"/context", 1, 0, 1, samples))

    def receive_and_reply() -> None:
        address, tags_at = read_address(datagram, 0, len(datagram))
        chunk = read_audio(datagram, address, tags_at, len(datagram))
        np.copyto(audio, reader.read(address, chunk.payload))
        writer.write(b"/bass", 1, 0, 1, audio)

    receive_and_reply()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        receive_and_reply()
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert np.array_equal(audio, samples)
    assert peak < 4_096


def test_fault_8_a_receive_buffer_too_small_is_named_with_its_mend(servers, caplog, monkeypatch):
    monkeypatch.setattr(receiver, "receive_buffer", lambda _: 212_992)
    with caplog.at_level("WARNING", "sideman.runtime.server"):
        servers.client()
    (record,) = [r for r in caplog.records if "receive buffer" in r.getMessage()]
    assert "212992" in record.getMessage()
    assert receiver.receive_buffer_remedy() in record.getMessage()


def test_fault_9_only_loopback_is_bound_and_files_are_not_written(client):
    assert DEFAULT_LISTEN == ("127.0.0.1", 7_000)
    client.control("/print", "T")
    assert "--debug-dir" in client.expect("/error")[0]


def test_fault_9_replies_go_to_the_host_that_spoke(servers, session):
    """Another loopback address stands for another machine."""
    client = servers.client(listen=("0.0.0.0", 0), allow=("127.0.0.2",))
    port = servers.replies.getsockname()[1]
    try:
        there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        there.bind(("127.0.0.2", port))
    except OSError as error:
        there.close()
        pytest.skip(f"this system has one loopback address only: {error}")
    speaking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    speaking.bind(("127.0.0.2", 0))
    with there, speaking:
        there.settimeout(10)
        target = ("127.0.0.2", client.server.address[1])
        speaking.sendto(b"/load_model\0,\0\0\0", target)
        assert there.recv(65_536).startswith(b"/loaded\0")
        for datagram in client.chunks(1, np.full(STEP, 0.1, np.float32)):
            speaking.sendto(datagram, target)
        assert there.recv(65_536).startswith(b"/bass\0")


def test_fault_9_strangers_are_ignored_counted_and_named_once(servers, session, caplog):
    client = servers.early_client(listen=("0.0.0.0", 0), allow=("192.0.2.1",))
    counters, ended = client.server.counters, time.monotonic() + 10
    with caplog.at_level("WARNING", "sideman.runtime.server"):
        target = ("127.0.0.1", client.server.address[1])
        for datagram in client.chunks(1, np.full(STEP, 0.1, np.float32)):
            client.socket.sendto(datagram, target)
        while counters.ignored < 15 and time.monotonic() < ended:
            time.sleep(0.001)
    assert counters.ignored == 15
    assert session.heard() == []
    assert len([r for r in caplog.records if "not allowed" in r.getMessage()]) == 1


def test_fault_9_beyond_loopback_somebody_must_be_allowed(servers):
    with pytest.raises(SidemanError, match="--allow HOST"):
        servers.server(listen=("0.0.0.0", 0)).start()


def test_fault_10_is_kept_the_reply_is_sent_as_the_session_made_it(client, session):
    """No second fade is laid over the session's own, and none is taken away."""
    geometry = Geometry.reference(session.grid, 0.25, 1, 0.02)
    client.batch(1, 0.5)
    bass = client.reply(1)["bass"]
    assert len(bass) == geometry.out_samples
    assert np.allclose(bass[:STEP], 0.5)
