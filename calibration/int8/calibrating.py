"""From a float32 bundle and music to a bundle in eight bits, or to the reason why not."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8.chosen import ChosenStage
from sideman.calibration.int8.drawing import write_findings
from sideman.calibration.int8.kernels import check_kernels
from sideman.calibration.int8.music import Music, read_music
from sideman.calibration.int8.recording import record, too_short_for
from sideman.calibration.int8.reporting import (
    bound_of,
    make_report,
    reasons_against,
    told,
    told_of_short_music,
    told_of_stage,
)
from sideman.calibration.int8.request import Request
from sideman.calibration.int8.sensitivity import Bound
from sideman.calibration.int8.stage_prices import measure_prices
from sideman.calibration.int8.stage_work import Choice, Progress, StageWork
from sideman.engine.bundle.bundle import MANIFEST, Bundle, sha256, write_manifest
from sideman.engine.bundle.calibration_report import REPORT, count, report_json
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import INT8, STAGES, Manifest
from sideman.engine.bundle.replacing import in_place_of
from sideman.engine.loading.registry import create_backend
from sideman.engine.loading.stages import DEFAULT
from sideman.engine.optional import require

#: Raised whenever the same input gives another output.
REVISION = 2


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
    say(f"{count(len(music.pieces), 'piece')}, {music.seconds:,.0f} s of music.")
    if music.left_out:
        say(f"Not played, for they are no stems of the model: {', '.join(music.left_out)}.")
    too_short = too_short_for(music, bundle.manifest, request.cycles)
    if too_short is not None:
        say(told_of_short_music(music, too_short))
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
            say(told_of_stage(name, stages[name]))
        speed = measure_prices(request, bundle, stages, backend, progress) if on_cpu else None
    for line in told(stages, speed, bound_of(request)):
        say(line)
    reasons = reasons_against(stages, speed)
    report = make_report(request, music, places, stages, speed, reasons, too_short)
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


def _choose(work: StageWork, request: Request, on_cpu: bool) -> ChosenStage:
    files = work.bundle.read_stage(work.stage)
    mixers = work.mixers(files, request.scheme())
    cases = work.cases(files)
    reach = work.closest(mixers, cases)
    mixer = mixers[reach.name]
    bound = Bound(request.min_snr, request.max_distance)
    choice = work.choose(mixer, cases, bound, timed=on_cpu)
    note = ""
    if not choice.names:
        note = "all in float32: nothing of it keeps to the bound in 8 bits"
    return ChosenStage(mixer, reach, choice, cases, choice.names, choice.errors, note)


def _write(
    request: Request,
    bundle: Bundle,
    stages: Mapping[str, ChosenStage],
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
