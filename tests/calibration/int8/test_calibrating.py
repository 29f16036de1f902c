"""The whole way on the small bundle: played, stopped, taken up again, written, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8 import (
    chosen,
    prices,
    recording,
    reporting,
    stage_prices,
    stage_work,
)
from sideman.calibration.int8.calibrating import calibrate_bundle
from sideman.calibration.int8.judging import Error
from sideman.calibration.int8.prices import FP32, INT8, NO_ERROR, Price, Way, WayFailedError
from sideman.calibration.int8.request import Request
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.describe import describe
from sideman.engine.bundle.manifest import STAGES
from sideman.engine.errors import BackendError
from sideman.engine.onnxruntime.cuda import OnnxRuntimeCudaBackend
from sideman.engine.optional import found
from sideman.runtime.commandline.frame import build_app
from sideman.runtime.playing.geometry import Geometry
from tests.models.places import BUNDLE


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """One stem, one regime, and every stage as one block: each part is tested by itself."""
    choose = recording.choose_places
    monkeypatch.setattr(
        recording, "choose_places", lambda music, stems, *rest: choose(music, stems[:1], *rest)
    )
    monkeypatch.setattr(
        recording, "regimes", lambda grid: {"w+0": Geometry.columnar(grid, 4, 1, 882)}
    )
    monkeypatch.setattr(stage_work, "_TELLING", dict.fromkeys(STAGES, "w+0"))
    monkeypatch.setattr(stage_work, "layers", lambda names: {"all": tuple(names)})
    for module in (prices, stage_work):
        monkeypatch.setattr(module, "time_stages", made_up_times)


def made_up_times(contestants, *_: object, **__: object) -> dict[str, list[float]]:
    """Eight bits take half as long, whichever library computes them."""
    return {each.name: [1.0 if "int8" in each.name else 2.0] * 3 for each in contestants}


@pytest.fixture(scope="module")
def music(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    noise = 0.1 * np.random.default_rng(0).standard_normal(9 * 44_100)
    soundfile.write(folder / "noise.wav", noise.astype(np.float32), 44_100)
    return folder


def request(music: Path, out: Path, **changes) -> Request:
    # Random weights hold to no bound that trained ones do.
    return Request(BUNDLE, music, "cpu", out, **{"min_snr": 1.0, "max_distance": 99.0} | changes)


@pytest.mark.long
def test_stopped_taken_up_again_and_written(music, tmp_path) -> None:
    asked = request(music, tmp_path / "int8", cycles=1)

    def stop(task: str, done: int, total: int) -> None:
        if (task, done) == ("playing", 1):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate_bundle(asked, progress=stop)
    assert not asked.out.exists()
    assert len(list(asked.work.glob("*/*.npz"))) == 1

    seen = []
    result = calibrate_bundle(asked, progress=lambda *step: seen.append(step))
    assert seen[0] == ("playing", 1, 2)
    assert not list(asked.work.glob("*/*.npz"))
    bundle = Bundle.open(asked.out)
    assert {spec.precision for spec in bundle.manifest.stages.values()} == {"int8"}
    assert bundle.manifest.origin["calibrated"]["target"] == "cpu"
    text = describe(bundle)
    for said in ("for cpu: unsigned 8-bit", "integer kernels counted", "at sigma 80"):
        assert said in text
    told = result.report["speed"]
    if found("openvino"):
        assert "int8 and" in text
        assert len(told["ways"]) == 4
    else:
        assert "OpenVINO: not measured, OpenVINO is not installed" in text
        assert len(told["ways"]) == 2
    assert [file.name for file in result.files] == ["layers.md", "layers.png", "speed.png"]

    backend = OnnxRuntimeCudaBackend.__new__(OnnxRuntimeCudaBackend)
    with pytest.raises(BackendError, match="has no kernels on a GPU"):
        backend.load("step", bundle.read_stage("step"), bundle.manifest.stages["step"])


WAYS = (Way(FP32, None), Way(INT8, None, FP32), Way("bf16", None), Way("both", None, "bf16"))


def stage(names=("a", "b"), *seconds: float) -> chosen.ChosenStage:
    error = {("bass", 0.0): Error(30.0, 0.5)}
    choice = stage_work.Choice((), (), tuple(names), (), error)
    by_name = {way.name: time for way, time in zip(WAYS, seconds, strict=False)}
    costs = {
        way.name: Price(
            by_name[way.name],
            NO_ERROR,
            bool(way.without) and by_name[way.name] < by_name[way.without],
        )
        for way in WAYS[: len(seconds)]
    }
    return chosen.ChosenStage(None, None, choice, [], tuple(names), dict(error), "", costs)


def speed(*cycles: float, beyond: str = "") -> dict:
    ways = zip(WAYS, cycles, strict=False)
    return {
        "ways": [
            {
                "name": way.name,
                "eight_bits": bool(way.without),
                "keeps_bound": way.name != beyond,
                "cycle": cycle,
            }
            for way, cycle in ways
        ],
        "why_not": {"OpenVINO": "it is not installed"},
    }


def test_a_stage_that_no_library_computes_faster_stays_in_float32() -> None:
    slow, fast = stage(("a",), 1.0, 1.5, 0.5, 0.6), stage(("a",), 1.0, 1.5, 0.5, 0.4)
    for one in (slow, fast):
        stage_prices._drop_if_no_faster(one, WAYS)
    assert (slow.names, slow.prices[INT8].seconds, slow.prices["both"].seconds) == ((), 1.0, 0.5)
    assert "no faster here (1500.0 ms rather than 1000.0 in int8" in slow.note
    assert (fast.names, fast.prices[INT8].seconds, fast.note) == (("a",), 1.5, "")


def test_reasons_against_a_bundle() -> None:
    good = {"encode": stage(), "decode": stage()}
    reasons = reporting.reasons_against
    assert reasons(good, speed(2.0, 1.0)) == []
    assert reasons(good, speed(2.0, 1.4, 1.2, 1.0)) == []
    assert reasons(good, None) == []
    (slower,) = reasons(good, speed(2.0, 1.4, 1.2, 1.3))
    assert "1300.0 ms at best, as both, and 1200.0 ms without 8 bits, as bf16" in slower
    # What errs by too much counts neither for it nor against it.
    (slower,) = reasons(good, speed(2.0, 1.4, 1.2, 1.0, beyond="both"))
    assert "1400.0 ms at best, as int8 in ONNX Runtime" in slower
    assert reasons(good, speed(2.0, 1.4, 1.2, 1.5, beyond="bf16")) == []
    (none,) = reasons(good, speed(2.0, 1.0, beyond=INT8))
    assert "No library here keeps to the bound" in none
    (nothing,) = reasons({"step": stage(names=())}, speed(1.0, 1.0))
    assert "Nothing of it would compute in 8 bits" in nothing


def test_what_was_found_is_told_in_sentences() -> None:
    dropped = stage(())
    dropped.note = "all in float32: no faster"
    lines = list(reporting.told({"step": dropped}, speed(2.0, 1.0, beyond=INT8)))
    assert lines == [
        "step: all in float32: no faster.",
        f"{FP32}: 2000.0 ms a cycle.",
        f"{INT8}: 1000.0 ms a cycle, beyond the bound.",
        "OpenVINO was not tried: it is not installed.",
    ]
    assert list(reporting.told({}, None)) == []


def test_a_library_that_refuses_a_stage_is_left_out(monkeypatch) -> None:
    ours, theirs = object(), object()
    ways = (
        Way(FP32, ours),
        Way(INT8, ours, FP32),
        Way("bf16", theirs),
        Way("both", theirs, "bf16"),
    )
    asked = []

    def price(ways, *_: object) -> dict[str, Price]:
        asked.append([way.name for way in ways])
        if ways[-1].backend is theirs:
            raise WayFailedError(ways[-1], BackendError("It is refused.", "Do without."))
        return {way.name: Price(1.0, NO_ERROR, bool(way.without)) for way in ways}

    monkeypatch.setattr(stage_prices, "price", price)
    one, why_not = stage(), {}
    left = stage_prices._price_stage(one, ways, why_not, None, None, lambda *_: None)
    assert [way.name for way in left] == [FP32, INT8]
    assert asked == [[way.name for way in ways], [FP32, INT8]]
    assert set(why_not) == {"bf16", "both"}
    assert "both: It is refused." in why_not["bf16"]


def test_the_command_line_says_what_is_wrong(tmp_path) -> None:
    arguments = ["calibrate", str(BUNDLE), "--audio", str(tmp_path), "--out", str(tmp_path / "o")]
    done = CliRunner().invoke(build_app(), arguments)
    assert isinstance(done.exception, CalibrationError)
    assert "There is no sound file" in str(done.exception)
