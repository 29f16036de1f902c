"""What is heard: whole where everything came, soft where something did not."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.client.player import Player
from sideman.runtime.streaming.lane import Placement

PLACE = Placement(origin=0, step=1, lead=2, overlap=300)
START = PLACE.start(0)
KEY = (7, 1)
#: The largest step between two samples of a ramp of 132 samples, and a little more.
SOFT = 1.01 / 132 + 0.004


def player(stems: int = 1) -> Player:
    made = Player(stems, 44_100)
    made.follow(KEY, PLACE)
    return made


def send(to: Player, steps, *, row=0, key=KEY, place=PLACE, playhead=0, skip=(), level=1.0) -> None:
    for step in steps:
        for at in range(0, place.reply_samples, 288):
            position = place.start(step) + at
            if not any(a <= position < b for a, b in skip):
                count = min(288, place.reply_samples - at)
                to.write(key, row, step, position, np.full(count, level, np.float32), playhead)


def heard(of: Player, first: int, last: int, block: int = 64, stems: int = 1) -> np.ndarray:
    out = np.ones((stems, last - first), np.float32)
    for at in range(first, last, block):
        of.read(at, out[:, at - first : min(at + block, last) - first])
    return out


@pytest.mark.parametrize("block", [1, 64, 500, 4_096])
def test_whole_steps_are_heard_as_they_are(block: int) -> None:
    band = player()
    send(band, range(3))
    out = heard(band, 0, START + 2 * 4_096, block)[0]
    assert not out[:START].any()
    np.testing.assert_allclose(out[START + 300 :], 1, atol=1e-5)
    assert (band.lost, band.late) == (0, 0)


@pytest.mark.parametrize("block", [64, 500, 4_096])
def test_a_hole_begins_and_ends_softly(block: int) -> None:
    band = player()
    hole = START + 8 * 288, START + 10 * 288
    send(band, range(2), skip=[hole])
    out = heard(band, 0, START + 4_096, block)[0]
    heard(band, START + 4_096, START + 4_097)
    a, b = hole
    assert not out[a:b].any()
    assert np.abs(np.diff(out)).max() < SOFT
    np.testing.assert_allclose(out[START + 300 : a - 132], 1, atol=1e-5)
    np.testing.assert_allclose(out[b + 132 : START + 4_096], 1, atol=1e-5)
    assert band.lost == 576


def test_what_comes_too_late_rises_softly_from_where_it_was() -> None:
    band = player()
    send(band, [0])
    first = heard(band, 0, START + 4_096 + 200, 64)[0]
    # The next step comes while its beginning should have been heard.
    at = START + 4_096 + 200
    send(band, [1], playhead=at)
    assert band.late == 200
    out = np.concatenate([first, heard(band, at, at + 2_000, 64)[0]])
    assert np.abs(np.diff(out)).max() < SOFT
    np.testing.assert_allclose(out[-1_500:], 1, atol=1e-5)


def test_each_stem_for_itself() -> None:
    band = player(2)
    send(band, range(2))
    out = heard(band, 0, START + 3_000, stems=2)
    assert not out[1].any()
    assert out[0].any()
    assert (band.lost, band.late) == (3_000, 0)  # the other one plays, too, and has not come


def test_of_a_stem_that_does_not_play_nothing_is_lost() -> None:
    band = Player(2, 44_100)
    band.follow(KEY, PLACE, rows=(0,))
    send(band, range(2))
    heard(band, 0, START + 3_000, stems=2)
    assert band.lost == 0


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("block", [64, 500])
def test_what_is_late_is_counted_once_in_whatever_order_it_comes(order: int, block: int) -> None:
    band = player()
    send(band, [0])
    heard(band, 0, START + 2 * 4_096, block)
    assert (band.silent, band.late) == (4_096, 0)
    packets = [(at, min(288, PLACE.reply_samples - at)) for at in range(0, 4_396, 288)]
    for at, count in [*packets, *packets][::order]:
        sound = np.ones(count, np.float32)
        band.write(KEY, 0, 1, PLACE.start(1) + at, sound, START + 2 * 4_096)
    assert (band.silent, band.late, band.lost) == (4_096, 4_096, 0)


def test_a_step_that_never_comes_is_lost() -> None:
    band = player()
    send(band, [0, 2])
    heard(band, 0, START + 3 * 4_096)
    assert (band.lost, band.late) == (4_096, 0)


def test_what_lies_behind_the_end_of_an_epoch_was_not_to_come() -> None:
    band = player()
    send(band, range(2))
    band.follow((7, 2), Placement(2 * 4_096, 1, 4, 300))
    heard(band, 0, START + 4 * 4_096)
    assert band.silent == 0


def test_an_epoch_takes_over_at_its_first_sample() -> None:
    band = player()
    send(band, range(2))
    following = Placement(origin=2 * 4_096, step=1, lead=2, overlap=300)
    band.follow((7, 2), following)
    send(band, range(2), key=(7, 2), place=following, level=-1.0)
    at = following.start(0)
    out = heard(band, 0, at + 4_000)[0]
    np.testing.assert_allclose(out[START + 300 : at], 1, atol=1e-5)
    np.testing.assert_allclose(out[at + 300 :], -1, atol=1e-5)
    np.testing.assert_allclose(out[at : at + 300], 1 - 2 * (np.arange(300) + 0.5) / 300, atol=1e-4)


def test_epochs_that_are_replaced_before_they_begin_take_nothing_away() -> None:
    band = player()
    send(band, range(2))
    following = Placement(origin=2 * 4_096, step=1, lead=2, overlap=300)
    for number in range(2, 7):
        band.follow((7, number), following)
    send(band, range(2), key=(7, 6), place=following, level=-1.0)
    at = following.start(0)
    out = heard(band, 0, at + 4_000)[0]
    np.testing.assert_allclose(out[START + 300 : at], 1, atol=1e-5)
    np.testing.assert_allclose(out[at + 300 :], -1, atol=1e-5)


def test_a_jump_ends_what_was_heard_at_once() -> None:
    band = player()
    send(band, range(3))
    heard(band, 0, START + 1_024)
    at = START + 1_024
    band.follow((7, 2), Placement(at, 1, 2, 300), jump_at=at)
    out = heard(band, at, at + 4_000)[0]
    assert np.abs(np.diff(np.concatenate([[1], out]))).max() < SOFT
    assert not out[300:].any()


def test_a_session_s_epochs_are_not_another_s() -> None:
    band = player()
    assert band.write((8, 1), 0, 0, START, np.ones(288, np.float32), 0) == 0
    band.follow((8, 1), PLACE, jump_at=0)
    assert band.write((8, 1), 0, 0, START, np.ones(288, np.float32), 0) == 288
    assert band.missing((8, 1), 0, 0)[0] == (START + 288, START + 4_396)


def test_how_far_ahead_packets_land() -> None:
    band = player()
    assert band.landing == 0
    for i in range(200):
        band.write(KEY, 0, 0, START, np.ones(1, np.float32), START - 1_000 + i)
    assert band.landing == pytest.approx(802, abs=2)


@pytest.mark.parametrize("block", [16, 64, 500])
def test_panic_is_silence_at_once_and_softly(block: int) -> None:
    band = player()
    send(band, range(2))
    at = START + 1_000
    before = heard(band, 0, at, block)[0]
    band.muted = True
    silent = heard(band, at, at + 600, block)[0]
    band.muted = False
    after = heard(band, at + 600, at + 1_200, block)[0]
    assert not silent[132:].any()
    np.testing.assert_allclose(after[132:], 1, atol=1e-5)
    assert np.abs(np.diff(np.concatenate([before, silent, after]))).max() < SOFT


def test_nothing_is_louder_than_full_scale() -> None:
    band = player(2)
    send(band, range(1), level=3.0)
    send(band, range(1), row=1, level=-3.0)
    out = heard(band, 0, START + 2_000, stems=2)
    assert out[0].max() == 1
    assert out[1].min() == -1


def test_what_a_packet_repeats_does_not_count_as_its_landing() -> None:
    band = player()
    band.write(KEY, 0, 0, START, np.ones(288, np.float32), 0)
    assert band.landing == START
    band.write(KEY, 0, 0, START, np.ones(576, np.float32), 0)
    landings = [landing for _, landing in band._landings]
    assert landings == [START, START + 288]


def test_landings_are_those_of_the_newest_epoch() -> None:
    band = player()
    send(band, range(2))
    band.follow((7, 2), Placement(2 * 4_096, 1, 4, 300))
    send(band, [1])
    assert band.landing == 0


def test_what_is_missing_of_the_epoch_before_can_be_asked_for() -> None:
    band = player()
    send(band, [0, 1], skip=[(START + 4_096 + 576, START + 4_096 + 864)])
    band.follow((7, 2), Placement(2 * 4_096, 1, 4, 300))
    assert band.missing(KEY, 0, 1) == [(START + 4_096 + 576, START + 4_096 + 864)]
    assert band.missing(KEY, 0, 2) == []  # it has no such step any more
