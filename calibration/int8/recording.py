"""Playing calibration music and keeping, on disk, what went into every stage.

A cycle is recorded for every stem in every regime (retrospective, immediate, look-ahead, and the
native protocol's whole columns), so every shape, mask and noise level of a performance is there,
in the proportions of a performance. Where in the music a cycle lies is drawn evenly over time from
a seed. Each cycle is a file that appears whole or not at all, so that a stopped recording goes on
where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8.music import Music
from sideman.calibration.int8.recorder import Call, Collector, RecordingBackend
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.files import file_in_place_of
from sideman.engine.loading.registry import create_backend
from sideman.engine.loading.stages import DEFAULT
from sideman.runtime.native.setting import DEFAULT_LEAD, DEFAULT_STEP, OVERLAP
from sideman.runtime.playing.geometry import DEFAULT_FADE, DEFAULT_R, Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session

#: Told how many of how many cycles are there.
Progress = Callable[[int, int], None]
#: Cycles that are played before the one that is recorded, so that it keeps columns of its own.
_BEFORE = 1
CALIBRATE, JUDGE = "calibrate", "judge"


@dataclass(frozen=True)
class Place:
    """One cycle that is recorded.

    Attributes:
        purpose: `CALIBRATE` or `JUDGE`: nothing is judged by a cycle that it was calibrated with;
            how far apart the two lie in the music is up to its length (`too_short_for`).
        regime: key of `regimes`.
        stem: that is generated.
        index: which of the cycles of this purpose, regime and stem.
        piece: of the music.
        share: where in the piece, from 0 to 1.
    """

    purpose: str
    regime: str
    stem: str
    index: int
    piece: int
    share: float

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.purpose}.{self.regime}.{self.stem}.{self.index}.npz"


@dataclass(frozen=True)
class Cycle:
    """A recorded cycle: its place, and the calls of its stages in order."""

    place: Place
    calls: tuple[Call, ...]


def regimes(grid: LatentGrid) -> dict[str, Geometry]:
    """The window arithmetic of every way in which a bundle is played by default, by its name."""
    found = {f"w{w:+d}": Geometry.reference(grid, DEFAULT_R, w, DEFAULT_FADE) for w in (-1, 0, 1)}
    found["native"] = Geometry.columnar(grid, DEFAULT_STEP, DEFAULT_LEAD, OVERLAP)
    return found


def choose_places(
    music: Music, stems: Sequence[str], names: Sequence[str], cycles: int, seed: int
) -> list[Place]:
    """Where to record: every stem and regime, even over pieces and over time.

    Args:
        music: what is played.
        stems: of the model.
        names: of the regimes.
        cycles: to calibrate with, of every stem and regime; half as many, at least one, to judge.
        seed: of where in time the cycles lie.
    """
    random = np.random.default_rng(seed)
    places = []
    for purpose, count in ((CALIBRATE, cycles), (JUDGE, max(1, cycles // 2))):
        total = count * len(stems) * len(names)
        # One place in each of `total` equal parts of the music, in random order.
        shares = random.permutation((np.arange(total) + random.random(total)) / total)
        slots = iter(shares)
        for regime in names:
            for stem in stems:
                for index in range(count):
                    whole = float(next(slots)) * len(music.pieces)
                    piece = min(int(whole), len(music.pieces) - 1)
                    places.append(Place(purpose, regime, stem, index, piece, whole - piece))
    return places


def too_short_for(music: Music, manifest: Manifest, cycles: int) -> float | None:
    """How much music it would take for judged cycles to lie apart from recorded ones.

    Recorded cycles lie evenly: one in each of as many equal parts of the music. Where such a part
    is no longer than the window, no window that is judged fits between theirs.

    Args:
        music: what is played.
        manifest: of the bundle.
        cycles: as `choose_places`.

    Returns:
        Seconds, in as many pieces of equal length; None where this music suffices.
    """
    grid, count = manifest.grid, len(music.pieces)
    geometries = regimes(grid)
    recorded = cycles * len(manifest.stems) * len(geometries)
    if count > recorded:
        # There is a piece in which nothing is recorded.
        return None
    longest = max(_needed(grid, geometry) for geometry in geometries.values())
    piece = longest + grid.window_samples * recorded / count
    if max(max(map(len, each.planes.values())) for each in music.pieces) > piece:
        return None
    return count * piece / grid.sample_rate


def span(place: Place, grid: LatentGrid, geometry: Geometry, length: int) -> tuple[int, int]:
    """Where a piece of some samples is played for a place; the window is the end of it."""
    needed = _needed(grid, geometry)
    start = int(place.share * max(0, length - needed))
    return start, start + needed


def record(
    bundle: Bundle,
    music: Music,
    folder: Path,
    cycles: int,
    seed: int,
    progress: Progress = lambda *_: None,
) -> list[Place]:
    """Play and keep the cycles that the folder does not hold yet.

    Args:
        bundle: in float32.
        music: what is played.
        folder: takes a file a cycle, a few megabytes each at full size.
        cycles: as `choose_places`.
        seed: of places and noise.
        progress: told after every cycle.

    Raises:
        SidemanError: the bundle cannot be played.
    """
    geometries = regimes(bundle.manifest.grid)
    places = choose_places(music, bundle.manifest.stems, list(geometries), cycles, seed)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [place for place in places if not (folder / place.file).is_file()]
    progress(len(places) - len(missing), len(places))
    if not missing:
        return places
    collector = Collector()
    backend = RecordingBackend(create_backend(DEFAULT), collector)
    with Session(
        bundle.manifest, backend, backend.load_bundle(bundle), GaussianNoise(seed)
    ) as session:
        for number, place in enumerate(missing):
            calls = _play(session, geometries[place.regime], music, place, collector)
            _write(folder / place.file, calls)
            progress(len(places) - len(missing) + number + 1, len(places))
    return places


def read_cycle(folder: Path, place: Place) -> Cycle:
    """Read a cycle that `record` kept.

    Raises:
        CalibrationError: its file is missing or damaged.
    """
    file = folder / place.file
    try:
        with np.load(file, allow_pickle=False) as content:
            arrays = {name: content[name] for name in content.files}
    except (OSError, ValueError, EOFError) as error:
        raise CalibrationError(
            f"A recorded cycle cannot be read: {file}: {error}",
            f"Delete {file} and run the command again.",
        ) from error
    grouped: dict[str, dict[str, npt.NDArray[np.float32]]] = {}
    for name, array in arrays.items():
        call, _, tensor = name.partition("/")
        grouped.setdefault(call, {})[tensor] = array
    calls = [Call(name.partition(".")[2], inputs) for name, inputs in sorted(grouped.items())]
    return Cycle(place, tuple(calls))


def read_cycles(folder: Path, places: Sequence[Place], purpose: str) -> Iterator[Cycle]:
    """Every recorded cycle of a purpose, one in memory at a time."""
    return (read_cycle(folder, place) for place in places if place.purpose == purpose)


def _needed(grid: LatentGrid, geometry: Geometry) -> int:
    """Samples of a window that is full before the first cycle, and of the steps that are played."""
    size = geometry.step_samples
    return (-(-grid.window_samples // size) + _BEFORE + 1) * size


def _play(
    session: Session, geometry: Geometry, music: Music, place: Place, collector: Collector
) -> list[Call]:
    """Play up to a place and keep the calls of its cycle."""
    size = geometry.step_samples
    needed = _needed(session.grid, geometry)
    fill = needed // size - _BEFORE - 1
    context = music.pieces[place.piece].context(place.stem)
    if len(context) < needed:
        context = np.resize(context, needed)
    start, end = span(place, session.grid, geometry, len(context))
    steps = context[start:end].reshape(-1, size)
    session.configure(geometry, (session.stems.index(place.stem),))
    session.reset()
    for step in steps[:fill]:
        session.skip(step)
    for step in steps[fill:-1]:
        session.step(step)
    collector.listening = True
    try:
        session.step(steps[-1])
    finally:
        collector.listening = False
    return collector.drain()


def _write(file: Path, calls: Sequence[Call]) -> None:
    arrays = {
        f"{number:03d}.{call.stage}/{name}": array
        for number, call in enumerate(calls)
        for name, array in call.inputs.items()
    }
    with file_in_place_of(file) as partial, partial.open("wb") as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]
