"""Several clients on one engine, over real UDP."""

from __future__ import annotations

import threading

import numpy as np

from tests.runtime.native.echo import Host

RANDOM = np.random.default_rng(5)


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
