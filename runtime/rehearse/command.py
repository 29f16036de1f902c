"""The command `sideman rehearse`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `rehearse` to the command line."""

    @app.command()
    def rehearse(
        bundle: Annotated[
            Path | None,
            typer.Argument(help="Folder of the bundle; without it the demo's own is used."),
        ] = None,
        inputs: Annotated[
            list[Path] | None,
            typer.Option(
                "--input", "-i", help="Audio to play in; several files (repeat it) are mixed."
            ),
        ] = None,
        stems: Annotated[
            str | None,
            typer.Option(help="Stems to generate, separated by commas. Default: bass."),
        ] = None,
        out: Annotated[Path, typer.Option(help="Folder for everything that is written.")] = Path(
            "rehearsal"
        ),
        w: Annotated[
            int, typer.Option("--w", min=-1, max=1, help="-1 retrospective, 0 immediate, 1 ahead.")
        ] = 1,
        r: Annotated[float, typer.Option("--r", help="Step as a fraction of the window.")] = 0.25,
        fade: Annotated[float, typer.Option(help="Cross-fade, as a fraction of a second.")] = 0.02,
        package: Annotated[
            int | None,
            typer.Option(
                min=128,
                max=13_095,
                help="Samples in one datagram, both ways.",
                show_default="4410, or what passes here",
            ),
        ] = None,
        seconds: Annotated[
            float | None, typer.Option(min=0.1, help="Length to play; short input is repeated.")
        ] = None,
        planes: Annotated[
            bool, typer.Option("--planes", help="Send one plane a stem instead of their sum.")
        ] = False,
        offline: Annotated[
            bool, typer.Option("--offline", help="Without clock and network, step after step.")
        ] = False,
        backend: Annotated[str, typer.Option(help="What runs the stages.")] = "onnxruntime",
        threads: Annotated[int | None, typer.Option(min=1, help="Threads of an operator.")] = None,
        seed: Annotated[int | None, typer.Option(help="Of the noise, to repeat a session.")] = None,
    ) -> None:
        """Play audio into a real server in real time, as Max would, and keep what comes back.

        Writes context, stems and mix as WAV, and every cycle against its deadline as latency.png
        and latency.json. Ends with 1 when a step was dropped or lost, or no sound came back.
        """
        from sideman.runtime.rehearse.plan import Request
        from sideman.runtime.rehearse.run import run

        wanted = None if stems is None else tuple(name.strip() for name in stems.split(","))
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
            backend=backend,
            threads=threads,
            seed=seed,
        )
        if not run(request):
            raise typer.Exit(1)
