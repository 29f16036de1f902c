"""From a float32 bundle and music to a bundle in eight bits, or to the reason why not."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8.drawing import write_findings
from sideman.calibration.int8.judging import Case, Errors
from sideman.calibration.int8.kernels import check_kernels
from sideman.calibration.int8.mixing import Mixer
from sideman.calibration.int8.music import Music, read_music
from sideman.calibration.int8.prices import (
    FP32,
    Price,
    Way,
    WayFailedError,
    cycle_seconds,
    gains,
    price,
    ways_of_this_machine,
    without_eight_bits,
)
from sideman.calibration.int8.recording import CALIBRATE, JUDGE, Place, record
from sideman.calibration.int8.request import Request
from sideman.calibration.int8.sensitivity import Bound
from sideman.calibration.int8.stage_work import Choice, Progress, StageWork
from sideman.engine.backends.base import Backend
from sideman.engine.bundle.bundle import MANIFEST, Bundle, sha256, write_manifest
from sideman.engine.bundle.calibration_report import REPORT, VERSION, report_json
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import INT8, STAGES, Manifest, StageSpec
from sideman.engine.bundle.replacing import in_place_of
from sideman.engine.loading.registry import create_backend
from sideman.engine.loading.stages import DEFAULT
from sideman.engine.optional import require
from sideman.runtime.playing.samplers import make_table
from sideman.runtime.system.machine import describe_machine

#: Raised whenever the same input gives another output.
REVISION = 1
_TOOL = "ONNX Runtime {} (MinMax)"
#: The regime in which stages are timed: play now, a quarter of the window at a time.
_TIMED = "w+0"


@dataclass(frozen=True)
class Result:
    """A bundle that was written.

    Attributes:
        manifest: of the bundle.
        report: what stands in its `calibration.json`.
        choices: by stage, with all that was measured of its layers.
        files: tables and pictures of that.
    """

    manifest: Manifest
    report: Mapping[str, Any]
    choices: Mapping[str, Choice]
    files: tuple[Path, ...]


@dataclass
class _Stage:
    """A stage that has been chosen: how it is written, and what is known of it."""

    mixer: Mixer
    choice: Choice
    cases: list[Case]
    names: tuple[str, ...]
    errors: Errors
    note: str = ""
    prices: dict[str, Price] = dataclasses.field(default_factory=dict)


def calibrate_bundle(
    request: Request,
    precision: str = INT8,
    progress: Progress = lambda *_: None,
    say: Callable[[str], None] = lambda _: None,
) -> Result:
    """Record, quantise, measure, and write the bundle if it is good enough.

    What is recorded and measured stays in `request.work` when this is stopped or fails, and the
    same request goes on from there. After a success, only recorded cycles are removed.

    Args:
        request: what is asked for.
        precision: as the user named it.
        progress: told how far it is.
        say: told, in sentences, what was found.

    Raises:
        SidemanError: the request cannot be met; `request.out` is as it was.
        KeyboardInterrupt: Ctrl-C was pressed; likewise.
    """
    bundle = request.check(precision)
    _require()
    music = read_music(request.audio, bundle.manifest.stems, bundle.manifest.grid.sample_rate)
    say(f"{len(music.pieces)} pieces, {music.seconds:,.0f} s of music.")
    if music.left_out:
        say(f"Not played, for they are no stems of the model: {', '.join(music.left_out)}.")
    recorded = request.work / f"cycles-{_key(request, music)}"
    places = record(
        bundle,
        music,
        recorded,
        request.cycles,
        request.seed,
        lambda done, total: progress("playing", done, total),
    )
    scheme = request.scheme()
    on_cpu = scheme.target == "cpu"
    with create_backend(DEFAULT) as backend:
        stages = {}
        for name in STAGES:
            work = StageWork(name, bundle, places, recorded, recorded / name, backend, progress)
            stages[name] = _choose(work, request, on_cpu)
            say(_chosen(name, stages[name]))
        speed = _measure_prices(request, bundle, stages, backend, progress) if on_cpu else None
    for line in _told(stages, speed):
        say(line)
    reasons = _reasons(stages, speed)
    report = _report(request, music, places, stages, speed, reasons)
    files = tuple(write_findings(report, request.work))
    if reasons and not request.force:
        raise CalibrationError(
            f"{request.out} was not written: {' '.join(reasons)}",
            "Give more or other music, loosen the bound, or write it all the same with --force. "
            f"What was found of the layers stands in {files[0]}; {request.work} also keeps what "
            "the same command goes on from, and can be deleted.",
        )
    manifest = _write(request, bundle, stages, report, on_cpu)
    choices = {name: stage.choice for name, stage in stages.items()}
    shutil.rmtree(recorded, ignore_errors=True)
    return Result(manifest, report, choices, files)


def _require() -> None:
    """Refuse an installation in which this cannot run, before minutes of work."""
    require("onnx", "calibrate a bundle")
    # The extra `calibration` brings no ONNX Runtime, so that it can stand beside `cuda`.
    require("onnxruntime", "calibrate a bundle", "cpu,calibration")


def _key(request: Request, music: Music) -> str:
    """What recorded cycles depend on."""
    parts = [sha256(request.bundle / MANIFEST), music.sha256, request.cycles, request.seed]
    return hashlib.sha256(json.dumps([REVISION, *parts]).encode()).hexdigest()[:12]


def _choose(work: StageWork, request: Request, on_cpu: bool) -> _Stage:
    mixer = work.mixer(request.scheme())
    cases = work.cases(mixer)
    bound = Bound(request.min_snr, request.max_distance)
    choice = work.choose(mixer, cases, bound, timed=on_cpu)
    note = ""
    if not choice.names:
        note = "all in float32: nothing of it keeps to the bound in 8 bits"
    return _Stage(mixer, choice, cases, choice.names, choice.errors, note)


def _measure_prices(
    request: Request,
    bundle: Bundle,
    stages: Mapping[str, _Stage],
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
    stage: _Stage,
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


def _drop_if_no_faster(stage: _Stage, ways: Sequence[Way]) -> None:
    if stage.names and not gains(ways, stage.prices):
        told = ", ".join(
            f"{1000 * stage.prices[way.name].seconds:.1f} ms rather than "
            f"{1000 * stage.prices[way.without].seconds:.1f} in {way.name}"
            for way in ways
            if way.without
        )
        stage.note = f"all in float32: 8 bits are no faster here ({told})"
        stage.names, stage.errors = (), {}
        stage.prices = without_eight_bits(ways, stage.prices)


def _reasons(stages: Mapping[str, _Stage], speed: Mapping[str, Any] | None) -> list[str]:
    """Why a bundle should not be written, in sentences."""
    if not any(stage.names for stage in stages.values()):
        notes = "; ".join(f"{name} {stage.note}" for name, stage in stages.items())
        return [f"Nothing of it would compute in 8 bits ({notes})."]
    if speed is None:
        return []
    own = _fastest(speed, eight_bits=True)
    other = _fastest(speed, eight_bits=False)
    if own is None:
        return ["No library here keeps to the bound with it."]
    if other is not None and own["cycle"] >= other["cycle"]:
        return [
            f"A cycle takes {1000 * own['cycle']:.1f} ms at best, as {own['name']}, and "
            f"{1000 * other['cycle']:.1f} ms without 8 bits, as {other['name']}."
        ]
    return []


def _fastest(speed: Mapping[str, Any], *, eight_bits: bool) -> Mapping[str, Any] | None:
    """The fastest way that keeps to the bound; None where none does."""
    among = [way for way in speed["ways"] if way["eight_bits"] == eight_bits and way["keeps_bound"]]
    return min(among, key=lambda way: way["cycle"], default=None)


def _told(stages: Mapping[str, _Stage], speed: Mapping[str, Any] | None) -> Iterator[str]:
    """What was found besides the layers, in sentences."""
    for name, stage in stages.items():
        if stage.note:
            yield f"{name}: {stage.note}."
    if speed is None:
        return
    for way in speed["ways"]:
        beyond = "" if way["keeps_bound"] else ", beyond the bound"
        yield f"{way['name']}: {1000 * way['cycle']:.1f} ms a cycle{beyond}."
    for name, why in speed["why_not"].items():
        yield f"{name} was not tried: {why}."


def _report(
    request: Request,
    music: Music,
    places: list[Place],
    stages: Mapping[str, _Stage],
    speed: Mapping[str, Any] | None,
    reasons: list[str],
) -> dict[str, Any]:
    scheme = request.scheme()
    return {
        "version": VERSION,
        "target": scheme.target,
        "unsigned": scheme.unsigned,
        "weight_bits": scheme.weight_bits,
        "tool": _TOOL.format(version("onnxruntime")),
        "audio": {
            "pieces": len(music.pieces),
            "seconds": music.seconds,
            "sha256": music.sha256,
        },
        "cycles": {
            purpose: sum(place.purpose == purpose for place in places)
            for purpose in (CALIBRATE, JUDGE)
        }
        | {"seed": request.seed},
        "bound": {"snr_db": request.min_snr, "distance_db": request.max_distance},
        "stages": {name: _stage_report(stage, scheme.target) for name, stage in stages.items()},
        "speed": speed,
        "forced": reasons,
    }


def _stage_report(stage: _Stage, target: str) -> dict[str, Any]:
    chosen = set(stage.names)
    return {
        "convolutions": len(stage.mixer.names),
        "quantised": len(stage.names),
        # Counted, and compared with the number above, before the bundle is written.
        "integer_kernels": len(stage.names) if target == "cpu" else None,
        "kept": [name for name in stage.mixer.names if name not in chosen],
        "note": stage.note,
        "errors": [
            {
                "stem": stem,
                "sigma": sigma or None,
                "snr_db": error.snr,
                "distance_db": error.distance,
            }
            for (stem, sigma), error in stage.errors.items()
        ],
        "alone": [
            {
                "name": group.name,
                "layers": list(group.layers),
                "snr_db": group.snr,
                "distance_db": group.distance,
            }
            for group in stage.choice.groups
        ],
        "trials": [
            {
                "kept": trial.kept,
                "snr_db": min(error.snr for error in trial.errors.values()),
                "distance_db": max(error.distance for error in trial.errors.values()),
                "time_over_float32": None if math.isnan(ratio) else ratio,
            }
            for trial, ratio in stage.choice.trials
        ],
    }


def _write(
    request: Request,
    bundle: Bundle,
    stages: Mapping[str, _Stage],
    report: Mapping[str, Any],
    on_cpu: bool,
) -> Manifest:
    specs = {}
    with in_place_of(request.out, replace=request.force) as folder:
        for name, stage in stages.items():
            path = stage.mixer.write(stage.names, folder)
            if on_cpu:
                check_kernels(GraphFiles.read(path), len(stage.names), name)
            specs[name] = dataclasses.replace(
                bundle.manifest.stages[name], precision=INT8 if stage.names else "float32"
            )
        (folder / REPORT).write_text(report_json(report), encoding="utf-8", newline="\n")
        versions = {name: version(name) for name in ("sideman", "onnx", "onnxruntime")}
        origin = {
            **bundle.manifest.origin,
            "calibrated": {
                "target": request.target,
                "revision": REVISION,
                "versions": versions,
                "from": {"manifest_sha256": sha256(request.bundle / MANIFEST)},
            },
        }
        fields = bundle.manifest.fields() | {"stages": specs, "origin": origin}
        return write_manifest(folder, **fields)


def _chosen(name: str, stage: _Stage) -> str:
    total = len(stage.mixer.names)
    kept = ", ".join(stage.choice.kept[:6])
    more = len(stage.choice.kept) - 6
    rest = f" (and {more} more)" if more > 0 else ""
    said = f"; in float32 stay {kept}{rest}" if kept else ""
    return f"{name}: {len(stage.names)} of {total} convolutions in 8 bits{said}."
