"""The stream's options, refusals in words, and a sound card that stops."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.jam import card as card_module
from sideman.runtime.jam.card import Card, CardGoneError, Wiring
from sideman.runtime.jam.devices import find_devices
from sideman.runtime.jam.duplex import Duplex
from tests.runtime.jam.fake_portaudio import FakePortAudio, PortAudioError


@pytest.fixture
def library() -> FakePortAudio:
    return FakePortAudio()


def wire(library, inputs=(0,), outputs=(0, 1)):
    device = find_devices(library).all[4]
    return Wiring(device, device, inputs, outputs, 44_100)


def make(library, process=lambda context, out: out.fill(0.5), **channels):
    wiring = wire(library, **channels)
    duplex = Duplex(process, 1, wiring.inputs, wiring.outputs, 44_100, stop=library.CallbackAbort)
    return Card(library, wiring, duplex)


def test_as_many_channels_are_opened_as_the_last_one_needs(library) -> None:
    with make(library, inputs=(2, 5), outputs=(3,)) as card:
        (stream,) = library.streams
        assert stream.options["channels"] == (6, 4)
        assert stream.options["device"] == (4, 4)
        assert (stream.options["samplerate"], stream.options["blocksize"]) == (44_100, 0)
        out = stream.play()
        np.testing.assert_array_equal(out[0], [0, 0, 0, 0.5])
        card.check()
    assert stream.done == ["stop", "close"]


@pytest.mark.parametrize(
    ("error", "reasons"),
    [
        (PortAudioError("Invalid sample rate", -9997), ("does not run at 44,100 Hz", "--rate")),
        (PortAudioError("Device unavailable", -9985), ("Device unavailable", "--input-device")),
        (PortAudioError("something"), ("cannot be opened at 44,100 Hz", "something")),
    ],
)
@pytest.mark.parametrize("when", ["open_error", "start_error"])
def test_a_sound_card_that_refuses_is_told_of_in_words(library, error, reasons, when) -> None:
    setattr(library, when, error)
    with pytest.raises(SidemanError) as refused, make(library):
        pass
    for reason in ("4: Scarlett 18i20", *reasons):
        assert reason in str(refused.value)
    assert [stream.done for stream in library.streams] == ([["close"]] * (when == "start_error"))


def test_an_error_in_the_callback_comes_out_as_it_is(library) -> None:
    def fail(context, out):
        raise ZeroDivisionError("made up")

    with make(library, fail) as card:
        library.streams[0].play()
        with pytest.raises(ZeroDivisionError, match="made up"):
            card.check()
    assert library.streams[0].done == ["stop", "close"]


def test_a_stream_that_is_gone_is_told_and_never_touched_again(library) -> None:
    card = make(library)
    card.__enter__()
    card.check()
    library.streams[0].active = False
    for ask in (card.check, card.__exit__):
        with pytest.raises(CardGoneError, match="nothing comes from 4: Scarlett 18i20"):
            ask()
    assert library.streams[0].done == []


def test_a_stream_that_is_gone_when_the_music_ends_is_told_too(library) -> None:
    with pytest.raises(CardGoneError), make(library):
        library.streams[0].active = False
    assert library.streams[0].done == []


def test_a_sound_card_that_calls_back_no_more_is_gone(library, monkeypatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(card_module, "monotonic", lambda: clock[0])
    card = make(library)
    card.__enter__()
    for seconds in (2.9, 3.0, 5.9):
        library.streams[0].play()
        clock[0] = seconds
        card.check()
    clock[0] = 8.8
    card.check()
    clock[0] = 9.0
    for ask in (card.check, card.__exit__):
        with pytest.raises(CardGoneError):
            ask()
    assert library.streams[0].done == []
