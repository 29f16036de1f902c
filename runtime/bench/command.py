"""The command `sideman bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `bench` to the command line."""
    app.command("bench")(bench)


def bench(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle to measure.")],
    cycles: Annotated[int, typer.Option(min=1, help="Cycles to measure.")] = 20,
    warm_up: Annotated[int, typer.Option(min=0, help="Cycles before that, not counted.")] = 2,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write all figures here as JSON."),
    ] = None,
    stems: Annotated[
        str | None, typer.Option(help="Stems, separated by commas. Default: bass.")
    ] = None,
    r: Annotated[float, typer.Option("--r", help="Step as a fraction of the window.")] = 0.25,
    w: Annotated[
        int, typer.Option("--w", min=-1, max=1, help="-1 retrospective, 0 immediate, 1 ahead.")
    ] = 1,
    fade: Annotated[float, typer.Option(help="Fade-in as a fraction of a second.")] = 0.02,
    package: Annotated[
        int | None,
        typer.Option(
            min=128,
            max=13_095,
            help="Samples in one datagram, both ways.",
            show_default="4410, or the most that passes here",
        ),
    ] = None,
    paced: Annotated[
        bool,
        typer.Option("--paced", help="One cycle a step's duration, as in a performance."),
    ] = False,
    backend: Annotated[str, typer.Option(help="What runs the stages.")] = "onnxruntime",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads inside an operator.")] = None,
    seed: Annotated[int, typer.Option(help="Of the noise and of the audio.")] = 0,
) -> None:
    """Measure every stage and the whole path, through a real server over UDP on this machine.

    Without --paced the next step is sent when the last one is answered. With it clocks and caches
    have the pauses of a performance, which makes the cycles slower than back to back.
    """
    import json

    from rich.console import Console

    from sideman.runtime.bench.measure import Plan, measure
    from sideman.runtime.bench.report import as_json, table

    names = None if stems is None else tuple(name.strip() for name in stems.split(","))
    result = measure(
        Plan(
            bundle=bundle,
            cycles=cycles,
            warm_up=warm_up,
            stems=names,
            r=r,
            w=w,
            fade=fade,
            package=package,
            paced=paced,
            backend=backend,
            threads=threads,
            seed=seed,
        )
    )
    Console(highlight=False).print(table(result))
    if json_file is not None:
        json_file.write_text(json.dumps(as_json(result), indent=1) + "\n", encoding="utf-8")
