"""Every stage run in every way that this machine has."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from sideman.calibration.int8.chosen import ChosenStage
from sideman.calibration.int8.judging import Case
from sideman.calibration.int8.prices import (
    FP32,
    Way,
    WayFailedError,
    cycle_seconds,
    gains,
    price,
    rounds_needed,
    ways_of_this_machine,
    without_eight_bits,
)
from sideman.calibration.int8.request import Request
from sideman.calibration.int8.sensitivity import Bound
from sideman.calibration.int8.stage_work import Progress
from sideman.engine.backends.base import Backend
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.calibration_report import describe_rounds
from sideman.engine.bundle.manifest import StageSpec
from sideman.runtime.playing.samplers import make_table
from sideman.runtime.system.machine import describe_machine

#: The regime in which stages are timed: play now, a quarter of the window at a time.
_TIMED = "w+0"


def measure_prices(
    request: Request,
    bundle: Bundle,
    stages: Mapping[str, ChosenStage],
    backend: Backend,
    progress: Progress,
) -> dict[str, Any]:
    """Run every stage in every way that this machine has; 8 bits that gain nothing are given up."""
    compiled = request.work / "compiled"
    try:
        with ways_of_this_machine(backend, compiled) as (all_ways, why_not):
            ways = all_ways
            for name, stage in stages.items():
                case = next(case for case in stage.cases if case.regime == _TIMED)
                spec = bundle.manifest.stages[name]
                ways = _price_stage(stage, ways, why_not, spec, case, progress)
                stage.compared = _compared(stage, ways)
                _drop_if_no_faster(stage, ways)
    finally:
        shutil.rmtree(compiled, ignore_errors=True)
    prices = {name: stage.prices for name, stage in stages.items()}
    bound = Bound(request.min_snr, request.max_distance)
    evaluations = len(make_table(bundle.manifest.sampler).evaluations)
    return {
        "ways": [
            {
                "name": way.name,
                "backend": way.backend.name,
                "precision": way.precision,
                "eight_bits": bool(way.without),
                "without": way.without,
                "keeps_bound": all(
                    bound.holds(name, {("", 0.0): each[way.name].error})
                    for name, each in prices.items()
                    if way.name != FP32
                ),
                "cycle": cycle_seconds(prices, way.name, evaluations),
                "stages": {
                    name: {
                        "seconds": each[way.name].seconds,
                        "snr_db": each[way.name].error.snr,
                        "distance_db": each[way.name].error.distance,
                    }
                    for name, each in prices.items()
                },
            }
            for way in ways
        ],
        "why_not": why_not,
        "machine": describe_machine(),
    }


def _price_stage(
    stage: ChosenStage,
    ways: tuple[Way, ...],
    why_not: dict[str, str],
    spec: StageSpec,
    case: Case,
    progress: Progress,
) -> tuple[Way, ...]:
    """Price a stage in every way that its library takes it; returns those.

    Where a library refuses it, the bundle is none the worse: it is judged in the others, and
    `why_not` takes the reason.
    """
    while True:
        try:
            stage.prices = price(ways, stage.mixer, stage.names, spec, stage.cases, case, progress)
        except WayFailedError as error:
            failed = error.way.backend
            for way in ways:
                if way.backend is failed:
                    why_not[way.name] = str(error)
            ways = tuple(way for way in ways if way.backend is not failed)
        else:
            return ways


def _compared(stage: ChosenStage, ways: Sequence[Way]) -> list[dict[str, Any]]:
    """What decides whether 8 bits are faster, for people and for the report."""
    rows = []
    for way in ways:
        price = stage.prices[way.name]
        if stage.names and way.without:
            rows.append(
                {
                    "way": way.name,
                    "seconds": price.seconds,
                    "seconds_without": stage.prices[way.without].seconds,
                    "rounds": len(price.ratios),
                    "faster": price.faster,
                    "needed": rounds_needed(len(price.ratios)),
                    "ratios": [min(price.ratios), median(price.ratios), max(price.ratios)],
                }
            )
    return rows


def _drop_if_no_faster(stage: ChosenStage, ways: Sequence[Way]) -> None:
    if stage.names and not gains(ways, stage.prices):
        found = ", ".join(map(describe_rounds, stage.compared))
        busy = "; the machine was busy meanwhile" if stage.disturbed else ""
        stage.note = (
            f"all in float32, for 8 bits are not reliably faster here: {found}; to count as "
            f"faster, one has to be in {stage.compared[0]['needed']}{busy}"
        )
        stage.names, stage.errors = (), {}
        stage.prices = without_eight_bits(ways, stage.prices)
