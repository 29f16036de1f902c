"""Devices and their channels: listed, and chosen by number or by a part of a name."""

from __future__ import annotations

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.jam.command import show_devices
from sideman.runtime.jam.devices import choose_channels, choose_devices, find_devices
from tests.runtime.jam.fake_portaudio import FakePortAudio


@pytest.fixture
def devices():
    return find_devices(FakePortAudio())


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        (None, None, (0, 1)),
        ("2", None, (2, 2)),
        (None, "2i2", (2, 2)),
        ("MICRO", None, (0, 1)),
        (None, "speakers", (0, 1)),
        ("system", None, (3, 3)),
        (" 18I20 ", "1", (4, 1)),
    ],
)
def test_what_is_not_named_goes_with_what_is(devices, first, second, chosen) -> None:
    assert tuple(device.index for device in choose_devices(devices, first, second)) == chosen


def test_a_whole_name_wins_over_parts_of_others() -> None:
    found = find_devices(
        FakePortAudio([("USB", 0, 2, 2, 44_100), ("USB hub", 0, 2, 2, 44_100)], usual=(1, 1))
    )
    assert choose_devices(found, "usb")[0].index == 0


@pytest.mark.parametrize(
    ("first", "second", "reasons"),
    [
        ("scarlett", None, ("fits several", "2: Scarlett 2i2", "4: Scarlett 18i20")),
        ("trumpet", None, ("no such input device", "0: Built-in microphone", "3: system")),
        ("9", None, ("no such input device", "4: Scarlett 18i20")),
        ("speakers", None, ("no such input device",)),
        ("1", None, ("1: Built-in speakers", "has no input", "0: Built-in microphone")),
        ("system", "2i2", ("different systems", "--input-device")),
    ],
)
def test_what_cannot_be_chosen_is_named_with_what_can(devices, first, second, reasons) -> None:
    with pytest.raises(SidemanError) as error:
        choose_devices(devices, first, second)
    for reason in reasons:
        assert reason in str(error.value)


def test_without_any_device_a_word_says_so() -> None:
    nothing = find_devices(FakePortAudio([], usual=(-1, -1)))
    for ask in (choose_devices, show_devices):
        with pytest.raises(SidemanError, match="No sound card was found") as error:
            ask(nothing)
        assert "--list-devices" in error.value.remedy


def test_without_an_input_a_word_says_which_side_is_missing() -> None:
    deaf = find_devices(FakePortAudio([("Speakers", 0, 0, 2, 44_100)], usual=(-1, 0)))
    with pytest.raises(SidemanError, match="No sound card with an input"):
        choose_devices(deaf)


def test_where_the_system_has_no_usual_device_one_is_to_be_named() -> None:
    found = find_devices(FakePortAudio(usual=(-1, -1)))
    with pytest.raises(SidemanError, match="no usual input") as error:
        choose_devices(found)
    assert "Scarlett 18i20" in str(error.value)


def test_the_list_shows_everything_that_can_be_chosen(devices, capsys) -> None:
    show_devices(devices)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "0: Built-in microphone (ALSA, 1 in, 0 out), 44,100 Hz, usual input"
    assert lines[1].endswith("48,000 Hz, usual output")
    assert len(lines) == 5


def test_channels_are_counted_from_one_and_given_from_zero(devices) -> None:
    microphone, *_, large = devices.all
    assert choose_channels(None, microphone, "input") == (0,)
    assert choose_channels(None, large, "output") == (0, 1)
    assert choose_channels("3, 1,3", large, "input") == (0, 2)


@pytest.mark.parametrize(("wanted", "reason"), [("0", "no input 0"), ("2", "1 to 1"), ("", "list")])
def test_channels_that_are_not_there_are_refused(devices, wanted, reason) -> None:
    with pytest.raises(SidemanError, match=reason):
        choose_channels(wanted, devices.all[0], "input")
