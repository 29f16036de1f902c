"""Good datagrams, bad datagrams, and what is answered; over real UDP."""

from __future__ import annotations

import random
import struct
from types import SimpleNamespace

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.multi_track.router import Router
from sideman.runtime.server.event_queue import EventQueue

STEP = 66_150


@pytest.mark.parametrize(
    ("address", "tags", "value"),
    [
        ("/update_package_size", "h", 1_024),
        ("/update_r", "f", 0.125),
        ("/w", "i", -1),
        ("/w", "f", -1.0),
        ("/update_fade", "f", 0.01),
        ("/update_fade", "i", 0),
    ],
)
def test_other_types_of_numbers_are_accepted(client, session, address, tags, value):
    field = {"/update_package_size": "package_size", "/update_r": "r", "/w": "w"}
    client.control(address, tags, value)
    client.nothing()
    parameters = client.server._cycles._settings.in_force
    assert getattr(parameters, field.get(address, "fade")) == value


def test_the_fade_that_python_osc_sends_by_default_has_882_samples(client, session):
    client.control("/update_fade", "f", 0.01)
    client.control("/update_fade", "f", 0.02)
    client.batch(1, 0.1)
    assert len(client.reply(1)["bass"]) == STEP + 882


BAD = [
    ("/update_r", "d", float("nan")),
    ("/update_r", "d", 0.0),
    ("/update_r", "s", "0.25"),
    ("/update_r", "", None),
    ("/w", "i", 3),
    ("/update_fade", "d", -1.0),
    ("/update_package_size", "i", 16_385),
    ("/update_package_size", "f", 512.5),
    ("/predict_instruments", "i", 7),
    ("/verbose", "i", -1),
    ("/nobody/knows", "i", 1),
    ("/context", "i", 1),
    ("/update_package_size", "i", 64),
]


@pytest.mark.parametrize(("address", "tags", "value"), BAD)
def test_bad_values_are_answered_and_change_nothing(client, session, address, tags, value, caplog):
    calls = len(session.calls)
    with caplog.at_level("WARNING", "sideman.runtime.server"):
        client.control(address, tags, value) if tags else client.control(address)
        (text,) = client.expect("/error")
    assert text in caplog.text
    assert len(session.calls) == calls
    client.batch(1, 0.1)
    assert len(client.reply(1)["bass"]) == STEP + 882


def test_truncated_and_oversized_chunks_are_answered_and_the_batch_can_still_come(client, session):
    chunks = client.chunks(1, np.full(STEP, 0.25, np.float32))
    client.raw(chunks[0][:-4])
    assert "truncated" in client.expect("/error")[0]
    client.raw(chunks[0][:-3])
    assert "truncated" in client.expect("/error")[0]
    client.raw(chunks[0] + b"\0" * 4)
    assert "oversized" in client.expect("/error")[0]
    client.raw(client.chunk("/context", 1, 0, 15, np.full(4_410, np.nan)))
    assert "not finite" in client.expect("/error")[0]
    for chunk in chunks:
        client.raw(chunk)
    client.reply(1)
    assert session.heard() == [("step", 0.25)]


@pytest.mark.parametrize("address", ["/reset", "/load_model", "/print", "/predict"])
@pytest.mark.parametrize(
    ("rest", "fault"),
    [(b",i\0\0", "truncated"), (b",\0\0\0\0\0\0\0", "oversized"), (b"i\0\0\0", "tags")],
)
def test_requests_that_are_not_whole_are_answered_and_change_nothing(
    servers, session, tmp_path, address, rest, fault
):
    client = servers.client(debug_dir=tmp_path)
    calls = list(session.calls)
    client.raw(address.encode().ljust(len(address) + 4 - len(address) % 4, b"\0") + rest)
    assert fault in client.expect("/error")[0]
    client.nothing()
    client.batch(1, 0.25)
    client.reply(1)
    assert session.calls[: len(calls) + 1][-1][0] == "step"
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_taken_apart(client, session):
    parts = client.chunks(1, np.full(STEP, 0.25, np.float32), 13_000)
    for part in (parts[0], parts[1]):
        client.raw(b"#bundle\0" + b"\0" * 8 + struct.pack(">i", len(part)) + part)
    for part in parts[2:]:
        client.raw(part)
    client.reply(1, 4_410)


def test_packet_test_is_echoed(client):
    client.raw(b"/packet_test\0\0\0\0,iff\0\0\0\0" + struct.pack(">iff", 5, 0.5, 1.5))
    client.replies.settimeout(10)
    assert client.replies.recv(65_536) == (
        b"#bundle\0" + b"\0" * 7 + b"\1" + struct.pack(">i", 44) + b"/packet_test_response\0\0\0"
        b",iff\0\0\0\0" + struct.pack(">iff", 5, 0.5, 1.5)
    )
    client.raw(b"/packet_test\0\0\0\0,sff\0\0\0\0" + struct.pack(">iff", 5, 0.5, 1.5))
    assert "/packet_test" in client.expect("/error")[0]


