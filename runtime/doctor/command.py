"""The command `sideman doctor`."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sideman.runtime.doctor.finding import Finding

_MARK = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "problem": "[bold red]problem[/]"}


def register(app: typer.Typer) -> None:
    """Add `doctor` to the command line."""

    @app.command()
    def doctor(
        listen: Annotated[
            str, typer.Option(metavar="HOST:PORT", help="Address that `serve` will listen on.")
        ] = "127.0.0.1:7000",
        reply: Annotated[
            str, typer.Option(metavar="HOST:PORT", help="Address that replies will go to.")
        ] = "127.0.0.1:8000",
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON object instead.")
        ] = False,
    ) -> None:
        """Look for what would keep this machine from serving, and say how to fix it."""
        findings = examine(listen, reply)
        healthy = all(finding.level != "problem" for finding in findings)
        if as_json:
            report = {"ok": healthy, "findings": [dataclasses.asdict(f) for f in findings]}
            typer.echo(json.dumps(report, indent=2))
        else:
            show(findings)
        if not healthy:
            raise typer.Exit(1)


def examine(listen: str, reply: str) -> list[Finding]:
    """Run every probe.

    Args:
        listen: HOST:PORT that `serve` will bind.
        reply: HOST:PORT that the client binds.
    """
    from sideman.runtime.doctor import network, software

    return [
        *software.probe_python(),
        *software.probe_backends(),
        *software.probe_gpu(),
        *software.probe_cuda(),
        *software.probe_processor(),
        *software.probe_sound(),
        *software.probe_sound_card(),
        network.probe_listen_port(listen),
        network.probe_reply_port(reply),
        network.probe_directions(listen, reply),
        network.probe_buffer(),
        network.probe_datagram(),
    ]


def show(findings: list[Finding]) -> None:
    """Print the findings, each with its remedy below it, and a last line that sums them up."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        # Padded by hand: the mark's colour codes would count as letters.
        mark = _MARK[finding.level] + " " * (7 - len(finding.level))
        console.print(f"{mark}  {finding.subject:<{width}}  {escape(finding.text)}")
        if finding.remedy:
            console.print(f"{'':9}{'':<{width}}  → {escape(finding.remedy)}")
    counts = {level: sum(f.level == level for f in findings) for level in _MARK}

    bad = "`sideman serve` will not work until the problems are fixed."
    verdict = bad if counts["problem"] else "Nothing stands in the way of serving."
    found = (f"{counts[kind]} {kind}{'s' * (counts[kind] != 1)}" for kind in ("problem", "note"))
    console.print(f"\n{', '.join(found)}. {verdict}")
