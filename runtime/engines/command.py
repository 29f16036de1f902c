"""The command `sideman build`.

It lives in the runtime because only the runtime's geometry knows how much audio a step decodes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sideman.engine.bundle.contexts import MOST_ROWS
from sideman.engine.options import DeviceOption
from sideman.runtime.commandline.options import FadeOption, RegimeOption, split_names
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R, DEFAULT_W

if TYPE_CHECKING:
    from sideman.engine.bundle.manifest import Manifest
    from sideman.engine.tensorrt.building.build import Outcome


def register(app: typer.Typer) -> None:
    """Add `build` to the command line."""
    app.command("build")(build)


def build(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle to build for.")],
    backend: Annotated[
        str | None,
        typer.Option(
            "--backend",
            metavar="NAME",
            help="tensorrt or tensorrt-rtx.",
            show_default="the one that is installed, tensorrt-rtx before tensorrt",
        ),
    ] = None,
    precision: Annotated[
        str,
        typer.Option(
            "--precision",
            help="fp16, bf16 or fp32; int8 for bundles of 'sideman calibrate --target tensorrt'.",
        ),
    ] = "fp16",
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="sm89,…",
            help="Architectures, separated by commas, which share one engine; tensorrt-rtx needs "
            "no GPU for them.",
            show_default="this machine's GPU",
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            metavar="1,2,…",
            help="How many stems are generated at once; every number adds to an engine.",
            show_default="every number up to the bundle's stems",
        ),
    ] = None,
    batch: Annotated[
        int,
        typer.Option(
            "--batch",
            min=1,
            max=MOST_ROWS,
            metavar="ROWS",
            help="Also for 'sideman serve --batch ROWS': every number of rows from 2 to ROWS.",
            show_default="none",
        ),
    ] = 1,
    r: Annotated[
        str,
        typer.Option(
            "--r",
            metavar="0.25,…",
            help="Steps as fractions of the window, separated by commas; every length of sound "
            "adds to an engine.",
        ),
    ] = f"{DEFAULT_R:g}",
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="4,…",
            help='The native protocol\'s steps in columns, separated by commas, or "" for none; '
            "likewise.",
            show_default="4",
        ),
    ] = None,
    w: RegimeOption = DEFAULT_W,
    fade: FadeOption = DEFAULT_FADE,
    device: DeviceOption = 0,
    force: Annotated[
        bool, typer.Option("--force", help="Build what is in the cache already, too.")
    ] = False,
) -> None:
    """Build TensorRT engines for a bundle, and keep them for every later start.

    Engines that are in the cache and still valid are not built again; for every other one, a line
    says why it is built. Steps of another length (--r, --w, --fade, --columns) need only another
    decoder; lengths that are named together share one engine and its weights. Ctrl-C stops cleanly:
    engines that are finished are kept.
    """
    from sideman.engine.bundle.bundle import Bundle
    from sideman.engine.cache.places import cache_root
    from sideman.engine.cuda.device import select_device
    from sideman.engine.tensorrt.building.build import BuildTools, build_bundle
    from sideman.engine.tensorrt.building.request import BuildRequest
    from sideman.engine.tensorrt.flavours import choose_flavour
    from sideman.runtime.engines.display import Display, summary
    from sideman.runtime.native.setting import DEFAULT_STEP, OVERLAP
    from sideman.runtime.playing.geometry import Geometry

    flavour = choose_flavour(backend)
    typer.echo(f"{flavour.title} {flavour.require().__version__}")
    # The hashes are checked by the build.
    manifest = Bundle.open(bundle, check=False).manifest
    native = (DEFAULT_STEP,) if columns is None else _columns(columns)
    request = BuildRequest(
        flavour=flavour,
        rows=_rows(rows, manifest),
        decoded_columns=tuple(
            dict.fromkeys(
                geometry.decoded_columns
                for geometry in (
                    *(Geometry.reference(manifest.grid, step, w, fade) for step in _steps(r)),
                    *(Geometry.columnar(manifest.grid, k, 1, OVERLAP) for k in native),
                )
            )
        ),
        precision=precision,
        targets=split_names(target) or (),
        force=force,
        cache=cache_root(),
        batch=batch,
    )
    with Display() as display:
        try:
            outcomes: list[Outcome] = build_bundle(
                bundle, request, display, BuildTools(device=lambda: select_device(device))
            )
        except KeyboardInterrupt:
            display.close()
            typer.echo("Stopped; engines that were finished are kept.", err=True)
            raise typer.Exit(130) from None
    typer.echo(summary(outcomes, cache_root()))


def _steps(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(name) for name in split_names(text) or ())
    except ValueError:
        raise typer.BadParameter(f"--r {text}: numbers separated by commas are needed.") from None


def _columns(text: str) -> tuple[int, ...]:
    names = split_names(text) or () if text.strip() else ()
    if not all(name.isdecimal() for name in names):
        raise typer.BadParameter(f"--columns {text}: numbers separated by commas are needed.")
    return tuple(int(name) for name in names)


def _rows(text: str | None, manifest: Manifest) -> tuple[int, ...]:
    names = split_names(text)
    if names is None:
        return tuple(range(1, len(manifest.stems) + 1))
    if not all(name.isdecimal() for name in names):
        raise typer.BadParameter(f"--rows {text}: numbers separated by commas are needed.")
    return tuple(sorted({int(name) for name in names}))
