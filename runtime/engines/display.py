"""How a build is shown: a bar on stderr while an engine is made, a line when it is there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sideman.engine.tensorrt.building.build import Observer, Outcome
from sideman.engine.tensorrt.building.tasks import Wanted


class Display(Observer):
    """Shows a build: with a progress bar on a terminal, elsewhere only with lines."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._count = 0
        self._index = 0
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def planned(self, count: int) -> None:
        """So many engines are wanted."""
        self._count = count

    def rewriting(self, wanted: Wanted) -> None:
        """A graph is being written in its precision."""
        self._start(f"{wanted.identity.stage} {wanted.identity.precision}", "writing the graph")

    def building(self, wanted: Wanted, reason: str) -> None:
        """An engine is built: say why before it takes its time."""
        self.close()
        typer.echo(f"{wanted}: {reason}")
        self._start(str(wanted), "starting")

    def progress(self, fraction: float, phase: str) -> None:
        """How far the engine is."""
        if self._bar is not None:
            task = self._bar.task_ids[0]
            self._bar.update(task, completed=fraction, phase=phase)

    def done(self, outcome: Outcome) -> None:
        """Print that an engine is ready."""
        self.close()
        self._index += 1
        typer.echo(line(outcome))

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _start(self, label: str, phase: str) -> None:
        self.close()
        self._bar = Progress(
            TextColumn(f"{self._index + 1}/{self._count}"),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[phase]}", markup=False),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._bar.add_task(label, total=1.0, phase=phase)
        self._bar.start()


def line(outcome: Outcome) -> str:
    """What became of one engine."""
    sidecar = outcome.entry.details
    size = f"{sidecar.bytes / 1e6:,.1f} MB"
    how = f"built in {sidecar.seconds:.1f} s" if outcome.reason else "found"
    return f"{outcome.wanted}: {how}, {size}"


def summary(outcomes: list[Outcome], cache: Path) -> str:
    """What became of all of them."""
    built = [outcome.entry.details for outcome in outcomes if outcome.reason]
    peaks = [sidecar.peak_bytes for sidecar in built if sidecar.peak_bytes is not None]
    seconds = sum(sidecar.seconds for sidecar in built)
    size = sum(outcome.entry.details.bytes for outcome in outcomes)
    memory = f", at most {max(peaks) / 1e6:,.0f} MB of memory" if peaks else ""
    how = f" in {seconds:.1f} s{memory}" if built else ""
    return (
        f"{len(outcomes)} engines, {size / 1e6:,.1f} MB in {cache}: "
        f"{len(built)} built{how}, {len(outcomes) - len(built)} found."
    )
