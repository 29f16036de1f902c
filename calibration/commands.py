"""Subcommands of calibration: `convert` and `calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the subcommands to the application."""
    app.command("convert")(convert)
    app.command("calibrate")(calibrate)


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


def calibrate(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A float32 bundle.")],
    audio: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Music to play: sound files, and folders of stems (bass.wav, drums.wav).",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="BUNDLE2", help="Folder to write.")],
    target: Annotated[str, typer.Option(help="cpu or tensorrt.")] = "cpu",
    precision: Annotated[str, typer.Option(help="int8.")] = "int8",
    min_snr: Annotated[
        float,
        typer.Option(
            "--min-snr",
            metavar="DB",
            help="Least signal-to-noise ratio of the latents that encode and step answer, of the "
            "worst stem and noise level. Higher leaves more layers in float32.",
        ),
    ] = 25.0,
    max_distance: Annotated[
        float,
        typer.Option(
            "--max-distance",
            metavar="DB",
            help="Largest log-spectral distance of decode's sound from float32's, of the worst "
            "stem. Lower leaves more layers in float32.",
        ),
    ] = 0.3,
    cycles: Annotated[
        int,
        typer.Option(
            min=1,
            help="Cycles to record, of every stem in each of four regimes; time and disk grow with "
            "them. Half as many others, at least one of each, are played to judge.",
        ),
    ] = 2,
    weight_bits: Annotated[
        int | None,
        typer.Option(
            "--weight-bits",
            min=7,
            max=8,
            help="7 for processors without VNNI, which overflow with 8.",
            show_default="what this processor can do",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Of where in the music the cycles lie, and of the noise.")
    ] = 0,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace the bundle at --out, and write one that is no faster.",
        ),
    ] = False,
) -> None:
    """Write a bundle whose convolutions compute in eight bits.

    The bundle plays the music, and what goes into each stage is recorded: at every noise level, for
    every stem, in every regime. From that, each activation's range is known. Then every layer is
    measured alone; those that cost most stay in float32 until latents and sound keep to the bounds.
    A bundle that is no faster than float32 or bfloat16 is refused, unless forced.

    Ctrl-C loses nothing: the same command goes on; only what float32 answers, and times, are taken
    again. What was measured of each layer lies beside the bundle, in BUNDLE2.calibration, as table
    and picture; `sideman inspect` shows the rest.
    """
    from sideman.calibration.int8.calibrating import calibrate_bundle
    from sideman.calibration.int8.display import Display
    from sideman.calibration.int8.reporting import summary
    from sideman.calibration.int8.request import Request

    request = Request(
        bundle=bundle,
        audio=audio,
        target=target,
        out=out,
        min_snr=min_snr,
        max_distance=max_distance,
        weight_bits=weight_bits,
        cycles=cycles,
        seed=seed,
        force=force,
    )
    with Display() as display:
        try:
            result = calibrate_bundle(request, precision, display.progress, display.say)
        except KeyboardInterrupt:
            display.close()
            typer.echo(
                f"Stopped; what was recorded and measured is kept in {request.work}. The same "
                "command goes on from there.",
                err=True,
            )
            raise typer.Exit(130) from None
    for file in result.files:
        typer.echo(str(file))
    size = sum(record.bytes for record in result.manifest.files.values())
    typer.echo(f"{out}: {result.manifest.kind} model in {precision}, {size / 1e6:,.1f} MB.")
    for line in summary(result.report, out):
        typer.echo(line)
