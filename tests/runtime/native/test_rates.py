"""At every rate of a sound card, what is played comes back at its place."""

from __future__ import annotations

import time

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import SidemanError
from sideman.runtime.native.resampling import ToModel, to_client
from sideman.runtime.rehearse.native.play import connect
from sideman.runtime.streaming.lane import Placement
from sideman.runtime.streaming.rates import RATES, ratio, reach
from tests.runtime.fakes.session import PATIENCE

OTHERS = [rate for rate in RATES if rate != 44_100]


def placement(rate: int, *, origin: int = 0, step: int = 1, lead: int = 2) -> Placement:
    up, down = ratio(rate, 44_100)
    return Placement(origin, step, lead, 882, up, down, reach(up, down))


def smooth(count: int, rate: int, seed: int = 0) -> np.ndarray:
    """Sines below 3 kHz, as a function of time in seconds: what it is at any rate is known."""
    draw = np.random.default_rng(seed).uniform(size=(8, 2))
    at = np.arange(count) / rate
    sines = [np.sin(2 * np.pi * (50 + 2_900 * f) * at + 6 * p) for f, p in draw]
    return (np.sum(sines, axis=0) / 8).astype(np.float32)


@pytest.mark.parametrize("rate", OTHERS)
def test_the_context_is_what_it_is_at_the_models_rate(rate: int) -> None:
    place = placement(rate)
    sound, wanted = smooth(rate, rate), smooth(44_100, 44_100)
    to_model = ToModel(place)
    made, at = [], 0
    for step in range(5):
        made.append(to_model.step(sound[at : place.boundary(step)]).copy())
        at = place.boundary(step)
    heard = np.concatenate(made)
    # Before the origin there is silence, so the filter rings there.
    beside = 2 * 96 * 44_100 // min(rate, 44_100)
    np.testing.assert_allclose(heard[beside:], wanted[beside : len(heard)], atol=2e-4)


@pytest.mark.parametrize("rate", OTHERS)
def test_stems_are_what_they_are_at_the_clients_rate(rate: int) -> None:
    place = placement(rate, origin=1_000)
    wanted = smooth(2 * rate, rate)
    for step in (0, 1, 7):
        first = (step + 1) * place.model_step + place.model_ahead
        audio = smooth(44_100 * 2, 44_100)[first : first + place.model_step + place.overlap]
        made = to_client(np.stack([audio, 2 * audio]), place, step)
        begin, end = place.start(step), place.end(step)
        assert made.shape == (2, end - begin)
        # Its ends, where it is not known how sound goes on, are faded: half of the fade in, half
        # of a percent is left of what is wrong there.
        gain = np.minimum(1, (np.arange(end - begin) + 0.5) / place.fade_samples)
        gain *= gain[::-1]
        error = made[0] - wanted[begin - 1_000 : end - 1_000]
        assert np.abs(gain * error).max() < 0.01
        inner = slice(place.fade_samples, -place.fade_samples)
        np.testing.assert_allclose(error[inner], 0, atol=2e-4)
        np.testing.assert_allclose(made[1], 2 * made[0], atol=1e-5)


@pytest.mark.parametrize("rate", RATES)
def test_steps_follow_one_another_without_a_gap(rate: int) -> None:
    place = placement(rate, origin=-5, step=3)
    for step in range(1_000):
        assert place.end(step) - place.start(step + 1) == place.fade_samples
        assert place.start(step + 1) - place.start(step) in (
            place.step_samples,
            place.step_samples - 1,
        )
        at = (place.start(step) - place.origin) * place.down / place.up
        assert 0 <= at - ((step + 1) * place.model_step + place.model_ahead) < place.down / place.up
    assert place.place(44_100 * 3_600) == 3_600 * rate - 5


def model_delay(place: Placement) -> int:
    """Model samples from what the echo hears to where it repeats it."""
    return place.model_ahead + place.model_step + place.overlap


