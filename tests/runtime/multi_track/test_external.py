"""What the Max external does, over real UDP, with one to four instruments in both send modes."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from tests.fakes.manifest import STEMS
from tests.runtime.fakes.external import External, Link

STEP, FADE = 66_150, 882
CHOICES = [c for n in (1, 2, 3, 4) for c in itertools.islice(itertools.combinations(STEMS, n), 2)]


@pytest.fixture
def external(servers):
    made = []

    def make(*targets, **options):
        client = servers.early_client()
        client.expect("/loaded")
        made.append(External(client.server.address, servers.replies, targets, **options))
        made[-1].server = client.server
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.close()


def planes(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {stem: rng.uniform(-0.2, 0.2, STEP).astype("f4") for stem in STEMS}


def check_zones(external, audio):
    """Every sample at its place: the fake session multiplies the context by the stem's number."""
    context = sum(a for stem, a in audio.items() if stem not in external.targets)
    for stem, zone in external.zones.items():
        assert np.allclose(zone[:STEP], (1 + STEMS.index(stem)) * context, atol=1e-5)


@pytest.mark.parametrize("package", [4_410, 10_240])
@pytest.mark.parametrize("separate", [False, True], ids=["mix", "planes"])
@pytest.mark.parametrize("targets", CHOICES, ids="+".join)
def test_every_instrument_plays_its_own_audio_at_its_place(external, targets, separate, package):
    if separate and len(targets) == len(STEMS):
        pytest.skip("with every stem a target, the client has no plane to send")
    client = external(*targets, separate=separate, package=package)
    for batch_id in range(3):
        audio = planes(batch_id)
        client.send(batch_id, audio)
        assert client.hear(time.perf_counter() + 10)
        check_zones(client, audio)
    counters = client.server.counters
    assert (counters.cycles, counters.dropped, counters.patched, counters.errors) == (3, 0, 0, 0)


@pytest.mark.parametrize("separate", [False, True], ids=["mix", "planes"])
@pytest.mark.parametrize("targets", [("bass",), ("bass", "drums")], ids="+".join)
def test_with_packets_lost_and_overtaken_every_step_is_answered(external, targets, separate):
    link = Link(loss=0.05, jitter=0.02)
    client = external(*targets, separate=separate, link=link)
    answered = 0
    for batch_id in range(12):
        client.send(batch_id, planes(batch_id))
        answered += client.hear(time.perf_counter() + 10)
    assert link.lost >= 5
    assert answered == 12
    assert client.server.counters.cycles == 12


def test_a_client_of_other_settings_is_told_and_plays_no_other_stem(external):
    """The server knows the bass at r = 0.25; this client has chosen drums at r = 0.125."""
    client = external("bass")
    client.targets, client._step, client._length = ("drums",), 33_075, 33_957
    for batch_id in range(3):
        audio = {stem: a[:33_075] for stem, a in planes(batch_id).items()}
        client.send(batch_id, audio)
        assert not client.hear(time.perf_counter() + 10)
        assert not client.zones["drums"].any()
    assert client.messages["batch_dropped"] == 3
    assert client.messages["error"] == 3
    assert client.server.counters.cycles == 0


def test_a_server_that_was_started_again_answers_when_it_has_been_told_what_to_play(servers):
    client = servers.early_client()
    client.expect("/loaded")
    external = External(client.server.address, servers.replies, ["drums"])
    external.send(7, planes(7))
    assert not external.hear(time.perf_counter() + 10)
    assert external.messages == {"error": 1, "batch_dropped": 1}
    external.start()
    audio = planes(8)
    external.send(8, audio)
    assert external.hear(time.perf_counter() + 10)
    check_zones(external, audio)
    external.close()
