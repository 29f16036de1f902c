"""The commands `sideman cache list` and `sideman cache prune`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sideman.engine.tensorrt.cache.cache import EngineCache, Entry


def register(app: typer.Typer) -> None:
    """Add `cache` and its two commands to the command line."""
    cache = typer.Typer(
        no_args_is_help=True,
        # In its other modes typer keeps the line breaks of docstrings.
        rich_markup_mode="markdown",
        help="Built engines and compiled stages: what is there, and what can go.",
    )
    cache.command("list")(list_engines)
    cache.command("prune")(prune)
    app.add_typer(cache, name="cache")


def list_engines() -> None:
    """List every built engine, and check whether it is damaged.

    Of the stages that OpenVINO compiled, number and size are told. Age counts from the build. The
    environment variable SIDEMAN_CACHE names the cache's folder; if it is not set, the folder is in
    the user's own folder for caches.
    """
    import time
    from itertools import groupby

    from rich import box
    from rich.console import Console
    from rich.table import Table

    from sideman.engine.tensorrt.cache.cache import EngineCache

    cache = EngineCache()
    entries = list(cache.entries())
    console = Console(highlight=False)
    compiled = _compiled_stages(cache)
    if not entries:
        console.print(f"No engines in {cache.root}{compiled}.", markup=False, soft_wrap=True)
        return
    now = time.time()
    for owner, group in groupby(sorted(entries, key=_order), key=_owner):
        # What is the same in every row stands above them: a table fits into 80 columns then.
        console.print(owner, style="bold", markup=False, soft_wrap=True)
        table = Table(box=box.SIMPLE_HEAD)
        for name in ("stage", "for"):
            table.add_column(name, no_wrap=True)
        table.add_column("shapes", overflow="fold")
        for name in ("MB", "age"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("state", overflow="fold")
        for entry in group:
            table.add_row(*_row(entry, now))
        console.print(table)
    total = sum(entry.sidecar.bytes for entry in entries if entry.sidecar is not None)
    console.print(
        f"{len(entries)} engines, {total / 1e6:,.1f} MB in {cache.root}{compiled}",
        markup=False,
        soft_wrap=True,
    )


def prune(
    older_than: Annotated[
        float | None,
        typer.Option("--older-than", metavar="DAYS", min=0, help="What was not used for so long."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything.")] = False,
    broken: Annotated[
        bool, typer.Option("--broken", help="What is damaged or was left over.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
) -> None:
    """Remove built engines, which 'sideman build' makes again, and stages that OpenVINO compiled.

    Options add up: whatever any of them selects is removed.
    """
    import time

    from sideman.engine.errors import SidemanError
    from sideman.engine.tensorrt.cache.cache import EngineCache
    from sideman.engine.tensorrt.cache.prune import Rule, find_waste, remove_waste

    if older_than is None and not everything and not broken:
        raise SidemanError(
            "Nothing was named that could be removed.",
            "Give --broken, --older-than DAYS or --all; --dry-run shows what they would remove.",
        )
    cache = EngineCache()
    unused_for = None if older_than is None else older_than * 86400
    waste = list(find_waste(cache, Rule(time.time(), everything, broken, unused_for)))
    freed = sum(one.bytes for one in waste)
    for one in waste:
        typer.echo(f"{one.label}: {one.bytes / 1e6:,.1f} MB ({one.why})")
    if not dry_run:
        remove_waste(cache, waste)
    said = "to be removed" if dry_run else "removed"
    typer.echo(f"{len(waste)} {said}, {freed / 1e6:,.1f} MB in {cache.root}")


def _compiled_stages(cache: EngineCache) -> str:
    """The stages that OpenVINO compiled, as the end of a sentence; empty where there are none."""
    sizes = [file.stat().st_size for file in (cache.root / "openvino").glob("*.blob")]
    if not sizes:
        return ""
    plural = "s" if len(sizes) > 1 else ""
    return f", and {len(sizes)} stage{plural} compiled by OpenVINO, {sum(sizes) / 1e6:,.1f} MB"


def _owner(entry: Entry) -> str:
    """Bundle and library; without the library's build number, which would say nothing more."""
    if entry.sidecar is None:
        return "unreadable"
    identity = entry.sidecar.identity
    version = ".".join(str(identity.get("version")).split(".")[:3])
    return f"{entry.sidecar.bundle}, {identity.get('flavour')} {version}"


def _order(entry: Entry) -> tuple[str, ...]:
    return _owner(entry), *_row(entry, 0)[:3]


def _row(entry: Entry, now: float) -> tuple[str, ...]:
    from rich.markup import escape

    sidecar = entry.sidecar
    if sidecar is None:
        return ("?",) * 5 + (escape(entry.fault),)
    identity = sidecar.identity
    return (
        str(identity.get("stage")),
        " ".join(str(identity[n]) for n in ("target", "precision", "gpu") if identity.get(n)),
        "; ".join(map(str, sidecar.shapes)),
        f"{sidecar.bytes / 1e6:,.1f}",
        age(now - sidecar.created),
        escape(entry.fault) or "ok",
    )


def age(seconds: float) -> str:
    """A duration in its largest unit."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"
