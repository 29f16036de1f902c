"""The commands `sideman fleet …`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sideman.engine.bundle.contexts import MOST_ROWS
from sideman.engine.options import BackendOption, PrecisionOption
from sideman.runtime.commandline.options import AllowOption
from sideman.runtime.fleet.web import DEFAULT_PORT, HOST, WISH_HEADER

_START = "start"
StatusPortOption = Annotated[
    int,
    typer.Option(
        "--status-port",
        min=0,
        max=65_535,
        help="Port of 127.0.0.1 for figures: a page, /metrics for Prometheus, /status.json.",
    ),
]


class _Group(TyperGroup):
    """`sideman fleet BUNDLE…` is `sideman fleet start BUNDLE…`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h")):
            args = [_START, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add `fleet` and its commands to the command line."""
    fleet = typer.Typer(
        cls=_Group,
        # In its other modes typer keeps the line breaks of docstrings.
        rich_markup_mode="markdown",
        help="Many players behind one front door, on Ray. `sideman fleet BUNDLE…` starts one; "
        "`sideman fleet start --help` lists its options.",
    )
    for name, command in (
        (_START, start),
        ("status", status),
        ("drain", drain),
        ("resume", resume),
        ("change", change),
    ):
        fleet.command(name)(command)
    app.add_typer(fleet, name="fleet")


def start(
    bundles: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="BUNDLE",
            help="Folders of bundles, the usual one first; clients ask for another by the name in "
            "its manifest. They have to be at the same place on every node.",
            show_default="the demonstration's",
        ),
    ] = None,
    address: Annotated[
        str,
        typer.Option(
            help="local: a Ray of its own, on this machine alone. auto: the Ray cluster that this "
            "machine belongs to."
        ),
    ] = "local",
    players: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Players in all, dealt out to the bundles in turn; each has its engine and port.",
            show_default="one for each GPU, on CPUs one for each bundle",
        ),
    ] = None,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Address of the front door.")
    ] = "127.0.0.1:7000",
    announce: Annotated[
        str,
        typer.Option(
            metavar="HOST:PORT",
            help="Where clients reach the front door, if not where it listens (a router between).",
        ),
    ] = "",
    player_ports: Annotated[
        str,
        typer.Option(
            metavar="FIRST-LAST",
            help="UDP ports of players, for a firewall.",
            show_default="any that is free",
        ),
    ] = "",
    allow: AllowOption = None,
    sessions: Annotated[
        int, typer.Option(min=1, help="Sessions of a player, at most; fewer fit a slow one.")
    ] = 16,
    cores: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="CPU cores of a player: so many cycles run side by side where the backend lets "
            "them, or so many threads compute one.",
            show_default="this machine's, shared out; 1 with a GPU",
        ),
    ] = None,
    backend: BackendOption = "onnxruntime",
    precision: PrecisionOption = None,
    batch: Annotated[
        int | None,
        typer.Option(
            min=2,
            max=MOST_ROWS,
            metavar="ROWS",
            help="Run up to ROWS stems of a player's clients as one batch, where that is faster "
            "and harms no deadline; for GPUs.",
            show_default="none",
        ),
    ] = None,
    status_port: StatusPortOption = DEFAULT_PORT,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", help="Log what players and director log, not only their warnings."
        ),
    ] = False,
) -> None:
    """Start a fleet, and end it with Ctrl-C."""
    from sideman.runtime.fleet.planning import Request
    from sideman.runtime.fleet.run import run

    run(
        Request(
            bundles=tuple(bundles or ()),
            address=address,
            players=players,
            listen=listen,
            announce=announce,
            player_ports=player_ports,
            allow=tuple(allow or ()),
            sessions=sessions,
            cores=cores,
            backend=backend,
            precision=precision,
            status_port=status_port,
            verbose=verbose,
            batch=batch or 1,
        )
    )


def status(
    status_port: StatusPortOption = DEFAULT_PORT,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything, as JSON.")] = False,
) -> None:
    """Nodes, players, sessions, cycles and waits, steps missed, refused clients, restarts.

    Run it on the machine where the fleet was started.
    """
    told = _ask(status_port, "/status.json")
    if as_json:
        typer.echo(json.dumps(told, indent=1))
        return
    from rich.console import Console

    from sideman.runtime.fleet.tables import tables

    console = Console(highlight=False)
    for each in tables(told, console.width):
        console.print(each, markup=False) if isinstance(each, str) else console.print(each)


def drain(
    player: Annotated[str, typer.Argument(metavar="PLAYER", help="As `status` names it.")],
    status_port: StatusPortOption = DEFAULT_PORT,
) -> None:
    """Send nobody to a player any more; who plays there plays on."""
    _ask(status_port, "/drain", player=player)
    typer.echo(
        f"Nobody new is sent to {player}. 'sideman fleet status' says who still plays there."
    )


def resume(
    player: Annotated[str, typer.Argument(metavar="PLAYER", help="As `status` names it.")],
    status_port: StatusPortOption = DEFAULT_PORT,
) -> None:
    """Send clients to a drained player again."""
    _ask(status_port, "/resume", player=player)
    typer.echo(f"{player} takes clients again.")


def change(
    bundle: Annotated[str, typer.Argument(metavar="NAME", help="Of a bundle, as `status` has it.")],
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Of the bundle that is to play in its place.")
    ],
    status_port: StatusPortOption = DEFAULT_PORT,
) -> None:
    """Let players play another bundle, one after the other, each when its sessions have ended.

    Nobody is interrupted, so it lasts until the last one has stopped. If the new bundle does not
    load somewhere, all go back to the one before.
    """
    from sideman.engine.bundle.bundle import Bundle

    Bundle.open(folder, check=False)  # a slip of the pen shall cost no player
    _ask(status_port, "/change", bundle=bundle, folder=str(folder.absolute()))
    typer.echo(
        f"The players of {bundle} change, one after the other, each when nobody plays there; "
        f"clients go on asking for {bundle}. 'sideman fleet status' says who is still to come."
    )


def _ask(port: int, path: str, **wish: str) -> Any:
    """Ask the director of the fleet on this machine.

    Raises:
        SidemanError: there is none, or it says no.
    """
    import http.client

    from sideman.engine.errors import SidemanError

    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        if wish:
            connection.request(
                "POST",
                path,
                json.dumps(wish),
                {"Content-Type": "application/json", WISH_HEADER: "1"},
            )
        else:
            connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise SidemanError(
            f"No fleet answers on port {port} of this machine: {error}.",
            "Run this where 'sideman fleet' was started, with the --status-port that it has.",
        ) from error
    finally:
        connection.close()
    if answer.status != 200:
        what, _, remedy = body.decode("utf-8", "replace").partition("\n")
        raise SidemanError(what, remedy.strip())
    try:
        return json.loads(body)
    except ValueError as error:
        raise SidemanError(
            f"Port {port} of this machine is no fleet's: its answer is no JSON.",
            "Give the --status-port that the fleet was started with.",
        ) from error
