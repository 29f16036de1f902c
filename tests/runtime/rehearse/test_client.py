"""The emulated external against a tiny server on real sockets."""

from __future__ import annotations

import struct
import time

import numpy as np
import pytest
from pythonosc.osc_message import OscMessage

from sideman.engine.errors import SidemanError
from sideman.runtime.rehearse.client import ClientSettings, MultiTrackClient
from sideman.runtime.rehearse.timeline import Placement

STEMS = ("bass", "drums", "guitar", "piano")
STEP, FADE, PACKAGE = 300, 20, 128


@pytest.fixture
def connect(fake_server):
    """Makes a client and its server, both running, after the handshake."""
    clients = []

    def make(*, shake=True, lead=1, steps=4, wanted=("bass",), planes=False):
        settings = ClientSettings(STEMS, wanted, 0.25, lead, 0.02, PACKAGE, planes)
        client = MultiTrackClient(settings, Placement(STEP, FADE, lead, steps))
        clients.append(client)
        client.__enter__()
        server = fake_server(client.address, FADE)
        server.start()
        client.wait_ready(2)
        if shake:
            client.shake_hands(server.address, 2)
        return client, server

    yield make
    for client in clients:
        client.__exit__(None, None, None)


def play(client, server, audio=None):
    audio = np.full(STEP, 0.5, np.float32) if audio is None else audio
    client.send_step(server.address, time.perf_counter(), audio[np.newaxis])
    return client.wait_answered(2)


def settle(condition, seconds=2.0):
    end = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < end:
        time.sleep(0.005)
    assert condition()


def test_handshake_has_the_externals_order_types_and_pauses(connect):
    _, server = connect(wanted=("bass", "guitar"), lead=-1)
    said = [(m.address, m.params) for m in map(OscMessage, server.datagrams)]
    assert said == [
        ("/update_package_size", [128]),
        ("/update_r", [0.25]),
        ("/w", [-1.0]),
        ("/update_fade", [0.02]),
        ("/predict_instruments", [1, 0, 1, 0]),
        ("/verbose", [0]),
        ("/load_model", []),
    ]
    tags = [d[d.index(b",") :].split(b"\0")[0] for d in server.datagrams]
    assert tags == [b",i", b",d", b",d", b",d", b",iiii", b",i", b","]
    assert np.diff(server.arrivals).min() > 0.025


