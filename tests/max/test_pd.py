"""`sideman~` in Pure Data, in real time, against the real server."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sideman.engine.bundle.grid import COLUMN_SAMPLES
from sideman.runtime.client import Client
from sideman.runtime.rehearse.demo import demo_bundle, demo_loop
from sideman.runtime.rehearse.native.play import connect
from sideman.runtime.rehearse.process import ServerProcess, free_port
from sideman.runtime.server.server import Server
from sideman.runtime.streaming.control import Accept, read_control
from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.packets import is_audio, read_packet
from tests.max import pd
from tests.max.pd import RATE, Ran
from tests.runtime.native.echo import EchoSession, Host
from tests.runtime.native.proxy import Impairment, Proxy

pytestmark = pytest.mark.realtime
ROOT = Path(__file__).parents[2]
SOUND = np.random.default_rng(3).uniform(-0.4, 0.4, 6 * RATE).astype(np.float32)


@pytest.fixture
def play(max_tool: Callable[[str], Path], tmp_path: Path) -> Callable[..., Ran]:
    pd.need_pd()
    externals = max_tool("sideman_pd").parent.parent / "pd"

    def run(box: str, stems: int, **options) -> Ran:
        return pd.play(tmp_path, externals, options.pop("sound", SOUND), box, stems, **options)

    return run


def at(address: tuple) -> str:
    return f"@host {address[0]} @port {address[1]}"


def check_echo(ran: Ran, step: int, lead: int, gains: tuple[float, ...]) -> None:
    """Every sample of the echo is where it belongs, from where the first step has risen on."""
    place = Placement(0, step, lead, 882)
    delay = place.ahead + place.reply_samples
    for heard, gain in zip(ran.stems, gains, strict=True):
        wanted = np.clip(gain * ran.context[: len(heard) - delay], -1, 1)
        late = heard[delay:]
        since = int(np.flatnonzero(late)[0]) + place.overlap
        assert since < 2 * RATE
        np.testing.assert_allclose(late[since:], wanted[since:], atol=1e-6)
        assert np.abs(wanted[since:]).max() > 0.3


def test_every_sample_lies_where_the_python_client_puts_it(
    server: Server, play: Callable[..., Ran]
) -> None:
    ran = play(f"bass drums {at(server.address)} @bundle fake @step 2 @lead 3", 2)
    check_echo(ran, 2, 3, (1, 2))
    assert ran.said("state")[-1] == "playing"
    assert (ran.said("step")[-1], ran.said("lead")[-1]) == ("2", "3")
    assert not any(int(lost) for lost in ran.said("lost") + ran.said("late"))
    assert "error" not in ran.log


def test_a_bundle_that_the_server_has_not_is_told_with_the_one_that_it_has(
    server: Server, play: Callable[..., Ran]
) -> None:
    ran = play(f"bass {at(server.address)} @bundle harp", 1)
    assert ran.said("text")[-1] == "No bundle 'harp' plays here. There is: fake."
    assert "playing" not in ran.said("state")
    assert not ran.stems.any()


def test_a_cycle_takes_what_the_server_takes_and_leaves_the_rest_of_its_time(
    server: Server, play: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = EchoSession.step

    def slowly(self: EchoSession, audio: np.ndarray) -> np.ndarray:
        time.sleep(0.1)
        return at_once(self, audio)

    monkeypatch.setattr(EchoSession, "step", slowly)
    ran = play(f"bass {at(server.address)} @step 2 @lead 3", 1)
    cycle, spare, ahead = (float(ran.said(name)[-1]) for name in ("cycle", "spare", "ahead"))
    assert 100 <= cycle < 180
    assert cycle + spare == pytest.approx(ahead, abs=0.1)


def test_what_is_lost_on_the_way_is_asked_for(server: Server, play: Callable[..., Ran]) -> None:
    proxy = Proxy(server.address, Impairment(loss=0.05, jitter=0.02))
    try:
        ran = play(f"bass {at(proxy.address)} @step 4 @lead 8", 1)
    finally:
        proxy.close()
    assert proxy.lost[0] + proxy.lost[1] > 20
    check_echo(ran, 4, 8, (1,))
    assert int(ran.said("repaired")[-1]) > 0


def accepted(proxy: Proxy) -> Accept:
    """The answer that began the session."""
    for each in proxy.log or ():
        if not each.inward and not is_audio(each.data, len(each.data)):
            message = read_control(each.data, len(each.data))
            if isinstance(message, Accept):
                return message
    raise AssertionError("no session began")


def first_sample(proxy: Proxy, context: np.ndarray) -> int:
    """Where in what went into `sideman~` its client began to count: it is made while Pd plays."""
    sent = [each.data for each in proxy.log or () if each.inward]
    packets = [read_packet(data, len(data)) for data in sent if is_audio(data, len(data))]
    one = next(packet for packet in packets if np.unique(packet.samples).size > 100)
    windows = np.lib.stride_tricks.sliding_window_view(context[:RATE], len(one.samples))
    (at,) = np.flatnonzero((windows == one.samples).all(axis=1))
    return int(at) - one.position


def test_the_demonstrations_bass_is_the_one_that_the_python_client_gets(
    play: Callable[..., Ran],
) -> None:
    loop, rate = soundfile.read(demo_loop(), dtype="float32")
    assert rate == RATE
    step, lead = 8, 16
    stems = []
    ran, origin = None, 0
    for _ in ("Pd", "Python"):
        port = free_port()
        listen = ["--listen", f"127.0.0.1:{port}", "--seed", "7"]
        with ServerProcess([str(demo_bundle()), *listen]) as server:
            if ran is None:
                proxy = Proxy(("127.0.0.1", port), Impairment(), keep=True)
                # It is ready before the patch begins: the model takes seconds to load.
                wait_until_ready(("127.0.0.1", port), step, lead)
                sound = loop[np.arange(9 * RATE) % len(loop)]
                box = f"bass {at(proxy.address)} @step {step} @lead {lead}"
                ran = play(box, 1, sound=sound)
                proxy.close()
                begun = first_sample(proxy, ran.context)
                began = accepted(proxy).origin
                # Or it has brought a window, as the other client does not.
                assert began < step * COLUMN_SAMPLES, "the machine was busy: it began too late"
                origin = begun + began
                stems.append(ran.stems[0])
            else:
                wait_until_ready(("127.0.0.1", port), step, lead)
                client = Client(("127.0.0.1", port), ("bass",), step=step, lead=lead)
                with client:
                    host = Host(client, 512)
                    host.connect()
                    host.play(ran.context[origin:])
                stems.append(np.concatenate([np.zeros(origin, np.float32), host.heard[0]]))
            server.end()
    heard, wanted = (each[: min(map(len, stems))] for each in stems)
    assert np.abs(wanted[-RATE:]).max() > 0.01
    np.testing.assert_allclose(heard, wanted, atol=1e-6)


def wait_until_ready(address: tuple, step: int, lead: int) -> None:
    """Wait until a session is possible; nothing is played in this one."""
    with Client(address, ("bass",), step=step, lead=lead) as client:
        connect(client, lambda: None)


@pytest.fixture
def process() -> Iterator[Callable[[int], subprocess.Popen]]:
    """Starts echo servers in processes of their own; returns once they listen."""
    started = []

    def start(port: int) -> subprocess.Popen:
        command = [sys.executable, "-m", "tests.max.echo_server", str(port)]
        one = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(one)
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
        return one

    yield start
    for one in started:
        one.kill()
        one.communicate()


def test_a_server_that_is_killed_and_comes_back(
    play: Callable[..., Ran], process: Callable[[int], subprocess.Popen]
) -> None:
    port, step, lead = free_port(), 2, 3
    first = process(port)

    def kill_and_start() -> None:
        time.sleep(3)
        first.kill()
        first.wait()
        process(port)

    sound = SOUND[np.arange(11 * RATE) % len(SOUND)]
    box = f"bass {at(('127.0.0.1', port))} @step {step} @lead {lead}"
    ran = play(box, 1, sound=sound, meanwhile=kill_and_start)
    assert ran.said("state").count("playing") == 2
    place = Placement(0, step, lead, 882)
    delay = place.ahead + place.reply_samples
    heard, wanted = ran.stems[0][delay:], ran.context[: len(ran.context) - delay]
    # Silence while there was no server, and both before and after it the echo at its place.
    for part in (slice(RATE, 2 * RATE), slice(-2 * RATE, None)):
        np.testing.assert_allclose(heard[part], wanted[part], atol=1e-6)
    assert np.count_nonzero(ran.stems[0][2 * RATE : -2 * RATE] == 0) > RATE / 4


def test_two_at_once_and_a_third_that_finds_the_server_taken(
    server: Server,
    process: Callable[[int], subprocess.Popen],
    max_tool: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    pd.need_pd()
    port = free_port()
    process(port)
    given, out = tmp_path / "given.wav", tmp_path / "out.wav"
    soundfile.write(given, SOUND, RATE, subtype="FLOAT")
    first = f"bass {at(server.address)} @step 2 @lead 3"
    patch = pd.recording(given, out, first, 1, 6_000, spare=1)
    # The second object's stem goes to the recording's last channel.
    source, record = 0, 2
    second = patch.add(f"sideman~ drums {at(('127.0.0.1', port))} @step 4 @lead 4")
    third = patch.add(f"sideman~ bass {at(server.address)}")
    printed = patch.add("print third")
    patch.cord(source, 0, second, 0)
    patch.cord(second, 0, record, 2)
    patch.cord(source, 0, third, 0)
    patch.cord(third, 1, printed, 0)
    patch.say("start", 0, second)
    patch.say("start", 1_500, third)
    patch.write(tmp_path / "patch.pd")
    log = pd.run(tmp_path / "patch.pd", max_tool("sideman_pd").parent.parent / "pd", 40)
    recorded, _ = soundfile.read(out, dtype="float32", always_2d=True)
    check_echo(Ran(log, recorded[:, 0], recorded[:, 1:2].T), 2, 3, (1,))
    check_echo(Ran(log, recorded[:, 0], recorded[:, 2:3].T), 4, 4, (2,))
    third_said = [line for line in log.splitlines() if line.startswith("third: text")]
    assert any("plays" in line for line in third_said), log


@pytest.mark.parametrize("host", ["a.name.invalid", "192.0.2.1", "server"])
def test_freed_while_it_connects_and_while_it_plays(
    host: str,
    server: Server,
    max_tool: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    pd.need_pd()
    where = at(server.address) if host == "server" else f"@host {host} @port 7000"
    times = 40
    lines = [
        "#N canvas 0 0 600 400 10;",
        "#N canvas 0 0 400 300 box 0;",
        "#X restore 20 20 pd box;",
        "#X obj 20 60 loadbang;",
        "#X obj 20 90 metro 120;",
        "#X obj 20 120 t b b;",
        (
            "#X msg 200 150 \\; pd-box obj 10 10 loadbang \\; pd-box msg 10 40 start \\; "
            f"pd-box obj 10 80 sideman~ bass {where} @step 1 @lead 2 \\; "
            "pd-box obj 10 60 sig~ 0.1 \\; pd-box obj 10 120 print band \\; "
            "pd-box connect 0 0 1 0 \\; pd-box connect 1 0 2 0 \\; pd-box connect 3 0 2 0 \\; "
            "pd-box connect 2 1 4 0 \\; pd-box loadbang;"
        ),
        "#X obj 20 150 del 100;",
        "#X msg 20 180 \\; pd-box clear;",
        f"#X obj 300 60 del {times * 120 + 50};",
        "#X msg 300 90 \\; pd quit;",
        "#X connect 1 0 2 0;",
        "#X connect 2 0 3 0;",
        "#X connect 3 1 4 0;",
        "#X connect 3 0 5 0;",
        "#X connect 5 0 6 0;",
        "#X connect 1 0 7 0;",
        "#X connect 7 0 8 0;",
    ]
    patch = tmp_path / "patch.pd"
    patch.write_text("\n".join(lines) + "\n")
    log = pd.run(patch, max_tool("sideman_pd").parent.parent / "pd", 60)
    assert "Audio is off" not in log
    state = "playing" if host == "server" else "connecting"
    assert log.count(f"band: state {state}") > times // 2, log
    if host == "server":  # it is free again
        wait_until_ready(server.address, 1, 2)
