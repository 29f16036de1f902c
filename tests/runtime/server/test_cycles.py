"""Steps, controls and replies in their order; over real UDP, with a session that is made up."""

from __future__ import annotations

import socket
import time
import tracemalloc

import numpy as np
import pytest

from sideman.engine.errors import BackendError, DeviceLostError
from sideman.runtime.multi_track.reply_sender import ReplySender
from sideman.runtime.server.cycle_log import CycleLog

STEP = 66_150


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


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
    client.batch(2, np.full(33_075, 0.5, np.float32))
    client.nothing()
    session.let_go()
    assert len(client.reply(1)["bass"]) == STEP + 882
    assert len(client.reply(2)["bass"]) == 33_075 + 882


def test_a_package_size_counts_for_the_reply_that_is_sent_next(client, session):
    """The client places chunks by its newest size, also those of a cycle that runs."""
    session.hold()
    client.batch(1, 0.25)
    session.wait_entered()
    client.control("/update_package_size", "i", 2_000)
    client.nothing()
    session.let_go()
    assert len(client.reply(1, 2_000)["bass"]) == STEP + 882


@pytest.mark.parametrize("size", [13_096, 16_384])
def test_a_package_size_beyond_a_datagram_is_the_step_where_that_is_shorter(client, session, size):
    client.control("/update_r", "d", 0.04)
    client.control("/update_package_size", "i", size)
    client.batch(1, np.full(10_584, 0.5, np.float32))
    assert len(client.reply(1, size)["bass"]) == 10_584 + 882


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


def test_noise_is_drawn_before_the_step_whatever_came_before_it(client, session):
    """A step that must draw its own noise is answered that much later."""
    for batch_id, before in enumerate(
        [("/verbose", "i", 0), ("/reset", "i", 1), ("/load_model",), ("/update_fade", "d", 0.01)]
    ):
        client.control(*before)
        client.batch(2 * batch_id, 0.25)
        client.wait_for("/server_predicted")
        session.trouble = BackendError("The engine broke.")
        client.batch(2 * batch_id + 1, 0.25)
        client.wait_for("/batch_dropped")
    assert session.unprepared == 0


def test_a_late_cycle_is_counted_told_and_survived(servers, session):
    clock = Clock()
    client = servers.client(clock=clock)

    def slow() -> None:
        clock.now += 1.75

    client.batch(1, 0.25)
    client.reply(1)
    session.during = slow
    client.batch(2, 0.25)
    client.reply(2)
    # A step of 1.5 s leaves 1.48 s until the reply's fade of 20 ms begins to play.
    assert client.expect("/late") == [2, pytest.approx(0.27)]
    session.during = lambda: None
    client.batch(3, 0.25)
    client.reply(3)
    client.nothing()
    assert (client.server.counters.cycles, client.server.counters.late) == (3, 1)
    assert session.profile.last["path"] == 0
    assert session.profile.rows()[1, session.profile.SPANS.index("path")] == 1.75


def test_the_profile_knows_receive_send_and_path(client, session):
    client.batch(1, 0.25)
    client.reply(1)
    client.batch(2, 0.25)
    client.reply(2)
    last = session.profile.last
    assert set(last) == {"receive", "queue", "wake", "send", "pace", "path", "cycle"}
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
    np.percentile([0.0, 1.0], [50, 99])  # loads what it computes with
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
            peak = tracemalloc.get_traced_memory()[1]
            # The last reply is out before the cycle's time is noted, which takes a moment.
            numpy = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
            end = time.monotonic() + 10
            while left := list(tracemalloc.take_snapshot().filter_traces([numpy]).traces):
                if time.monotonic() > end:
                    break
        finally:
            tracemalloc.stop()
    assert not left
    assert peak < STEP  # bytes: a quarter of the step's audio, and far less than as objects


