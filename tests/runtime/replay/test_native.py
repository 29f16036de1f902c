"""What a server of the native protocol played is played again to the same bits."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.client import Client
from tests.runtime.native.echo import EchoSession, Host
from tests.runtime.native.proxy import Impairment, Proxy

STEMS = ("bass", "drums", "piano")
SOUND = np.random.default_rng(3).uniform(-0.5, 0.5, 120_000).astype(np.float32)


def heard(session: EchoSession) -> list:
    """All that was asked of a session, to compare."""
    return [
        (call[0], call[1].tobytes()) if call[0] in ("step", "skip") else call
        for call in session.calls
    ]


def check(taped, least: int = 1) -> None:
    """Run it again: the same answers to the same context, in the same settings."""
    taped.end()
    session = EchoSession()
    outcome = taped.again(session)
    assert outcome.first == outcome.stopped == outcome.damage == ""
    assert outcome.ended
    assert outcome.same == outcome.answers >= least
    assert heard(session) == heard(taped.session)
    for name in ("patched", "dropped"):
        assert outcome.counters[name] == outcome.recorded_counters[name]


@pytest.fixture
def through(tape):
    """A host that reaches a server that records, over a network that may be bad."""
    made: list = []

    def make(taped, impairment: Impairment, stems=("bass",), **options) -> Host:
        proxy = Proxy(taped.server.address, impairment)
        client = Client(proxy.address, stems, **options)
        made.extend((client, proxy))
        client.start()
        return Host(client, 288)

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize(
    "impairment",
    [
        Impairment(),
        Impairment(loss=0.25),
        Impairment(duplication=0.3, reordering=0.2),
        Impairment(loss=0.05, duplication=0.05, reordering=0.05, jitter=0.01),
    ],
    ids=["good", "loss", "reordering", "everything"],
)
def test_a_bad_network_comes_again(tape, through, impairment) -> None:
    taped = tape()
    # Without time for a second try, some of what is lost twice stays lost.
    host = through(taped, impairment, ("bass", "piano"), step=1, lead=1)
    host.connect()
    host.play_slowly(SOUND)
    host.client.close()
    check(taped, 5)


def test_changes_jumps_and_returns_come_again(tape, through) -> None:
    taped = tape()
    for _ in range(2):  # a client that leaves and comes back
        host = through(taped, Impairment(loss=0.02), STEMS, step=2, lead=4)
        host.connect()
        host.play_slowly(SOUND[:30_000])
        host.client.change(stems=("drums", "piano"))
        host.play_slowly(SOUND[30_000:60_000])
        host.client.change(step=1, lead=6)
        host.play_slowly(SOUND[60_000:90_000])
        host.client.begin()
        host.play_slowly(SOUND[90_000:])
        host.client.close()
    check(taped, 10)
