"""Several clients on one engine, over real UDP."""

from __future__ import annotations

import threading
import time

import numpy as np

from tests.runtime.native.echo import Host


def sound(seed: int, count: int = 60_000) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, count).astype(np.float32)


def all_at_once(hosts: list[Host], sounds: list[np.ndarray]) -> None:
    """Play each sound with its host, all at the same time."""
    threads = [
        threading.Thread(target=host.play, args=(sound,))
        for host, sound in zip(hosts, sounds, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def placed(host: Host) -> tuple[np.ndarray, np.ndarray]:
    """What was heard, and what an echo of what was played would be."""
    place = host.client._network._session.placement
    delay = place.ahead + place.reply_samples
    wanted = np.concatenate([np.zeros(delay, np.float32), host.played])[: host.heard.shape[1]]
    heard = host.heard[0].copy()
    start = place.start(0)
    wanted[: start + place.overlap] = heard[: start + place.overlap] = 0
    return heard, wanted


def test_two_sessions_each_hear_their_own(serve, join, engine) -> None:
    server = serve(2)
    hosts = [join(server, step=1, lead=2), join(server, step=2, lead=4)]
    for host in hosts:
        host.connect()
    all_at_once(hosts, [sound(1), sound(2)])
    for host in hosts:
        heard, wanted = placed(host)
        np.testing.assert_allclose(heard, wanted, atol=1e-6)
        assert np.abs(wanted).max() > 0.4
    assert {each.stems for each in server.sessions()} == {"bass"}
    assert len(set(engine.order)) == 2


def test_two_workers_play_sessions_side_by_side_and_mix_nothing_up(serve, join, engine) -> None:
    engine.cycle, engine.side_by_side = 0.02, 2
    server = serve(4, workers=2)
    hosts = [join(server, step=2, lead=8) for _ in range(4)]
    for host in hosts:
        host.connect()
    all_at_once(hosts, [sound(seed, 40_000) for seed in range(4)])
    for host in hosts:
        heard, wanted = placed(host)
        np.testing.assert_allclose(heard, wanted, atol=1e-6)
    assert engine.most == 2
    assert len(set(engine.order)) == 4


def test_the_step_that_is_due_first_is_played_first(serve, join, engine) -> None:
    server = serve(3)
    patient, hasty, middling = (join(server, step=1, lead=lead) for lead in (12, 2, 6))
    hosts = (patient, hasty, middling)
    for host in hosts:
        host.connect()
        host.play(sound(1, 9_000))
    own = dict(zip(hosts, dict.fromkeys(engine.order), strict=True))
    blocker = own[patient]
    blocker.hold()
    for _ in range(10):  # one step of the patient one runs, and the next of each comes meanwhile
        patient._process(sound(2, 512))
    end = time.monotonic() + 5
    while not engine.running:
        assert time.monotonic() < end
        time.sleep(0.002)
    engine.order.clear()
    for host in hosts:
        for _ in range(9):
            host._process(sound(3, 512))
    while sum(seat.queue.wanted is not None for seat in server._seats) < 3:
        assert time.monotonic() < end
        time.sleep(0.002)
    blocker.let_go()
    while len(engine.order) < 4:
        assert time.monotonic() < end
        time.sleep(0.002)
    assert engine.order[:4] == [blocker, own[hasty], own[middling], blocker]
