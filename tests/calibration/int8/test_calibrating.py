"""The whole way on the small bundle: played, stopped, taken up again, written, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8 import calibrating, prices, recording, stage_work
from sideman.calibration.int8.calibrating import calibrate_bundle
from sideman.calibration.int8.drawing import write_findings
from sideman.calibration.int8.judging import Error
from sideman.calibration.int8.prices import FP32, INT8, NO_ERROR, Price, Way
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
    written = write_findings(result.report, tmp_path / "found")
    assert [file.name for file in written] == ["layers.md", "layers.png", "speed.png"]

    backend = OnnxRuntimeCudaBackend.__new__(OnnxRuntimeCudaBackend)
    with pytest.raises(BackendError, match="has no kernels on a GPU"):
        backend.load("step", bundle.read_stage("step"), bundle.manifest.stages["step"])


WAYS = (Way(FP32, None), Way(INT8, None, FP32), Way("bf16", None), Way("both", None, "bf16"))


def stage(names=("a", "b"), *seconds: float) -> calibrating._Stage:
    error = {("bass", 0.0): Error(30.0, 0.5)}
    choice = stage_work.Choice((), (), tuple(names), (), error)
    costs = {way.name: Price(one, NO_ERROR) for way, one in zip(WAYS, seconds, strict=False)}
    return calibrating._Stage(None, choice, [], tuple(names), dict(error), "", costs)


def speed(*cycles: float) -> dict:
    ways = zip(WAYS, cycles, strict=False)
    return {"ways": [{"name": w.name, "eight_bits": bool(w.without), "cycle": c} for w, c in ways]}


def test_a_stage_that_no_library_computes_faster_stays_in_float32() -> None:
    slow, fast = stage(("a",), 1.0, 1.5, 0.5, 0.6), stage(("a",), 1.0, 1.5, 0.5, 0.4)
    for one in (slow, fast):
        calibrating._drop_if_no_faster(one, WAYS)
    assert (slow.names, slow.prices[INT8].seconds, slow.prices["both"].seconds) == ((), 1.0, 0.5)
    assert "no faster here (1500.0 ms rather than 1000.0 in int8" in slow.note
    assert (fast.names, fast.prices[INT8].seconds, fast.note) == (("a",), 1.5, "")


def test_reasons_against_a_bundle(music, tmp_path) -> None:
    asked = request(music, tmp_path / "out", min_snr=25.0, max_distance=1.0)
    good = {"encode": stage(), "decode": stage()}
    reasons = calibrating._reasons
    assert reasons(good, speed(2.0, 1.0), asked) == []
    assert reasons(good, speed(2.0, 1.4, 1.2, 1.0), asked) == []
    assert reasons(good, None, asked) == []
    (slower,) = reasons(good, speed(2.0, 1.4, 1.2, 1.3), asked)
    assert "1300.0 ms at best, as both, and 1200.0 ms without 8 bits, as bf16" in slower
    (short,) = reasons(good, None, request(music, tmp_path / "out", min_snr=31.0))
    assert "Stage encode falls short" in short
    (nothing,) = reasons({"step": stage(names=())}, None, asked)
    assert "Nothing of it would compute in 8 bits" in nothing


def test_the_command_line_says_what_is_wrong(tmp_path) -> None:
    arguments = ["calibrate", str(BUNDLE), "--audio", str(tmp_path), "--out", str(tmp_path / "o")]
    done = CliRunner().invoke(build_app(), arguments)
    assert isinstance(done.exception, CalibrationError)
    assert "There is no sound file" in str(done.exception)
