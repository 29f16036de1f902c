"""Options of every command that runs stages."""

from __future__ import annotations

from typing import Annotated

import typer

BackendOption = Annotated[str, typer.Option("--backend", help="What runs the stages.")]
ThreadsOption = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="Threads inside an operator.", show_default="all cores"),
]
