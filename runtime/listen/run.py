"""Plays all cells of a plan, one player after the other, and writes the page as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from sideman.engine.errors import BackendError, BundleError, GeometryError, MissingExtraError
from sideman.runtime.listen.against import Earlier
from sideman.runtime.listen.html import write_page
from sideman.runtime.listen.left import TimeLeft
from sideman.runtime.listen.noise import SameNoise
from sideman.runtime.listen.plan import Cell, Plan
from sideman.runtime.listen.playing import play
from sideman.runtime.listen.record import Recorder
from sideman.runtime.listen.store import Store
from sideman.runtime.playing.session import Session


def run(plan: Plan, kind: str, console: Console, earlier: Earlier | None = None) -> dict[str, Any]:
    """Play what is not there yet, and write the page.

    The page and its record are written after every cell: whatever ends this process, what is
    finished can be heard, and the same command goes on from there.

    Args:
        plan: what is played.
        kind: of the sound files.
        console: progress and sentences go there.
        earlier: the page that this one is compared with.

    Returns:
        The record.

    A player that fails is named on the page, and the others play on.

    Raises:
        SidemanError: the disk is full.
        KeyboardInterrupt, SystemExit: passed on when what is finished is kept.
    """
    store = Store(plan.out)
    recorder = Recorder(plan, store, kind)
    missing = [cell for cell in plan.cells if not recorder.fresh(cell)]
    if len(missing) < len(plan.cells):
        console.print(
            f"{len(plan.cells) - len(missing)} of {len(plan.cells)} sounds are there already.",
            markup=False,
        )
    if old := sum(cell.key in store.cells for cell in missing):
        # Till then they stay on the page, which says that times are of several settings.
        console.print(
            f"{old} sounds are played again: their cycle times are of another machine, of other "
            "--threads or another --device, or of other versions.",
            markup=False,
        )
    recorder.write_rows()
    faults: list[str] = []

    def write() -> dict[str, Any]:
        record = recorder.record()
        record["faults"] = faults
        if earlier is not None:
            earlier.pair(record, plan.out)
        write_page(plan.out, record)
        store.write_record(record)
        return record

    record = write()
    if not missing:
        store.sweep(record)
        return record
    left = TimeLeft(missing)
    with _bar(console, left) as (progress, task):
        for player in plan.players:
            cells = [cell for cell in missing if cell.player is player]
            if not cells:
                continue
            progress.update(task, description=f"loading {player.name}")
            try:
                with Session.open(
                    player.bundle, backend=player.choice, noise=SameNoise(plan.seed)
                ) as session:
                    for cell in cells:
                        _play(cell, session, recorder, progress, task, left)
                        write()
            except (BackendError, BundleError, GeometryError, MissingExtraError) as error:
                faults.append(f"{player.name} stopped: {error.what} {error.remedy}".rstrip())
                left.give_up(player.id)
                progress.update(task, total=left.cycles, left=left.text)
    record = write()
    store.sweep(record)
    return record


def _play(
    cell: Cell,
    session: Session,
    recorder: Recorder,
    progress: Progress,
    task: TaskID,
    left: TimeLeft,
) -> None:
    progress.update(
        task,
        description=f"{cell.player.name}, {cell.regime.name}: {cell.row.take.title}, "
        f"{cell.row.stem}",
    )

    def on_cycle() -> None:
        left.note(cell, session.profile.last["cycle"])
        progress.update(task, advance=1, left=left.text)

    played = play(session, cell.regime, cell.row.stem, cell.row.context, on_cycle)
    recorder.write_cell(cell, played, session.backend_line)


@contextmanager
def _bar(console: Console, left: TimeLeft) -> Iterator[tuple[Progress, TaskID]]:
    # Text of names of files and bundles is not markup.
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("cycles, {task.fields[left]}", markup=False),
    )
    with Progress(*columns, console=console) as progress:
        yield progress, progress.add_task("", total=left.cycles, left=left.text)
