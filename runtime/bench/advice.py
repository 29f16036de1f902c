"""What holds on this machine: the smallest step that is played in time, and cores for more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import SidemanError
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session

#: Steps that are tried at the most, cycles and seconds of each, and cycles at the least.
_MOST_TRIED, _MOST_CYCLES, _SECONDS, _LEAST_CYCLES = 5, 20, 20.0, 3
#: Room for what is no stage, while steps are tried: seconds.
_ROOM = 0.003
#: Steps are tried in hundredths of the window, or in columns where only those will do.
_GRAIN = 100
#: GFLOP of the published networks, multiply and add counted as two, counted on their graphs: the
#: encoder, one evaluation of the U-Net for a stem, one decoded column of a stem (444 for 17).
ENCODE, EVALUATION, COLUMN = 279.0, 342.0, 444.0 / 17
#: Evaluations of the published student.
_EVALUATIONS = 2
#: Weights of the published networks in millions, and how far another export may be from them.
_PUBLISHED, _NEAR = {"unet": 257.5, "codec": 58.3}, 0.05
#: Side of the product that a machine's rate is measured by, and seconds that this takes.
_SIDE, _RATE_SECONDS = 1024, 0.3


@dataclass(frozen=True)
class Tried:
    """A step that was measured.

    Attributes:
        r: as a fraction of the window.
        step: its seconds.
        deadline: seconds that a reply may take.
        stages: seconds of all stages together that 1 % exceed.
        cycles: that were measured.
    """

    r: float
    step: float
    deadline: float
    stages: float
    cycles: int


def try_steps(
    session: Session, rows: tuple[int, ...], r: float, w: int, fade: float, cycles: int
) -> tuple[Tried, ...]:
    """Measure the stages at smaller and smaller steps, as long as they fit, or at longer ones.

    Smaller steps decode fewer columns, so the time at one says which is worth trying next. Steps
    that the stages cannot run in are left out.

    Args:
        session: without a client; it is configured for other steps afterwards.
        rows: stems to generate.
        r: the step to begin with.
        w: regime.
        fade: in seconds.
        cycles: to measure at each.
    """
    grid = session.grid
    window = grid.window_samples / grid.sample_rate
    most = 1 / (w + 2)
    found: list[Tried] = []
    grain = grid.columns if session.shortcuts.encode == "new" else _GRAIN
    while len(found) < _MOST_TRIED:
        try:
            geometry = Geometry.reference(grid, r, w, fade)
            session.configure(geometry, rows)
        except SidemanError:
            break
        found.append(_measure(session, geometry, r, cycles))
        needed = (found[-1].stages + _ROOM + (fade if w > 0 else 0.0)) / window
        r = max(math.ceil(grain * needed) / grain, 1 / grid.columns)
        if r > most or any(abs(r - each.r) < 0.5 / grain for each in found):
            break
    return tuple(found)


def _measure(session: Session, geometry: Geometry, r: float, cycles: int) -> Tried:
    session.warm_up()
    rate = session.grid.sample_rate
    until = perf_counter() + _SECONDS
    seconds: list[float] = []
    most = min(cycles, _MOST_CYCLES)
    while len(seconds) < most and (len(seconds) < _LEAST_CYCLES or perf_counter() < until):
        seconds += [sum(stages.values()) for stages in session.measure_stages(1)]
    return Tried(
        r,
        geometry.step_samples / rate,
        geometry.deadline_samples / rate,
        float(np.percentile(seconds, 99)),
        len(seconds),
    )


def smallest_step(tried: tuple[Tried, ...], beside: float) -> str:
    """Which of the steps holds, as a sentence; empty where none was tried.

    Args:
        tried: as `try_steps` found.
        beside: seconds that a reply takes beside the stages, of which 1 % takes more.
    """
    if not tried:
        return ""
    holding = [each for each in tried if each.stages + beside <= each.deadline]
    all_tried = ", ".join(f"{each.r:g}" for each in sorted(tried, key=lambda each: each.r))
    if not holding:
        nearest = min(tried, key=lambda each: (each.stages + beside) / each.deadline)
        return (
            f"No step holds (tried r = {all_tried}): at r = {nearest.r:g} a reply takes "
            f"{1e3 * (nearest.stages + beside):.0f} ms (p99), and has {1e3 * nearest.deadline:.0f}."
        )
    best = min(holding, key=lambda each: each.r)
    return (
        f"The smallest step that holds: r = {best.r:g} ({best.step:.2f} s), where a reply takes "
        f"{1e3 * (best.stages + beside):.0f} of {1e3 * best.deadline:.0f} ms (p99 of {best.cycles} "
        f"cycles; tried r = {all_tried})."
    )


def published(manifest: Manifest) -> bool:
    """Whether the bundle's networks have the published sizes."""
    return all(
        abs(manifest.parameters.get(name, 0) / 1e6 / size - 1) < _NEAR
        for name, size in _PUBLISHED.items()
    )


def work(geometry: Geometry, stems: int, evaluations: int = _EVALUATIONS) -> float:
    """GFLOP of a cycle with networks of the published size."""
    return ENCODE + stems * (evaluations * EVALUATION + geometry.decoded_columns * COLUMN)


def product_rate() -> float:
    """GFLOP a second and core that numpy's product of float32 matrices reaches here.

    Counted by the time of all cores together, however many the library takes.
    """
    a = np.random.default_rng(0).standard_normal((_SIDE, _SIDE), dtype=np.float32)
    out = a @ a
    begun, until, count = process_time(), perf_counter() + _RATE_SECONDS, 0
    while count == 0 or perf_counter() < until:
        np.matmul(a, a, out=out)
        count += 1
    return 2e-9 * _SIDE**3 * count / max(1e-9, process_time() - begun)


def cores_needed(
    *, r: float, w: int, fade: float, stems: int, measured: Mapping[str, float] | None
) -> str:
    """How many cores the published student needs at this step, as a sentence with its formula.

    Args:
        r: step.
        w: regime.
        fade: in seconds.
        stems: how many are generated.
        measured: of a bundle of that size: "seconds" of its stages, "cores" that they ran on and
            its "evaluations"; None for another one, whose rate says nothing.
    """
    grid = LatentGrid()
    geometry = Geometry.reference(grid, r, w, fade)
    deadline = geometry.deadline_samples / grid.sample_rate
    if measured is None:
        evaluations, rate, source = _EVALUATIONS, product_rate(), "numpy's product of matrices"
    else:
        evaluations = int(measured["evaluations"])
        rate = work(geometry, stems, evaluations) / measured["seconds"] / measured["cores"]
        source = "these cycles"
    load = work(geometry, stems, evaluations)
    return (
        f"Estimate for the published size ({stems} {'stem' if stems == 1 else 'stems'}, "
        f"{evaluations} evaluations): {load:,.0f} GFLOP a cycle / ({rate:.0f} GFLOP a second "
        f"and core x {deadline:.2f} s) = {math.ceil(load / rate / deadline)} cores. The rate is "
        f"that of "
        f"{source}; libraries seldom keep it up over many cores."
    )
