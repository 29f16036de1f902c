"""A contestant that has been loaded, and what one cycle of it gave."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.calibration_report import keeps_bound, read_report
from sideman.engine.bundle.manifest import short_name
from sideman.engine.comparing.stages import Loaded
from sideman.runtime.bench.contest.contestants import Contestant
from sideman.runtime.bench.contest.memory import resident_bytes
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.noise import GaussianNoise
from sideman.runtime.playing.session import Session
from sideman.runtime.rehearse.performance import Performance, choose_stems


@dataclass(frozen=True)
class Played:
    """One cycle.

    Attributes:
        seconds: by span.
        latents: of the stems that were generated, [rows, channels, columns].
        sound: [rows, out_samples].
    """

    seconds: Mapping[str, float]
    latents: NDArray[np.float32]
    sound: NDArray[np.float32]


class Entrant:
    """A contestant, loaded and warm; owns its session.

    Attributes:
        contestant: who it is.
        manifest: of its bundle.
        line: one line that says what runs it.
        precision: that it computes in, such as "fp32".
        stems: that it generates.
        keeps_bound: whether it is in 8 bits and its calibration found it within its bound.
        evaluations: of the denoiser, in a cycle.
        step_seconds: of audio in a step.
        deadline_seconds: that a reply may take.
        load_seconds: until it was warm, with compiling where nothing was compiled yet.
        grown_bytes: by how much the process has grown by then; None where nobody tells.

    Args:
        contestant: to load.
        asked: what is played.

    Raises:
        SidemanError: it cannot be run here, or not what is asked for.
    """

    def __init__(self, contestant: Contestant, asked: Performance) -> None:
        gc.collect()
        begun, before = perf_counter(), resident_bytes()
        self.contestant = contestant
        self.manifest, backend, stages = contestant.load()
        try:
            # The first run is inside: some compile only then.
            self._session = Session(
                self.manifest,
                backend,
                stages,
                GaussianNoise(asked.seed),
                shortcuts=contestant.shortcuts,
            )
            self.precision = short_name(Loaded(backend, stages).precision())
            report = read_report(contestant.bundle)
            choice = contestant.choice
            self.keeps_bound = report is not None and keeps_bound(
                report, choice.name, choice.precision
            )
            self.stems = choose_stems(asked.stems, self.manifest.stems)
            geometry = Geometry.reference(self.manifest.grid, asked.r, asked.w, asked.fade)
            self._rows = tuple(self.manifest.stems.index(stem) for stem in self.stems)
            self._session.configure(geometry, self._rows)
            self._session.warm_up()
        except BaseException:
            backend.close()
            raise
        self.line = backend.describe()
        self.load_seconds = perf_counter() - begun
        after = resident_bytes()
        self.grown_bytes = None if before is None or after is None else max(0, after - before)
        self.evaluations = self._session.evaluations
        rate = self.manifest.grid.sample_rate
        self.step_samples = geometry.step_samples
        self.step_seconds = geometry.step_samples / rate
        self.deadline_seconds = geometry.deadline_samples / rate

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for those that compute the same of the same weights, but for what is left out."""
        manifest = self.manifest
        origin = manifest.origin
        made_of = tuple(
            repr(origin.get(key)) for key in ("files", "random_weights_seed", "weights")
        )
        named = () if origin.get("files") else (self.contestant.bundle.resolve(),)
        return (manifest.grid, manifest.stems, manifest.kind, manifest.sampler, *made_of, *named)

    def play(self, audio: NDArray[np.float32]) -> Played:
        """Play one step; its noise is drawn before, as it is between the steps of a performance.

        Args:
            audio: [step_samples].

        Raises:
            BackendError: a stage failed, or gave numbers that are not finite.
        """
        self._session.prepare()
        sound = self._session.step(audio).copy()
        self._session.profile.commit()
        latents = self._session.latents[list(self._rows)].copy()
        return Played(self._session.profile.last, latents, sound)

    def close(self) -> None:
        """Free the stages."""
        self._session.close()
