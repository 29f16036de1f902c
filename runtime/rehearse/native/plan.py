"""Looks up and checks what a native rehearsal needs, from its options."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import SidemanError
from sideman.engine.loading.stages import DEFAULT
from sideman.runtime.client import check_columns
from sideman.runtime.listening.truth import Truth
from sideman.runtime.native.setting import DEFAULT_LEAD, DEFAULT_STEP, OVERLAP
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.rehearse import demo
from sideman.runtime.rehearse.audio import Programme, make_programme
from sideman.runtime.rehearse.performance import choose_stems


@dataclass(frozen=True)
class NativeRequest:
    """Options of `sideman rehearse --protocol native`.

    Attributes:
        bundle: the bundle's folder; None takes the demo's own.
        stems: names of the stems to generate; None takes the usual one.
        inputs: audio files, mixed; () takes the demo's loop.
        out: folder for everything that is written.
        seconds: length to play; None plays the inputs to their end, the demo's loop for 24 s.
        step: columns of a cycle; 0 leaves it to the server.
        lead: columns between the newest known one and the first generated; 0 follows the server's
            advice.
        server: host and port of a server that runs already; None starts one.
        named: which of that server's bundles plays; empty takes its first or only one.
        backend: what runs the stages of a server that is started.
        seed: of the noise; None draws another one each time.
        trace: where a trace of the server's cycles goes; None writes none.
        shortcuts: what a server that is started leaves out of every cycle.
    """

    bundle: Path | None = None
    _: KW_ONLY
    stems: tuple[str, ...] | None = None
    inputs: tuple[Path, ...] = ()
    out: Path = Path("rehearsal")
    seconds: float | None = None
    step: int = 0
    lead: int = 0
    server: tuple[str, int] | None = None
    named: str = ""
    backend: BackendChoice = DEFAULT
    seed: int | None = None
    trace: Path | None = None
    shortcuts: Shortcuts = OWN


@dataclass(frozen=True)
class NativePlan:
    """A request with everything looked up and found possible.

    Attributes:
        request: what was asked for.
        bundle: its folder.
        manifest: of the bundle.
        inputs: the audio files.
        stems: names of those that are generated.
        geometry: indices of a cycle.
        programme: what is played.
        truth: the piece's chords and onsets, if they are known.
    """

    request: NativeRequest
    bundle: Path
    manifest: Manifest
    inputs: tuple[Path, ...]
    stems: tuple[str, ...]
    geometry: Geometry
    programme: Programme
    truth: Truth | None


def make_native_plan(request: NativeRequest) -> NativePlan:
    """Look up and check everything before anything is started.

    Raises:
        SidemanError: something in the request is wrong; the message names it.
    """
    bundle = request.bundle or demo.demo_bundle()
    manifest = Bundle.open(bundle, check=False).manifest
    request.shortcuts.check(manifest, request.backend.name)
    if request.server is not None and request.shortcuts != OWN:
        raise SidemanError(
            f"{' '.join(request.shortcuts.arguments())}: the server that --server names plays as "
            "it was started.",
            "Give the option to `sideman serve`, or leave out --server.",
        )
    check_columns(request.step, request.lead)
    geometry = Geometry.columnar(
        manifest.grid, request.step or DEFAULT_STEP, request.lead or DEFAULT_LEAD, OVERLAP
    )
    seconds = request.seconds
    if seconds is None and not request.inputs:
        seconds = demo.SECONDS
    inputs = request.inputs or (demo.demo_loop(),)
    return NativePlan(
        request=request,
        bundle=bundle,
        manifest=manifest,
        inputs=inputs,
        stems=choose_stems(request.stems, manifest.stems),
        geometry=geometry,
        programme=make_programme(inputs, manifest.grid.sample_rate, geometry.step_samples, seconds),
        truth=demo.demo_truth() if request.bundle is None and not request.inputs else None,
    )
