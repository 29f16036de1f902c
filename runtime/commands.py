"""Subcommands of the runtime: `serve`, `jam`, `bench` and the others."""

from __future__ import annotations

import typer

from sideman.runtime.bench import command as bench
from sideman.runtime.doctor import command as doctor
from sideman.runtime.engines import command as build
from sideman.runtime.fleet import command as fleet
from sideman.runtime.jam import command as jam
from sideman.runtime.listen import command as listen
from sideman.runtime.rehearse import command as rehearse
from sideman.runtime.replay import command as replay
from sideman.runtime.serve import command as serve


def register(app: typer.Typer) -> None:
    """Add the subcommands to the application."""
    for part in (serve, jam, rehearse, replay, listen, bench, doctor, build, fleet):
        part.register(app)
