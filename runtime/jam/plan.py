"""Looks up and checks what a session needs, from the options of `sideman jam`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from types import ModuleType

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import SidemanError
from sideman.engine.loading.stages import DEFAULT
from sideman.runtime.client import check_columns
from sideman.runtime.jam.card import Wiring
from sideman.runtime.jam.devices import choose_channels, choose_devices, find_devices
from sideman.runtime.native.setting import DEFAULT_LEAD, DEFAULT_STEP, OVERLAP
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.rehearse.performance import choose_stems


@dataclass(frozen=True)
class Request:
    """Options of `sideman jam`.

    Attributes:
        bundle: of the server that is started; None takes the demo's own.
        server: host and port of a server that runs already; None starts one.
        named: which of that server's bundles plays; empty takes its first or only one.
        stems: names of the stems that play; None takes the usual one.
        input_device: number of a device, or a part of its name; None takes the usual one.
        output_device: likewise.
        input_channels: numbers from 1, with commas between them; None takes the first two.
        output_channels: likewise.
        rate: in Hz; None takes what the sound card usually runs at.
        block: samples of a block; 0 leaves it to the system.
        step: columns of a cycle; 0 leaves it to the server.
        lead: columns that the band plays ahead; 0 follows the server's advice.
        margin: "tight", "normal" or "safe".
        monitor: whether the musician is played on the outputs, too.
        record: folder for what was played; None keeps nothing.
        seconds: to play once the band has joined; None plays until Ctrl-C.
        backend: what runs the stages of a server that is started.
        seed: of its noise; None draws another one each time.
        shortcuts: what it leaves out of every cycle.
    """

    bundle: Path | None = None
    _: KW_ONLY
    server: tuple[str, int] | None = None
    named: str = ""
    stems: tuple[str, ...] | None = None
    input_device: str | None = None
    output_device: str | None = None
    input_channels: str | None = None
    output_channels: str | None = None
    rate: int | None = None
    block: int = 0
    step: int = 0
    lead: int = 0
    margin: str = "normal"
    monitor: bool = False
    record: Path | None = None
    seconds: float | None = None
    backend: BackendChoice = DEFAULT
    seed: int | None = None
    shortcuts: Shortcuts = OWN


@dataclass(frozen=True)
class Plan:
    """A request with everything looked up and found possible.

    Attributes:
        request: what was asked for.
        wiring: the sound card.
        bundle: folder for the server that is started; None where one runs already.
        stems: names of those that play.
        notes: what makes the answer another than the bundle's own.
    """

    request: Request
    wiring: Wiring
    bundle: Path | None
    stems: tuple[str, ...]
    notes: tuple[str, ...] = ()


def make_plan(request: Request, library: ModuleType) -> Plan:
    """Look up and check everything before anything is started.

    Args:
        request: what is asked for.
        library: the module `sounddevice`.

    Raises:
        SidemanError: something in the request is wrong; the message names it.
    """
    first, second = choose_devices(
        find_devices(library), request.input_device, request.output_device
    )
    wiring = Wiring(
        first,
        second,
        choose_channels(request.input_channels, first, "input"),
        choose_channels(request.output_channels, second, "output"),
        request.rate or second.rate,
        request.block,
    )
    check_columns(request.step, request.lead)
    if request.server is None:
        bundle = request.bundle or demo_bundle()
        manifest = Bundle.open(bundle, check=False).manifest
        request.shortcuts.check(manifest, request.backend.name)
        # Here, not by the server that is started: nothing has been begun yet.
        Geometry.columnar(
            manifest.grid, request.step or DEFAULT_STEP, request.lead or DEFAULT_LEAD, OVERLAP
        )
        stems = choose_stems(request.stems, manifest.stems)
        return Plan(request, wiring, bundle, stems, request.shortcuts.notes(manifest))
    own = (request.backend, request.seed, request.shortcuts) == (DEFAULT, None, OWN)
    if request.bundle is not None or not own:
        raise SidemanError(
            "BUNDLE, --backend, --threads, --precision, --device, --seed, --evaluations and "
            "--encode are for a server that is started here; the one that --server names plays "
            "what it was started with.",
            "Leave them out, or leave out --server.",
        )
    names = tuple(dict.fromkeys(name for name in request.stems or ("bass",) if name))
    if not names:
        raise SidemanError("--stems names no stem.", "Name one, such as bass.")
    return Plan(request, wiring, None, names)
