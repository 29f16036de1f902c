"""The command `sideman rehearse`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sideman.engine.options import BackendOption, DeviceOption, PrecisionOption, ThreadsOption
from sideman.runtime.commandline.options import (
    BundleNameOption,
    DemoOrBundle,
    EncodeOption,
    EvaluationsOption,
    FadeOption,
    PackageOption,
    RegimeOption,
    SeedOption,
    StemsOption,
    StepOption,
    TraceOption,
    check_bundle_name,
    check_folder,
    split_stems,
)
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R, DEFAULT_W


def register(app: typer.Typer) -> None:
    """Add `rehearse` to the command line."""

    @app.command()
    def rehearse(
        bundle: DemoOrBundle = None,
        inputs: Annotated[
            list[Path] | None,
            typer.Option(
                "--input", "-i", help="Audio to play in; several files (repeat it) are mixed."
            ),
        ] = None,
        stems: StemsOption = None,
        out: Annotated[
            Path,
            typer.Option(
                help="Folder for everything that is written; files of an earlier rehearsal in it "
                "are overwritten."
            ),
        ] = Path("rehearsal"),
        w: RegimeOption = DEFAULT_W,
        r: StepOption = DEFAULT_R,
        fade: FadeOption = DEFAULT_FADE,
        package: PackageOption = None,
        seconds: Annotated[
            float | None, typer.Option(min=0.1, help="Length to play; short input is repeated.")
        ] = None,
        planes: Annotated[
            bool, typer.Option("--planes", help="Send one plane a stem instead of their sum.")
        ] = False,
        offline: Annotated[
            bool, typer.Option("--offline", help="Without clock and network, step after step.")
        ] = False,
        protocol: Annotated[
            Literal["multi_track", "native"],
            typer.Option(help="What is spoken with the server; docs/ describes both."),
        ] = "multi_track",
        columns: Annotated[
            int | None,
            typer.Option(
                min=1,
                help="Native: step in columns of 93 ms; twice the step plus the lead is at most "
                "64.",
                show_default="4",
            ),
        ] = None,
        lead: Annotated[
            int | None,
            typer.Option(
                min=1,
                help="Native: how many columns ahead the band plays.",
                show_default="as the server advises",
            ),
        ] = None,
        server: Annotated[
            str | None,
            typer.Option(
                metavar="HOST:PORT",
                help="Native: a server that runs already, with this BUNDLE; it is asked for ten "
                "minutes.",
                show_default="starts one",
            ),
        ] = None,
        named: BundleNameOption = "",
        backend: BackendOption = "onnxruntime",
        threads: ThreadsOption = None,
        precision: PrecisionOption = None,
        device: DeviceOption = 0,
        evaluations: EvaluationsOption = None,
        encode: EncodeOption = "whole",
        trace: TraceOption = None,
        seed: SeedOption = None,
    ) -> None:
        """Play audio into a real server in real time, as Max would, and keep what comes back.

        Writes context, stems and mix as WAV, their spectrograms over one another as
        spectrograms.png, every cycle against its deadline as latency.png and latency.json, and the
        usual cycle span by span as waterfall.png. The
        demo, without BUNDLE and --input, also scores how well the stem fits its loop's chords and
        beats. Ends with 1 when a step was dropped or lost, or no sound came back. With --protocol
        native, statistics.json takes the place of the figures of cycles.
        """
        from sideman.engine.backends.choice import BackendChoice
        from sideman.engine.errors import SidemanError
        from sideman.engine.loading.registry import check_choice
        from sideman.runtime.commandline.signals import ended_by_signals
        from sideman.runtime.playing.shortcuts import Shortcuts
        from sideman.runtime.rehearse.native.plan import NativeRequest
        from sideman.runtime.rehearse.native.run import run_native
        from sideman.runtime.rehearse.plan import Request
        from sideman.runtime.rehearse.run import run
        from sideman.runtime.system.hosts import parse_address

        wanted = split_stems(stems)
        check_folder("--trace", trace)
        if trace is not None and (offline or server is not None):
            raise SidemanError(
                "--trace tells of the cycles of the server that is started here.",
                "Leave out --offline and --server; `sideman serve --trace` traces another server.",
            )
        choice = BackendChoice(backend, threads, precision, device)
        check_choice(choice)
        shortcuts = Shortcuts(evaluations, encode)
        legacy = (w, r, fade, package, planes, offline)
        if protocol == "native":
            if legacy != (DEFAULT_W, DEFAULT_R, DEFAULT_FADE, None, False, False):
                raise SidemanError(
                    "--w, --r, --fade, --package, --planes and --offline say nothing to the native "
                    "protocol.",
                    "Use --columns and --lead.",
                )
            check_bundle_name(named, server)
            native = NativeRequest(
                bundle,
                stems=wanted,
                inputs=tuple(inputs or ()),
                out=out,
                seconds=seconds,
                step=columns or 0,
                lead=lead or 0,
                server=None if server is None else parse_address(server, "--server"),
                named=named,
                backend=choice,
                seed=seed,
                trace=trace,
                shortcuts=shortcuts,
            )
            with ended_by_signals():
                done = run_native(native)
            if not done:
                raise typer.Exit(1)
            return
        if (columns, lead, server, named) != (None, None, None, ""):
            raise SidemanError(
                "--columns, --lead, --server and --bundle are the native protocol's.",
                "Add --protocol native.",
            )
        request = Request(
            bundle=bundle,
            inputs=tuple(inputs or ()),
            stems=wanted,
            out=out,
            w=w,
            r=r,
            fade=fade,
            package=package,
            seconds=seconds,
            planes=planes,
            offline=offline,
            backend=choice,
            seed=seed,
            trace=trace,
            shortcuts=shortcuts,
        )
        with ended_by_signals():
            done = run(request)
        if not done:
            raise typer.Exit(1)
