"""The frame of the command line: it knows no command, and imports none before it is needed.

Each part of sideman registers its own subcommands through the entry-point group
`sideman.commands`. Modules named there import nothing heavy at their top, so `sideman --help` is
quick and works in every install; a command whose library is missing says which extra brings it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.metadata import entry_points, version
from typing import NoReturn, TextIO

import typer
from rich.console import Console

from sideman.engine.disk import disk_fault
from sideman.engine.errors import SidemanError
from sideman.engine.streams import bear_any_encoding

_GROUP = "sideman.commands"


def build_app() -> typer.Typer:
    """The application with every registered subcommand."""
    app = typer.Typer(
        name="sideman",
        help="Lets a trained accompaniment model play along with a musician, live.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        # In its other modes typer keeps the line breaks of docstrings.
        rich_markup_mode="markdown",
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def options(
        _: bool = typer.Option(
            False,
            "--version",
            is_eager=True,
            callback=_show_version,
            help="Show the version and exit.",
        ),
    ) -> None:
        pass

    for entry in sorted(entry_points(group=_GROUP), key=lambda entry: entry.name):
        entry.load()(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sideman {version('sideman')}")
        raise typer.Exit


def main() -> None:
    """Run the command line; errors that a user can act on are printed without a trace."""
    bear_any_encoding()
    try:
        build_app()()
    except SidemanError as error:
        _end(error)
    except (OSError, RuntimeError) as error:
        fault = disk_fault(error)
        if fault is None:
            raise
        _end(fault)


def _end(error: SidemanError) -> NoReturn:
    """Print an error and end with 1; a full disk may be where the output goes."""
    with suppress(OSError):
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print("[bold red]error:[/] ", end="")
        console.print(error.what, markup=False)
        if error.remedy:
            console.print(f"  {error.remedy}", markup=False)
    for stream in (sys.stdout, sys.stderr):
        _forget_unwritable(stream)
    sys.exit(1)


def _forget_unwritable(stream: TextIO | None) -> None:
    """Drop what a stream cannot write: Python would try again at its end, and say so with a trace.

    The exit status would then be another, too.
    """
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
