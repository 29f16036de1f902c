"""The command `sideman bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sideman.engine.options import BackendOption, DeviceOption, PrecisionOption, ThreadsOption
from sideman.runtime.commandline.options import (
    FadeOption,
    KeepWarmOption,
    PackageOption,
    RegimeOption,
    StemsOption,
    StepOption,
    TraceOption,
    check_folder,
    split_stems,
)
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R, DEFAULT_W


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
    trace: TraceOption = None,
    waterfall: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Draw the usual cycle, one row a span."),
    ] = None,
    stems: StemsOption = None,
    r: StepOption = DEFAULT_R,
    w: RegimeOption = DEFAULT_W,
    fade: FadeOption = DEFAULT_FADE,
    package: PackageOption = None,
    paced: Annotated[
        bool,
        typer.Option("--paced", help="One cycle a step's duration, as in a performance."),
    ] = False,
    backend: BackendOption = "onnxruntime",
    threads: ThreadsOption = None,
    precision: PrecisionOption = None,
    device: DeviceOption = 0,
    keep_warm: KeepWarmOption = None,
    nvtx: Annotated[
        bool, typer.Option("--nvtx", help="Mark stages for Nsight Systems, where they are timed.")
    ] = False,
    advise: Annotated[
        bool,
        typer.Option(help="Try other steps, some seconds each, to tell the smallest that holds."),
    ] = True,
    seed: Annotated[int, typer.Option(help="Of the noise and of the audio.")] = 0,
) -> None:
    """Measure every stage and the whole path, through a real server over UDP on this machine.

    Without --paced, the next step is sent as soon as the last one is answered, so the path includes
    work that is otherwise done between steps (drawing noise). With --paced, clocks and caches see
    the pauses of a performance.

    If a cycle is replayed as a whole, its stages cannot be timed in it: their times then come from
    the same number of separate cycles, run before the others and without a graph.

    The smallest step that holds is found by running the stages at a few steps, and adding what a
    reply takes beside them. Where the bundle has another size than the published one, or is too
    slow, the cores that the published one needs on a machine like this are estimated.
    """
    import json
    import os

    from rich.console import Console

    from sideman.engine.backends.choice import BackendChoice
    from sideman.engine.disk import naming_a_full_disk, why_not_written
    from sideman.engine.errors import SidemanError
    from sideman.engine.files import write_whole
    from sideman.engine.optional import require
    from sideman.runtime.bench.measure import Benchmark, measure
    from sideman.runtime.bench.report import about, as_json, headline, show
    from sideman.runtime.tracing.trace import write_trace
    from sideman.runtime.tracing.waterfall import draw_waterfall

    check_folder("--json", json_file)
    check_folder("--trace", trace)
    check_folder("--waterfall", waterfall)
    if nvtx:
        require("nvtx", "mark stages for Nsight Systems")
        os.environ["SIDEMAN_NVTX"] = "1"
    names = split_stems(stems)
    result = measure(
        Benchmark(
            bundle=bundle,
            cycles=cycles,
            warm_up=warm_up,
            stems=names,
            r=r,
            w=w,
            fade=fade,
            package=package,
            paced=paced,
            keep_warm=keep_warm,
            backend=BackendChoice(backend, threads, precision, device),
            seed=seed,
            advise=advise,
        )
    )
    show(result, Console(highlight=False, soft_wrap=True))
    if trace is not None:
        write_trace(trace, result.logged, about(result))
    if waterfall is not None:
        try:
            with naming_a_full_disk():
                draw_waterfall(result.logged, waterfall, headline(result))
        except OSError as error:
            raise SidemanError(
                f"--waterfall {waterfall} cannot be written: {why_not_written(error)}."
            ) from error
    if json_file is not None:
        text = json.dumps(as_json(result), indent=1) + "\n"
        try:
            with naming_a_full_disk():
                write_whole(json_file, text)
        except OSError as error:
            raise SidemanError(
                f"--json {json_file} cannot be written: {why_not_written(error)}."
            ) from error
