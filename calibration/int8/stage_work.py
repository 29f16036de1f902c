"""One stage, from recorded calls to the choice of what stays in float32."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sideman.calibration.int8.histograms import SHARE, find_most
from sideman.calibration.int8.judging import (
    Case,
    Errors,
    make_cases,
    measure,
    worst_distance,
    worst_snr,
)
from sideman.calibration.int8.mixing import Mixer
from sideman.calibration.int8.quantising import Scheme, quantise
from sideman.calibration.int8.ranges import Inputs, find_ranges, prepare
from sideman.calibration.int8.recording import CALIBRATE, JUDGE, Place, read_cycles
from sideman.calibration.int8.sensitivity import (
    BLOCKS_FROM,
    Bound,
    Group,
    KnownErrors,
    Trial,
    blocks,
    fewest_kept,
    layers,
    measure_groups,
    worst_first,
)
from sideman.calibration.int8.speed import Contestant, ratio, time_stages
from sideman.engine.backends.base import Backend
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import StageSpec
from sideman.runtime.playing.samplers import make_table

#: Told what is done, how far it is, and of how much.
Progress = Callable[[str, int, int], None]
#: The regime whose cases tell the layers apart: what is heard now, and the shortest decode.
_TELLING = {"encode": "w+0", "step": "w+0", "decode": "native"}
#: Runs by which a choice of layers is timed against float32.
_ROUNDS = 5
#: How far ranges may reach, in words.
_WHOLE, _MOST = "lowest to highest", f"{100 * SHARE:g} % of the values"


@dataclass(frozen=True)
class Choice:
    """What became of a stage.

    Attributes:
        groups: every layer or block, with the error that it causes alone, in the graph's order.
        kept: names of those that stay in float32, worst first.
        names: convolutions that are quantised.
        trials: what was measured on the way, by the number that stayed in float32, with the time
            of each over that of float32; NaN where it was not measured.
        errors: of the stage with `names` quantised; empty where nothing is.
    """

    groups: tuple[Group, ...]
    kept: tuple[str, ...]
    names: tuple[str, ...]
    trials: tuple[tuple[Trial, float], ...]
    errors: Errors


@dataclass(frozen=True)
class Reach:
    """How far the ranges of a stage's activations reach.

    Attributes:
        name: in words, of the one that was taken.
        tried: every one, with the error of the stage with all of its convolutions in eight bits.
    """

    name: str
    tried: tuple[Group, ...]


@dataclass
class StageWork:
    """Everything about one stage that takes time; what was computed before is read back.

    Attributes:
        stage: its name.
        bundle: in float32.
        places: of the recorded cycles.
        recorded: their folder.
        folder: takes what is computed of this stage.
        backend: runs stages.
        progress: told how far it is.
    """

    stage: str
    bundle: Bundle
    places: Sequence[Place]
    recorded: Path
    folder: Path
    backend: Backend
    progress: Progress

    def mixers(self, files: GraphFiles, scheme: Scheme) -> dict[str, Mixer]:
        """Quantise every convolution, once with each reach of the ranges of its activations.

        Ranges that hold every value are coarse where a few values lie far out; narrower ones cut
        those off. Which of the two errs less differs from stage to stage (docs/calibration.md).

        Args:
            files: the stage in float32.
            scheme: how numbers become eight bits.

        Returns:
            By how far the ranges reach, in words.
        """
        graph = prepare(files, self.folder / "prepared")
        total = self._count(CALIBRATE)
        whole = find_ranges(
            graph,
            self._inputs(),
            self.folder / "ranges",
            lambda done: self.progress(f"{self.stage}: ranges of activations", done, total),
        )
        most = find_most(
            graph,
            self._inputs(),
            whole,
            self.folder / "histograms",
            lambda done: self.progress(f"{self.stage}: histograms", min(done, total), total),
        )
        found = {
            reach: Mixer.of(files, quantise(graph, ranges, scheme))
            for reach, ranges in ((_WHOLE, whole), (_MOST, most))
        }
        shutil.rmtree(graph.parent)
        return found

    def cases(self, files: GraphFiles) -> list[Case]:
        """What the stage in float32 makes of the cycles that are judged."""
        total = self._count(JUDGE)
        stage = self.backend.load(self.stage, files, self._spec)
        return make_cases(
            read_cycles(self.recorded, self.places, JUDGE),
            self.stage,
            self.backend,
            stage,
            lambda done: self.progress(f"{self.stage}: float32", done, total),
        )

    def closest(self, mixers: Mapping[str, Mixer], cases: Sequence[Case]) -> Reach:
        """Take the ranges with which the whole stage in eight bits is closest to float32.

        Args:
            mixers: as `mixers` returns them.
            cases: that it is judged by.
        """
        telling = self._telling(cases)
        every = tuple(next(iter(mixers.values())).names)
        groups = []
        for number, (reach, mixer) in enumerate(mixers.items(), start=1):
            known = KnownErrors(self.folder / f"reach-{number}-{self._digest(mixer)}.json")
            errors = known.of(every, lambda mixer=mixer: self._measure(mixer, every, telling))  # type: ignore[misc]
            groups.append(Group(reach, every, worst_snr(errors), worst_distance(errors)))
            self.progress(f"{self.stage}: ranges compared", number, len(mixers))
        best = worst_first(self.stage, groups)[-1].name
        return Reach(best, tuple(groups))

    def choose(self, mixer: Mixer, cases: Sequence[Case], bound: Bound, *, timed: bool) -> Choice:
        """Find the layers that have to stay in float32 for the bound to hold.

        Args:
            mixer: makes the stage with any choice of convolutions in eight bits.
            cases: that it is judged by.
            bound: to be kept.
            timed: whether this machine's time for it means anything.
        """
        large = sum(map(len, mixer.files.weights.values())) >= BLOCKS_FROM
        telling = self._telling(cases)
        groups = measure_groups(
            (blocks if large else layers)(mixer.names),
            lambda names: self._measure(mixer, names, telling),
            self.folder / f"alone-{self._digest(mixer)}.json",
            lambda done, total: self.progress(f"{self.stage}: each layer alone", done, total),
        )
        tried = 0
        known = KnownErrors(self.folder / f"tried-{self._digest(mixer)}.json")

        def measure_whole(names: Collection[str]) -> Errors:
            nonlocal tried
            tried += 1
            say = f"{self.stage}: layers in float32, try {tried}"
            return known.of(
                names,
                lambda: self._measure(
                    mixer, names, cases, lambda done: self.progress(say, done, len(cases))
                ),
            )

        trials, count = fewest_kept(self.stage, groups, bound, measure_whole)
        ordered = worst_first(self.stage, groups)
        left = [name for group in ordered[count:] for name in group.layers]
        names = tuple(name for name in mixer.names if name in set(left))
        errors = next((trial.errors for trial in trials if trial.kept == count), {})
        times = [
            self._relative_time(mixer, ordered[trial.kept :], telling[0]) if timed else float("nan")
            for trial in trials
        ]
        kept = tuple(group.name for group in ordered[:count])
        return Choice(tuple(groups), kept, names, tuple(zip(trials, times, strict=True)), errors)

    def _telling(self, cases: Sequence[Case]) -> list[Case]:
        return [case for case in cases if case.regime == _TELLING[self.stage]]

    @property
    def _spec(self) -> StageSpec:
        return self.bundle.manifest.stages[self.stage]

    def _measure(
        self,
        mixer: Mixer,
        names: Collection[str],
        cases: Sequence[Case],
        progress: Callable[[int], None] = lambda _: None,
    ) -> Errors:
        stage = self.backend.load(self.stage, mixer.mix(names), self._spec)
        return measure(cases, self.backend, stage, progress)

    def _relative_time(self, mixer: Mixer, groups: Sequence[Group], case: Case) -> float:
        """Time of the stage with these groups in eight bits, over that of float32."""
        names = [name for group in groups for name in group.layers]
        contestants = [
            Contestant(name, self.backend, self.backend.load(self.stage, files, self._spec))
            for name, files in (("fp32", mixer.files), ("int8", mixer.mix(names)))
        ]
        return ratio(time_stages(contestants, case.call, _ROUNDS), "int8", "fp32")

    def _count(self, purpose: str) -> int:
        cycles = sum(place.purpose == purpose for place in self.places)
        return cycles * (self._evaluations() if self.stage == "step" else 1)

    def _evaluations(self) -> int:
        return len(make_table(self.bundle.manifest.sampler).evaluations)

    def _inputs(self) -> Iterator[Inputs]:
        for cycle in read_cycles(self.recorded, self.places, CALIBRATE):
            yield from (call.inputs for call in cycle.calls if call.stage == self.stage)

    def _digest(self, mixer: Mixer) -> str:
        """What the errors of layers depend on besides the recorded cycles."""
        scheme = mixer.quantised.scheme
        text = json.dumps([scheme.unsigned, scheme.weight_bits, scheme.outputs, scheme.bias])
        return hashlib.sha256(text.encode()).hexdigest()[:12]
