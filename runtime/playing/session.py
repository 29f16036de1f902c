"""A session: a model that plays along, one step of audio after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter, perf_counter_ns, thread_time_ns
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.backends.once import run_once
from sideman.engine.backends.program import RecordTime
from sideman.engine.backends.progress import Progress, nobody
from sideman.engine.bundle.contexts import check_contexts
from sideman.engine.bundle.manifest import Manifest, SamplerSpec
from sideman.engine.errors import SidemanError
from sideman.engine.loading.stages import DEFAULT, load_stages
from sideman.runtime.playing.batch import Batch
from sideman.runtime.playing.cycle import Cycle
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise, NoiseSource
from sideman.runtime.playing.profile import REMEMBERED, Profile
from sideman.runtime.playing.replay_check import check_replay
from sideman.runtime.playing.samplers import make_table
from sideman.runtime.playing.shortcuts import OWN, Shortcuts
from sideman.runtime.playing.window import Window

#: Runs a cycle whose inputs are written, and tells seconds by stage.
RunCycle = Callable[[Cycle, RecordTime], None]


class Session:
    """Loaded stages, the window, and the cycle that fits the present parameters.

    Not thread-safe: one thread owns a session. All state of a performance lives here.

    Attributes:
        manifest: what the bundle says of itself.
        profile: seconds of every span; `step` records, the caller commits.
        shortcuts: what is left out of every cycle.
        run_cycle: runs the cycle of a step, in place of the cycle itself: together with others'
            (`Batch`). Its outputs are then as after `Cycle.run`. None for a step of its own.

    Args:
        manifest: of the bundle that the stages are from.
        backend: owns the stages; closed with the session.
        stages: by name.
        noise: where random numbers come from.
        sampler: another sampler or schedule than the bundle's own.
        shortcuts: what is left out of every cycle.
        beside: a session that has loaded the stages. What both have in common is not made again:
            weights, the latent of silence, and which sizes the stages have run in. The stages stay
            its own, so it is closed last.
        remembered: cycles that the profile keeps.

    Raises:
        SidemanError: this bundle or backend cannot leave that out.
    """

    def __init__(
        self,
        manifest: Manifest,
        backend: Backend,
        stages: dict[str, Stage],
        noise: NoiseSource | None = None,
        sampler: SamplerSpec | None = None,
        shortcuts: Shortcuts = OWN,
        *,
        beside: Session | None = None,
        remembered: int = REMEMBERED,
    ) -> None:
        self.manifest = manifest
        self.grid = manifest.grid
        self.stems = manifest.stems
        self.profile = Profile(remembered)
        self._backend = backend
        self._owner = beside is None
        self._stages = stages
        self._noise = noise or GaussianNoise()
        shortcuts.check(manifest)
        shortcuts.check_backend(backend.name, on_host=backend.on_host)
        self.shortcuts = shortcuts
        self._sampler = sampler
        self._table = make_table(sampler or shortcuts.sampler(manifest))
        self.run_cycle: RunCycle | None = None
        self._cycle: Cycle | None = None
        self._geometry: Geometry | None = None
        self._prepared = False
        self._compared = 0
        # The sizes of the cycle; those in which the stages have run, and seconds of the last run.
        self._sizes: tuple[tuple[str, int], ...] = ()
        self._warm: dict[tuple[tuple[str, int], ...], float] = (
            {} if beside is None else beside._warm
        )
        self._silence: NDArray[np.float32] = (
            self._encode_silence() if beside is None else beside._silence
        )
        self._window = Window(self.grid, self.grid.window_samples, len(self.stems))
        self.reset()

    @classmethod
    def open(
        cls,
        bundle: Path,
        *,
        backend: BackendChoice = DEFAULT,
        seed: int | None = None,
        sampler: SamplerSpec | None = None,
        progress: Progress = nobody,
        noise: NoiseSource | None = None,
        shortcuts: Shortcuts = OWN,
    ) -> Session:
        """Check a bundle, load its stages and start a session; takes seconds to minutes.

        Args:
            bundle: the bundle's folder.
            backend: what runs the stages.
            seed: of the noise, for repeatable sessions.
            sampler: another sampler or schedule than the bundle's own.
            progress: is told how far it is.
            noise: where random numbers come from, instead of a source with this seed.
            shortcuts: what is left out of every cycle.

        Raises:
            SidemanError: the bundle is damaged or cannot leave that out, the backend missing, or a
                stage does not load.
        """
        manifest, owner, stages = load_stages(bundle, backend, progress)
        try:
            return cls(manifest, owner, stages, noise or GaussianNoise(seed), sampler, shortcuts)
        except BaseException:
            owner.close()
            raise

    def another(self, noise: NoiseSource | None = None, *, remembered: int = REMEMBERED) -> Session:
        """A further session on the stages of this one, with a window and noise of its own.

        Cycles of sessions that share stages run one after the other, unless the backend's stages
        may run side by side.

        Args:
            noise: where its random numbers come from.
            remembered: cycles that its profile keeps.
        """
        return Session(
            self.manifest,
            self._backend,
            self._stages,
            noise,
            self._sampler,
            self.shortcuts,
            beside=self,
            remembered=remembered,
        )

    @property
    def name(self) -> str:
        """The bundle's name, for people."""
        return self.manifest.name

    @property
    def trained(self) -> bool:
        """False where the bundle holds random weights."""
        return self.manifest.trained

    @property
    def backend_line(self) -> str:
        """One line that says what runs the stages."""
        return self._backend.describe()

    @property
    def evaluations(self) -> int:
        """Evaluations of the denoiser in one cycle."""
        return len(self._table.evaluations)

    @property
    def mixture(self) -> NDArray[np.float32]:
        """The masked context latent of the last cycle, [channels, columns]; a view."""
        mixture = self._configured()[1].mixture
        mixture.download()
        latent: NDArray[np.float32] = mixture.host[0]
        return latent

    @property
    def latents(self) -> NDArray[np.float32]:
        """Latents of all stems after the last shift, [stems, channels, columns]; a view."""
        return self._window.latents

    @property
    def playable(self) -> bool:
        """Whether there is a cycle to run.

        `configure` makes one for its stems; it is discarded if a replay turns out to be wrong.
        """
        return self._cycle is not None

    @property
    def execution(self) -> str:
        """How a cycle runs on the device; empty where it simply runs stage after stage."""
        return "" if self._cycle is None else self._cycle.program.describe()

    def check(self, geometry: Geometry, rows: tuple[int, ...]) -> None:
        """Check before `configure` that the stages can run in these sizes; from any thread.

        Args:
            geometry: indices of the cycles to come.
            rows: stems to generate; with none of them no stage runs.

        Raises:
            BackendError: an engine was built for other sizes; the message says how to build one.
            GeometryError: what is left out of a cycle cannot be, with these steps.
        """
        self.shortcuts.check_geometry(geometry)
        if rows:
            sizes = geometry.free_sizes(len(rows))
            for stage in self._stages.values():
                stage.check_sizes(sizes)

    def configure(self, geometry: Geometry, rows: tuple[int, ...]) -> None:
        """Choose window arithmetic and stems; allocates and binds, so call it between cycles only.

        The window's content stays. Where its length changes, the newest part stays.

        Args:
            geometry: indices of the cycles to come.
            rows: stems to generate, by index, in the order of the output's rows; may be empty.

        Raises:
            SidemanError: a stem that the model does not have, one named twice, or sizes that the
                stages cannot run in; the session is then as before. If memory runs out, however,
                the session has no cycle any more and has to be configured for less.
        """
        if len(set(rows)) != len(rows) or any(not 0 <= row < len(self.stems) for row in rows):
            raise SidemanError(
                f"Stems {rows} are not distinct indices into {', '.join(self.stems)}."
            )
        self.check(geometry, rows)
        if geometry.window_samples != len(self._window.audio):
            audio = self._window.audio
            self._window.audio = np.zeros(geometry.window_samples, np.float32)
            newest = min(len(audio), geometry.window_samples)
            self._window.audio[-newest:] = audio[-newest:]
            self._window.encoded.fill(False)  # their audio lies at another place now
        self._geometry = geometry
        # The old cycle's device memory is freed before the new one's is asked for.
        self._cycle = None
        self._cycle = self._make_cycle(geometry, rows) if rows else None
        sizes = geometry.free_sizes(len(rows))
        if self._cycle is not None:
            # Distinct for what is encoded at a time.
            sizes |= {f"encoded {i}": n for i, n in enumerate(self._cycle.encoding.sizes)}
        self._sizes = tuple(sorted(sizes.items()))
        self._prepared = False
        self._compared = 0

    def warm_up(self, cycles: int = 2) -> None:
        """Run throw-away cycles on silence; the session's state and noise stay untouched.

        The first run of a graph allocates the library's own memory and takes several times as
        long as the others. A backend that can record the cycle and replay it does so here, and
        the first replay is compared with a plain run. Sizes in which all of this was done before
        are left alone, unless there is something to record.

        Args:
            cycles: how many.

        Raises:
            BackendError: a stage failed or gave numbers that are not finite, or the replay computes
                something else.
        """
        if self._cycle is None or self._sizes in self._warm:
            return
        scratch, seconds = Profile(1), 0.0
        self._cycle.encoding.rouse()
        for _ in range(cycles):
            start = perf_counter()
            self._cycle.run(scratch.record)
            seconds = perf_counter() - start
            self._cycle.check()
        program = self._cycle.program
        if cycles and not program.replays and program.capture():
            self._compare_replay(self._cycle)
        elif cycles and not program.replays:
            self._warm[self._sizes] = seconds

    def batch(self, geometry: Geometry, rows: int) -> Batch:
        """Bind the stages for rows of several sessions at once; between cycles only.

        Args:
            geometry: of all these sessions.
            rows: of all together, 2 or more.

        Raises:
            BundleError: all rows of this bundle hear the same context.
            BackendError: an engine was built for other sizes; the message says how to build one.
        """
        check_contexts(self.manifest)
        sizes = geometry.free_sizes(rows, contexts=rows)
        for name in ("step", "decode"):
            self._stages[name].check_sizes(sizes)
        return Batch(
            self._backend, self._stages, self.grid, geometry, self._table, rows, len(self.stems)
        )

    @property
    def expected_seconds(self) -> float | None:
        """How long a cycle took when the stages ran in these sizes; None where nobody knows."""
        return self._warm.get(self._sizes) if self._cycle is not None else None

    def measure_stages(self, cycles: int) -> list[dict[str, float]]:
        """Run throw-away cycles with every stage timed; the session's state stays untouched.

        A cycle that is replayed as a whole cannot be timed between its stages, so `step` records
        only the whole cycle; this method measures the stages.

        Args:
            cycles: how many.

        Returns:
            Seconds by stage, one mapping a cycle.

        Raises:
            BackendError: a stage failed.
        """
        _, cycle = self._configured()
        measured: list[dict[str, float]] = []
        for _ in range(cycles):
            seconds: dict[str, float] = {}
            cycle.program.measure(seconds.__setitem__)
            measured.append(seconds)
        return measured

    @property
    def times_stages(self) -> bool:
        """Whether `step` records every stage, so that `measure_stages` is not needed."""
        return self._cycle is None or self._cycle.program.times_segments

    def keep_warm(self) -> None:
        """Give the device a little work between cycles; the session's state stays untouched.

        Raises:
            BackendError: a stage failed.
        """
        if self._cycle is not None:
            self._cycle.keep_warm()

    def prepare(self) -> None:
        """Draw the next cycle's noise; call between a reply and the next step."""
        if self._cycle is not None and self._cycle.program.captures != self._compared:
            # The cycle was recorded anew since the last comparison, because something it was bound
            # to changed.
            self._compare_replay(self._cycle)
        if self._cycle is not None and not self._prepared:
            self._noise.fill(self._cycle.noise)
            self._cycle.prepare()
        self._prepared = True

    def step(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take a step's audio and play along.

        Args:
            audio: [step_samples] float32.

        Returns:
            The stems, [rows, out_samples] float32, in the order of `configure`'s rows, the first
            `fade_samples` faded in; a view that is valid until the next call.

        Raises:
            BackendError: a stage failed, or gave numbers that are not finite. After this and any
                other error the step counts as skipped: its audio is in the window, and the next
                cycle generates its columns.
        """
        geometry, cycle = self._configured()
        begun, worked = perf_counter_ns(), thread_time_ns()
        window = self._window
        window.write(geometry, audio)
        try:
            self.prepare()
            self._prepared = False
            cycle.encoding.take(window)
            for index, row in enumerate(cycle.rows):
                cycle.source.host[index] = window.latents[row]
                window.keep(geometry, row, cycle.keep.host[index])
            staged, waited = perf_counter_ns(), thread_time_ns()
            (self.run_cycle or Cycle.run)(cycle, self.profile.record)
            ran, resumed = perf_counter_ns(), thread_time_ns()
            cycle.check()
        except BaseException:
            self._drop_columns(geometry)
            raise
        cycle.encoding.keep(window)
        for row in range(len(self.stems)):
            if row in cycle.rows:
                window.store(row, cycle.latent.host[cycle.rows.index(row)])
            else:
                window.drop_columns(geometry, row)
        window.shift(geometry)
        done, rested = perf_counter_ns(), thread_time_ns()
        self.profile.place_stages(staged)
        self.profile.mark("window", begun, staged)
        self.profile.mark("store", ran, done)
        self.profile.mark("cycle", begun, done)
        idle = (staged - begun) + (done - ran) - (waited - worked) - (rested - resumed)
        self.profile.record("lock", max(0, idle) / 1e9)
        return cycle.output

    def skip(self, audio: NDArray[np.float32]) -> None:
        """Take a step's audio without playing, when a step is dropped or no stem is wanted.

        The audio enters the window at its place. The columns that the step would have generated
        are marked as not generated, so that the next cycle generates them rather than keeping
        silence as if it were music.
        """
        if self._geometry is None:
            raise SidemanError("The session has not been configured.")
        self._window.write(self._geometry, audio)
        self._drop_columns(self._geometry)

    def reset(self) -> None:
        """Forget all audio and latents; a seeded source of noise begins again."""
        self._window.reset(self._silence)
        self._noise.restart()
        self._prepared = False

    def snapshot(self) -> dict[str, NDArray[np.float32]]:
        """Copies for people to look at.

        Returns:
            "context" [window_samples], "generated" [stems, channels, columns] and "output"
            [rows, out_samples], the last cycle's.
        """
        output = np.zeros((0, 0), np.float32) if self._cycle is None else self._cycle.output.copy()
        return {
            "context": self._window.audio.copy(),
            "generated": self._window.latents.copy(),
            "output": output,
        }

    def close(self) -> None:
        """Free what is the session's own; the stages too, if it has loaded them."""
        self._cycle = None
        self._stages = {}
        if self._owner:
            self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _configured(self) -> tuple[Geometry, Cycle]:
        if self._geometry is None or self._cycle is None:
            raise SidemanError("The session has no stem to play: configure it first.")
        return self._geometry, self._cycle

    def _compare_replay(self, cycle: Cycle) -> None:
        """Check a new recording of the cycle before it is used to play.

        Raises:
            BackendError: the replay computes something else; the session then has no cycle any more
                and has to be configured again.
        """
        try:
            check_replay(cycle)
        except BaseException:
            self._cycle = None
            raise
        self._compared = cycle.program.captures

    def _drop_columns(self, geometry: Geometry) -> None:
        for row in range(len(self.stems)):
            self._window.drop_columns(geometry, row)
        self._window.shift(geometry)

    def _make_cycle(self, geometry: Geometry, rows: tuple[int, ...]) -> Cycle:
        return Cycle(
            self._backend,
            self._stages,
            self.grid,
            geometry,
            self._table,
            rows,
            len(self.stems),
            self.shortcuts.encode,
        )

    def _encode_silence(self) -> NDArray[np.float32]:
        """The latent that a session starts from, as in the published server."""
        inputs = {
            "audio": np.zeros((1, self.grid.codec_samples), np.float32),
            "known": np.ones((1, self.grid.columns), np.float32),
        }
        latent: NDArray[np.float32]
        latent = run_once(self._backend, self._stages["encode"], inputs)["mixture"][0]
        return latent
