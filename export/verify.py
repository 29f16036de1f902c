"""`sideman verify`: nothing is lost from checkpoint to bundle, nor from bundle to engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sideman.engine.options import BackendOption, DeviceOption, PrecisionOption, ThreadsOption
from sideman.runtime.commandline.options import FadeOption, RegimeOption, StepOption
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R, DEFAULT_W

if TYPE_CHECKING:
    from sideman.engine.bundle.manifest import Manifest
    from sideman.engine.comparing.stages import Loaded


def register(app: typer.Typer) -> None:
    """Add the subcommand to the application."""
    app.command("verify")(verify)


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle to check.")],
    recordings: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RECORDING.npz",
            help="Denoiser, codec or session recordings of the original system.",
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Largest relative error that passes.",
            show_default="0.001 in fp32; in fp16 0.01 for stages and 0.1 for recordings; in bf16 "
            "0.08 for stages",
        ),
    ] = None,
    backend: BackendOption = "onnxruntime",
    threads: ThreadsOption = None,
    precision: PrecisionOption = None,
    device: DeviceOption = 0,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            metavar="BUNDLE",
            help="The bundle in float32, where BUNDLE was converted from it.",
            show_default="BUNDLE itself",
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Stems at once, in the comparison.")] = 1,
    r: StepOption = DEFAULT_R,
    w: RegimeOption = DEFAULT_W,
    fade: FadeOption = DEFAULT_FADE,
) -> None:
    """Compare a backend's stages with ONNX Runtime on the CPU, and replay recordings through it.

    The stages are compared, on the same made-up inputs, for every backend but onnxruntime, and
    with --reference. Then recordings are replayed with the noise that they were made with. One line
    for each stage and each recording tells the relative error (norm of the difference over norm of
    the reference) of each thing that was compared. Exit 1 where one is beyond the tolerance.

    Comparing needs Polygraphy, recordings need torch.
    """
    from sideman.engine.backends.choice import BackendChoice
    from sideman.engine.comparing.deviation import tolerance_of
    from sideman.engine.comparing.stages import Loaded
    from sideman.engine.errors import SidemanError
    from sideman.engine.loading.stages import load_stages
    from sideman.engine.optional import require
    from sideman.runtime.playing.geometry import Geometry

    recordings = recordings or []
    compares = backend != "onnxruntime" or reference is not None
    if not compares and not recordings:
        raise SidemanError(
            "There is nothing to compare with: ONNX Runtime on the CPU is the reference itself.",
            "Give a RECORDING, another --backend, or the --reference that BUNDLE was made of.",
        )
    if recordings:
        require("torch", "replay recordings, whose noise is torch's,")
    choice = BackendChoice(backend, threads, precision, device)
    failed = 0
    manifest, owner, stages = load_stages(bundle, choice)
    with owner:
        tested = Loaded(owner, stages)
        bounds = {
            what: tolerance
            if tolerance is not None
            else tolerance_of(tested.precision(), recording=what == "recording")
            for what, wanted in (("stage", compares), ("recording", recordings))
            if wanted
        }
        if compares:
            sizes = Geometry.reference(manifest.grid, r, w, fade).free_sizes(rows)
            failed += _compare(reference or bundle, tested, manifest, sizes, bounds["stage"])
        if recordings:
            failed += _replay(recordings, tested, manifest, bounds["recording"])
    counts = {"stage": len(stages), "recording": len(recordings)}
    checked = " and ".join(
        f"{counts[what]} {what}{'s' * (counts[what] > 1)} within {bound:g}"
        for what, bound in bounds.items()
    )
    if failed:
        total = sum(counts[what] for what in bounds)
        typer.echo(
            f"{failed} of {total} unreadable or beyond; wanted were {checked}. Errors near 1 mean "
            "something else than what it is compared with: another checkpoint, codec or graph."
        )
        raise typer.Exit(1)
    typer.echo(f"All {checked}.")


def _compare(
    reference: Path, tested: Loaded, manifest: Manifest, sizes: dict[str, int], tolerance: float
) -> int:
    """Compare every stage with ONNX Runtime on the CPU; returns how many are beyond."""
    from sideman.engine.comparing.stages import Loaded, check_comparable, compare_stages
    from sideman.engine.loading.stages import load_stages
    from sideman.runtime.playing.samplers import make_table

    wanted, owner, stages = load_stages(reference)
    with owner:
        check_comparable(wanted, manifest)
        typer.echo(f"{tested.backend.describe()}, against {owner.describe()}:")
        rows = make_table(manifest.sampler).coefficients()
        # The ends and the middle of a long schedule show as much as all of its levels.
        picked = rows[sorted({0, len(rows) // 2, len(rows) - 1})].tolist()
        failed = 0
        for result in compare_stages(
            Loaded(owner, stages), tested, manifest, sizes, picked, tolerance
        ):
            failed += not result.passed
            _say(f"{result.stage:6}", result.passed, f"{result.relative:.1e}  {result}")
    return failed


def _replay(
    recordings: Sequence[Path], tested: Loaded, manifest: Manifest, tolerance: float
) -> int:
    """Replay recordings; returns how many are unreadable or beyond the tolerance."""
    from sideman.engine.errors import SidemanError
    from sideman.export.replay import load_recording, replay

    failed = 0
    width = max(len(file.name) for file in recordings)
    for file in recordings:
        name = f"{file.name:{width}}"
        try:
            result = replay(load_recording(file), manifest, tested.backend, dict(tested.stages))
        except SidemanError as error:
            failed += 1
            _say(name, False, error.what)
            continue
        passed = result.worst <= tolerance
        failed += not passed
        parts = ", ".join(f"{name} {error:.1e}" for name, error in result.errors.items())
        _say(name, passed, f"{result.worst:.1e}  {result.kind}: {parts}")
    return failed


def _say(name: str, passed: bool, text: str) -> None:
    """Print the line of one result."""
    typer.echo(f"{name}  {'ok    ' if passed else 'FAILED'}  {text}")
