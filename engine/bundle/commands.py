"""The subcommands `inspect` and `diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

BundleArgument = Annotated[
    Path, typer.Argument(metavar="BUNDLE", help="Folder that 'sideman export' wrote.")
]


def register(app: typer.Typer) -> None:
    """Add the subcommands to the application."""
    app.command("inspect")(inspect)
    app.command("diff")(diff)


def inspect(
    bundle: BundleArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Tell what a bundle is: kind, sizes, stems, geometry, sampler, precision, hashes, origin."""
    from sideman.engine.bundle.bundle import Bundle
    from sideman.engine.bundle.describe import describe

    opened = Bundle.open(bundle)
    typer.echo(opened.manifest.to_json() if as_json else describe(opened), nl=not as_json)


def diff(first: BundleArgument, second: BundleArgument) -> None:
    """Compare two bundles field by field and file by file; exit 1 where they differ."""
    from sideman.engine.bundle.bundle import Bundle
    from sideman.engine.bundle.describe import differences

    lines = differences(Bundle.open(first).manifest, Bundle.open(second).manifest)
    for line in lines:
        typer.echo(line)
    if lines:
        raise typer.Exit(1)
    typer.echo("The bundles are the same.")
