"""The command `sideman replay`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `replay` to the command line."""

    @app.command()
    def replay(
        recording: Annotated[
            Path,
            typer.Argument(
                metavar="RECORDING", help="File that `sideman serve --record DIR` wrote into DIR."
            ),
        ],
        bundle: Annotated[
            Path, typer.Argument(metavar="BUNDLE", help="The bundle that was served.")
        ],
        pace: Annotated[
            float,
            typer.Option(
                min=0, help="How many times as fast as it was; 0 for as fast as possible."
            ),
        ] = 0.0,
        out: Annotated[
            Path | None,
            typer.Option(metavar="DIR", help="Write what was heard and played here, as WAV."),
        ] = None,
        backend: Annotated[
            str | None,
            typer.Option(help="Another backend than the recording's.", show_default="the same"),
        ] = None,
        threads: Annotated[
            int | None,
            typer.Option(min=1, help="Threads inside an operator.", show_default="the same"),
        ] = None,
        precision: Annotated[
            str | None,
            typer.Option(
                help="Another precision: of an engine, or in OpenVINO.",
                show_default="the same",
            ),
        ] = None,
        device: Annotated[
            int | None,
            typer.Option(min=0, help="Which GPU, from 0.", show_default="the same"),
        ] = None,
        verbose: Annotated[
            bool, typer.Option("--verbose", help="Show what the server logs.")
        ] = False,
    ) -> None:
        """Run a recorded server again, and tell whether the same stems come out, bit for bit.

        Nothing is sent and no clock is asked: what came when, and what took how long, is the
        recording's. Ends with 1 where anything differs, and names what differs first.
        """
        from sideman.runtime.replay.report import replay_file

        chosen = (backend, threads, precision, device)
        if not replay_file(recording, bundle, chosen, pace=pace, out=out, verbose=verbose):
            raise typer.Exit(1)
