"""What a server of `multi_track` played is played again: whatever the threads' timing was."""

from __future__ import annotations

import contextlib
import socket
import time

import numpy as np
import pytest

from sideman.engine.errors import BackendError
from sideman.runtime.native import beside as module
from sideman.runtime.recording.format import MAGIC, Kind, pack_entry
from sideman.runtime.recording.reader import Reader
from sideman.runtime.replay.outcome import Outcome
from sideman.runtime.replay.player import Over, Player
from sideman.runtime.server.protocol import Endpoint
from sideman.runtime.streaming.control import Accept, Bye, Refuse
from tests.fakes.manifest import write_bundle
from tests.runtime.fakes.client import Client
from tests.runtime.native.echo import EchoSession
from tests.runtime.native.peer import HELLO, Peer
from tests.runtime.replay.conftest import again
from tests.runtime.replay.test_native import check, heard

RNG = np.random.default_rng(7)
SOUND = RNG.uniform(-0.5, 0.5, 66_150).astype(np.float32)


@pytest.fixture
def play(tape):
    """A server that records, and a client that it has greeted."""
    sockets: list = []

    def make(**options):
        replies = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        replies.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        replies.bind(("127.0.0.1", 0))
        taped = tape(reply=replies.getsockname(), **options)
        client = Client(taped.server, replies)
        sockets.extend((replies, client))
        client.wait_for("/loaded")
        client.wants("bass", "piano")
        return taped, client

    yield make
    for each in sockets:
        each.close()


def test_steps_settings_resets_and_loads_come_again(play) -> None:
    taped, client = play()
    for number in range(3):
        client.batch(number, SOUND)
        client.wait_for("/server_predicted")
    client.control("/update_r", "f", 0.125)
    client.control("/w", "i", 0)
    client.control("/nonsense")
    client.batch(3, SOUND[:33_075])
    client.wait_for("/server_predicted")
    client.control("/reset")
    client.control("/load_model")
    client.wait_for("/loaded")
    client.wants("drums")
    client.batch(0, SOUND[:33_075])
    client.wait_for("/server_predicted")
    check(taped, 5)


def test_lost_late_and_doubled_packets_come_again(play) -> None:
    taped, client = play()
    client.control("/update_r", "f", 0.0625)
    for number in range(12):
        packets = client.chunks(number, SOUND[:16_537], 512)
        kept = [packet for packet in packets if RNG.uniform() > 0.1]
        kept += [packet for packet in packets if RNG.uniform() < 0.1]
        RNG.shuffle(kept[4:])
        for packet in kept:
            client.raw(packet)
        time.sleep(0.03)
    client.control("/predict")
    client.fence()
    check(taped)


