"""Looks up and checks everything that a rehearsal needs, from its options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import SidemanError
from sideman.engine.loading.stages import DEFAULT
from sideman.runtime.listening.truth import Truth
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.rehearse import demo
from sideman.runtime.rehearse.audio import Programme, make_programme
from sideman.runtime.rehearse.client import Address, ClientSettings
from sideman.runtime.rehearse.package import choose_package
from sideman.runtime.rehearse.timeline import Placement

_USUAL_STEM = "bass"


@dataclass(frozen=True)
class Request:
    """Options of `sideman rehearse`; for bundle and inputs, None and () mean those of the demo."""

    bundle: Path | None = None
    inputs: tuple[Path, ...] = ()
    stems: tuple[str, ...] | None = None
    out: Path = Path("rehearsal")
    w: int = 1
    r: float = 0.25
    fade: float = 0.02
    package: int | None = None
    seconds: float | None = None
    planes: bool = False
    offline: bool = False
    backend: BackendChoice = DEFAULT
    seed: int | None = None


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
    bundle = request.bundle or demo.demo_bundle()
    manifest = Bundle.open(bundle, check=False).manifest
    stems = choose_stems(request.stems, manifest.stems)
    geometry = Geometry.reference(manifest.grid, request.r, request.w, request.fade)
    seconds = request.seconds
    if seconds is None and not request.inputs:
        seconds = demo.SECONDS
    inputs = request.inputs or (demo.demo_loop(),)
    rate = manifest.grid.sample_rate
    programme = make_programme(inputs, rate, geometry.step_samples, seconds)
    steps = len(programme.samples) // geometry.step_samples
    package, note = choose_package(request.package, manifest.stems)
    if note and not request.offline:
        programme = replace(programme, notes=(*programme.notes, note))
    return Plan(
        request=request,
        bundle=bundle,
        manifest=manifest,
        inputs=inputs,
        geometry=geometry,
        placement=Placement.of(geometry, request.w, steps),
        programme=programme,
        settings=ClientSettings(
            stems=manifest.stems,
            wanted=stems,
            r=request.r,
            w=request.w,
            fade=request.fade,
            package=package,
            planes=request.planes,
        ),
        truth=demo.demo_truth() if request.bundle is None and not request.inputs else None,
    )


def choose_stems(wanted: tuple[str, ...] | None, stems: tuple[str, ...]) -> tuple[str, ...]:
    """The stems to generate: those asked for, or bass, or the first.

    Args:
        wanted: names as the user gave them; None where none were given.
        stems: all stems of the model, in the order of its label.

    Raises:
        SidemanError: a name that the model does not have, or none at all.
    """
    if wanted is None:
        return (_USUAL_STEM,) if _USUAL_STEM in stems else stems[:1]
    unknown = [name for name in wanted if name not in stems]
    if unknown or not wanted:
        names = ", ".join(map(repr, unknown)) or "nothing"
        raise SidemanError(f"The bundle has no stem {names}.", f"Its stems are {', '.join(stems)}.")
    # In the order of the label, each once.
    return tuple(stem for stem in stems if stem in wanted)


def server_arguments(plan: Plan, listen: Address, reply: Address) -> list[str]:
    """Arguments of `sideman serve` for a rehearsal."""
    arguments = [
        str(plan.bundle),
        "--listen",
        f"{listen[0]}:{listen[1]}",
        "--reply",
        f"{reply[0]}:{reply[1]}",
        "--backend",
        plan.request.backend.name,
    ]
    for option, value in (
        ("--threads", plan.request.backend.threads),
        ("--precision", plan.request.backend.precision),
        ("--device", plan.request.backend.device or None),
        ("--seed", plan.request.seed),
    ):
        if value is not None:
            arguments += [option, str(value)]
    return arguments
