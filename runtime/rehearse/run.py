"""One rehearsal from its options to its files."""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sideman.engine.errors import SidemanError
from sideman.runtime.playing.session import Session
from sideman.runtime.playing.shortcuts import OWN
from sideman.runtime.rehearse import plot, report, spectrograms
from sideman.runtime.rehearse.client import MultiTrackClient
from sideman.runtime.rehearse.judging import judge_rehearsal
from sideman.runtime.rehearse.offline import play_offline
from sideman.runtime.rehearse.online import (
    assign_planes,
    play_online,
    stage_rows,
)
from sideman.runtime.rehearse.output import (
    make_folder,
    tell_written,
    write_audio,
    written,
    written_timings,
)
from sideman.runtime.rehearse.plan import Plan, Request, make_plan
from sideman.runtime.rehearse.process import ServerProcess, free_port, server_arguments
from sideman.runtime.rehearse.record import Rehearsal
from sideman.runtime.system.machine import describe_machine


def run(request: Request, console: Console | None = None) -> bool:
    """Rehearse, write all files, and print the figures.

    Returns:
        Whether every step was answered and sound came back.

    Raises:
        SidemanError: an option, a file or the server made it impossible, or not all of it could
            be kept; what could be is named by then.
    """
    console = console or Console(highlight=False, soft_wrap=True)
    plan = make_plan(request)
    make_folder(request.out)
    _announce(plan, console)
    rehearsal = _offline(plan, console) if request.offline else _online(plan, console)
    files = write_audio(rehearsal, request.out)
    judge_rehearsal(plan, rehearsal)
    # The smallest first: it may find room where the others do not.
    for name, write in (
        (
            "latency.json",
            lambda file: file.write_text(report.to_json(rehearsal, describe_machine()), "utf-8"),
        ),
        ("spectrograms.png", lambda file: spectrograms.draw(rehearsal, file, plan.truth)),
        ("latency.png", lambda file: plot.draw(rehearsal, file)),
    ):
        files += written(rehearsal, request.out / name, write)
    files += written_timings(rehearsal, rehearsal.cycles, request.out, request.trace)
    for note in rehearsal.notes[len(plan.programme.notes) :]:
        console.print(note, markup=False)
    report.show(rehearsal, console)
    tell_written(rehearsal, request.out, files, console)
    return not rehearsal.failed


def _announce(plan: Plan, console: Console) -> None:
    # Before it is played: who hears of a silent file afterwards has waited for nothing.
    for note in plan.programme.notes:
        console.print(note, markup=False)
    manifest, step = plan.manifest, plan.placement.step / plan.manifest.grid.sample_rate
    if not manifest.trained:
        console.print(
            f"The weights of bundle {manifest.name} are random, not trained: what you will hear "
            "is noise shaped by the model, not music.",
            markup=False,
        )
    for note in plan.request.shortcuts.notes(manifest):
        console.print(note, markup=False)
    console.print(
        f"{', '.join(path.name for path in plan.inputs)} in, "
        f"{', '.join(plan.settings.wanted)} out: {plan.placement.steps} steps of {step:.3f} s "
        f"(r = {plan.request.r:g}, w = {plan.request.w}).",
        markup=False,
    )


def _blank(plan: Plan) -> Rehearsal:
    request = plan.request
    options: dict[str, object] = {
        "stems": ",".join(plan.settings.wanted),
        "r": request.r,
        "w": request.w,
        "fade": request.fade,
        "package": plan.settings.package,
        "planes": request.planes,
        "backend": request.backend.name,
        "threads": request.backend.threads or "auto",
        "precision": request.backend.precision or "auto",
        "seed": "none" if request.seed is None else request.seed,
    }
    if request.shortcuts != OWN:
        options["shortcuts"] = str(request.shortcuts)
    if request.offline:
        del options["package"], options["planes"]
    return Rehearsal(
        bundle=plan.manifest.name,
        trained=plan.manifest.trained,
        sample_rate=plan.manifest.grid.sample_rate,
        placement=plan.placement,
        options=options,
        context=plan.programme.samples,
        stems={},
        notes=list(plan.programme.notes),
    )


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("step {task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
        console=console,
    )


def _offline(plan: Plan, console: Console) -> Rehearsal:
    request, rehearsal = plan.request, _blank(plan)
    with (
        Session.open(
            plan.bundle, backend=request.backend, seed=request.seed, shortcuts=request.shortcuts
        ) as session,
        _progress(console) as progress,
    ):
        task = progress.add_task("playing", total=plan.placement.steps, said="")
        rehearsal.stems = play_offline(
            session,
            plan.geometry,
            plan.placement,
            plan.programme,
            plan.settings.wanted,
            lambda done: progress.update(task, completed=done),
        )
        rehearsal.stages = session.profile.rows()
    return rehearsal


def _online(plan: Plan, console: Console) -> Rehearsal:
    rehearsal = _blank(plan)
    planes = plan.programme.samples[np.newaxis]
    if plan.request.planes:
        names = [path.stem for path in plan.inputs]
        planes = assign_planes(plan.programme, names, plan.manifest.stems)
    address = ("127.0.0.1", free_port())
    with (
        MultiTrackClient(plan.settings, plan.placement) as client,
        ServerProcess(
            server_arguments(
                plan.bundle,
                plan.request.backend,
                plan.request.seed,
                address,
                client.address,
                shortcuts=plan.request.shortcuts,
            )
        ) as server,
        _progress(console) as progress,
    ):
        task = progress.add_task("loading", total=plan.placement.steps, said="")

        def tell(done: int, client: MultiTrackClient) -> None:
            progress.update(task, completed=done, said=_latest(client, done))

        play_online(
            server,
            address,
            client,
            planes,
            rehearsal.sample_rate,
            lambda: progress.update(task, description="playing"),
            tell,
        )
        server.end()
        try:
            profile = server.read_profile()
        except SidemanError as error:
            # What was played is worth more than how long it took.
            rehearsal.faults.append(error.what)
            profile = {"cycles": []}
        rehearsal.cycles = profile["cycles"]
        rehearsal.stages = stage_rows(profile, plan.placement.steps)
    rehearsal.stems = {stem: track.samples for stem, track in client.tracks.items()}
    rehearsal.steps = client.steps
    rehearsal.messages = client.messages
    rehearsal.errors = client.errors
    rehearsal.stale_packets = client.stale_packets
    return rehearsal


def _latest(client: MultiTrackClient, sent: int) -> str:
    answered = [step.round_trip for step in client.steps[:sent] if step.complete]
    dropped = sum(step.dropped for step in client.steps)
    said = f"last answer {1000 * answered[-1]:.0f} ms" if answered else "no answer yet"
    return f"{said}, {dropped} dropped" if dropped else said
