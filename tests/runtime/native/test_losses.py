"""What a bad network takes is asked for again, both ways, and what comes back is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from sideman.runtime.client import Client
from tests.runtime.native.echo import Host
from tests.runtime.native.proxy import Impairment, Proxy

SOUND = np.random.default_rng(3).uniform(-0.5, 0.5, 120_000).astype(np.float32)


@pytest.fixture
def through(server) -> Iterator[Callable[..., tuple[Host, Proxy]]]:
    """A host that reaches the server through a bad network."""
    made: list = []

    def make(impairment: Impairment, block: int = 288, **options) -> tuple[Host, Proxy]:
        proxy = Proxy(server.address, impairment)
        client = Client(proxy.address, ("bass",), **options)
        made.extend((client, proxy))
        client.start()
        return Host(client, block), proxy

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize(
    "impairment",
    [
        Impairment(loss=0.05),
        Impairment(duplication=0.3, reordering=0.2),
        Impairment(loss=0.03, duplication=0.05, reordering=0.05, jitter=0.003),
    ],
    ids=["loss", "reordering", "everything"],
)
def test_every_sample_comes_back(through, echo, impairment) -> None:
    # The longest lead leaves the most time for what is missing.
    host, proxy = through(impairment, step=2, lead=20)
    host.connect()
    host.play_slowly(SOUND)
    status = host.client.status
    place = host.client._network._session.placement
    assert status.context_lost == status.lost == status.late == 0
    assert status.repaired > 0 or not impairment.loss
    assert proxy.lost[0] > 10 or not impairment.loss
    delay = place.ahead + place.reply_samples
    wanted = np.concatenate([np.zeros(delay, np.float32), SOUND])[: host.heard.shape[1]]
    faded = slice(place.start(0), place.start(0) + place.overlap)
    wanted[faded] = host.heard[0][faded] = 0
    np.testing.assert_allclose(host.heard[0], wanted, atol=1e-6)
    assert np.abs(wanted).max() > 0.4


def test_what_never_comes_is_silence_and_is_counted(through, echo) -> None:
    # Without time for a second try, some of what is lost twice stays lost.
    host, _ = through(Impairment(loss=0.25), step=1, lead=1)
    host.connect()
    host.play_slowly(SOUND[:80_000])
    end = time.monotonic() + 5
    while host.client.status.context_lost == 0:
        assert time.monotonic() < end, host.client.status
        time.sleep(0.05)
    heard = np.concatenate([call[1] for call in echo.calls if call[0] in ("step", "skip")])
    sent = host.played[: len(heard)]
    silent = heard == 0
    assert silent.sum() > 0
    # All that is not silence or a soft edge of it is what was played.
    same = np.isclose(heard, sent, atol=1e-6)
    softened = ~same & ~silent
    assert (np.abs(heard[softened]) < np.abs(sent[softened])).all()
    assert same.mean() > 0.5
