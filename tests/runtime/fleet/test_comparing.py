"""The measurement's own eye: what it calls exact, soft, silent and wrong."""

from __future__ import annotations

import numpy as np

from sideman.runtime.client.player import Player
from sideman.runtime.streaming.lane import Placement
from tests.runtime.fleet.comparing import Comparison, whose

#: As a fleet's clients are placed: a step of four columns, a lead of four.
PLACE = Placement(0, 4, 4, 882)
DELAY = PLACE.ahead + PLACE.reply_samples
BLOCK, STEPS = 1_024, 6
KEY = (1, 1)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.4, 0.4, 200_000).astype(np.float32)


def at(sound: np.ndarray):
    def played(positions: np.ndarray) -> np.ndarray:
        return np.where(positions >= 0, sound[positions % len(sound)], 0).astype(np.float32)

    return played


def echo(sound: np.ndarray, step: int) -> np.ndarray:
    """What the echo answers to a step."""
    return at(sound)(np.arange(PLACE.start(step), PLACE.end(step)) - DELAY)


def play(without=(), late=(), foreign=None, gain=1.0) -> Comparison:
    """A client that gets an echo's steps: without some, some a block late, one of another's."""
    player = Player(1, 44_100)
    player.follow(KEY, PLACE, jump_at=0)
    sound, comparison = noise(1), Comparison(at(noise(1)))
    out = np.zeros((1, BLOCK), np.float32)
    for position in range(0, PLACE.start(STEPS), BLOCK):
        for step in range(STEPS):
            due = PLACE.start(step) // BLOCK * BLOCK + (BLOCK if step in late else -4 * BLOCK)
            if step in without or position != max(0, due):
                continue
            samples = echo(noise(2) if step == foreign else sound, step) * np.float32(gain)
            player.write(KEY, 0, step, PLACE.start(step), samples, position)
        player.read(position, out)
        comparison.take(position, out[0], DELAY, block=position // BLOCK)
    return comparison


def test_an_echo_is_exact() -> None:
    found = play()
    assert found.wrong == found.silent == 0
    assert found.exact > 60_000
    assert found.soft <= 882  # the first step rises from silence


def test_what_falls_and_rises_beside_a_step_that_never_came_is_soft_and_not_wrong() -> None:
    """A short run of forty sessions counted 367 samples as wrong: the fall before one such step."""
    found, whole = play(without=(3,)), play()
    assert found.wrong == 0
    assert found.silent > 15_000
    assert 500 < found.soft - whole.soft < 2_000


def test_a_step_that_comes_when_it_is_due_dips_and_is_not_wrong() -> None:
    found = play(late=(3,))
    assert found.wrong == 0
    assert found.soft > play().soft


def test_another_ones_sound_is_wrong_and_is_told_whose() -> None:
    found = play(foreign=3)
    assert found.wrong > 15_000
    place = next(p for p in found.places if p["position"] > PLACE.start(3) + 882)
    assert place["position"] == place["block"] * BLOCK + place["offset"]
    ((number, index),) = whose(place["heard"], [(1, noise(1)), (2, noise(2))])
    assert number == 2
    assert index == place["position"] - DELAY


def test_a_sample_too_late_is_wrong() -> None:
    comparison = Comparison(at(noise(1)))
    comparison.take(50_000, at(noise(1))(np.arange(50_000, 51_024) - DELAY - 1), DELAY)
    assert comparison.wrong > 1_000


def test_a_gain_that_stays_is_wrong() -> None:
    assert play(gain=0.9).wrong > 60_000


def test_single_wrong_samples_are_wrong_whether_louder_or_not() -> None:
    """They were called soft where they were quieter than they should be."""
    right = at(noise(1))(np.arange(50_000, 51_024) - DELAY)
    for error in (0.01, -0.01, 0.002, -0.002):
        comparison = Comparison(at(noise(1)))
        heard = right.copy()
        heard[20::100] += np.float32(error)
        comparison.take(50_000, heard, DELAY)
        # Less cannot be told from a ramp, nor what is nearly silent.
        told = (np.abs(right[20::100]) > 0.02) & (np.abs(right[20::100]) < 0.2)
        assert comparison.wrong >= told.sum() > 3, error


def test_a_gain_that_turns_in_the_middle_of_a_fade_is_soft() -> None:
    """Where a ramp and a fade meet, a block may begin with samples whose gain stands nearly still.

    A run of forty sessions counted 134 such samples as wrong.
    """
    right = at(noise(1))(np.arange(50_000, 51_024) - DELAY)
    gain = np.minimum(1, 0.871 + np.arange(1_024) ** 2 / (882 * 132))
    comparison = Comparison(at(noise(1)))
    comparison.take(50_000, (right * gain).astype(np.float32), DELAY)
    assert comparison.wrong == 0
    assert comparison.soft > 100