@pytest.mark.parametrize("rate", OTHERS)
def test_what_is_played_comes_back_at_its_place(host, rate: int) -> None:
    player = host(("bass",), step=2, lead=2, rate=rate)
    player.connect()
    sound = smooth(rate * 3 // 2, rate)
    player.play(sound)
    place = player.client._network._session.placement
    assert (place.up, place.down) == ratio(rate, 44_100)
    assert place.wait == reach(place.up, place.down) > 0
    assert player.client.status.ahead == place.ahead / rate
    # As a function of time the echo is the sound, later by what the placement says.
    late = model_delay(place) / 44_100
    draw = np.random.default_rng(0).uniform(size=(8, 2))
    first = place.start(1) + place.fade_samples
    at = np.arange(first, len(player.heard[0])) / rate - late
    wanted = sum(np.sin(2 * np.pi * (50 + 2_900 * f) * at + 6 * p) for f, p in draw) / 8
    error = player.heard[0][first:] - wanted
    # What was played before the session began, and the filter's ringing there, it did not hear.
    unheard = at < place.origin / rate + 0.02
    wanted[unheard] = error[unheard] = 0
    # Half a sample of 3 kHz at 44.1 kHz would be 0.2.
    assert np.abs(error).max() < 0.02
    assert np.abs(wanted).max() > 0.3
    assert (player.client.status.lost, player.client.status.late) == (0, 0)


@pytest.mark.parametrize("rate", [48_000, 96_000])
@pytest.mark.parametrize(("step", "lead"), [(1, 1), (2, 7), (5, 3)])
def test_a_click_comes_back_within_half_a_sample(host, rate: int, step: int, lead: int) -> None:
    player = host(("bass",), step=step, lead=lead, rate=rate, block=441)
    player.connect()
    place = player.client._network._session.placement
    sound = np.zeros(place.step_samples * 4 + model_delay(place) * 4, np.float32)
    click = place.step_samples + 1_234
    sound[click] = 1
    before = player.client.position
    player.play(sound)
    heard = player.heard[0]
    # Its middle, between the samples: the phase of a low tone in it.
    around = np.arange(len(heard))
    wave = 2 * np.pi * 500 / rate
    peak = int(np.abs(heard).argmax())
    middle = peak + np.angle(np.sum(heard * np.exp(1j * wave * (around - peak)))) / wave
    assert abs(middle - (before + click + model_delay(place) * rate / 44_100)) < 0.5
    assert np.abs(heard).max() > 0.4


def test_a_change_at_another_rate_is_without_a_click(host) -> None:
    player = host(("bass",), step=2, lead=2, rate=48_000)
    player.connect()
    tone = np.sin(2 * np.pi * 220 * np.arange(48_000 * 3) / 48_000).astype(np.float32)
    player.play(tone[:60_000])
    player.client.change(lead=3)
    player.play(tone[60_000:])
    assert player.client.status.lead == 3
    place = player.client._network._session.placement
    heard = player.heard[0][48_000:]
    # The tone's own slope, and that of the fraction of a sample that the context jumps by, because
    # a new epoch begins at a whole one.
    assert np.abs(np.diff(heard)).max() < 2 * np.pi * 220 / 48_000 * 2
    assert place.start(0) < player.client.position


def test_a_rate_that_is_not_resampled_is_refused_with_those_that_are(host) -> None:
    player = host(("bass",), rate=44_056)
    end = time.monotonic() + PATIENCE
    while not player.client.status.refused and time.monotonic() < end:
        time.sleep(0.01)
    status = player.client.status
    assert (status.state, status.refused) == ("connecting", "rate")
    assert "44056 Hz" in status.text
    assert "48,000" in status.text
    # Nobody waits for what will not come.
    with pytest.raises(SidemanError, match="No session began: 44056 Hz"):
        connect(player.client, lambda: None)


def test_a_rate_that_is_no_number_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no rates"):
        ratio(0, LatentGrid().sample_rate)
