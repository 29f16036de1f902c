"""Several clients on one engine, over real UDP."""

from __future__ import annotations

import threading

import numpy as np

from tests.runtime.native.echo import Host
from tests.runtime.sharing.test_dealing import play
from tests.runtime.sharing.waiting import until


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


def test_the_step_that_is_due_first_is_played_first(serve, peers, engine) -> None:
    """A step is due when its stems are to be played, or, where that is sooner, the next comes."""
    server = serve(3)
    # Due after 372, 131 and 93 ms; by their leads alone the last would come last.
    for step, lead in ((4, 8), (2, 2), (1, 12)):
        play(peers(server), step=step, lead=lead)
    until(lambda: all(seat.queue.first is None and not seat.busy for seat in server._seats))
    with server._changed:  # so that all of them wait before one is taken
        for seat in server._seats:
            step = seat.queue.borrow()
            sitting = seat.endpoint.sitting()
            step.setting, step.sender, step.last = sitting.setting, sitting.client, 100.0
            seat.queue.put_step(step)
    until(lambda: len(engine.order) == 3)
    assert engine.order == [seat.cycles._model.session for seat in reversed(server._seats)]
