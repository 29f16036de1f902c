"""Bundles in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.calibration_report import describe_report, read_report
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import printable


def describe(bundle: Bundle) -> str:
    """What a bundle is, for people; its files have been checked against their hashes."""
    manifest = bundle.manifest
    grid, sampler = manifest.grid, manifest.sampler
    schedule = f"sigma {sampler.sigma_max:g} to {sampler.sigma_min:g}, rho {sampler.rho:g}"
    lines = [
        f"{manifest.name}: {manifest.kind} model, "
        f"{'trained' if manifest.trained else 'UNTRAINED (random weights)'}",
        f"  stems       {', '.join(manifest.stems)}",
        f"  window      {grid.window_samples} samples at {grid.sample_rate} Hz "
        f"({grid.window_samples / grid.sample_rate:g} s)",
        f"  latent      {grid.channels} channels x {grid.columns} columns, "
        f"trained with the last {_ranges(grid.trained_masks)} columns hidden",
        f"  sampler     {sampler.name}, {sampler.steps} steps, {schedule}",
        f"              midpoint rho {sampler.midpoint_rho:g}, resamples {sampler.resamples}, "
        f"sigma_data {manifest.sigma_data:g}",
        "  parameters  "
        + ", ".join(f"{name} {count:,}" for name, count in manifest.parameters.items()),
    ]
    for name, stage in manifest.stages.items():
        lines.append(f"  stage       {name}: {stage.file}, {stage.precision}")
        for arrow, tensors in (("in ", stage.inputs), ("out", stage.outputs)):
            for tensor in tensors:
                shape = " x ".join(map(str, tensor.shape))
                lines.append(f"                {arrow} {tensor.name}: {tensor.dtype} {shape}")
    report = read_report(bundle.path)
    if report is not None:
        lines += [f"  calibrated  {line}" for line in describe_report(report)]
    for name, record in manifest.files.items():
        lines.append(f"  file        {name}: {record.bytes:,} bytes, SHA-256 {record.sha256}")
    for key, value in manifest.origin.items():
        lines.append(
            f"  origin      {key}: {value if isinstance(value, str) else json.dumps(value)}"
        )
    return printable("\n".join(lines))


def differences(first: Manifest, second: Manifest) -> list[str]:
    """One line for every field in which two manifests differ; files are compared by hash."""
    left, right = (dict(_flatten(json.loads(m.to_json()))) for m in (first, second))
    lines = []
    for key in sorted(left.keys() | right.keys()):
        one, other = left.get(key, "(absent)"), right.get(key, "(absent)")
        if one != other:
            lines.append(printable(f"{key}: {one} | {other}"))
    return lines


def _flatten(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flatten(inner, f"{prefix}[{index}]")
    else:
        yield prefix, value


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers in order, three and more that follow each other as a range: "0 to 32, 40"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(told)
