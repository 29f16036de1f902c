"""What each way to run a stage here costs: how long it takes, and how far off its answer is.

A bundle in 8 bits is judged by ONNX Runtime, which computes the rest of it in float32. Who has
OpenVINO runs it there, the rest in bfloat16, faster and a little further off. So all ways that this
machine has are timed in turn and measured on the same cases: float32 and 8 bits in ONNX Runtime,
and OpenVINO's short precision without and with 8 bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8.judging import Case, Error, measure, worst_distance, worst_snr
from sideman.calibration.int8.mixing import Mixer
from sideman.calibration.int8.speed import ROUNDS, WARM, Contestant, ratio, time_stages
from sideman.engine.backends.base import Backend
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError, MissingExtraError
from sideman.engine.loading.registry import create_backend
from sideman.runtime.system.waiting import Work

FP32, INT8 = "fp32 in ONNX Runtime", "int8 in ONNX Runtime"
#: What float32 itself is measured by.
NO_ERROR = Error(math.inf, 0.0)
#: Told what is done, how far it is, and of how much.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Way:
    """A library and precision in which a stage is run.

    Attributes:
        name: for people.
        precision: that the backend was asked for; empty where it cannot be asked.
        backend: runs it.
        without: name of the way that does the same without 8 bits; empty where this is one.
    """

    name: str
    backend: Backend
    without: str = ""
    precision: str = ""


def rounds_needed(rounds: int) -> int:
    """In how many rounds 8 bits have to be faster to count as that: three of four."""
    return 3 * rounds // 4 + 1


class WayFailedError(CalibrationError):
    """A library refuses a stage, or computes it in another precision than it was asked to.

    Attributes:
        way: that failed.
    """

    def __init__(self, way: Way, error: BackendError) -> None:
        super().__init__(f"{way.name}: {error.what}", error.remedy)
        self.way = way


@dataclass(frozen=True)
class Price:
    """What a way costs.

    Attributes:
        seconds: of one call.
        error: of the worst stem at the worst noise level.
        ratios: of each round, its time over that of the way without 8 bits; empty where this is
            one.
        waited: seconds for which others kept the processor from this process while the ways of
            the stage were timed, over those for which it worked; None where nobody tells.
    """

    seconds: float
    error: Error
    ratios: tuple[float, ...] = ()
    waited: float | None = None

    @property
    def faster(self) -> int:
        """In how many rounds 8 bits took less time."""
        return sum(ratio < 1 for ratio in self.ratios)

    @property
    def gains(self) -> bool:
        """Whether it is in 8 bits and faster than without, in so many rounds that it counts."""
        return bool(self.ratios) and self.faster >= rounds_needed(len(self.ratios))


@contextmanager
def ways_of_this_machine(
    onnxruntime: Backend, folder: Path
) -> Iterator[tuple[tuple[Way, ...], dict[str, str]]]:
    """All ways that can be tried here, and why others cannot, by name.

    Args:
        onnxruntime: that library's backend.
        folder: takes what OpenVINO compiles: graphs that nobody else will load.
    """
    ways = [Way(FP32, onnxruntime), Way(INT8, onnxruntime, FP32)]
    why_not = {}
    openvino: Backend | None = None
    precision = "bf16"
    try:
        openvino = _openvino(precision, folder)
    except MissingExtraError:
        why_not["bf16"] = why_not["OpenVINO"] = "OpenVINO is not installed"
    except BackendError as error:
        precision = "fp32"
        why_not["bf16"] = error.what.rstrip(".")
        openvino = _openvino(precision, folder)
    if openvino is None:
        yield tuple(ways), why_not
        return
    with openvino:
        short = f"{precision} in OpenVINO"
        ways += [
            Way(short, openvino, precision=precision),
            Way(f"int8 and {short}", openvino, short, precision),
        ]
        yield tuple(ways), why_not


def _openvino(precision: str, folder: Path) -> Backend:
    return create_backend(BackendChoice("openvino", precision=precision, cache=folder))


def price(
    ways: Sequence[Way],
    mixer: Mixer,
    names: Sequence[str],
    spec: StageSpec,
    cases: Sequence[Case],
    timed: Case,
    progress: Progress = lambda *_: None,
) -> dict[str, Price]:
    """Time a stage in every way, and measure how far off it is.

    Args:
        ways: to run it.
        mixer: of this stage.
        names: convolutions that are in 8 bits; where there are none, a way with 8 bits costs what
            it costs without.
        spec: of the stage.
        cases: by which errors are measured.
        timed: the call whose time counts.
        progress: told how far it is.

    Raises:
        WayFailedError: a library besides ONNX Runtime does not load it.
    """
    stage = mixer.files.path.stem
    tried = [way for way in ways if names or not way.without]
    contestants = []
    for number, way in enumerate(tried):
        progress(f"{stage}: loaded in every way", number, len(tried))
        files = mixer.mix(names) if way.without else mixer.files
        try:
            loaded = way.backend.load(stage, files, spec)
        except BackendError as error:
            if way.backend is ways[0].backend:
                raise
            raise WayFailedError(way, error) from error
        contestants.append(Contestant(way.name, way.backend, loaded))
    work = Work()
    rounds = time_stages(
        contestants,
        timed.call,
        progress=lambda done: progress(f"{stage}: speed", done, WARM + ROUNDS),
    )
    worked, waited = work.so_far()
    share = waited / worked if waited is not None and worked else None
    usual = median(rounds[FP32])
    prices = {}
    for way, contestant in zip(tried, contestants, strict=True):
        exact = way.name == FP32
        errors = (
            {}
            if exact
            else measure(
                cases,
                way.backend,
                contestant.stage,
                lambda done, name=way.name: progress(f"{stage}: {name}", done, len(cases)),  # type: ignore[misc]
            )
        )
        worst = Error(worst_snr(errors), worst_distance(errors)) if errors else NO_ERROR
        # In the scale of float32's median, so that seconds and ratios say the same.
        ratios = (
            tuple(a / b for a, b in zip(rounds[way.name], rounds[way.without], strict=True))
            if way.without
            else ()
        )
        prices[way.name] = Price(ratio(rounds, way.name, FP32) * usual, worst, ratios, share)
    for way in ways:
        if way.name not in prices:
            prices[way.name] = prices[way.without]
    return prices


def gains(ways: Sequence[Way], prices: Mapping[str, Price]) -> bool:
    """Whether any library here is faster with a stage's 8 bits than without."""
    return any(prices[way.name].gains for way in ways)


def without_eight_bits(ways: Sequence[Way], prices: Mapping[str, Price]) -> dict[str, Price]:
    """Prices of a stage that has no 8 bits after all."""
    return {way.name: prices[way.without or way.name] for way in ways}


def cycle_seconds(stages: Mapping[str, Mapping[str, Price]], name: str, evaluations: int) -> float:
    """Seconds of a whole cycle in one way: encode, all evaluations, decode."""
    seconds = {stage: prices[name].seconds for stage, prices in stages.items()}
    return seconds["encode"] + evaluations * seconds["step"] + seconds["decode"]
