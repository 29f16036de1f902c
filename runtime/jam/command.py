"""The command `sideman jam`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sideman.engine.options import BackendOption, DeviceOption, PrecisionOption, ThreadsOption
from sideman.runtime.commandline.options import (
    BundleNameOption,
    DemoOrBundle,
    EncodeOption,
    EvaluationsOption,
    SeedOption,
    StemsOption,
    check_bundle_name,
    split_stems,
)

if TYPE_CHECKING:
    from sideman.runtime.jam.devices import Devices


def register(app: typer.Typer) -> None:
    """Add `jam` to the command line."""

    @app.command()
    def jam(
        bundle: DemoOrBundle = None,
        server: Annotated[
            str | None,
            typer.Option(
                metavar="HOST:PORT",
                help="A server that runs already, instead of one that is started here; it is asked "
                "until it answers.",
                show_default="starts one",
            ),
        ] = None,
        named: BundleNameOption = "",
        stems: StemsOption = None,
        input_device: Annotated[
            str | None,
            typer.Option(
                metavar="DEVICE",
                help="Sound card to listen to: its number, or a part of its name.",
                show_default="the system's usual one",
            ),
        ] = None,
        output_device: Annotated[
            str | None,
            typer.Option(
                metavar="DEVICE",
                help="Sound card that the band plays on, likewise.",
                show_default="the same one",
            ),
        ] = None,
        input_channels: Annotated[
            str | None,
            typer.Option(
                metavar="NUMBERS",
                help="Inputs to listen to, from 1, with commas between them; they are added up.",
                show_default="1,2",
            ),
        ] = None,
        output_channels: Annotated[
            str | None,
            typer.Option(
                metavar="NUMBERS",
                help="Outputs that the band plays on; each gets all of it.",
                show_default="1,2",
            ),
        ] = None,
        list_devices: Annotated[
            bool, typer.Option("--list-devices", help="Show the sound cards that there are.")
        ] = False,
        monitor: Annotated[
            bool,
            typer.Option(
                "--monitor", help="Play yourself on the outputs, too, where you hear only them."
            ),
        ] = False,
        columns: Annotated[
            int | None,
            typer.Option(
                min=1,
                help="Step in columns of 93 ms; twice the step plus the lead is at most 64.",
                show_default="4",
            ),
        ] = None,
        lead: Annotated[
            int | None,
            typer.Option(
                min=1,
                help="How many columns ahead the band plays.",
                show_default="as the server advises",
            ),
        ] = None,
        margin: Annotated[
            Literal["tight", "normal", "safe"],
            typer.Option(help="How much earlier than needed the band's sound is to arrive."),
        ] = "normal",
        rate: Annotated[
            int | None,
            typer.Option(
                min=1, help="Samples in a second.", show_default="as the sound card usually runs"
            ),
        ] = None,
        blocksize: Annotated[
            int,
            typer.Option(
                min=0,
                max=8_192,
                help="Samples that the sound card hands over at once; fewer are heard sooner.",
                show_default="0: as the system likes it",
            ),
        ] = 0,
        record: Annotated[
            Path | None,
            typer.Option(
                metavar="DIR", help="Keep you, each stem and both together as WAV in this folder."
            ),
        ] = None,
        seconds: Annotated[
            float | None,
            typer.Option(
                min=0.1,
                help="End so long after the band has joined, or after ten minutes without it.",
                show_default="at Ctrl-C",
            ),
        ] = None,
        backend: BackendOption = "onnxruntime",
        threads: ThreadsOption = None,
        precision: PrecisionOption = None,
        device: DeviceOption = 0,
        evaluations: EvaluationsOption = None,
        encode: EncodeOption = "whole",
        seed: SeedOption = None,
    ) -> None:
        """Play with the band through your sound card, without Max. Ctrl-C ends.

        Shows how loud you and the band are, how far ahead of what it heard the band plays, and how
        long it was silent because sound came too late or never. Ends with 1 when the band has not
        played.
        """
        from sideman.engine.backends.choice import BackendChoice
        from sideman.engine.loading.registry import check_choice
        from sideman.runtime.commandline.leaving import leave_at_once
        from sideman.runtime.commandline.signals import ended_by_signals
        from sideman.runtime.jam.card import CardGoneError
        from sideman.runtime.jam.devices import find_devices
        from sideman.runtime.jam.plan import Request
        from sideman.runtime.jam.portaudio import load_portaudio
        from sideman.runtime.jam.run import run
        from sideman.runtime.playing.shortcuts import Shortcuts
        from sideman.runtime.system.hosts import parse_address

        if list_devices:
            show_devices(find_devices(load_portaudio()))
            return
        check_bundle_name(named, server)
        choice = BackendChoice(backend, threads, precision, device)
        check_choice(choice)
        request = Request(
            bundle,
            server=None if server is None else parse_address(server, "--server"),
            named=named,
            stems=split_stems(stems),
            input_device=input_device,
            output_device=output_device,
            input_channels=input_channels,
            output_channels=output_channels,
            rate=rate,
            block=blocksize,
            step=columns or 0,
            lead=lead or 0,
            margin=margin,
            monitor=monitor,
            record=record,
            seconds=seconds,
            backend=choice,
            seed=seed,
            shortcuts=Shortcuts(evaluations, encode),
        )
        try:
            with ended_by_signals():
                done = run(request)
        except CardGoneError as error:
            leave_at_once(f"error: {error}")
        if not done:
            raise typer.Exit(1)


def show_devices(devices: Devices) -> None:
    """Print every device, one a line, with a word on those that are taken where none is named.

    Raises:
        SidemanError: there is none.
    """
    from sideman.runtime.jam.devices import check_any

    check_any(devices)
    for device in devices.all:
        usual = [
            f"usual {direction}"
            for direction, index in zip(("input", "output"), devices.usual, strict=True)
            if index == device.index
        ]
        typer.echo(", ".join([f"{device}, {device.rate:,} Hz", *usual]))
