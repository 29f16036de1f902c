"""How far a calibration is: a bar on stderr, or a line a task where that is no terminal."""

from __future__ import annotations

import sys
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Display:
    """Shows one task at a time."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stderr)
        self._task = ""
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def progress(self, task: str, done: int, total: int) -> None:
        """So much of a task is done."""
        if task != self._task:
            self.close()
            self._task = task
            if self._console.is_terminal:
                self._bar = Progress(
                    TextColumn("calibrate: {task.description}", markup=False),
                    BarColumn(),
                    MofNCompleteColumn(),
                    TimeElapsedColumn(),
                    console=self._console,
                )
                self._bar.start()
                self._bar.add_task(task, total=total)
            else:
                self._console.print(f"calibrate: {task}", markup=False, highlight=False)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total)

    def say(self, text: str) -> None:
        """Print a sentence."""
        self.close()
        typer.echo(text)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self._task = ""
