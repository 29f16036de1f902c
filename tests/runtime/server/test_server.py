"""The whole server over real UDP, with a session that is made up."""

from __future__ import annotations

import random
import socket
import struct
import sys
import threading
import time
import tracemalloc

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import BackendError, SidemanError
from sideman.runtime.server import speaker as speaker_module
from sideman.runtime.server.journal import Journal

STEP = 66_150


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_handshake_of_multi_track_and_a_step(client, session):
    """As the external does it, types and all."""
    client.control("/update_package_size", "i", 10_240)
    client.control("/update_r", "d", 0.125)
    client.control("/w", "d", 0.0)
    client.control("/update_fade", "d", 0.01)
    client.control("/predict_instruments", "iiii", 0, 1, 0, 0)
    client.control("/verbose", "i", 0)
    client.control("/load_model")
    assert client.expect("/loaded") == ["fake"]
    client.batch(0, np.full(33_075, 0.25, np.float32), 10_240)
    stems = client.reply(0, 10_240)
    assert list(stems) == ["drums"]
    assert len(stems["drums"]) == 33_075 + 441
    assert session.calls[-2] == ("reset",)
    assert client.server.counters.as_dict() == {
        "cycles": 1, "late": 0, "dropped": 0, "errors": 0, "ignored": 0,
    }  # fmt: skip


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
    parameters = client.server._receiver._router.controls.setting.parameters
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
    ("/update_package_size", "i", 16_384),
    ("/update_package_size", "f", 512.0),
    ("/predict_instruments", "i", 1),
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
    client.raw(client.chunk("/context", 1, STEP - 1, 15, np.zeros(2)))
    assert "do not lie within a step" in client.expect("/error")[0]
    for chunk in chunks:
        client.raw(chunk)
    client.reply(1)
    assert session.heard() == [("step", 0.25)]


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
    assert client.reply(4)["bass"][4_409] == 0.25
    client.control("/predict")
    assert not client.reply(4)["bass"][:STEP].any()
    assert session.calls[-2][1][4_410] == 0


def test_with_all_stems_off_audio_is_heard_and_the_client_told(client, session):
    client.control("/predict_instruments", "iiii", 0, 0, 0, 0)
    client.batch(1, 0.25)
    assert client.expect("/server_predicted") == [True]
    assert session.heard() == [("skip", 0.25)]


def test_an_unfinished_batch_is_reported_when_the_next_begins(client, session):
    for chunk in client.chunks(1, np.full(STEP, 0.25, np.float32))[:-1]:
        client.raw(chunk)
    client.batch(2, 0.5)
    assert client.expect("/batch_dropped") == [1]
    client.reply(2)
    assert session.heard()[-1] == ("step", 0.5)
    assert session.calls[1][0] == "skip"
    assert session.calls[1][1][:: STEP - 1].tolist() == [0.25, 0.0]
    assert client.server.counters.dropped == 1


def test_a_running_cycle_is_not_aborted_and_parameters_wait_for_its_end(client, session):
    session.hold()
    client.batch(1, 0.25)
    session.wait_entered()
    client.control("/update_r", "d", 0.125)
    client.control("/update_package_size", "i", 2_000)
    client.batch(2, np.full(33_075, 0.5, np.float32))
    client.nothing()
    session.let_go()
    assert len(client.reply(1)["bass"]) == STEP + 882
    assert len(client.reply(2, 2_000)["bass"]) == 33_075 + 882


def test_a_batch_whose_length_changes_midway_is_dropped_in_order(client, session):
    client.raw(client.chunks(1, np.full(STEP, 0.25, np.float32))[0])
    client.control("/update_r", "d", 0.125)
    assert client.expect("/batch_dropped") == [1]
    client.batch(2, np.full(33_075, 0.5, np.float32))
    client.reply(2)
    assert [call[0] for call in session.calls] == ["configure", "skip", "configure", "step"]


def test_reset_comes_in_order(client, session):
    session.hold()
    client.batch(1, 0.25)
    session.wait_entered()
    client.control("/reset", "i", 1)
    client.batch(2, 0.5)
    client.nothing()
    session.let_go()
    client.reply(1)
    client.reply(2)
    assert [call[0] for call in session.calls[1:]] == ["step", "reset", "step"]


