"""Looks up and checks everything that a rehearsal needs, from its options."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import Manifest
from sideman.runtime.listening.truth import Truth
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.rehearse import demo
from sideman.runtime.rehearse.audio import Programme, make_programme
from sideman.runtime.rehearse.client import ClientSettings
from sideman.runtime.rehearse.performance import Performance, set_up
from sideman.runtime.rehearse.timeline import Placement


@dataclass(frozen=True)
class Request(Performance):
    """Options of `sideman rehearse`: a performance, and what is played into it.

    Attributes:
        inputs: audio files, mixed; () takes the demo's loop.
        out: folder for everything that is written.
        seconds: length to play; None plays the inputs to their end, the demo's loop for 24 s.
        planes: send one plane a stem instead of their sum.
        offline: play without clock and network.
        trace: where a trace of the server's cycles goes; None writes none.
    """

    inputs: tuple[Path, ...] = ()
    _: KW_ONLY
    out: Path = Path("rehearsal")
    seconds: float | None = None
    planes: bool = False
    offline: bool = False
    trace: Path | None = None


@dataclass(frozen=True)
class Plan:
    """A request with everything looked up and found possible.

    `truth` holds the piece's chords and onsets. It is None except for the demo: only its loop's are
    known, and the scores assume the ranges in which the demo's own bundle plays.
    """

    request: Request
    bundle: Path
    manifest: Manifest
    inputs: tuple[Path, ...]
    geometry: Geometry
    placement: Placement
    programme: Programme
    settings: ClientSettings
    truth: Truth | None = None


def make_plan(request: Request) -> Plan:
    """Look up and check everything before anything is started.

    Raises:
        SidemanError: something in the request is wrong; the message names it.
    """
    bundle = request.folder
    manifest = Bundle.open(bundle, check=False).manifest
    setup = set_up(request, manifest, planes=request.planes)
    step = setup.geometry.step_samples
    seconds = request.seconds
    if seconds is None and not request.inputs:
        seconds = demo.SECONDS
    inputs = request.inputs or (demo.demo_loop(),)
    rate = manifest.grid.sample_rate
    programme = make_programme(inputs, rate, step, seconds)
    if setup.note and not request.offline:
        programme = replace(programme, notes=(*programme.notes, setup.note))
    return Plan(
        request=request,
        bundle=bundle,
        manifest=manifest,
        inputs=inputs,
        geometry=setup.geometry,
        placement=setup.placement(len(programme.samples) // step),
        programme=programme,
        settings=setup.settings,
        truth=demo.demo_truth() if request.bundle is None and not request.inputs else None,
    )