def test_context_chunks_are_the_protocols_bytes(connect):
    client, server = connect()
    audio = np.linspace(-1, 1, STEP, dtype=np.float32)
    assert play(client, server, audio)
    assert play(client, server, audio)
    sent = server.datagrams[7:]
    assert len(sent) == 6
    for number, datagram in enumerate(sent):
        batch, start = number // 3, (number % 3) * PACKAGE
        floats = audio[start : start + PACKAGE].astype(">f4")
        n = len(floats)
        tags = (b",iii" + b"f" * n).ljust((n + 5 + 3) // 4 * 4, b"\0")
        expected = b"/context\0\0\0\0" + tags + struct.pack(">iii", batch, start, 3)
        assert datagram == expected + floats.tobytes()
        assert len(datagram) == 24 + (n + 5 + 3) // 4 * 4 + 4 * n


def test_planes_share_batch_and_total_and_add_up(connect):
    client, server = connect(planes=True)
    planes = np.random.default_rng(0).uniform(-0.2, 0.2, (4, STEP)).astype("f4")
    client.send_step(server.address, time.perf_counter(), planes)
    assert client.wait_answered(2)
    messages = [OscMessage(d) for d in server.datagrams[7:]]
    assert [m.address for m in messages] == [f"/{stem}" for stem in STEMS for _ in range(3)]
    assert {(m.params[0], m.params[2]) for m in messages} == {(0, 12)}
    assert [m.params[1] for m in messages] == [0, 128, 256] * 4
    np.testing.assert_allclose(server.steps[0], planes.sum(0), atol=1e-6)


@pytest.mark.parametrize("shuffle", [False, True])
def test_stems_are_laid_down_whatever_the_order_of_chunks(connect, shuffle):
    client, server = connect(wanted=("drums", "piano"))
    server.shuffle = shuffle
    rng = np.random.default_rng(1)
    answers = rng.uniform(-1, 1, (2, 2, STEP + FADE)).astype("f4")

    def answer(batch, audio):
        for stem, samples in zip(("drums", "piano"), answers[batch], strict=True):
            server.send_stem(stem, batch, samples)

    server.answer = answer
    for _ in range(2):
        assert play(client, server)
    ramp = np.linspace(0, 1, FADE, dtype=np.float32)
    for row, stem in enumerate(("drums", "piano")):
        expected = np.zeros(client.placement.total, np.float32)
        for batch in range(2):
            start = (batch + 2) * STEP - FADE
            zone = expected[start : start + FADE]
            zone[:] = zone * (1 - ramp) + answers[batch, row, :FADE] * ramp
            expected[start + FADE : start + FADE + STEP] = answers[batch, row, FADE:]
        np.testing.assert_array_equal(client.tracks[stem].samples, expected)
    for step in client.steps[:2]:
        assert step.complete
        assert step.due <= step.sent
        assert step.first <= step.last
        assert 0 < step.round_trip < 2


def test_asking_zeroes_what_the_content_zone_held(connect):
    client, server = connect()
    server.answer = lambda batch, audio: None
    client.tracks["bass"].samples[:] = 1
    client.send_step(server.address, time.perf_counter(), np.zeros((1, STEP), np.float32))
    assert not client.tracks["bass"].samples[2 * STEP : 3 * STEP].any()
    assert client.tracks["bass"].samples[: 2 * STEP].all()


def test_only_the_current_and_the_previous_batch_are_accepted(connect):
    client, server = connect()
    server.answer = lambda batch, audio: None
    for _ in range(3):
        client.send_step(server.address, time.perf_counter(), np.zeros((1, STEP), np.float32))
    sound = np.ones(STEP + FADE, np.float32)
    for batch in (0, 3, -1):
        server.send_stem("bass", batch, sound)
    settle(lambda: client.stale_packets == 9)
    assert not client.tracks["bass"].samples.any()
    assert client.steps[0].missing is None
    server.send_stem("bass", 1, sound)
    server.send_stem("bass", 2, sound)
    settle(lambda: client.steps[2].complete and client.steps[1].complete)
    assert client.tracks["bass"].samples[3 * STEP : 5 * STEP].all()


def test_a_repeated_packet_counts_once_and_a_missing_one_loses_it(connect, fake_serve):
    client, server = connect()

    def answer(batch, audio):
        # Two of the three chunks, the first of them twice.
        sound = np.ones(PACKAGE, np.float32)
        for index in (0, 0, 1):
            message = [("i", batch), ("i", index), ("i", 3), *(("f", float(x)) for x in sound)]
            server.send(fake_serve.build("/bass", *message))

    server.answer = answer
    client.send_step(server.address, time.perf_counter(), np.zeros((1, STEP), np.float32))
    settle(lambda: client.steps[0].missing == 1)
    assert not client.wait_answered(0.1)
    assert client.steps[0].outcome(10.0) == "lost"
    assert np.isnan(client.steps[0].round_trip)


def test_dropped_batches_and_other_messages_are_noted(connect, fake_serve):
    client, server = connect()

    def answer(batch, audio):
        server.send(fake_serve.build("/batch_dropped", ("i", batch)))
        server.send(fake_serve.build("/late", ("i", batch), ("f", 0.1)))
        server.send(fake_serve.build("/error", ("s", "too slow")))

    server.answer = answer
    assert play(client, server)
    assert client.steps[0].outcome(10.0) == "dropped"
    settle(lambda: bool(client.errors))
    assert client.errors == ["too slow"]
    assert client.messages["/late"] == 1
    assert client.messages["/batch_dropped"] == 1


@pytest.mark.parametrize("place", [-1, 3])
def test_a_chunk_outside_its_answer_is_not_written(connect, fake_serve, place):
    client, server = connect()
    server.answer = lambda batch, audio: None
    client.send_step(server.address, time.perf_counter(), np.zeros((1, STEP), np.float32))
    integers = [("i", 0), ("i", place), ("i", 3)]
    server.send(fake_serve.build("/bass", *integers, *[("f", 1.0)] * PACKAGE))
    settle(lambda: bool(client.errors))
    assert not client.tracks["bass"].samples.any()
    assert client.steps[0].missing is None


@pytest.mark.parametrize("junk", [b"", b"abc", b"/bass\0\0\0,iii\0\0\0\0", b"\xff" * 64])
def test_a_broken_datagram_is_noted_and_survived(connect, junk):
    client, server = connect()
    server.send(junk)
    settle(lambda: bool(client.errors))
    assert play(client, server)
    assert client.steps[0].complete


def test_a_server_that_cannot_load_is_an_error_with_its_words(connect, fake_serve):
    client, server = connect(shake=False)
    server.load_answer = [fake_serve.build("/error", ("s", "no such bundle"))]
    with pytest.raises(SidemanError, match="no such bundle"):
        client.shake_hands(server.address, 2)


def test_waits_end_with_what_was_waited_for(connect):
    client, server = connect(shake=False)
    server.load_answer = []
    with pytest.raises(SidemanError, match=r"did not load its model within 0\.1 s"):
        client.shake_hands(server.address, 0.1)
    client.messages.clear()
    with pytest.raises(SidemanError, match=r"/ready within 0\.05 s"):
        client.wait_ready(0.05)


def test_a_wait_asks_whether_the_server_lives(connect):
    client, _ = connect(shake=False)
    client.messages.clear()

    def check():
        raise SidemanError("it is gone")

    with pytest.raises(SidemanError, match="it is gone"):
        client.wait_ready(5, check)


def test_a_datagram_that_is_too_large_is_an_error(connect, monkeypatch):
    client, server = connect()
    # The machine's limit, reached with what the protocol never makes.
    monkeypatch.setattr(client._writer, "write", lambda *chunk: bytes(70_000))
    with pytest.raises(SidemanError, match=r"70,000 bytes cannot be sent[\s\S]*doctor"):
        client.send_step(server.address, time.perf_counter(), np.zeros((1, STEP), np.float32))


def test_a_busy_reply_port_is_an_error(connect):
    client, _ = connect(shake=False)
    with pytest.raises(SidemanError, match="cannot be bound"):
        MultiTrackClient(client.settings, client.placement, port=client.address[1])