def test_predict_completes_what_is_open_and_else_makes_a_silent_step(client, session):
    client.raw(client.chunks(4, np.full(STEP, 0.25, np.float32))[0])
    client.control("/predict", "i", 1)
    assert client.reply(4)["bass"][4_000] == 0.25
    client.control("/predict")
    assert not client.reply(4)["bass"][:STEP].any()
    assert session.calls[-2][1][4_410] == 0


def test_a_model_that_is_warm_between_two_lines_of_the_receive_thread_is_played_at_once(client):
    """Its setting is followed before its first chunk is taken, however the threads interleave."""
    errors = []
    replies = SimpleNamespace(error=lambda text, to: errors.append(text))
    queue = EventQueue()

    def unready() -> str:
        if router.controls.setting is None:
            router.controls.adopt_model(LatentGrid(), ("bass",), lambda: None, lambda *_: None)
        return ""

    router = Router(queue, replies, unready)
    router.controls.greet()
    for datagram in client.chunks(1, np.full(STEP, 0.25, np.float32)):
        router.handle(datagram, len(datagram), ("127.0.0.1", 1), 0.0)
    assert errors == []
    assert (queue.take().audio == 0.25).all()


def test_hostile_datagrams_leave_a_server_that_serves(client, session):
    rng = random.Random(7)
    whole = client.chunks(1, np.full(STEP, 0.25, np.float32), 2_048)[0]
    heads = [
        b"", b"/", b"#bundle\0", b"/context\0\0\0\0", b"/context\0\0\0\0,iii", b"/w\0\0,",
        b"/predict_instruments\0\0\0\0,", b"/update_r\0\0\0,", b"/packet_test\0\0\0\0,i",
    ]  # fmt: skip
    for round_ in range(600):
        if round_ % 3 == 0:
            broken = bytearray(whole)
            for _ in range(rng.randrange(1, 4)):
                broken[rng.randrange(2_200)] = rng.randrange(256)
            client.raw(bytes(broken[: rng.choice([len(broken), rng.randrange(len(broken))])]))
        else:
            client.raw(rng.choice(heads) + rng.randbytes(rng.randrange(64)))
    client.raw(b"\xff" * 65_507)
    client.raw(b"")
    # Whatever a random datagram may have set is set again; then the server plays.
    fence = client.again()
    fence.fence()
    for message in (
        ("/update_package_size", "i", 4_410),
        ("/w", "i", 1),
        ("/update_r", "d", 0.25),
        ("/update_fade", "d", 0.02),
        ("/predict_instruments", "iiii", 1, 0, 0, 0),
    ):
        fence.control(*message)
    fence.batch(1_234, 0.5)
    while client.next()[0] != "/bass":
        pass
    client.wait_for("/server_predicted")
    fence.close()
    assert session.heard()[-1] == ("step", 0.5)


def test_a_storm_of_errors_is_held_back(client, caplog):
    with caplog.at_level("WARNING", "sideman.runtime.server"):
        for _ in range(200):
            client.control("/nobody")
        errors = len(client.fence())
        client.server.stop()
    assert 10 <= errors <= 40  # ten a second
    assert client.server.counters.errors == 200
    assert "were not reported" in caplog.text


@pytest.mark.parametrize(
    ("address", "tags", "values"),
    [
        ("/error", "s", ["It is broken."]),
        ("/ready", "T", []),
        ("/loaded", "s", ["demo"]),
        ("/batch_dropped", "i", [3]),
        ("/late", "if", [3, 0.5]),
        ("/server_predicted", "T", []),
        ("/packet_test_response", "i", [5]),
    ],
)
def test_what_only_servers_send_is_counted_and_never_answered(client, address, tags, values):
    """Two servers that reply to each other would answer for ever."""
    client.control(address, tags, *values)
    client.nothing()
    assert client.server.counters.ignored == 1


@pytest.mark.parametrize(("host", "answered"), [("127.0.0.9", True), ("192.0.2.5", False)])
def test_a_few_bytes_from_another_machine_bring_no_reply(client, host, answered):
    errors, queue = [], EventQueue()
    replies = SimpleNamespace(error=lambda text, to: errors.append(text), dropped=lambda *_: None)
    router = Router(queue, replies, lambda: "")
    router.controls.adopt_model(LatentGrid(), ("bass",), lambda: None, lambda *_: None)
    router.controls.greet()

    def send(datagram: bytes) -> None:
        router.handle(datagram, len(datagram), (host, 5), 0.0)

    predict = b"/predict\0\0\0\0,\0\0\0"
    chunks = client.chunks(1, np.full(STEP, 0.25, np.float32))
    send(predict)
    for chunk in chunks[:7]:
        send(chunk)
    send(predict)
    assert len(queue._events) == 2 * answered
    assert len(errors) == (0 if answered else 2)
    if not answered:
        send(chunks[7])
        send(predict)  # more than half of a step was sent for it
        assert len(queue._events) == 1
