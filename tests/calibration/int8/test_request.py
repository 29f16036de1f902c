"""What is refused before any work."""

from __future__ import annotations

import dataclasses

import pytest

from sideman.calibration.convert import convert_bundle
from sideman.calibration.errors import PrecisionError
from sideman.calibration.int8 import request as module
from sideman.calibration.int8.request import Request
from sideman.engine.bundle.bundle import Bundle, write_manifest
from sideman.engine.eight_bits import Sums
from sideman.engine.errors import SidemanError
from tests.fakes.manifest import write_bundle


@pytest.fixture
def request_(tmp_path) -> Request:
    return Request(write_bundle(tmp_path / "bundle"), tmp_path, "cpu", tmp_path / "out")


@pytest.mark.parametrize(
    ("changes", "precision", "message"),
    [
        ({"target": "npu"}, "int8", "no target 'npu'"),
        ({}, "fp16", "Only int8 needs calibration"),
        ({}, "int4", "Only int8 needs calibration"),
        ({"weight_bits": 4}, "int8", "7 or 8 bits"),
        ({"min_snr": float("nan")}, "int8", "--min-snr"),
        ({"min_snr": float("inf")}, "int8", "--min-snr"),
        ({"max_distance": float("nan")}, "int8", "--max-distance"),
        ({"max_distance": 0.0}, "int8", "--max-distance"),
        ({"cycles": 0}, "int8", "--cycles"),
    ],
)
def test_what_makes_no_sense_is_refused(request_, changes, precision, message) -> None:
    with pytest.raises(SidemanError, match=message):
        dataclasses.replace(request_, **changes).check(precision)


def test_places_that_are_taken_are_refused(request_) -> None:
    with pytest.raises(SidemanError, match="replaced by itself"):
        dataclasses.replace(request_, out=request_.bundle).check("int8")
    request_.out.mkdir()
    with pytest.raises(SidemanError, match="already there"):
        request_.check("int8")


def in_int8(folder):
    manifest = Bundle.open(folder).manifest
    stages = {n: dataclasses.replace(s, precision="int8") for n, s in manifest.stages.items()}
    write_manifest(folder, **manifest.fields() | {"stages": stages})
    return folder


def test_a_bundle_in_int8_is_neither_calibrated_nor_converted(request_, tmp_path) -> None:
    in_int8(request_.bundle)
    with pytest.raises(SidemanError, match="is not float32: encode in int8") as caught:
        request_.check("int8")
    assert "docs/calibration.md has the command for the demonstration" in caught.value.remedy
    with pytest.raises(PrecisionError, match="is not float32"):
        convert_bundle(request_.bundle, tmp_path / "fp16", "fp16")


def test_nothing_is_converted_to_int8(request_, tmp_path) -> None:
    with pytest.raises(PrecisionError, match="sideman calibrate"):
        convert_bundle(request_.bundle, tmp_path / "int8", "int8")


def test_processors_that_overflow_get_seven_bits(request_, monkeypatch) -> None:
    for sums, bits in ((Sums.OVERFLOW, 7), (Sums.UNKNOWN, 7), (Sums.EXACT, 8)):
        monkeypatch.setattr(module, "sums_of_products", lambda sums=sums: sums)
        assert request_.scheme().weight_bits == bits
        assert dataclasses.replace(request_, weight_bits=8).scheme().weight_bits == 8
        assert dataclasses.replace(request_, target="tensorrt").scheme().weight_bits == 8