@pytest.mark.parametrize("trouble", [BackendError("The engine broke."), ValueError("bug")])
def test_a_cycle_that_fails_is_told_and_survived(client, session, trouble):
    session.trouble = trouble
    session.during = lambda: session.profile.record("encode", 9.0)
    client.batch(1, 0.25)
    assert str(trouble) in client.expect("/error")[0]
    assert client.expect("/batch_dropped") == [1]
    session.during = lambda: None
    client.batch(2, 0.5)
    client.reply(2)
    assert session.profile.cycles == 1
    assert "encode" not in session.profile.last, "timings of the cycle that failed"
    assert client.server.counters.cycles == 1


def test_a_late_cycle_is_counted_told_and_survived(stage, session):
    clock = Clock()
    client = stage.client(clock=clock)

    def slow() -> None:
        clock.now += 1.75

    client.batch(1, 0.25)
    client.reply(1)
    session.during = slow
    client.batch(2, 0.25)
    client.reply(2)
    assert client.expect("/late") == [2, pytest.approx(0.25)]
    session.during = lambda: None
    client.batch(3, 0.25)
    client.reply(3)
    client.nothing()
    assert (client.server.counters.cycles, client.server.counters.late) == (3, 1)
    assert session.profile.last["path"] == 0
    assert session.profile.rows()[1, session.profile.STAGES.index("path")] == 1.75


def test_the_profile_knows_receive_send_and_path(client, session):
    client.batch(1, 0.25)
    client.reply(1)
    client.batch(2, 0.25)
    client.reply(2)
    last = session.profile.last
    assert set(last) == {"receive", "send", "path", "cycle"}
    assert 0 < last["receive"] < 5
    assert 0 < last["send"] < 5
    assert 0 < last["path"] < 5


def test_nothing_is_logged_in_a_steady_cycle(client, caplog):
    client.batch(0, 0.25)
    client.reply(0)
    caplog.clear()
    with caplog.at_level("INFO", "sideman"):
        for batch_id in range(1, 4):
            client.batch(batch_id, 0.25)
            client.reply(batch_id)
    assert caplog.records == []
    client.control("/verbose", "i", 1)
    client.batch(4, 0.25)
    client.reply(4)
    client.control("/verbose", "i", 0)
    client.nothing()
    assert "Batch 4" in caplog.text


def test_a_steady_cycle_allocates_no_array(client, session):
    """The fake session keeps a copy of each step; nothing else may be left or made in passing."""
    session._take = lambda what, audio: None
    datagrams = [client.chunks(k, np.full(STEP, 0.25, np.float32)) for k in range(4)]
    seen = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with seen:
        for chunk in datagrams[0]:
            client.raw(chunk)
        client.reply(0)
        received = bytearray(65_536)
        tracemalloc.start()
        try:
            for chunks in datagrams[1:]:
                for chunk in chunks:
                    client.raw(chunk)
                while client.replies.recv_into(received) and not received.startswith(b"/server_p"):
                    pass
            snapshot = tracemalloc.take_snapshot()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    numpy = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    assert not list(snapshot.filter_traces([numpy]).traces)
    assert peak < STEP  # bytes: a quarter of the step's audio, and far less than as objects


def test_load_again_with_an_unchanged_bundle_resets_and_with_a_changed_one_loads(stage, tmp_path):
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "manifest.json").write_text("one")
    opened = []

    def open_session():
        session = type(stage.session)(grid=LatentGrid(trained_masks=(0,)) if opened else None)
        opened.append(session)
        return session

    client = stage.client(open_session, bundle=bundle)
    client.control("/load_model")
    client.expect("/loaded")
    assert len(opened) == 1
    assert opened[0].calls[-1] == ("reset",)
    (bundle / "manifest.json").write_text("two")
    client.control("/load_model")
    client.expect("/loaded")
    assert len(opened) == 2
    assert opened[0].closed
    assert opened[1].warm == 1
    client.batch(1, 0.25)
    client.reply(1)
    assert opened[1].heard() == [("step", 0.25)]


