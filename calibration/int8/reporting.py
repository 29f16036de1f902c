"""What a calibration found, as a report for the bundle and in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sideman.calibration.int8.chosen import ChosenStage
from sideman.calibration.int8.music import Music
from sideman.calibration.int8.recording import CALIBRATE, JUDGE, Place
from sideman.calibration.int8.request import Request
from sideman.engine.bundle.calibration_report import VERSION, describe_beyond
from sideman.engine.bundle.manifest import INT8
from sideman.engine.loading.stages import DEFAULT

_TOOL = "ONNX Runtime {}"


def reasons_against(
    stages: Mapping[str, ChosenStage], speed: Mapping[str, Any] | None
) -> list[str]:
    """Why a bundle should not be written, in sentences."""
    if not any(stage.names for stage in stages.values()):
        notes = "; ".join(f"{name} {stage.note}" for name, stage in stages.items())
        return [f"Nothing of it would compute in 8 bits ({notes})."]
    if speed is None:
        return []
    own = fastest(speed, eight_bits=True)
    other = fastest(speed, eight_bits=False)
    if own is None:
        return ["No library here keeps to the bound with it."]
    if other is not None and own["cycle"] >= other["cycle"]:
        return [
            f"A cycle takes {1000 * own['cycle']:.1f} ms at best, as {own['name']}, and "
            f"{1000 * other['cycle']:.1f} ms without 8 bits, as {other['name']}."
        ]
    return []


def fastest(speed: Mapping[str, Any], *, eight_bits: bool) -> Mapping[str, Any] | None:
    """The fastest way that keeps to the bound; None where none does."""
    among = [way for way in speed["ways"] if way["eight_bits"] == eight_bits and way["keeps_bound"]]
    return min(among, key=lambda way: way["cycle"], default=None)


def told(
    stages: Mapping[str, ChosenStage],
    speed: Mapping[str, Any] | None,
    bound: Mapping[str, float],
) -> Iterator[str]:
    """What was found besides the layers, in sentences."""
    for name, stage in stages.items():
        if stage.note:
            yield f"{name}: {stage.note}."
    if speed is None:
        return
    for way in speed["ways"]:
        beyond = describe_beyond(way, bound)
        yield f"{way['name']}: {1000 * way['cycle']:.1f} ms a cycle{beyond}."
    for name, why in speed["why_not"].items():
        yield f"{name} was not tried: {why}."
    if busy := [name for name, stage in stages.items() if stage.disturbed]:
        yield (
            f"Other programs kept the processor busy while {', '.join(busy)} ran to be timed, so "
            "times say little, and a stage may be left in float32 for that. Run this again on a "
            "free machine, with --force where it replaces a bundle."
        )


def bound_of(request: Request) -> dict[str, float]:
    """What the stages have to keep to, as the report has it."""
    return {"snr_db": request.min_snr, "distance_db": request.max_distance}


def summary(report: Mapping[str, Any], out: Path) -> Iterator[str]:
    """What a bundle that was written is, and what to do with it.

    Args:
        report: of the bundle.
        out: its folder.
    """
    counts = ", ".join(
        f"{name} {stage['quantised']} of {stage['convolutions']}"
        for name, stage in report["stages"].items()
    )
    yield f"Convolutions in 8 bits: {counts}."
    for reason in report["forced"]:
        yield f"Written all the same, for --force was given: {reason}"
    speed = report["speed"]
    if speed is None:
        yield f"Next: sideman inspect {out}; sideman build {out} --precision {INT8} --target CARD."
        return
    # Where none keeps to the bound, and this was forced: ONNX Runtime's.
    own = fastest(speed, eight_bits=True) or next(w for w in speed["ways"] if w["eight_bits"])
    other = next(way for way in speed["ways"] if way["name"] == own["without"])
    yield (
        f"A cycle took {1000 * other['cycle']:.1f} ms as {other['name']}; with 8 bits it takes "
        f"{1000 * own['cycle']:.1f} ms as {own['name']}"
        f"{describe_beyond(own, report['bound'])}."
    )
    options = f" --backend {own['backend']}" if own["backend"] != DEFAULT.name else ""
    options += f" --precision {own['precision']}" if own["precision"] else ""
    yield f"Next: sideman inspect {out}; sideman serve {out}{options}."


def make_report(
    request: Request,
    music: Music,
    places: list[Place],
    stages: Mapping[str, ChosenStage],
    speed: Mapping[str, Any] | None,
    reasons: list[str],
    too_short: float | None = None,
) -> dict[str, Any]:
    """What the bundle keeps of its calibration, as `calibration_report` reads it.

    Args:
        request: what was asked for.
        music: that was played.
        places: of the recorded cycles in it.
        stages: what became of each.
        speed: of every way to run them, as `measure_prices` tells it.
        reasons: why the bundle should not be written, as `reasons_against` tells them.
        too_short: as `too_short_for` tells it.
    """
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
            "enough_seconds": too_short,
        },
        "cycles": {
            purpose: sum(place.purpose == purpose for place in places)
            for purpose in (CALIBRATE, JUDGE)
        }
        | {"seed": request.seed},
        "bound": bound_of(request),
        "stages": {name: _of_stage(stage, scheme.target) for name, stage in stages.items()},
        "speed": speed,
        "forced": reasons,
    }


def _of_stage(stage: ChosenStage, target: str) -> dict[str, Any]:
    chosen = set(stage.names)
    return {
        "convolutions": len(stage.mixer.names),
        "quantised": len(stage.names),
        # Counted, and compared with the number above, before the bundle is written.
        "integer_kernels": len(stage.names) if target == "cpu" else None,
        "kept": [name for name in stage.mixer.names if name not in chosen],
        "note": stage.note,
        # Before 8 bits were given up for being no faster.
        "within_bound": {
            "quantised": len(stage.choice.names),
            "kept_groups": list(stage.choice.kept),
        },
        "ranges": stage.reach.name,
        "compared": stage.compared,
        "disturbed": stage.disturbed,
        "all_in_8_bits": [
            {"ranges": tried.name, "snr_db": tried.snr, "distance_db": tried.distance}
            for tried in stage.reach.tried
        ],
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


def told_of_stage(name: str, stage: ChosenStage) -> str:
    """What of a stage may compute in eight bits, before it is timed, as a sentence."""
    total = len(stage.mixer.names)
    kept = ", ".join(stage.choice.kept[:6])
    more = len(stage.choice.kept) - 6
    rest = f" (and {more} more)" if more > 0 else ""
    said = f"; in float32 stay {kept}{rest}" if kept else ""
    ranges = f", with ranges of {stage.reach.name}" if stage.names else ""
    return (
        f"{name}: within the bound, {len(stage.names)} of {total} convolutions may compute in 8 "
        f"bits{ranges}{said}."
    )


def told_of_short_music(music: Music, enough: float) -> str:
    """That what is judged cannot lie apart from what was recorded, as a sentence."""
    return (
        f"{music.seconds:,.0f} s of music are short for so many cycles: those that are judged "
        "hear, in part, the same sound as those that ranges are taken from, so errors with other "
        f"music may be larger. They can lie apart from {enough:,.0f} s of music on; fewer --cycles "
        "need less."
    )
