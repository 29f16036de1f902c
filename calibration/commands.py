"""Subcommands of calibration: `convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the subcommands to the application."""
    app.command("convert")(convert)


def convert(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A float32 bundle.")],
    precision: Annotated[
        str, typer.Option("--precision", metavar="PRECISION", help="fp16 or bf16.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace the bundle at --out if there is one.")
    ] = False,
) -> None:
    """Write a bundle in another precision, at about half the size.

    Weights and activations of the networks become fp16 or bf16. Sigma arithmetic, normalisation,
    softmax and the path between spectrum and sound stay float32. ONNX Runtime's CPU provider
    computes most of fp16 in float32, and lacks convolutions in bf16.
    """
    from sideman.calibration.convert import convert_bundle

    manifest = convert_bundle(
        bundle,
        out,
        precision,
        force=force,
        report=lambda stage: typer.echo(f"convert: {stage}", err=True),
    )
    size = sum(record.bytes for record in manifest.files.values())
    typer.echo(f"{out}: {manifest.kind} model in {precision}, {size / 1e6:,.1f} MB.")