def test_another_model_with_other_stems_has_other_addresses(stage, session):
    session.stems = ("voice", "choir")
    client = stage.client()
    client.control("/predict_instruments", "ii", 0, 1)
    for start, plane in ((0, "/voice"), (13_000, "/choir")):
        client.raw(client.chunk(plane, 1, start, 2, np.full(13_000, 0.25)))
    assert set(client.reply(1)) == {"choir"}
    client.raw(client.chunk("/bass", 2, 0, 2, np.ones(9)))
    assert "no such address" in client.expect("/error")[0]


def test_a_stem_that_has_the_name_of_a_request_cannot_be_served(stage, session):
    session.stems = ("bass", "reset")
    client = stage.early_client()
    assert "'reset'" in client.expect("/error")[0]


def test_requests_sent_while_loading_are_in_force_with_the_first_step(stage, session):
    go = threading.Event()

    def open_session():
        assert go.wait(10)
        return session

    client = stage.early_client(open_session)
    client.control("/update_r", "d", 0.5)
    client.control("/w", "i", -1)
    client.control("/predict_instruments", "iiii", 0, 0, 0, 1)
    client.control("/load_model")
    client.nothing()
    go.set()
    client.expect("/loaded")
    client.expect("/loaded")  # once for the start, once for the client's own request
    client.batch(0, np.full(132_300, 0.25, np.float32))
    assert set(client.reply(0)) == {"piano"}


def test_a_configuration_that_fails_leaves_a_server_that_says_so_and_can_load(client, session):
    original = session.configure

    def configure(geometry, rows):
        session.configure = original
        raise BackendError("No memory for this.")

    session.configure = configure
    client.control("/update_r", "d", 0.125)
    assert "No memory for this." in client.expect("/error")[0]
    client.batch(1, np.full(33_075, 0.25, np.float32))
    assert "No memory for this." in client.expect("/error")[0]
    client.control("/load_model")
    client.expect("/loaded")
    client.batch(2, np.full(33_075, 0.25, np.float32))
    client.reply(2)


def test_print_writes_audio_latents_and_plots(stage, session, tmp_path):
    import soundfile

    client = stage.client(debug_dir=tmp_path / "debug")
    client.batch(1, 0.25)
    client.reply(1)
    client.control("/print", "T")
    client.batch(2, 0.25)
    client.reply(2)  # behind the writing in order
    client.control("/print", "T")
    client.batch(3, 0.25)
    client.reply(3)
    client.server.stop()  # waits for the drawings
    for name in ("0001", "0002"):
        folder = tmp_path / "debug" / name
        assert sorted(p.name for p in folder.iterdir()) == [
            "context.wav", "generated.npy", "latents.png", "output_bass.wav", "waveforms.png",
        ]  # fmt: skip
    context, rate = soundfile.read(folder / "context.wav", dtype="float32")
    assert rate == 44_100
    assert np.array_equal(context, session.snapshot()["context"])
    assert np.array_equal(np.load(folder / "generated.npy"), session.snapshot()["generated"])
    assert (folder / "latents.png").read_bytes().startswith(b"\x89PNG")


