"""What is played comes back at exactly its sample."""

from __future__ import annotations

import numpy as np
import pytest

from tests.runtime.native.echo import Host

SOUND = np.random.default_rng(3).uniform(-0.5, 0.5, 60_000).astype(np.float32)


def delayed(host: Host, placement, gain: float = 1.0) -> np.ndarray:
    """What should be heard of what the host has played."""
    delay = placement.ahead + placement.reply_samples
    played = np.where(np.arange(len(host.played)) < placement.origin, 0, host.played)
    return gain * np.concatenate([np.zeros(delay), played])[: len(played)]


@pytest.mark.parametrize(
    ("step", "lead", "block"),
    [(1, 1, 64), (1, 2, 512), (2, 7, 441), (4, 1, 1_024), (4, 4, 512), (5, 3, 2_048)],
)
def test_every_sample_comes_back_at_its_place(host, step: int, lead: int, block: int) -> None:
    player = host(("bass", "drums"), step=step, lead=lead, block=block)
    player.connect()
    player.play(SOUND)
    status = player.client.status
    assert (status.state, status.step, status.lead) == ("playing", step, lead)
    assert (status.lost, status.late, status.context_lost) == (0, 0, 0)
    placement = player.client._network._session.placement
    assert status.ahead == placement.ahead / 44_100
    for row, gain in enumerate((1, 2)):
        wanted = delayed(player, placement, gain)
        # Beside the first sample of all, which rises from silence.
        faded = slice(placement.start(0), placement.start(0) + placement.overlap)
        wanted[faded] = player.heard[row][faded] = 0
        np.testing.assert_allclose(player.heard[row], wanted, atol=1e-6)
        assert np.abs(wanted).max() > 0.4


def test_int16_comes_back_rounded(host) -> None:
    player = host(step=2, lead=2, int16=True)
    player.connect()
    player.play(SOUND[:40_000])
    placement = player.client._network._session.placement
    wanted = delayed(player, placement)
    faded = slice(placement.start(0), placement.start(0) + placement.overlap)
    wanted[faded] = player.heard[0][faded] = 0
    error = np.abs(player.heard[0] - wanted).max()
    assert 1e-6 < error < 1 / 32_768


def test_stems_are_read_ahead_by_the_sound_cards_latency(host) -> None:
    player = host(step=2, lead=2, start=False)
    player.client.latency = 1_000
    player.client.start()
    player.connect()
    player.play(SOUND)
    placement = player.client._network._session.placement
    wanted = delayed(player, placement)
    faded = slice(placement.start(0), placement.start(0) + placement.overlap)
    wanted[faded] = 0
    heard = np.concatenate([np.zeros(1_000, np.float32), player.heard[0]])[: len(wanted)]
    heard[faded] = 0
    np.testing.assert_allclose(heard, wanted, atol=1e-6)
    status = player.client.status
    assert (status.lost, status.late) == (0, 0)
    # What the sound card takes is not left to the network and the cycle.
    assert status.landing <= status.ahead - 1_000 / 44_100 + 1e-9
