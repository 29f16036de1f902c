"""Cycles against the clock, all variants in turn in one process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack, closing

import numpy as np

from sideman.engine.errors import SidemanError
from tests.gpu.measuring.job import UNFIT, Job
from tests.gpu.measuring.records import Journal, ratios, spread_ms
from tests.gpu.measuring.variants import Runnable, Variant, open_variant

#: Seconds of waiting after which keep-warm gives the GPU a little work.
KEEP_WARM = 0.02


def cycles(job: Job, journal: Journal) -> None:
    """Whole cycles back to back, all variants in turn in one process, and stages by events."""
    with ExitStack() as stack:
        opened = _open_all(job, journal, stack)
        seconds: dict[Variant, list[list[float]]] = {variant: [] for variant in opened}
        for index in range(job.rounds):
            if index and time.monotonic() > job.due:
                break
            for variant, runnable in opened.items():
                _timed(runnable)
                seconds[variant].append([_timed(runnable) for _ in range(job.cycles)])
            # After every round, so that a process that is stopped leaves the last one's.
            _summarise(seconds, journal)
        for variant, runnable in opened.items():
            timed = runnable.stages(job.cycles)
            for stage in timed[0] if timed else ():
                for figure, value in spread_ms([one[stage] for one in timed]).items():
                    note = f"{len(timed)} separate cycles, no graph"
                    journal.note(str(variant), f"{stage}_{figure}", value, note)


def _summarise(seconds: Mapping[Variant, list[list[float]]], journal: Journal) -> None:
    base = next((variant for variant in seconds if variant.ours), None)
    for variant, rounds in seconds.items():
        every = [second for one in rounds for second in one]
        for figure, value in spread_ms(every).items():
            journal.note(str(variant), figure, value, f"{len(every)} cycles back to back")
        if base is not None:
            found = ratios(seconds[base], rounds)
            span = f"{min(found):.2f}-{max(found):.2f}"
            journal.note(str(variant), "ratio", float(np.median(found)), span)


def pauses(job: Job, journal: Journal) -> None:
    """Cycles with the pauses of a performance, keep-warm off and on in turn."""
    with ExitStack() as stack:
        runs: list[tuple[str, Runnable, bool]] = []
        for variant, runnable in _open_all(job, journal, stack, first=True).items():
            runs.append((str(variant), runnable, False))
            if variant.ours:
                runs.append((f"{variant} kept warm", runnable, True))
        seconds: dict[str, list[float]] = {name: [] for name, *_ in runs}
        pause = _step_seconds(job) if job.pause is None else job.pause
        for index in range(job.pauses):
            if index and time.monotonic() > job.due:
                break
            for name, runnable, warm in runs:
                runnable.prepare()
                wait(runnable, pause, warm)
                seconds[name].append(_timed(runnable))
        for name, every in seconds.items():
            for figure, value in spread_ms(every).items():
                journal.note(name, figure, value, f"{len(every)} cycles, {pause:g} s apart")


def path(job: Job, journal: Journal) -> None:
    """Last context packet in to first stem packet out, through the real server, at real pace."""
    from sideman.runtime.bench.measure import Benchmark, measure

    for variant in job.variants:
        if not variant.ours or variant.plain or variant.kind == "torch":
            continue
        setting = job.setting
        benchmark = Benchmark(
            bundle=job.model.bundle(variant.bundle_precision),
            cycles=job.pauses,
            r=setting.r,
            w=setting.w,
            fade=setting.fade,
            paced=job.pause is None,
            backend=variant.choice(),
        )
        try:
            result = measure(benchmark)
        except UNFIT as error:
            journal.miss(str(variant), str(error))
            continue
        pace = "paced" if benchmark.paced else "back to back"
        for figure, value in spread_ms([cycle["path"] for cycle in result.cycles]).items():
            journal.note(str(variant), figure, value, f"{job.pauses} steps, {pace}")


def _open_all(
    job: Job, journal: Journal, stack: ExitStack, *, first: bool = False
) -> dict[Variant, Runnable]:
    """Open what can be opened; with `first` only the first of ours and the first yardstick."""
    opened: dict[Variant, Runnable] = {}
    for variant in job.variants:
        if first and (variant.plain or variant.ours in [other.ours for other in opened]):
            continue
        before = _gpu_bytes()
        try:
            opened[variant] = stack.enter_context(
                closing(open_variant(variant, job.model, job.setting))
            )
        except UNFIT as error:
            journal.miss(str(variant), str(error))
            continue
        after = _gpu_bytes()
        if before is not None and after is not None:
            about = opened[variant].describe()
            journal.note(str(variant), "gpu_mb", (after - before) / 1e6, about)
    return opened


def _timed(runnable: Runnable) -> float:
    runnable.prepare()
    begin = time.perf_counter()
    runnable.run()
    return time.perf_counter() - begin


def wait(runnable: Runnable, seconds: float, warm: bool) -> None:
    """Wait as the server does between two steps."""
    due = time.perf_counter() + seconds
    while (left := due - time.perf_counter()) > 0:
        time.sleep(min(left, KEEP_WARM) if warm else left)
        if warm:
            runnable.keep_warm()


def _step_seconds(job: Job) -> float:
    from sideman.engine.bundle.bundle import Bundle

    manifest = Bundle.open(job.model.bundle(), check=False).manifest
    return job.setting.geometry(manifest).step_samples / manifest.grid.sample_rate


def _gpu_bytes() -> int | None:
    """Bytes in use on the GPU by everybody; None where there is no GPU."""
    from sideman.engine.cuda.cudart import CudaDriver

    try:
        free, total = CudaDriver().memory()
    except SidemanError:
        return None
    return total - free
