"""Sound devices as PortAudio knows them: listing, and choosing by number or part of a name."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from sideman.engine.errors import SidemanError

Direction = Literal["input", "output"]

_NO_CARD = (
    "Connect one, or start the sound server (JACK, PipeWire or PulseAudio) that owns it; then see "
    "what is found with: sideman jam --list-devices"
)


@dataclass(frozen=True)
class Device:
    """A sound device.

    Attributes:
        index: PortAudio's number for it, which may change when something is plugged in.
        name: of the device.
        api: number of the system that drives it.
        system: its name, such as ALSA, JACK or Core Audio.
        inputs: channels that it records.
        outputs: channels that it plays.
        rate: that it usually runs at, in Hz.
    """

    index: int
    name: str
    api: int
    system: str
    inputs: int
    outputs: int
    rate: int

    def channels(self, direction: Direction) -> int:
        """How many channels it has in a direction."""
        return self.inputs if direction == "input" else self.outputs

    def __str__(self) -> str:
        return f"{self.index}: {self.name} ({self.system}, {self.inputs} in, {self.outputs} out)"


@dataclass(frozen=True)
class Devices:
    """Everything that was found.

    Attributes:
        all: the devices, in PortAudio's order.
        usual: index of the device that is taken for input and for output where none is named; -1
            where there is none.
        usual_of: the same of each system.
    """

    all: tuple[Device, ...]
    usual: tuple[int, int]
    usual_of: tuple[tuple[int, int], ...]


def find_devices(library: ModuleType) -> Devices:
    """Ask PortAudio for its devices: those that were there when it was imported.

    Args:
        library: the module `sounddevice`.
    """
    systems = library.query_hostapis()
    found = tuple(
        Device(
            index,
            str(each["name"]),
            int(each["hostapi"]),
            str(systems[each["hostapi"]]["name"]),
            int(each["max_input_channels"]),
            int(each["max_output_channels"]),
            round(each["default_samplerate"]),
        )
        for index, each in enumerate(library.query_devices())
    )
    # Settings of sounddevice's own may name a device by other means than its number: not here.
    usual = tuple(int(index) for index in library.default.device)
    return Devices(
        found,
        (usual[0], usual[1]),
        tuple(
            (int(each["default_input_device"]), int(each["default_output_device"]))
            for each in systems
        ),
    )


def check_any(devices: Devices) -> None:
    """Raise a SidemanError where there is no device at all."""
    if not devices.all:
        raise SidemanError("No sound card was found.", _NO_CARD)


def choose_devices(
    devices: Devices, wanted_input: str | None = None, wanted_output: str | None = None
) -> tuple[Device, Device]:
    """The devices to play through.

    Where only one is named, the other is the same one if it can do both, for then one clock drives
    them; else what its system usually takes.

    Args:
        devices: that were found.
        wanted_input: a device's number or a part of its name; None takes the usual one.
        wanted_output: likewise.

    Returns:
        For input and for output.

    Raises:
        SidemanError: there is none, none or several fit, or the two belong to different systems.
    """
    check_any(devices)
    first = None if wanted_input is None else _named(devices, wanted_input, "input")
    second = None if wanted_output is None else _named(devices, wanted_output, "output")
    first = first or _usual(devices, second, "input")
    second = second or _usual(devices, first, "output")
    if first.api != second.api:
        raise SidemanError(
            f"{first} and {second} belong to different systems; PortAudio cannot play through "
            "both at once.",
            "Choose two devices of one system with --input-device and --output-device.",
        )
    return first, second


def _named(devices: Devices, wanted: str, direction: Direction) -> Device:
    able = [each for each in devices.all if each.channels(direction)]
    option = f"--{direction}-device {wanted}"
    if wanted.strip().isdecimal():
        fitting = [each for each in devices.all if each.index == int(wanted)]
        if fitting and not fitting[0].channels(direction):
            raise SidemanError(f"{option}: {fitting[0]} has no {direction}.", _those(able))
    else:
        part = wanted.strip().casefold()
        fitting = [each for each in able if part in each.name.casefold()]
        whole = [each for each in fitting if each.name.casefold() == part]
        if len(whole) == 1:
            return whole[0]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise SidemanError(
            f"{option} fits several devices.",
            "Give the number of one, or more of its name:" + _lines(fitting),
        )
    raise SidemanError(f"{option}: there is no such {direction} device.", _those(able))


def _usual(devices: Devices, partner: Device | None, direction: Direction) -> Device:
    """The device for a direction that the user left open, to go with the other one."""
    side = 0 if direction == "input" else 1
    if partner is None:
        index = devices.usual[side]
    elif partner.channels(direction):
        return partner
    else:
        index = devices.usual_of[partner.api][side]
    if index >= 0:
        return devices.all[index]
    able = [each for each in devices.all if each.channels(direction)]
    if able:
        raise SidemanError(
            f"There is no usual {direction} device to take.",
            f"Name one with --{direction}-device:" + _lines(able),
        )
    raise SidemanError(f"No sound card with an {direction} was found.", _NO_CARD)


def _those(able: list[Device]) -> str:
    return "These are there:" + _lines(able) if able else _NO_CARD


def _lines(devices: list[Device]) -> str:
    return "".join(f"\n    {device}" for device in devices)


def choose_channels(wanted: str | None, device: Device, direction: Direction) -> tuple[int, ...]:
    """Channels of a device, from 0.

    Args:
        wanted: numbers from 1 with commas between them; None takes the first two, or the only one.
        device: of which they are.
        direction: of the channels.

    Raises:
        SidemanError: no number, or a channel that the device does not have.
    """
    there = device.channels(direction)
    if wanted is None:
        return tuple(range(min(2, there)))
    option = f"--{direction}-channels {wanted}"
    try:
        numbers = sorted({int(each) for each in wanted.split(",")})
    except ValueError:
        raise SidemanError(
            f"{option}: that is no list of numbers.", "Write it like 1 or 1,2."
        ) from None
    beyond = [number for number in numbers if not 1 <= number <= there]
    if beyond:
        raise SidemanError(
            f"{option}: {device} has no {direction} {beyond[0]}.",
            f"Its {direction}s are 1 to {there}.",
        )
    return tuple(number - 1 for number in numbers)
