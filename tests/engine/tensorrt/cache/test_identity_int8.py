"""Engines in int8: of bundles that are, and for targets that compile what is left in float32."""

from __future__ import annotations

import dataclasses

import pytest

from sideman.engine.bundle.bundle import Bundle, write_manifest
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.cache.identity import rewrites
from sideman.engine.tensorrt.flavours import TENSORRT_RTX
from sideman.engine.tensorrt.precision import check_precision
from tests.fakes.manifest import write_bundle


def test_a_float32_bundle_cannot_become_int8(tmp_path) -> None:
    bundle = Bundle.open(write_bundle(tmp_path / "bundle"))
    with pytest.raises(BackendError, match="no stage in int8") as refused:
        rewrites(bundle, "step", TENSORRT_RTX, "sm89", "int8")
    assert "sideman calibrate --target tensorrt" in refused.value.remedy


def test_an_int8_bundle_is_built_as_it_is_and_becomes_nothing_else(tmp_path) -> None:
    folder = write_bundle(tmp_path / "bundle")
    manifest = Bundle.open(folder).manifest
    stages = dict(manifest.stages)
    stages["step"] = dataclasses.replace(stages["step"], precision="int8")
    write_manifest(folder, **manifest.fields() | {"stages": stages})
    bundle = Bundle.open(folder)
    for stage in ("encode", "step"):
        assert not rewrites(bundle, stage, TENSORRT_RTX, "sm89", "int8")
    with pytest.raises(BackendError, match="is in int8 already") as refused:
        rewrites(bundle, "step", TENSORRT_RTX, "sm89", "fp16")
    assert refused.value.remedy.startswith("Use --precision int8, or build from the float32")
    with pytest.raises(BackendError, match="cannot become fp16 for sm75") as refused:
        rewrites(bundle, "step", TENSORRT_RTX, "sm75", "fp16")
    assert refused.value.remedy.startswith("Build from the float32")


def test_turing_compiles_no_float32_products_beside_int8() -> None:
    check_precision(TENSORRT_RTX, "sm89", "int8")
    with pytest.raises(BackendError, match="no float32 matrix products for sm75"):
        check_precision(TENSORRT_RTX, "sm75", "int8")
