"""The audio callback: what the band hears, what is played, what is kept and counted."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.runtime.jam.duplex import Duplex
from sideman.runtime.jam.tape import Tape
from tests.runtime.jam.fake_portaudio import flags, stamps


class Band:
    """Plays a half and a quarter of what it hears."""

    def __init__(self) -> None:
        self.heard = np.zeros(0, np.float32)

    def process(self, context, out) -> None:
        assert context.dtype == out.dtype == np.float32
        self.heard = np.append(self.heard, context)
        out[0], out[1] = context / 2, context / 4


@pytest.fixture
def band() -> Band:
    return Band()


def play(duplex, recorded, outputs=3, raised=None, time=None):
    out = np.full((len(recorded), outputs), np.nan, np.float32)
    duplex(recorded, out, len(recorded), time or stamps(), raised)
    return out


def sound(frames, channels=4, scale=0.2):
    noise = np.random.default_rng(frames).uniform(-scale, scale, (frames, channels))
    return noise.astype(np.float32)


@pytest.mark.parametrize("frames", [1, 64, 512, 4_096, 4_097, 20_000])
def test_blocks_of_any_length_pass_through_chosen_channels(band, frames) -> None:
    duplex = Duplex(band.process, 2, (0, 2), (1, 2), 44_100)
    recorded = sound(frames)
    out = play(duplex, recorded)
    expected = recorded[:, 0] + recorded[:, 2]
    np.testing.assert_array_equal(band.heard, expected)
    assert not out[:, 0].any()
    for channel in (1, 2):
        np.testing.assert_allclose(out[:, channel], 0.75 * expected, atol=1e-6)
    assert duplex.position == frames


def test_blocks_may_differ_from_one_to_the_next(band) -> None:
    duplex = Duplex(band.process, 2, (0,), (0,), 44_100)
    blocks = [sound(n) for n in (512, 13, 4_000, 1, 512)]
    for block in blocks:
        play(duplex, block)
    np.testing.assert_array_equal(band.heard, np.concatenate(blocks)[:, 0])


def test_nothing_leaves_beyond_full_scale_and_the_meter_says_how_much_it_was(band) -> None:
    duplex = Duplex(band.process, 2, (0, 1, 2), (0,), 44_100, monitor=True)
    out = play(duplex, np.full((100, 3), 0.9, np.float32))
    assert band.heard.max() == 1.0
    assert out[:, 0].max() == 1.0
    assert duplex.heard.take()[0] == pytest.approx(2.7)


def test_the_musician_is_heard_on_the_outputs_only_when_asked_for(band) -> None:
    recorded = sound(256)
    for monitor, gain in ((False, 0.75), (True, 1.75)):
        out = play(Duplex(band.process, 2, (0,), (0,), 44_100, monitor=monitor), recorded)
        np.testing.assert_allclose(out[:, 0], gain * recorded[:, 0], atol=1e-6)


def test_context_stems_and_mix_are_kept(band) -> None:
    tape = Tape(4, 10_000)
    duplex = Duplex(band.process, 2, (0,), (0,), 44_100, tape=tape)
    recorded = sound(5_000)
    play(duplex, recorded)
    context = recorded[:, 0]
    kept = np.concatenate(take_all(tape), axis=1)
    for row, gain in enumerate((1, 0.5, 0.25, 1.75)):
        np.testing.assert_allclose(kept[row], gain * context, atol=1e-6)


def take_all(tape):
    parts = []
    while (taken := tape.take()) is not None:
        parts.append(taken.copy())
        tape.done(taken)
    return parts


def test_gaps_are_counted_by_side_and_stamps_give_the_way_in_and_out(band) -> None:
    duplex = Duplex(band.process, 2, (0,), (0,), 44_100)
    play(duplex, sound(64), raised=flags())
    assert (duplex.missed_in, duplex.missed_out) == (0, 0)
    play(duplex, sound(64), raised=flags(input_overflow=True))
    play(duplex, sound(64), raised=flags(input_overflow=True, output_underflow=True))
    assert (duplex.missed_in, duplex.missed_out) == (2, 1)
    assert duplex.round_trip == pytest.approx(0.03)
    play(duplex, sound(64), time=stamps(0.0, 0.0, 0.0))
    assert duplex.round_trip == pytest.approx(0.03)


def test_a_failure_is_kept_for_the_main_thread_and_nothing_is_heard() -> None:
    class StopError(Exception):
        pass

    def fail(context, out):
        raise ZeroDivisionError("made up")

    duplex = Duplex(fail, 1, (0,), (0,), 44_100, stop=StopError)
    out = np.ones((64, 1), np.float32)
    with pytest.raises(StopError):
        duplex(sound(64), out, 64, stamps(), None)
    assert isinstance(duplex.failure, ZeroDivisionError)
    assert not out.any()


def test_from_the_eighth_block_on_the_band_is_read_earlier_and_kept_later(band) -> None:
    """The stamps say 30 ms: what is read is heard so much later, beside what is played then."""
    tape, told = Tape(4, 100_000), []
    duplex = Duplex(band.process, 2, (0,), (0,), 44_100, tape=tape, align=told.append)
    blocks = [sound(512, scale=0.1 + i / 100) for i in range(20)]
    for block in blocks:
        play(duplex, block)
    assert told == [1_323]
    context = np.concatenate(blocks)[:, 0]
    kept = np.concatenate(take_all(tape), axis=1)
    begun = 7 * 512
    np.testing.assert_array_equal(kept[0], context)
    later = np.concatenate([np.zeros(1_323, np.float32), context[begun:]])[: len(context) - begun]
    for row, gain in ((1, 0.5), (2, 0.25)):
        np.testing.assert_allclose(kept[row, begun:], gain * later, atol=1e-6)
    mixed = context[begun:] + 0.75 * later
    np.testing.assert_allclose(kept[3, begun:], mixed, atol=1e-6)


def test_without_stamps_nothing_is_moved(band) -> None:
    told: list[int] = []
    duplex = Duplex(band.process, 2, (0,), (0,), 44_100, align=told.append)
    for _ in range(20):
        play(duplex, sound(64), time=stamps(0.0, 0.0, 0.0))
    assert told == []
