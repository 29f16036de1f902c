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

    Without --paced the next step is sent when the last one is answered, so the path also holds
    what is otherwise done between steps (drawing noise). With it clocks and caches have the
    pauses of a performance.
    """
    import json

    from rich.console import Console

    from sideman.engine.errors import SidemanError
    from sideman.runtime.bench.measure import Plan, measure
    from sideman.runtime.bench.report import as_json, show

    if json_file is not None and not json_file.parent.is_dir():
        raise SidemanError(
            f"--json {json_file}: there is no folder {json_file.parent}.", "Make it first."
        )
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
    show(result, Console(highlight=False, soft_wrap=True))
    if json_file is not None:
        text = json.dumps(as_json(result), indent=1) + "\n"
        try:
            json_file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise SidemanError(f"--json {json_file} cannot be written: {error}") from error
