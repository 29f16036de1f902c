"""`sideman verify`: nothing was lost between a checkpoint and its bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sideman.engine.options import BackendOption, DeviceOption, PrecisionOption, ThreadsOption


def register(app: typer.Typer) -> None:
    """Add the subcommand to the application."""
    app.command("verify")(verify)


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle to check.")],
    recordings: Annotated[
        list[Path],
        typer.Argument(
            metavar="RECORDING.npz…",
            help="Denoiser, codec or session recordings of the original system.",
        ),
    ],
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Largest relative error that passes.")
    ] = 1e-3,
    backend: BackendOption = "onnxruntime",
    threads: ThreadsOption = None,
    precision: PrecisionOption = None,
    device: DeviceOption = 0,
) -> None:
    """Replay recordings through a bundle with the same noise; exit 1 beyond the tolerance.

    Prints one line for each recording: the relative error (norm of the difference over norm of
    the recording) of each thing that was compared, and the largest of them.
    """
    from sideman.engine.errors import SidemanError
    from sideman.engine.optional import require

    require("torch", "replay recordings, whose noise is torch's,")
    from sideman.engine.backends.choice import BackendChoice
    from sideman.engine.loading import load_stages
    from sideman.export.replay import Comparison, load_recording, replay

    failed = 0
    manifest, with_backend, stages = load_stages(
        bundle, BackendChoice(backend, threads, precision, device)
    )
    with with_backend:
        width = max(len(file.name) for file in recordings)
        for file in recordings:
            try:
                result: Comparison = replay(load_recording(file), manifest, with_backend, stages)
            except SidemanError as error:
                failed += 1
                typer.echo(f"{file.name:{width}}  FAILED  {error.what}")
                continue
            passed = result.worst <= tolerance
            failed += not passed
            parts = ", ".join(f"{name} {error:.1e}" for name, error in result.errors.items())
            mark = "ok    " if passed else "FAILED"
            typer.echo(f"{file.name:{width}}  {mark}  {result.worst:.1e}  {result.kind}: {parts}")
    if failed:
        typer.echo(
            f"{failed} of {len(recordings)} recordings unreadable or beyond {tolerance:g}. Errors "
            "near 1 mean another checkpoint or codec than the one recorded."
        )
        raise typer.Exit(1)
    typer.echo(f"All {len(recordings)} recordings within {tolerance:g}.")