def test_a_server_that_is_too_slow_comes_again(play) -> None:
    """Which steps are dropped follows from when a cycle ended between two packets."""
    taped, client = play()
    waits = iter(RNG.uniform(0, 0.02, 10_000))
    taped.session.during = lambda: time.sleep(next(waits))
    client.control("/update_r", "f", 0.0625)
    for number in range(150):
        client.batch(number, SOUND[:16_537])
        if number % 40 == 20:
            client.control("/reset")
        if number % 30 == 10:
            client.wants(*(("bass",), ("drums", "piano"))[number // 30 % 2])
        time.sleep(0.003)
    client.fence()
    check(taped, 10)
    kinds = [call[0] for call in taped.session.calls]
    assert kinds.count("skip") > 5
    assert taped.server.counters.dropped > 5


def test_steps_for_which_no_buffer_is_left_are_missing_again(play) -> None:
    """Whether one was left follows from when the cycle thread had done with its last step."""

    class Slow(EchoSession):
        waits = iter(RNG.uniform(0, 0.06, 10_000))

        def prepare(self) -> None:
            super().prepare()
            time.sleep(next(self.waits))

    taped, client = play(session=Slow())
    taped.session.during = lambda: time.sleep(next(Slow.waits))
    for number in range(120):
        if number % 30 == 10:
            taped.session.hold()
        client.batch(number, SOUND * np.float32(0.5 + number / 300), 13_000)
        client.fence()
        if number % 30 == 22:
            taped.session.let_go()
    check(taped)
    # Eight steps have a buffer; the oldest that waits gives its own to a newer one.
    assert sum(call[0] in ("step", "skip") for call in taped.session.calls) < 120


def test_a_bundle_that_is_loaded_anew_while_sound_comes_is_so_again(play, tmp_path) -> None:
    """What is answered meanwhile follows from when the model was put away and ready again."""
    bundle = write_bundle(tmp_path / "bundle", name="0")
    taped, client = play(bundle=bundle, opening=lambda: time.sleep(RNG.uniform(0, 0.03)))
    client.control("/update_r", "f", 0.0625)
    for number in range(200):
        if number % 10 == 5:
            if number % 40 == 5:
                write_bundle(bundle, name=str(number))
            client.control("/load_model")
        client.batch(number, SOUND[:16_537], 8_000)
        time.sleep(0.002)
        if number % 20 == 19:
            client.fence()
    check(taped)
    assert taped.server.counters.errors > 0
    outcome = taped.again(EchoSession(), bundle=bundle)
    assert outcome.whole
    assert len(outcome.bundles) >= 2  # only the last of them is still there


def test_a_cycle_that_fails_is_missed(play) -> None:
    taped, client = play()
    for number in range(4):
        if number == 2:
            taped.session.trouble = BackendError("The stage failed.")
        client.batch(number, SOUND)
        client.wait_for("/batch_dropped" if number == 2 else "/server_predicted")
    taped.end()
    outcome = taped.again()
    assert outcome.same == outcome.answers == 2
    assert "Recorded: a step fails; now: a step is answered." in outcome.stopped
    assert not outcome.whole

    class Failing(EchoSession):
        def step(self, audio):
            self.trouble = BackendError("Again.") if len(heard(self)) == 4 else None
            return super().step(audio)

    # One that fails as it did then is as it was then.
    outcome = taped.again(Failing())
    assert outcome.whole, outcome
    assert outcome.same == outcome.answers == 3


def test_a_setting_that_cannot_be_played_is_refused_again(play) -> None:
    class Small(EchoSession):
        def configure(self, geometry, rows):
            if geometry.step_samples == 33_075 and len(rows) == 2:
                raise BackendError("There is not enough memory.")
            super().configure(geometry, rows)

    taped, client = play(session=Small())
    client.batch(0, SOUND)
    client.wait_for("/server_predicted")
    client.control("/update_r", "f", 0.125)
    client.wait_for("/error")
    client.control("/update_r", "f", 0.25)
    client.batch(1, SOUND)
    client.wait_for("/server_predicted")
    taped.end()
    outcome = taped.again(Small())
    assert outcome.whole, outcome
    assert outcome.same == 2
    outcome = taped.again()
    assert "a setting is given up" not in outcome.first
    assert "a setting begins" in outcome.stopped or "another setting" in outcome.stopped


def test_both_protocols_in_one_evening_come_again(play, monkeypatch) -> None:
    monkeypatch.setattr(module, "_RESTING_SECONDS", 0.05)
    taped, client = play()
    client.batch(0, SOUND)
    client.wait_for("/server_predicted")
    peer = Peer(taped.server)
    try:
        while isinstance(accept := peer.ask(HELLO), Refuse):
            time.sleep(0.02)
        assert isinstance(accept, Accept)
        peer.sound(accept, 0, 3 * 4_096 + 288)
        while peer.hear() is not None:
            pass
        client.control("/update_r", "d", 0.5)
        client.batch(1, SOUND)
        peer.say(Bye(accept.session, ""))
        client.wait_for("/ready")
        client.wants("bass")
        client.batch(2, SOUND)
        client.wait_for("/server_predicted")
    finally:
        peer.socket.close()
    # On a machine that is busy the native step may be dropped; that comes again, too.
    check(taped, 2)


def test_one_bit_of_one_sample_is_named(play, tmp_path) -> None:
    taped, client = play()
    for number in range(3):
        client.batch(number, SOUND)
        client.wait_for("/server_predicted")
    taped.end()
    data = taped.file.read_bytes()
    with Reader(taped.file) as recording:
        packets = [entry for entry in recording if b"/context" in entry.payload]
    assert len(packets) == 45
    sound = packets[20].payload  # of the second step
    changed = tmp_path / "changed.recording"
    other = sound[:-1] + bytes((sound[-1] ^ 1,))
    changed.write_bytes(
        data.replace(pack_entry(Kind.DATAGRAM, sound), pack_entry(Kind.DATAGRAM, other))
    )
    outcome = again(changed)
    assert (outcome.heard, outcome.differently_heard) == (3, 1)
    assert (outcome.answers, outcome.same) == (3, 2)
    assert outcome.first.startswith("Step 1 (entry ")
    assert "its context is another one" in outcome.first
    assert not outcome.whole


def test_what_is_damaged_is_run_up_to_there(play, tmp_path) -> None:
    taped, client = play()
    for number in range(3):
        client.batch(number, SOUND)
        client.wait_for("/server_predicted")
    taped.end()
    data = bytearray(taped.file.read_bytes())
    data[-300] ^= 1
    taped.file.write_bytes(data)
    outcome = taped.again()
    assert "is damaged at entry" in outcome.damage
    assert outcome.first == outcome.stopped == ""
    assert outcome.same == outcome.answers >= 2
    assert not outcome.whole


def test_entries_of_any_content_are_run_or_named(play, tmp_path) -> None:
    """Whole entries that no server wrote: replay ends, and raises nothing of its own."""
    taped, client = play()
    client.control("/update_r", "f", 0.0625)
    for number in range(3):
        client.batch(number, SOUND[:16_537])
        client.wait_for("/server_predicted")
    taped.end()
    with Reader(taped.file) as recording:
        entries = [(entry.kind, entry.payload) for entry in recording]
    for _ in range(150):
        made = list(entries)
        for index in RNG.integers(0, len(made), 3):
            kind, payload = made[index]
            what = RNG.integers(0, 4)
            if what == 0 and payload:
                payload = bytearray(payload)
                payload[RNG.integers(0, min(40, len(payload)))] = RNG.integers(0, 256)
            elif what == 1:
                kind = list(Kind)[RNG.integers(0, len(Kind))]
            elif what == 2:
                payload = payload[: RNG.integers(0, len(payload) + 1)]
            else:
                made.insert(index, made[RNG.integers(0, len(made))])
            made[index] = (kind, bytes(payload))
        file = tmp_path / "made.recording"
        packed = [pack_entry(kind, payload) for kind, payload in [(Kind.HEADER, b"{}"), *made]]
        file.write_bytes(MAGIC + b"".join(packed))
        outcome = again(file)
        assert outcome.same <= outcome.answers <= len(made)


def test_the_pace_is_the_recording_s(play) -> None:
    taped, client = play()
    client.batch(0, SOUND)
    client.wait_for("/server_predicted")
    taped.end()
    for pace in (1.0, 4.0):
        now, slept = [0.0], []

        def sleep(seconds: float, now=now, slept=slept) -> None:
            slept.append(seconds)
            now[0] += seconds

        with Reader(taped.file) as recording:
            outcome = Outcome()
            player = Player(iter(recording), outcome, pace, None, sleep, lambda now=now: now[0])
            player.for_receiver(Endpoint(*[lambda *_: None] * 2, *[None] * 4))
            with contextlib.suppress(Over):
                while True:
                    player._until_turn()
        assert outcome.seconds > 0
        assert sum(slept) == pytest.approx(outcome.seconds / pace)
