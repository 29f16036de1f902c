"""What each way to run a stage costs, with the libraries that are here."""

from __future__ import annotations

import math
from contextlib import nullcontext

import numpy as np
import pytest

from sideman.calibration.int8.judging import Case
from sideman.calibration.int8.mixing import Mixer
from sideman.calibration.int8.prices import FP32, INT8, price, ways_of_this_machine
from sideman.calibration.int8.quantising import SCHEMES, quantise
from sideman.calibration.int8.ranges import find_ranges, prepare
from sideman.calibration.int8.recorder import Call
from sideman.engine.backends.once import run_once
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import BackendError, MissingExtraError
from sideman.engine.loading.registry import create_backend
from sideman.engine.loading.stages import DEFAULT
from sideman.engine.optional import found
from tests.models.places import BUNDLE

MAKE = "sideman.calibration.int8.prices._openvino"


@pytest.fixture
def encode(tmp_path):
    """The small bundle's encoder in 8 bits, and a case of it."""
    bundle = Bundle.open(BUNDLE)
    files, spec = bundle.read_stage("encode"), bundle.manifest.stages["encode"]
    noise = np.random.default_rng(0)
    inputs = {
        "audio": noise.normal(0, 0.1, (1, bundle.manifest.grid.codec_samples)).astype(np.float32),
        "known": np.ones((1, bundle.manifest.grid.columns), np.float32),
    }
    graph = prepare(files, tmp_path / "prepared")
    quantised = quantise(graph, find_ranges(graph, [inputs], tmp_path / "ranges"), SCHEMES["cpu"])
    with create_backend(DEFAULT) as backend:
        right = run_once(backend, backend.load("encode", files, spec), inputs)["mixture"]
        yield (
            backend,
            Mixer.of(files, quantised),
            spec,
            Case("bass", "w+0", 0.0, Call("encode", inputs), right),
        )


def test_every_way_is_timed_and_compared_with_float32(encode, tmp_path) -> None:
    backend, mixer, spec, case = encode
    seen = []
    with ways_of_this_machine(backend, tmp_path / "compiled") as (ways, why_not):
        prices = price(
            ways, mixer, mixer.names, spec, [case], case, lambda *step: seen.append(step)
        )
        same = price(ways, mixer, (), spec, [case], case)
    assert list(prices) == [way.name for way in ways]
    assert not prices[FP32].gains
    assert all(each.seconds > 0 for each in prices.values())
    assert prices[FP32].error.snr == math.inf
    assert 5 < prices[INT8].error.snr < 60
    assert same[INT8] == same[FP32]
    assert seen[-1][1:] == (1, 1)
    if found("openvino"):
        (both,) = (way for way in ways if way.without not in ("", FP32))
        assert not why_not or "bfloat16" in why_not["bf16"]
        assert 5 < prices[both.name].error.snr < 60
        assert same[both.name] == same[both.without]
    else:
        assert why_not["OpenVINO"] == "OpenVINO is not installed"


def test_without_openvino_the_report_says_why(monkeypatch, tmp_path) -> None:
    def missing(*_: object, **__: object) -> None:
        raise MissingExtraError("OpenVINO is not installed.")

    monkeypatch.setattr(MAKE, missing)
    with create_backend(DEFAULT) as own, ways_of_this_machine(own, tmp_path) as (ways, why_not):
        assert [way.name for way in ways] == [FP32, INT8]
    assert set(why_not) == {"bf16", "OpenVINO"}


def test_a_processor_without_bfloat16_is_timed_in_float32(monkeypatch, tmp_path) -> None:
    def processor(precision: str, _: object) -> nullcontext[None]:
        if precision == "bf16":
            raise BackendError("This processor has no bfloat16.", "Use --precision fp32.")
        return nullcontext()

    monkeypatch.setattr(MAKE, processor)
    with create_backend(DEFAULT) as own, ways_of_this_machine(own, tmp_path) as (ways, why_not):
        names = [way.name for way in ways]
    assert names[2:] == ["fp32 in OpenVINO", "int8 and fp32 in OpenVINO"]
    assert why_not == {"bf16": "This processor has no bfloat16"}
