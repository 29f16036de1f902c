"""Cycles through a real server over UDP, measured from inside and outside."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sideman.engine.errors import SidemanError
from sideman.engine.quiet import only_errors
from sideman.runtime.bench.advice import Tried, published, try_steps
from sideman.runtime.multi_track.endpoint import multi_track
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.session import Session
from sideman.runtime.rehearse.client import MultiTrackClient
from sideman.runtime.rehearse.performance import Performance, set_up
from sideman.runtime.rehearse.record import ROUND_TRIP
from sideman.runtime.server.cycle_log import CycleLog
from sideman.runtime.server.server import Server
from sideman.runtime.system.threads import let_packets_in

_READY_TIMEOUT = 10.0
_LOAD_TIMEOUT = 600.0
_CYCLE_TIMEOUT = 600.0


@dataclass(frozen=True, kw_only=True)
class Benchmark(Performance):
    """Options of `sideman bench`: a performance, and how much of it is measured.

    Attributes:
        cycles: how many are measured.
        warm_up: cycles before that, not counted.
        paced: one cycle a step's duration, rather than one after the other.
        keep_warm: milliseconds of waiting after which the GPU is given a little work; None leaves
            it alone.
        seed: of the noise and of the audio.
        advise: whether other steps are tried, too.
    """

    cycles: int = 20
    warm_up: int = 2
    paced: bool = False
    keep_warm: float | None = None
    seed: int | None = 0
    advise: bool = False


@dataclass(frozen=True)
class Result:
    """What was measured.

    Attributes:
        benchmark: what was asked for.
        bundle: the bundle's name.
        kind: diffusion or consistency.
        trained: False where its weights are random.
        stems: those generated.
        engine: one line that says what ran the stages.
        execution: how a cycle ran on the device, where there is more to say.
        evaluations: of the denoiser, in a cycle.
        load_seconds: from opening the bundle until the server was warm, without the cycles that
            `stages` are from.
        step_seconds: of audio, which a cycle must not exceed.
        deadline_seconds: from the last context packet until a reply is late.
        cycles: seconds by span, one mapping a measured cycle. Besides the profile's spans,
            `ROUND_TRIP`: from the first packet of a step to the last stem packet, at the client.
        stages: seconds by stage of separate cycles without a graph; empty where `cycles` has
            every stage.
        late: how many of `cycles` a performer would have heard too late.
        peak_bytes: most memory that the process held.
        tried: steps that were tried for advice.
        published: whether the networks have the published sizes.
        notes: what makes the answer another than the bundle's own.
        logged: the measured cycles as the server's log has them, for traces and pictures.
    """

    benchmark: Benchmark
    bundle: str
    kind: str
    trained: bool
    stems: tuple[str, ...]
    engine: str
    execution: str
    evaluations: int
    load_seconds: float
    step_seconds: float
    deadline_seconds: float
    cycles: tuple[Mapping[str, float], ...]
    stages: tuple[Mapping[str, float], ...]
    late: int
    peak_bytes: int | None
    tried: tuple[Tried, ...] = ()
    published: bool = False
    notes: tuple[str, ...] = ()
    logged: tuple[Mapping[str, Any], ...] = ()


def measure(benchmark: Benchmark) -> Result:
    """Run the cycles that are asked for.

    Raises:
        SidemanError: the bundle does not load, a stem is unknown, the geometry impossible, or a
            cycle is not answered.
    """
    let_packets_in()  # as the server does
    start = time.perf_counter()
    session = Session.open(
        benchmark.folder,
        backend=benchmark.backend,
        seed=benchmark.seed,
        shortcuts=benchmark.shortcuts,
    )
    try:
        setup = set_up(benchmark, session.manifest)
        geometry, stems = setup.geometry, setup.settings.wanted
        placement = setup.placement(benchmark.warm_up + benchmark.cycles)
        opened = time.perf_counter()
        stages = _measure_stages(benchmark, session, geometry, stems)
        execution = session.execution
        tried: tuple[Tried, ...] = ()
        if benchmark.advise:
            rows = tuple(session.stems.index(stem) for stem in stems)
            tried = try_steps(
                session, rows, benchmark.r, benchmark.w, benchmark.fade, benchmark.cycles
            )
        measuring = time.perf_counter() - opened
    except BaseException:
        session.close()
        raise
    line, step_seconds = session.backend_line, geometry.step_samples / session.grid.sample_rate
    cycle_log = CycleLog()
    client = MultiTrackClient(setup.settings, placement)
    # The server closes the session when it stops.
    server = Server(
        lambda: session,
        multi_track(),
        ("127.0.0.1", 0),
        client.address,
        cycle_log=cycle_log,
        keep_warm=None if benchmark.keep_warm is None else benchmark.keep_warm / 1000,
    )
    # The server's warnings tell nothing: a late cycle is a figure here.
    with only_errors("sideman.runtime"), client, server:
        client.wait_ready(_READY_TIMEOUT)
        client.shake_hands(server.address, _LOAD_TIMEOUT)
        load_seconds = time.perf_counter() - start - measuring
        _run_cycles(benchmark, client, server, step_seconds)
    measured = cycle_log.cycles[benchmark.warm_up :]
    return Result(
        benchmark=benchmark,
        bundle=session.name,
        kind=session.manifest.kind,
        trained=session.trained,
        stems=stems,
        engine=line,
        execution=execution,
        evaluations=session.evaluations,
        load_seconds=load_seconds,
        step_seconds=step_seconds,
        deadline_seconds=geometry.deadline_samples / session.grid.sample_rate,
        cycles=tuple(
            {**cycle["seconds"], ROUND_TRIP: client.steps[cycle["batch_id"]].round_trip}
            for cycle in measured
        ),
        stages=stages,
        late=sum(cycle["late"] > 0 for cycle in measured),
        peak_bytes=_peak_bytes(),
        tried=tried,
        published=published(session.manifest),
        notes=benchmark.shortcuts.notes(session.manifest),
        logged=tuple(measured),
    )


def _measure_stages(
    benchmark: Benchmark, session: Session, geometry: Geometry, stems: tuple[str, ...]
) -> tuple[Mapping[str, float], ...]:
    """Seconds by stage of separate cycles; empty if the served cycles time their stages."""
    session.configure(geometry, tuple(session.stems.index(stem) for stem in stems))
    if session.times_stages:
        return ()
    session.warm_up()
    session.measure_stages(benchmark.warm_up)
    return tuple(session.measure_stages(benchmark.cycles))


def _run_cycles(
    benchmark: Benchmark, client: MultiTrackClient, server: Server, step_seconds: float
) -> None:
    rng = np.random.default_rng(benchmark.seed)
    audio = 0.1 * rng.standard_normal((1, client.placement.step), dtype=np.float32)
    due = time.perf_counter()
    for cycle in range(client.placement.steps):
        client.send_step(server.address, time.perf_counter(), audio)
        if not client.wait_answered(_CYCLE_TIMEOUT):
            raise SidemanError(f"Cycle {cycle} was not answered within {_CYCLE_TIMEOUT:g} s.")
        if client.errors:
            raise SidemanError(f"The server answered cycle {cycle} with: {client.errors[0]}")
        due += step_seconds
        if benchmark.paced:
            time.sleep(max(0.0, due - time.perf_counter()))


def _peak_bytes() -> int | None:
    try:
        import resource
    except ImportError:  # Windows has no such module
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts kibibytes, macOS bytes.
    return peak if sys.platform == "darwin" else 1024 * peak