def test_a_debug_folder_that_cannot_be_made(stage, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(SidemanError, match="--debug-dir"):
        stage.server(debug_dir=file / "debug").start()


def test_a_busy_port_is_an_error_that_says_so(stage, client):
    host, port = client.server.address
    with pytest.raises(SidemanError, match=f"Port {port} is busy") as caught:
        stage.server(listen=(host, port)).start()
    assert f"--listen 127.0.0.1:{port + 1 if port < 65535 else port - 1}" in caught.value.mend


def test_an_address_of_another_machine_cannot_be_bound(stage):
    with pytest.raises(SidemanError, match="not an address of this machine"):
        stage.server(listen=("192.0.2.1", 0), allow=["192.0.2.2"]).start()


def test_ipv4_and_ipv6_do_not_mix(stage):
    with pytest.raises(SidemanError, match="mixes"):
        stage.server(listen=("::1", 0)).start()


def test_ipv6(stage, session):
    replies = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    with replies:
        try:
            replies.bind(("::1", 0))
        except OSError as error:
            pytest.skip(f"no IPv6 here: {error}")
        replies.settimeout(10)
        server = stage.server(listen=("::1", 0), reply=replies.getsockname()[:2])
        server.start()
        assert replies.recv(99) == b"/ready\0\0,T\0\0"
        assert replies.recv(99).startswith(b"/loaded\0")
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as speaking:
            speaking.sendto(b"/predict\0\0\0\0,\0\0\0", server.address)
        assert replies.recv(65_536).startswith(b"/bass\0")


def test_sending_that_fails_is_told_once_with_its_mend(client, session, monkeypatch, caplog):
    class Refusing:
        """A system that carries only small datagrams, as macOS does by default."""

        def __init__(self, real):
            self.real = real

        def sendto(self, data, to):
            if len(data) > 9_216:
                raise OSError(speaker_module.errno.EMSGSIZE, "Message too long")
            return self.real.sendto(data, to)

        def close(self):
            self.real.close()

    speaker = client.server._speaker
    speaker._socket = Refusing(speaker._socket)
    monkeypatch.setattr(speaker_module.sys, "platform", "darwin")
    with caplog.at_level("ERROR", "sideman.runtime.server"):
        for batch_id in (1, 2):
            client.batch(batch_id, 0.25)
            client.wait_for("/server_predicted")
    assert "net.inet.udp.maxdgram" in caplog.text
    assert len(caplog.records) == 1
    assert client.server.counters.cycles == 0
    client.control("/update_package_size", "i", 1_837)
    client.batch(3, 0.25)
    client.reply(3, 1_837)


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


def test_stop_ends_both_threads_and_frees_the_port(stage, session):
    client = stage.client()
    host, port = client.server.address
    client.server.stop()
    client.server.stop()
    assert not [t for t in threading.enumerate() if t.name.startswith("sideman-")]
    assert session.closed
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((host, port))
    client.server.wait()


def test_stop_waits_for_the_cycle_that_runs(stage, session):
    client = stage.client()
    session.hold()
    client.batch(1, 0.25)
    session.wait_entered()
    stopping = threading.Thread(target=client.server.stop)
    stopping.start()
    session.let_go()
    stopping.join(10)
    assert not stopping.is_alive()
    client.reply(1)


def test_a_server_that_never_started_can_be_stopped(stage):
    stage.server().stop()


def test_the_journal_knows_every_cycle(stage, session, tmp_path):
    import json

    journal = Journal()
    client = stage.client(journal=journal)
    for batch_id in (5, 6):
        client.batch(batch_id, 0.25)
        client.reply(batch_id)
    client.server.stop()
    file = tmp_path / "profile.json"
    journal.write(file, client.server.counters.as_dict(), {"bundle": "x"})
    report = json.loads(file.read_text())
    assert [cycle["batch_id"] for cycle in report["cycles"]] == [5, 6]
    assert set(report["cycles"][0]["seconds"]) == {"receive", "send", "path", "cycle"}
    assert report["counters"]["cycles"] == 2
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux grants")
def test_the_receive_buffer_is_asked_for_and_read_back(client):
    from sideman.runtime.server.sockets import receive_buffer

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stock:
        assert receive_buffer(client.server._receiver._listener) >= receive_buffer(stock)


def test_steps_one_after_the_other_at_full_speed_are_all_accounted_for(client, session):
    """Every step is answered or reported, and all audio is heard in order."""
    count = 40
    for batch_id in range(count):
        client.batch(batch_id, (batch_id + 1) / 64, 13_000)
        time.sleep(0)
    answered: list[int] = []
    dropped: list[int] = []
    while len(answered) + len(dropped) < count:
        address, values = client.next()
        if address == "/batch_dropped":
            dropped += values
        elif address == "/bass" and values[1] == values[2] - 1:
            answered.append(values[0])
    assert sorted(answered + dropped) == list(range(count))
    assert answered == sorted(answered)
    heard = [round(value * 64) - 1 for _, value in session.heard()]
    assert heard == sorted(heard)
    assert heard[-1] == count - 1
