"""A player by itself: what it reports and when, and how it ends."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import DeviceLostError
from sideman.runtime.fleet.lines import Lines, level
from sideman.runtime.fleet.player import Player, shared_server
from sideman.runtime.fleet.report import Order, Report
from sideman.runtime.sharing.server import SharedServer
from sideman.runtime.streaming.control import Accept, Bye
from tests.models.places import BUNDLE
from tests.runtime.fakes.session import PATIENCE
from tests.runtime.fleet.fakes import echo_server, plan_of
from tests.runtime.native.peer import HELLO, Peer, beat
from tests.runtime.sharing.echo import EchoEngine


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def players() -> Iterator[Callable[..., Player]]:
    made: list[Player] = []

    def make(plan=None, make=echo_server, **options) -> Player:
        made.append(Player(plan or plan_of("echo-1"), "node", make, **options))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def ready(player: Player) -> Report:
    until(lambda: player.report(0.0).state == "ready")
    return player.report(0.0)


def play(player: Player) -> tuple[Peer, Accept]:
    player.give(Order("echo-1", "expect", "token", 5.0))
    peer = Peer(player._server)
    accept = peer.ask(replace(HELLO, token="token", step=4, lead=4))
    assert isinstance(accept, Accept)
    peer.ask(beat(accept))
    return peer, accept


def test_a_lost_device_is_told_to_clients_and_to_the_director_before_the_end(players) -> None:
    engine, ended = EchoEngine(), threading.Event()
    reasons: list[str] = []

    def lost(reason: str) -> None:
        reasons.append(reason)
        ended.set()

    def make(plan, folder, listen) -> SharedServer:
        return SharedServer(lambda: engine, plan.seats, listen, leases_only=True)

    player = players(make=make, lost=lost)
    ready(player)
    peer, accept = play(player)
    until(lambda: player.report(0.0).sessions)
    reports: list[Report] = []

    def listen() -> None:
        while not ended.is_set():
            reports.append(player.report(0.5))

    listening = threading.Thread(target=listen)
    listening.start()
    for session in engine.made:
        session.trouble = DeviceLostError("The GPU has fallen off the bus.")
    peer.sound(accept, 0, 8 * 4_096)
    assert ended.wait(PATIENCE)
    listening.join()
    assert reasons == ["The GPU has fallen off the bus."]
    last = reports[-1]
    assert (last.state, last.sessions) == ("failed", ())
    assert "fallen off the bus" in last.detail
    until(lambda: isinstance(peer.hear(), Bye))
    peer.socket.close()


def test_a_port_that_is_busy_is_tried_again(players) -> None:
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    player = players(replace(plan_of("echo-1"), ports=(port, port)))
    first = player.report(0.0)
    assert first.state == "failed"
    assert f"Port {port} is busy" in first.detail
    taken.close()
    until(lambda: player.report(0.05).state == "ready")
    assert player.report(0.0).port == port


def test_waiting_makes_no_figures(players, monkeypatch) -> None:
    player = players()
    ready(player)
    player.report(0.0)
    made = []
    plain = player._report
    monkeypatch.setattr(player, "_report", lambda: made.append(1) or plain())
    player.report(0.3)
    assert len(made) == 1


def test_a_report_comes_as_soon_as_something_has_changed(players) -> None:
    lines = Lines()
    player = players(lines=lines)
    ready(player)
    player.report(0.0)
    peers: list[Peer] = []
    threading.Timer(0.1, lambda: peers.append(play(player)[0])).start()
    assert [s.token for s in player.report(PATIENCE).sessions] == ["token"]
    warning = logging.LogRecord("x", logging.WARNING, "", 0, "Late\nby %d.", (3,), None)
    threading.Timer(0.1, lambda: lines.handle(warning)).start()
    assert player.report(PATIENCE).lines == ((1, "Late by 3."),)
    peers[0].socket.close()


def test_lines_are_warnings_unless_more_is_asked_for() -> None:
    told: list[str] = []
    logger = logging.getLogger("sideman.tests.lines")
    for verbose, wanted in ((False, ["loud"]), (True, ["quiet", "loud"])):
        told.clear()
        lines = Lines(level(verbose=verbose), told.append)
        logger.addHandler(lines)
        logger.setLevel(logging.INFO)
        logger.info("quiet")
        logger.warning("loud")
        logger.removeHandler(lines)
        assert told == wanted == [line for _, line in lines.kept]
    many = Lines()
    for number in range(50):
        many.handle(logging.LogRecord("x", logging.ERROR, "", 0, f"{number}", (), None))
    assert many.kept[0] == (31, "30")
    assert many.kept[-1] == (50, "49")


def test_what_the_operator_wished_is_kept_for_a_director_that_starts_again(players) -> None:
    player = players()
    player.give(Order("echo-1", "drain"))
    player.give(Order("echo-1", "want", folder="/newer", revision=4))
    told = player.report(0.0)
    assert (told.drained, told.wanted, told.wanted_folder, told.revision) == (True, 4, "/newer", 0)
    player.give(Order("echo-1", "resume"))
    assert not player.report(0.0).drained
    assert player.give(Order("echo-1", "dance")) == "It knows no order 'dance'."


@pytest.mark.parametrize(
    ("backend", "cores", "workers", "threads"),
    [("onnxruntime", 3, 3, 1), ("onnxruntime", 1, 1, 1), ("tensorrt", 3, 1, None)],
)
def test_as_many_cycles_run_side_by_side_as_a_player_has_cores(
    monkeypatch, backend, cores, workers, threads
) -> None:
    from sideman.runtime.sharing import engine

    opened = []
    monkeypatch.setattr(engine, "BundleEngine", lambda folder, **given: opened.append(given))
    choice = BackendChoice(backend, None if threads is None else cores)
    plan = replace(plan_of("echo-1"), backend=choice, cores=cores)
    server = shared_server(plan, "folder", ("127.0.0.1", 0))
    server._open_engine()
    (given,) = opened
    assert (server._workers, given["backend"].threads) == (workers, threads)


def test_batches_run_one_after_the_other_with_all_cores(monkeypatch) -> None:
    from sideman.runtime.sharing import engine

    opened = []
    monkeypatch.setattr(engine, "BundleEngine", lambda folder, **given: opened.append(given))
    choice = BackendChoice("onnxruntime", 3)
    plan = replace(plan_of("echo-1"), backend=choice, cores=3, batch=4)
    server = shared_server(plan, str(BUNDLE), ("127.0.0.1", 0))
    server._open_engine()
    assert (server._workers, server._batch, opened[0]["backend"].threads) == (1, 4, 3)
