"""What is played, and how: the options that `rehearse` and `bench` share, fitted to a model."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import SidemanError
from sideman.engine.loading.stages import DEFAULT
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R, DEFAULT_W, Geometry
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.rehearse.client import ClientSettings
from sideman.runtime.rehearse.demo import demo_bundle
from sideman.runtime.rehearse.package import choose_package
from sideman.runtime.rehearse.timeline import Placement

_USUAL_STEM = "bass"


@dataclass(frozen=True)
class Performance:
    """Options of everything that plays into a server.

    Attributes:
        bundle: the bundle's folder; None takes the demo's own.
        stems: names of the stems to generate; None takes the usual one.
        r: step as a fraction of the window.
        w: −1 retrospective, 0 immediate, 1 look-ahead.
        fade: fade-in as a fraction of the sample rate, so in seconds.
        package: samples in a datagram, both ways; None takes what is usual, or the most that
            passes here.
        backend: what runs the stages.
        seed: of the noise; None draws another one each time.
        shortcuts: what is left out of every cycle.
    """

    bundle: Path | None = None
    _: KW_ONLY
    stems: tuple[str, ...] | None = None
    r: float = DEFAULT_R
    w: int = DEFAULT_W
    fade: float = DEFAULT_FADE
    package: int | None = None
    backend: BackendChoice = DEFAULT
    seed: int | None = None
    shortcuts: Shortcuts = OWN

    @property
    def folder(self) -> Path:
        """The folder of the bundle that is played.

        Raises:
            SidemanError: no bundle was named, and this installation came without the demo's.
        """
        return self.bundle or demo_bundle()


@dataclass(frozen=True)
class Setup:
    """A performance as one model can give it.

    Attributes:
        geometry: indices of its cycles.
        settings: what the client tells the server.
        note: tells the user that packages had to be smaller than usual; else empty.
    """

    geometry: Geometry
    settings: ClientSettings
    note: str

    def placement(self, steps: int) -> Placement:
        """The time line of so many steps."""
        return Placement.of(self.geometry, self.settings.w, steps)


def set_up(performance: Performance, manifest: Manifest, *, planes: bool = False) -> Setup:
    """Fit a performance to a model.

    Args:
        performance: what is asked for.
        manifest: of its bundle.
        planes: send each stem's plane on its own address.

    Raises:
        SidemanError: a stem that the model does not have, a shortcut that it cannot take, a step,
            lead and fade that its window cannot hold, or packages that do not pass here.
    """
    performance.shortcuts.check(manifest, performance.backend.name)
    stems = choose_stems(performance.stems, manifest.stems)
    geometry = Geometry.reference(manifest.grid, performance.r, performance.w, performance.fade)
    performance.shortcuts.check_geometry(geometry)
    package, note = choose_package(performance.package, manifest.stems)
    settings = ClientSettings(
        stems=manifest.stems,
        wanted=stems,
        r=performance.r,
        w=performance.w,
        fade=performance.fade,
        package=package,
        planes=planes,
    )
    return Setup(geometry, settings, note)


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
    wanted = tuple(name for name in wanted if name)
    unknown = [name for name in wanted if name not in stems]
    if unknown or not wanted:
        names = ", ".join(map(repr, unknown)) or "nothing"
        raise SidemanError(f"The bundle has no stem {names}.", f"Its stems are {', '.join(stems)}.")
    # In the order of the label, each once.
    return tuple(stem for stem in stems if stem in wanted)
