"""What a calibrated bundle says of its calibration: a JSON file beside its graphs.

`sideman.calibration` writes it; here it is read and put into words, for a lean install inspects
bundles too. The manifest lists it like every other file, so it cannot be changed without notice.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sideman.engine.bundle.json_text import parse_json, read_text
from sideman.engine.errors import BundleError

#: Its name in a bundle.
REPORT = "calibration.json"
#: Version of its layout.
VERSION = 1
_AGAIN = "Calibrate the float32 bundle again with this version of sideman."


def read_report(folder: Path) -> dict[str, Any] | None:
    """Read the report of a bundle; None where it has none.

    Raises:
        BundleError: it is no report that this version can read.
    """
    file = folder / REPORT
    if not file.is_file():
        return None
    try:
        report = parse_json(read_text(file))
    except (OSError, ValueError) as error:
        raise BundleError(f"{file} cannot be read: {error}", _AGAIN) from error
    if not isinstance(report, dict) or report.get("version") != VERSION:
        found = report.get("version") if isinstance(report, dict) else type(report).__name__
        raise BundleError(f"{file}: version {found!r} is not the one known ({VERSION}).", _AGAIN)
    return report


def report_json(report: Mapping[str, Any]) -> str:
    """The report as JSON; numbers that are not finite become null."""
    return json.dumps(_plain(report), indent=1, allow_nan=False) + "\n"


def describe_report(report: Mapping[str, Any]) -> list[str]:
    """The report in lines, for people.

    Raises:
        BundleError: a part of it is missing or of another kind.
    """
    try:
        return list(_lines(report))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            f"{REPORT} is no report of a calibration: {type(error).__name__} {error}.", _AGAIN
        ) from error


def keeps_bound(report: Mapping[str, Any], backend: str, precision: str | None) -> bool:
    """Whether a calibration found a bundle within its bound, run by this backend.

    A bundle that no machine could run when it was made was judged by ONNX Runtime alone.

    Args:
        report: of the bundle.
        backend: its name.
        precision: that it is asked for; None takes the backend's default.
    """
    if report["forced"]:
        return False
    if report["speed"] is None:
        return True
    asked = precision or ("fp32" if backend == "openvino" else "")
    return any(
        way["keeps_bound"]
        for way in report["speed"]["ways"]
        if way["eight_bits"] and (way["backend"], way["precision"]) == (backend, asked)
    )


def describe_rounds(row: Mapping[str, Any]) -> str:
    """How often 8 bits were faster in one way to run a stage, and by how much.

    Args:
        row: one of a stage's "compared".
    """
    low, usual, high = row["ratios"]
    return (
        f"{row['way']} was faster in {row['faster']} of {row['rounds']} rounds "
        f"({1000 * row['seconds']:.1f} ms rather than {1000 * row['seconds_without']:.1f}; "
        f"median of the rounds {usual:.2f} times as long, {low:.2f} to {high:.2f})"
    )


def describe_beyond(way: Mapping[str, Any], bound: Mapping[str, Any]) -> str:
    """Which stages of a way are beyond the bound and by how much; empty where it keeps to it.

    Args:
        way: one of the report's "ways".
        bound: of the report.
    """
    if way["keeps_bound"]:
        return ""
    found = []
    for name, stage in way["stages"].items():
        snr, distance = stage["snr_db"], stage["distance_db"]
        if name == "decode":
            if distance is not None and distance > bound["distance_db"]:
                found.append(
                    f"{name} {distance:.2f} dB away, rather than {bound['distance_db']:g} at most"
                )
        elif snr is not None and snr < bound["snr_db"]:
            found.append(f"{name} SNR {snr:.2f} dB, rather than {bound['snr_db']:g} at least")
    return ", beyond the bound" + (f": {'; '.join(found)}" if found else "")


def count(number: int, noun: str) -> str:
    """A number and its noun, in the plural where it is not one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _lines(report: Mapping[str, Any]) -> Any:
    audio, bound = report["audio"], report["bound"]
    activations = "unsigned" if report["unsigned"] else "symmetric"
    yield (
        f"for {report['target']}: {activations} 8-bit activations, "
        f"{report['weight_bits']}-bit weights, by {report['tool']}"
    )
    yield (
        f"audio       {count(audio['pieces'], 'piece')}, {audio['seconds']:,.0f} s, "
        f"SHA-256 {audio['sha256']}"
    )
    enough = audio.get("enough_seconds")
    near = "" if enough is None else f", which hear in part the same: apart from {enough:,.0f} s on"
    yield (
        f"cycles      {report['cycles']['calibrate']} played for the ranges, "
        f"{report['cycles']['judge']} others to judge{near}"
    )
    yield (
        f"bound       SNR of latents at least {bound['snr_db']:g} dB, "
        f"sound at most {bound['distance_db']:g} dB away"
    )
    for name, stage in report["stages"].items():
        kernels = stage["integer_kernels"]
        ran = "" if kernels is None else f", {kernels} integer kernels counted"
        if stage["quantised"]:
            # There was no other reach before reports told it.
            ran += f", ranges of {stage.get('ranges', 'lowest to highest')}"
        yield (
            f"{name:<11} {stage['quantised']} of {stage['convolutions']} convolutions in 8 bits"
            f"{ran}{'; ' + stage['note'] if stage['note'] else ''}"
        )
        # A stage's note tells the rounds where they left it in float32. Earlier reports have none.
        for row in stage.get("compared", ()) if not stage["note"] else ():
            yield f"              {describe_rounds(row)}"
        if stage.get("disturbed"):
            yield "              the machine was busy while it was timed: its times say little"
        for row in stage["errors"]:
            sigma = "" if not row["sigma"] else f" at sigma {row['sigma']:.4g}"
            distance = row["distance_db"]
            away = "" if distance is None else f", {distance:.2f} dB away"
            yield f"              {row['stem']}{sigma}: SNR {_decibels(row['snr_db'])}{away}"
    yield from _speed(report["speed"], bound)
    for reason in report["forced"]:
        yield f"FORCED      {reason}"


def _speed(speed: Mapping[str, Any] | None, bound: Mapping[str, Any]) -> Any:
    if speed is None:
        yield "speed       not measured: this machine does not run what was made"
        return
    for way in speed["ways"]:
        stages = ", ".join(
            f"{name} {1000 * stage['seconds']:.1f}" for name, stage in way["stages"].items()
        )
        beyond = describe_beyond(way, bound)
        yield f"speed       {way['name']}: {1000 * way['cycle']:.1f} ms a cycle ({stages}){beyond}"
        errors = ", ".join(f"{name} {_off(stage)}" for name, stage in way["stages"].items())
        yield f"              worst error: {errors}"
    for name, reason in speed["why_not"].items():
        yield f"speed       {name}: not measured, {reason}"
    machine = speed["machine"]
    yield f"            on {machine['processor']}, {machine['cores']} cores"


def _off(stage: Mapping[str, Any]) -> str:
    if stage["snr_db"] is None:
        return "none"
    if stage["distance_db"] is None:
        return f"SNR {stage['snr_db']:.1f} dB"
    return f"{stage['distance_db']:.2f} dB away"


def _decibels(value: float | None) -> str:
    return "no error" if value is None else f"{value:.1f} dB"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
