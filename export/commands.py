"""Subcommands of the export: `export`, `checkpoint`, `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sideman.export import verify

#: The libraries that an export imports.
_LIBRARIES = ("torch", "onnx", "onnx_ir", "onnxscript", "yaml")


def register(app: typer.Typer) -> None:
    """Add the subcommands to the application."""
    app.command("export")(export)
    app.command("checkpoint")(checkpoint)
    verify.register(app)


def export(
    config: Annotated[Path, typer.Option(metavar="MODEL.yaml", help="The model's configuration.")],
    out: Annotated[Path, typer.Option(metavar="BUNDLE", help="Folder to write.")],
    checkpoint: Annotated[
        Path | None,
        typer.Option(metavar="MODEL.ckpt", help="The model's weights (or safetensors)."),
    ] = None,
    codec: Annotated[
        Path | None, typer.Option(metavar="music2latent.pt", help="The codec's weights.")
    ] = None,
    codec_hparams: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json", help="Codec hyper-parameters that differ from the published ones."
        ),
    ] = None,
    random_weights: Annotated[
        int | None,
        typer.Option(
            metavar="SEED",
            help="Untrained weights in place of --checkpoint and --codec, to measure speed.",
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(
            metavar="PREFIX",
            help="Another set of weights in the checkpoint than the model's own (EMA, teacher).",
        ),
    ] = None,
    trust_pickle: Annotated[
        bool,
        typer.Option("--trust-pickle", help="Read checkpoints that may run code. Your own only."),
    ] = False,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the bundle calls itself.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the bundle at --out if there is one.")
    ] = False,
) -> None:
    """Convert a model and its codec to a bundle."""
    _require("export a bundle")
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from sideman.export.pipeline import PHASES, Request, export_bundle

    request = Request(
        config=config,
        out=out,
        checkpoint=checkpoint,
        codec=codec,
        codec_hparams=codec_hparams,
        seed=random_weights,
        prefix=weights,
        trust_pickle=trust_pickle,
        name=name,
        force=force,
    )
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("export", total=len(PHASES))

        def report(phase: str) -> None:
            progress.update(task, description=f"export: {phase:<8}", completed=PHASES.index(phase))

        manifest = export_bundle(request, report)
        progress.update(task, description="export: done    ", completed=len(PHASES))
    size = sum(record.bytes for record in manifest.files.values())
    untrained = "" if manifest.trained else ", untrained (random weights)"
    typer.echo(f"{out}: {manifest.kind} model{untrained}, {size / 1e6:,.1f} MB.")


def checkpoint(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A model's or the codec's file.")],
    trust_pickle: Annotated[
        bool,
        typer.Option("--trust-pickle", help="Read a file that may run code. Your own only."),
    ] = False,
) -> None:
    """Tell what a checkpoint holds, without exporting it."""
    _require("read a checkpoint", ("torch",))
    from sideman.export.checkpoint import read_checkpoint
    from sideman.export.checkpoint_listing import describe

    typer.echo(describe(read_checkpoint(file, trust_pickle=trust_pickle)))


def _require(purpose: str, libraries: tuple[str, ...] = _LIBRARIES) -> None:
    """Raise an error that names the extra of a missing library, before anything else fails."""
    from sideman.engine.optional import require

    for library in libraries:
        require(library, purpose, "export")
