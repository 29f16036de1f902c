"""Writing a bundle in another precision: all stages are rewritten, or nothing is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sideman.calibration.errors import PrecisionError
from sideman.calibration.precision import PRECISIONS, REVISION, check_precision, rewrite
from sideman.engine.bundle.bundle import MANIFEST, Bundle, sha256, write_manifest
from sideman.engine.bundle.manifest import STAGES, Manifest
from sideman.engine.bundle.replacing import check_place, in_place_of

#: Called with the name of the stage that begins now.
Report = Callable[[str], None]


def convert_bundle(
    source: Path,
    out: Path,
    precision: str,
    *,
    force: bool = False,
    report: Report = lambda _: None,
) -> Manifest:
    """Write a float32 bundle in another precision.

    Inputs and outputs keep their names, shapes and types, so code that runs the one bundle runs the
    other.

    Args:
        source: the bundle's folder; checked against its hashes first.
        out: the new bundle's folder.
        precision: a key of `PRECISIONS`.
        force: replace a bundle that is already at `out`.
        report: told of progress.

    Raises:
        PrecisionError: unknown precision, or a bundle that is not float32.
        BundleError: no bundle, a damaged one, or a place that is taken.
    """
    check_precision(precision)
    _check_place(source, out, force)
    bundle = Bundle.open(source)
    manifest = bundle.manifest
    _check_float32(manifest, source)
    with in_place_of(out, replace=force) as folder:
        for stage in STAGES:
            report(stage)
            rewrite(bundle.read_stage(stage), folder, precision)
        return write_manifest(folder, **_fields(manifest, source, precision))


def _check_float32(manifest: Manifest, source: Path) -> None:
    others = {n: s.precision for n, s in manifest.stages.items() if s.precision != "float32"}
    if others:
        found = ", ".join(f"{name} in {precision}" for name, precision in others.items())
        raise PrecisionError(
            f"{source} is not float32: {found}.", "Convert the float32 bundle that it was made of."
        )


def _fields(manifest: Manifest, source: Path, precision: str) -> dict[str, Any]:
    """Fields of the new manifest: the old ones, with precision and origin."""
    stages = {
        name: dataclasses.replace(spec, precision=PRECISIONS[precision])
        for name, spec in manifest.stages.items()
    }
    origin = _origin(manifest.origin, source, precision)
    return manifest.fields() | {"stages": stages, "origin": origin}


def _origin(origin: Mapping[str, Any], source: Path, precision: str) -> dict[str, Any]:
    """What made the bundle. No path and no time: the same bundle gives the same bundle."""
    return {
        **origin,
        "converted": {
            "precision": precision,
            "rewriter": REVISION,
            "versions": {name: version(name) for name in ("sideman", "onnx")},
            "from": {"manifest_sha256": sha256(source / MANIFEST)},
        },
    }


def _check_place(source: Path, out: Path, force: bool) -> None:
    """Refuse an output folder that exists already, before any work is done."""
    if out.resolve() == source.resolve():
        raise PrecisionError(f"{out} would be replaced by itself.", "Choose another --out.")
    check_place(out, replace=force)
