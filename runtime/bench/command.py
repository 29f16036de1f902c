"""The command `sideman bench`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sideman.engine.options import DeviceOption, PrecisionOption, ThreadsOption
from sideman.runtime.commandline.options import (
    EncodeOption,
    EvaluationsOption,
    FadeOption,
    KeepWarmOption,
    PackageOption,
    RegimeOption,
    StemsOption,
    StepOption,
    TraceOption,
    check_folder,
    split_names,
    split_stems,
)
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R, DEFAULT_W

if TYPE_CHECKING:
    from sideman.runtime.bench.contest.rounds import Contest


def register(app: typer.Typer) -> None:
    """Add `bench` to the command line."""
    app.command("bench")(bench)


def bench(
    bundles: Annotated[
        list[Path],
        typer.Argument(metavar="BUNDLE", help="The bundle to measure, or several to compare."),
    ],
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
    backend: Annotated[
        str,
        typer.Option(
            "--backend",
            help="What runs the stages: onnxruntime, openvino, onnxruntime-cuda, tensorrt or "
            "tensorrt-rtx; all compares those that are installed, in each of their precisions.",
        ),
    ] = "onnxruntime",
    threads: ThreadsOption = None,
    precision: PrecisionOption = None,
    device: DeviceOption = 0,
    evaluations: EvaluationsOption = None,
    encode: EncodeOption = "whole",
    price: Annotated[
        bool,
        typer.Option(
            "--price",
            help="Compare with the bundle as it is: how much faster --evaluations and --encode "
            "make a cycle, and how far from its own the answer is.",
        ),
    ] = False,
    keep_warm: KeepWarmOption = None,
    nvtx: Annotated[
        bool, typer.Option("--nvtx", help="Mark stages for Nsight Systems, where they are timed.")
    ] = False,
    advise: Annotated[
        bool | None,
        typer.Option(
            "--advise/--no-advise",
            help="Try other steps, some seconds each, to tell the smallest that holds.",
            show_default="advise, but for those that are compared",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the noise and of the audio.")] = 0,
    yardsticks: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="What else to compare with, separated by commas: pytorch-eager, pytorch-bf16 "
            "(autocast), pytorch-compiled, which takes minutes, or all. Needs the extra export.",
        ),
    ] = None,
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Where the files lie that a bundle was exported from, for the yardsticks; may be "
            "given several times.",
            show_default="the folder of the bundle's folder, and the demonstration's own",
        ),
    ] = None,
    reload: Annotated[
        bool | None,
        typer.Option(
            "--reload/--side-by-side",
            help="Of those that are compared, load one at a time, four times each, or all at once.",
            show_default="all at once where memory holds them",
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Of those that are compared, the largest relative error with which one is used.",
            show_default="0.001 in fp32, 0.1 in fp16, 0.08 in bf16",
        ),
    ] = None,
) -> None:
    """Measure every stage and the whole path, through a real server over UDP on this machine.

    With --backend all, several bundles or --yardsticks, contestants are compared instead: they play
    in turn in this process, without server and UDP, the same steps with the same noise. Printed are
    medians, the ratio to the first with its quartiles, how far latents and sound are from the first
    one's in float32, and which to use: the fastest that is exact enough. --evaluations and
    --encode hold for all of them; with --price each plays as its bundle is made to, too, and is
    compared with that.

    Without --paced, the next step is sent as soon as the last one is answered, so the path includes
    work that is otherwise done between steps (drawing noise). With --paced, clocks and caches see
    the pauses of a performance.

    If a cycle is replayed as a whole, its stages cannot be timed in it: their times then come from
    the same number of separate cycles, run before the others and without a graph.

    The smallest step that holds is found by running the stages at a few steps, and adding what a
    reply takes beside them. Where the bundle has another size than the published one, or is too
    slow, the cores that the published one needs on a machine like this are estimated.
    """
    import os

    from rich.console import Console

    from sideman.engine.backends.choice import BackendChoice
    from sideman.engine.disk import naming_a_full_disk, why_not_written
    from sideman.engine.errors import SidemanError
    from sideman.engine.optional import require
    from sideman.runtime.bench.contest.contestants import choose
    from sideman.runtime.bench.contest.rounds import Contest
    from sideman.runtime.bench.contest.yardsticks import ALL, find_yardsticks
    from sideman.runtime.bench.measure import Benchmark, measure
    from sideman.runtime.bench.report import about, as_json, headline, show
    from sideman.runtime.playing.shortcuts import OWN, Shortcuts
    from sideman.runtime.tracing.trace import write_trace
    from sideman.runtime.tracing.waterfall import draw_waterfall

    check_folder("--json", json_file)
    check_folder("--trace", trace)
    check_folder("--waterfall", waterfall)
    if nvtx:
        require("nvtx", "mark stages for Nsight Systems")
        os.environ["SIDEMAN_NVTX"] = "1"
    names = split_stems(stems)
    choice = BackendChoice(backend, threads, precision, device)
    beside = find_yardsticks(split_names(yardsticks) or ())
    shortcuts = Shortcuts(evaluations, encode)
    if price and shortcuts == OWN:
        raise SidemanError(
            "--price: nothing is left out whose price could be told.",
            "Add --evaluations or --encode.",
        )
    performance: dict[str, Any] = {
        "stems": names,
        "r": r,
        "w": w,
        "fade": fade,
        "cycles": cycles,
        "warm_up": warm_up,
        "paced": paced,
        "seed": seed,
    }
    served = {
        "--trace": trace,
        "--waterfall": waterfall,
        "--package": package,
        "--keep-warm": keep_warm,
        "--advise": advise or None,
    }
    compared = {"--reload": reload, "--tolerance": tolerance, "--sources": sources or None}
    if backend == ALL or len(bundles) > 1 or beside or price:
        _refuse(
            served,
            "those that are compared play without a server",
            "Measure one bundle with one backend.",
        )
        contest = Contest(
            contestants=choose(
                bundles, choice, beside, sources or (), (OWN, shortcuts) if price else (shortcuts,)
            ),
            reload=reload,
            tolerance=tolerance,
            **performance,
        )
        _compare(contest, json_file)
        return
    _refuse(
        compared,
        "nothing is compared here",
        "Name several bundles, --backend all, --price or --yardsticks (which --sources is for), or "
        "leave it out.",
    )
    result = measure(
        Benchmark(
            bundle=bundles[0],
            package=package,
            keep_warm=keep_warm,
            backend=choice,
            advise=advise is not False,
            shortcuts=shortcuts,
            **performance,
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
        _write(json_file, as_json(result))


def _refuse(options: Mapping[str, object], why: str, remedy: str) -> None:
    """Refuse options that would change nothing.

    Args:
        options: by name; None where one was not given.
        why: they would not.
        remedy: what to do instead.

    Raises:
        SidemanError: one was given.
    """
    from sideman.engine.errors import SidemanError

    given = [option for option, value in options.items() if value is not None]
    if given:
        raise SidemanError(f"{', '.join(given)}: {why}.", remedy)


def _compare(contest: Contest, json_file: Path | None) -> None:
    """Run a contest and tell its outcome; what happens meanwhile goes to standard error."""
    from rich.console import Console

    from sideman.runtime.bench.contest.report import as_json, show
    from sideman.runtime.bench.contest.rounds import run

    outcome = run(contest, lambda text: typer.echo(text, err=True))
    show(contest, outcome, Console(highlight=False, soft_wrap=True))
    if json_file is not None:
        _write(json_file, as_json(contest, outcome))


def _write(file: Path, figures: dict[str, Any]) -> None:
    import json

    from sideman.engine.disk import naming_a_full_disk, why_not_written
    from sideman.engine.errors import SidemanError
    from sideman.engine.files import write_whole

    try:
        with naming_a_full_disk():
            write_whole(file, json.dumps(figures, indent=1) + "\n")
    except OSError as error:
        raise SidemanError(f"--json {file} cannot be written: {why_not_written(error)}.") from error
