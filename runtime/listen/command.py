"""The command `sideman listen`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sideman.engine.options import DeviceOption, ThreadsOption
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R


def register(app: typer.Typer) -> None:
    """Add `listen` to the command line."""
    app.command("listen")(listen)


def listen(
    bundles: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="BUNDLE",
            help="Bundles to compare; without any, the demonstration's student and its diffusion "
            "model.",
        ),
    ] = None,
    inputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--input",
            "-i",
            help="A folder of stems, or files (repeat it): those named after a stem (bass.wav, "
            "drums.mp3) are its ground truth and left out of its context; others are context for "
            "all. What each was taken as is told. Without it, the demonstration's loop and a song.",
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder of the page; the same command goes on where it stopped.")
    ] = Path("listening"),
    regimes: Annotated[
        str | None,
        typer.Option(
            help="When the models play: -1 retrospective, 0 immediate, 1 look-ahead, separated by "
            "commas.",
            show_default="-1,0,1",
        ),
    ] = None,
    leads: Annotated[
        str | None,
        typer.Option(
            help="Instead of regimes: how many columns of 93 ms ahead, separated by commas, as the "
            "native protocol plays.",
        ),
    ] = None,
    columns: Annotated[
        int | None,
        typer.Option(min=1, max=32, help="With --leads: step in columns.", show_default="4"),
    ] = None,
    stems: Annotated[
        str, typer.Option(help="Instruments to generate, separated by commas.")
    ] = "all",
    start: Annotated[
        float, typer.Option(min=0.0, help="Seconds into the files at which the page begins.")
    ] = 0.0,
    seconds: Annotated[
        float | None,
        typer.Option(min=1.0, max=600.0, help="Length of the page.", show_default="30"),
    ] = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(
            "--backend",
            help="What runs the stages, NAME or NAME:PRECISION (openvino:bf16); repeat it to "
            "compare, or name all.",
            show_default="onnxruntime",
        ),
    ] = None,
    threads: ThreadsOption = None,
    device: DeviceOption = 0,
    r: Annotated[
        float | None,
        typer.Option(
            "--r",
            help="With --regimes: step as a fraction of the window.",
            show_default=f"{DEFAULT_R:g}",
        ),
    ] = None,
    fade: Annotated[
        float | None,
        typer.Option(
            help="With --regimes: cross-fade, as a fraction of a second.",
            show_default=f"{DEFAULT_FADE:g}",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the noise, the same for all.")] = 0,
    audio: Annotated[
        Literal["flac", "opus", "wav"],
        typer.Option(
            help="Files of the page: flac loses nothing; opus is smaller, for the mail, and loses "
            "a little; wav is larger, for a browser that plays no FLAC.",
        ),
    ] = "flac",
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="An earlier page, to tell and hear what changed: bundles are compared by their "
            "names, in another precision too.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Remove sounds of --out that are not asked for.")
    ] = False,
) -> None:
    """Make a page to compare by ear: every bundle plays every stem in every regime.

    No clock runs, and all play from the same noise. The page is a folder: open its index.html in
    any browser, from disk. Players switch at the same beat without a gap; a blind test counts what
    the ear tells apart. Beside each sound stand level, distance to the ground truth and, for the
    demonstration, chords and onsets; beside each bundle how long its cycles take here, and so what
    could be played live. Ctrl-C keeps what is finished.
    """
    from rich.console import Console

    from sideman.engine.disk import naming_a_full_disk
    from sideman.runtime.commandline.signals import ended_by_signals
    from sideman.runtime.listen.against import Earlier
    from sideman.runtime.listen.make import Request, make

    request = Request(
        bundles=tuple(bundles or ()),
        inputs=tuple(inputs or ()),
        out=out,
        regimes=regimes,
        leads=leads,
        columns=columns,
        stems=stems,
        start=start,
        seconds=seconds,
        backends=tuple(backend or ()),
        threads=threads,
        device=device,
        r=r,
        fade=fade,
        seed=seed,
        audio=audio,
        earlier=None if against is None else Earlier(against),
        force=force,
    )
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with ended_by_signals(), naming_a_full_disk():
        whole = make(request, console)
    if not whole:
        raise typer.Exit(1)
