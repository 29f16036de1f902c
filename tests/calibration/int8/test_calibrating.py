"""The whole way on the small bundle: played, stopped, taken up again, written, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from sideman.calibration.errors import CalibrationError
from sideman.calibration.int8 import calibrating, recording, stage_work
from sideman.calibration.int8.calibrating import calibrate_bundle
from sideman.calibration.int8.drawing import write_findings
from sideman.calibration.int8.judging import Error
from sideman.calibration.int8.request import Request
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.describe import describe
from sideman.engine.bundle.manifest import STAGES
from sideman.engine.errors import BackendError
from sideman.engine.onnxruntime.cuda import OnnxRuntimeCudaBackend
from sideman.runtime.commandline.frame import build_app
from sideman.runtime.playing.geometry import Geometry
from tests.models.places import BUNDLE

#: Times that are made up: eight bits take half as long.
FAST = {"fp32": 2.0, "int8": 1.0}


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
    for module in (calibrating, stage_work):
        monkeypatch.setattr(module, "time_stages", lambda runs, *_, **__: times(runs, FAST))


def times(contestants, seconds: dict[str, float]) -> dict[str, list[float]]:
    return {each.name: [seconds[each.name]] * 3 for each in contestants}


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
    for said in ("for cpu: unsigned 8-bit", "integer kernels counted", "at sigma 80", "bf16: not"):
        assert said in text
    written = write_findings(result.report, tmp_path / "found")
    assert [file.name for file in written] == ["layers.md", "layers.png", "speed.png"]

    backend = OnnxRuntimeCudaBackend.__new__(OnnxRuntimeCudaBackend)
    with pytest.raises(BackendError, match="has no kernels on a GPU"):
        backend.load("step", bundle.read_stage("step"), bundle.manifest.stages["step"])


def stage(names=("a", "b"), **seconds: float) -> calibrating._Stage:
    error = {("bass", 0.0): Error(30.0, 0.5)}
    choice = stage_work.Choice((), (), tuple(names), (), error)
    return calibrating._Stage(None, choice, [], tuple(names), dict(error), "", seconds)


def speed(**cycle: float | None) -> dict:
    return {"cycle": cycle}


def test_a_stage_that_is_no_faster_stays_in_float32() -> None:
    slow, fast = stage(fp32=1.0, int8=1.5), stage(fp32=1.0, int8=0.5)
    for one in (slow, fast):
        calibrating._drop_if_slower(one)
    assert (slow.names, slow.seconds["int8"]) == ((), 1.0)
    assert "no faster here" in slow.note
    assert (fast.names, fast.seconds["int8"], fast.note) == (("a", "b"), 0.5, "")


def test_reasons_against_a_bundle(music, tmp_path) -> None:
    asked = request(music, tmp_path / "out", min_snr=25.0, max_distance=1.0)
    good = {"encode": stage(), "decode": stage()}
    reasons = calibrating._reasons
    assert reasons(good, speed(fp32=2.0, bf16=None, int8=1.0), asked) == []
    assert reasons(good, None, asked) == []
    (slower,) = reasons(good, speed(fp32=2.0, bf16=1.0, int8=1.2), asked)
    assert "in bf16" in slower
    (short,) = reasons(good, None, request(music, tmp_path / "out", min_snr=31.0))
    assert "Stage encode falls short" in short
    (nothing,) = reasons({"step": stage(names=())}, None, asked)
    assert "Nothing of it would compute in 8 bits" in nothing


def test_the_command_line_says_what_is_wrong(tmp_path) -> None:
    arguments = ["calibrate", str(BUNDLE), "--audio", str(tmp_path), "--out", str(tmp_path / "o")]
    done = CliRunner().invoke(build_app(), arguments)
    assert isinstance(done.exception, CalibrationError)
    assert "There is no sound file" in str(done.exception)