def test_the_journal_knows_every_cycle(servers, session, tmp_path):
    import json

    cycle_log = CycleLog()
    client = servers.client(cycle_log=cycle_log)
    for batch_id in (5, 6):
        client.batch(batch_id, 0.25)
        client.reply(batch_id)
    client.server.stop()
    file = tmp_path / "profile.json"
    cycle_log.write(file, client.server.counters.as_dict(), {"bundle": "x"})
    report = json.loads(file.read_text())
    assert [cycle["batch_id"] for cycle in report["cycles"]] == [5, 6]
    assert set(report["cycles"][0]["seconds"]) == {
        "receive", "queue", "wake", "send", "pace", "path", "cycle"
    }  # fmt: skip
    assert set(report["cycles"][0]["begins"]) <= set(report["cycles"][0]["seconds"])
    assert report["cycles"][0]["deadline"] == pytest.approx(1.48)
    assert report["counters"]["cycles"] == 2
    assert list(tmp_path.iterdir()) == [file]


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


def test_settings_that_cannot_be_configured_are_told_to_their_sender_and_loading_mends_it(
    client, session, monkeypatch
):
    told = []
    tell = ReplySender.error

    def error(self, text, to, *rest):
        told.append(to)
        tell(self, text, to, *rest)

    def configure(*_):
        raise BackendError("no memory")

    monkeypatch.setattr(ReplySender, "error", error)
    with monkeypatch.context() as patch:
        patch.setattr(session, "configure", configure)
        client.control("/update_r", "d", 0.125)
        (text,) = client.wait_for("/error")
    assert "could not be configured: no memory" in text
    assert "/load_model tries again" in text
    assert told[0][:2] == client.socket.getsockname()
    client.control("/load_model")
    client.wait_for("/loaded")
    client.batch(1, np.full(33_075, 0.5, np.float32))
    assert len(client.reply(1)["bass"]) == 33_075 + 882


def test_a_session_that_lost_its_cycle_is_given_up_and_loading_mends_it(client, session):
    """As where a graph that was recorded anew turns out to compute something else."""
    session.trouble = BackendError("another latent")
    session.playable = False
    client.batch(1, 0.25)
    assert "another latent" in client.expect("/error")[0]
    assert client.expect("/batch_dropped") == [1]
    (text,) = client.expect("/error")
    assert "cannot play any more: another latent" in text
    assert "/load_model tries again" in text
    session.playable = True
    client.control("/load_model")
    client.wait_for("/loaded")
    client.batch(2, 0.25)
    assert set(client.reply(2)) == {"bass"}


def test_stems_that_no_engine_was_built_for_are_refused_and_no_other_stem_takes_their_place(
    client, session
):
    session.most_rows = 1
    client.control("/predict_instruments", "iiii", 1, 1, 0, 0)
    assert "Nothing was built for 2 stems." in client.expect("/error")[0]
    client.batch(1, 0.25)
    assert "Nothing was built for 2 stems." in client.expect("/error")[0]
    assert client.expect("/batch_dropped") == [1]
    client.control("/predict_instruments", "iiii", 0, 1, 0, 0)
    client.batch(2, 0.25)
    assert set(client.reply(2)) == {"drums"}


def test_a_device_lost_in_a_cycle_ends_the_server_and_is_never_played_on(client, session):
    session.trouble = DeviceLostError("The GPU fell off the bus.", "Start again.")
    client.batch(1, 0.25)
    assert "fell off the bus" in client.expect("/error")[0]
    server = client.server
    server.wait()
    assert "fell off the bus" in server.lost
    assert [call[0] for call in session.calls] == ["configure", "step"]
    server.stop()
    assert session.closed


def test_the_device_is_kept_warm_between_cycles_when_asked_to(servers):
    client, session = servers.client(keep_warm=0.005), servers.session
    for _ in range(3):
        assert session.kept_warm.acquire(timeout=10), "nobody kept it warm"
    client.batch(1, 0.25)
    assert len(client.reply(1)["bass"]) == STEP + 882
    assert session.kept_warm.acquire(timeout=10)


def test_without_being_asked_to_nothing_runs_between_cycles(client, session):
    client.batch(1, 0.25)
    client.reply(1)
    assert not session.kept_warm.acquire(timeout=0.05)
