"""One native rehearsal from its options to its files."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sideman.runtime.client import Client, Status
from sideman.runtime.commandline.tables import stage_table
from sideman.runtime.playing.profile import spreads
from sideman.runtime.rehearse import spectrograms
from sideman.runtime.rehearse.judging import judge_rehearsal, show_scores
from sideman.runtime.rehearse.native import report
from sideman.runtime.rehearse.native.plan import NativePlan, NativeRequest, make_native_plan
from sideman.runtime.rehearse.native.play import HINT_SECONDS, Played, connect, nobody_answers, play
from sideman.runtime.rehearse.output import (
    make_folder,
    tell_written,
    write_audio,
    written,
    written_timings,
)
from sideman.runtime.rehearse.process import ServerProcess, free_port, server_arguments
from sideman.runtime.rehearse.record import Rehearsal
from sideman.runtime.rehearse.timeline import Placement
from sideman.runtime.system.machine import describe_machine
from sideman.runtime.system.threads import let_packets_in


def run_native(request: NativeRequest, console: Console | None = None) -> bool:
    """Rehearse, write all files, and print the figures.

    Returns:
        Whether sound came back, and none of it too late.

    Raises:
        SidemanError: an option, a file or the server made it impossible, or not all of it could
            be kept.
    """
    console = console or Console(highlight=False, soft_wrap=True)
    let_packets_in()
    plan = make_native_plan(request)
    make_folder(request.out)
    for note in (*plan.programme.notes, *request.shortcuts.notes(plan.manifest)):
        console.print(note, markup=False)
    console.print(
        f"{', '.join(path.name for path in plan.inputs)} in, {', '.join(plan.stems)} out: "
        f"{len(plan.programme.samples) / plan.manifest.grid.sample_rate:.1f} s.",
        markup=False,
    )
    return keep(plan, *_play(plan, console), console)


def keep(plan: NativePlan, played: Played, profile: dict[str, Any], console: Console) -> bool:
    """Write what was played and how it went, and print the figures.

    Args:
        plan: of the rehearsal.
        played: what came back.
        profile: as `serve --profile` writes it; empty where the server was another's.
        console: what is printed on.

    Returns:
        Whether sound came back, and none of it too late.
    """
    request = plan.request
    rehearsal = _rehearsal(plan, played)
    files = write_audio(rehearsal, request.out)
    judge_rehearsal(plan, rehearsal)
    data = report.figures(plan, played, profile)

    def write_figures(file: Path) -> None:
        file.write_text(report.to_json(data, describe_machine()), "utf-8")

    files += written(rehearsal, request.out / "statistics.json", write_figures)
    files += written(
        rehearsal,
        request.out / "spectrograms.png",
        lambda file: spectrograms.draw(rehearsal, file, plan.truth),
    )
    cycles = profile.get("cycles", [])
    files += written_timings(rehearsal, cycles, request.out, request.trace)
    for note in rehearsal.notes[len(plan.programme.notes) :]:
        console.print(note, markup=False)
    if cycles:
        deadline = cycles[-1]["deadline"]
        figures = spreads(cycle["seconds"] for cycle in cycles)
        console.print(stage_table(figures, {}, console.width, deadline))
    report.show(data, console)
    show_scores(rehearsal, console)
    tell_written(rehearsal, request.out, files, console)
    failed = report.why_failed(data, silent=rehearsal.silent)
    if failed:
        console.print(failed, style="bold red", markup=False)
    return not failed


def _play(plan: NativePlan, console: Console) -> tuple[Played, dict[str, Any]]:
    request, rate = plan.request, plan.manifest.grid.sample_rate
    with ExitStack() as stack:
        server = None
        address = request.server
        if address is None:
            address = ("127.0.0.1", free_port())
            server = stack.enter_context(
                ServerProcess(
                    server_arguments(
                        plan.bundle,
                        request.backend,
                        request.seed,
                        address,
                        shortcuts=request.shortcuts,
                    )
                )
            )
        client = stack.enter_context(
            Client(
                address,
                plan.stems,
                rate=rate,
                step=request.step,
                lead=request.lead,
                bundle=request.named,
            )
        )
        progress = stack.enter_context(
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[said]}"),
                console=console,
            )
        )
        begun = time.monotonic()
        task = progress.add_task("connecting", total=len(plan.programme.samples), said="")

        def check() -> None:
            if server is not None:
                server.check_alive()
            if (status := client.status).state != "playing":
                hint = ""
                if request.server is not None and time.monotonic() - begun > HINT_SECONDS:
                    hint = nobody_answers(request.server, status)
                progress.update(task, said=f"{status.text} {hint}".rstrip())

        def tell(samples: int, status: Status) -> None:
            said = f"landing {1e3 * status.landing:.0f} ms ahead" if status.landing else ""
            progress.update(task, completed=samples, said=status.text or said)

        connect(client, check)
        progress.update(task, description="playing")
        played = play(client, plan.programme.samples, rate, check, tell)
        client.close()
        if server is None:
            return played, {}
        server.end()
        return played, server.read_profile()


def _rehearsal(plan: NativePlan, played: Played) -> Rehearsal:
    step = plan.geometry.step_samples
    return Rehearsal(
        bundle=plan.manifest.name,
        trained=plan.manifest.trained,
        sample_rate=plan.manifest.grid.sample_rate,
        # What was heard is as long as what was played.
        placement=Placement(step, 0, -1, len(plan.programme.samples) // step),
        options={},
        context=plan.programme.samples,
        stems=dict(zip(plan.stems, played.stems, strict=True)),
        notes=list(plan.programme.notes),
    )
