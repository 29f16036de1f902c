"""The whole way on the small bundle: played, stopped, taken up again, written, refused."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

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


BOUND = {"snr_db": 25.0, "distance_db": 0.5}
WAYS = (Way(FP32, None), Way(INT8, None, FP32), Way("bf16", None), Way("both", None, "bf16"))


def stage(names=("a", "b"), *seconds: float) -> chosen.ChosenStage:
    error = {("bass", 0.0): Error(30.0, 0.5)}
    choice = stage_work.Choice((), (), tuple(names), (), error)
    by_name = {way.name: time for way, time in zip(WAYS, seconds, strict=False)}
    costs = {
        way.name: Price(
            by_name[way.name],
            NO_ERROR,
            (by_name[way.name] / by_name[way.without],) * 9 if way.without else (),
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
                "without": way.without,
                "backend": "openvino" if way.name in ("bf16", "both") else "onnxruntime",
                "precision": "bf16" if way.name in ("bf16", "both") else "",
                "keeps_bound": way.name != beyond,
                "cycle": cycle,
                "stages": {
                    "step": {"snr_db": 20.0 if way.name == beyond else 30.0, "distance_db": None}
                },
            }
            for way, cycle in ways
        ],
        "why_not": {"OpenVINO": "it is not installed"},
    }


def test_a_stage_that_no_library_computes_faster_stays_in_float32() -> None:
    slow, fast = stage(("a",), 1.0, 1.5, 0.5, 0.6), stage(("a",), 1.0, 1.5, 0.5, 0.4)
    for one in (slow, fast):
        one.compared = stage_prices._compared(one, WAYS)
        stage_prices._drop_if_no_faster(one, WAYS)
    assert (slow.names, slow.prices[INT8].seconds, slow.prices["both"].seconds) == ((), 1.0, 0.5)
    assert (
        f"not reliably faster here: {INT8} was faster in 0 of 9 rounds (1500.0 ms rather than "
        "1000.0; median of the rounds 1.50 times as long, 1.50 to 1.50), both was" in slow.note
    )
    assert slow.note.endswith("to count as faster, one has to be in 7")
    assert (fast.names, fast.prices[INT8].seconds, fast.note) == (("a",), 1.5, "")


def test_faster_figures_that_do_not_count_are_explained() -> None:
    """Seconds alone would say that 8 bits are faster."""
    one = stage(("a",), 16.0, 15.0)
    one.prices[INT8] = Price(15.0, NO_ERROR, (0.9,) * 6 + (1.2,) * 3, 0.5)
    one.compared = stage_prices._compared(one, WAYS[:2])
    stage_prices._drop_if_no_faster(one, WAYS[:2])
    assert one.names == ()
    assert "faster in 6 of 9 rounds" in one.note
    assert "0.90 times as long, 0.90 to 1.20" in one.note
    # The report keeps what decided, though the stage has no price in 8 bits any more.
    assert [row["faster"] for row in one.compared] == [6]
    assert not one.disturbed


def test_a_machine_that_was_busy_is_told() -> None:
    one = stage(("a",), 16.0, 17.0)
    one.prices = {
        FP32: Price(16.0, NO_ERROR, (), 0.5),
        INT8: Price(17.0, NO_ERROR, (1.1,) * 9, 0.5),
    }
    one.compared = stage_prices._compared(one, WAYS[:2])
    stage_prices._drop_if_no_faster(one, WAYS[:2])
    assert one.note.endswith("the machine was busy meanwhile")
    *_, last = reporting.told({"step": one}, speed(2.0, 1.0), BOUND)
    assert "while step ran to be timed" in last
    assert "on a free machine" in last
    one.prices = {FP32: Price(16.0, NO_ERROR, (), 0.01)}
    assert not one.disturbed


@pytest.mark.parametrize("rounds", range(1, 20))
def test_three_rounds_of_four_count(rounds) -> None:
    needed = prices.rounds_needed(rounds)
    assert 3 * rounds / 4 < needed <= rounds
    for faster in range(rounds + 1):
        ratios = (0.9,) * faster + (1.1,) * (rounds - faster)
        assert Price(1.0, NO_ERROR, ratios).gains == (faster >= needed)


def test_what_was_written_and_what_comes_next() -> None:
    counts = {"quantised": 68, "convolutions": 69}
    report = {"stages": {"step": counts}, "forced": [], "bound": BOUND}
    out = Path("made")
    told = list(reporting.summary(report | {"speed": speed(2.0, 1.5, 1.2, 1.0)}, out))
    assert told == [
        "Convolutions in 8 bits: step 68 of 69.",
        "A cycle took 1200.0 ms as bf16; with 8 bits it takes 1000.0 ms as both.",
        "Next: sideman inspect made; sideman serve made --backend openvino --precision bf16.",
    ]
    forced = report | {"forced": ["It errs."], "speed": speed(2.0, 1.5, beyond=INT8)}
    _, why, cycle, after = reporting.summary(forced, out)
    assert why.endswith("It errs.")
    assert cycle.endswith("beyond the bound: step SNR 20.00 dB, rather than 25 at least.")
    assert after == "Next: sideman inspect made; sideman serve made."
    assert "sideman build made" in list(reporting.summary(report | {"speed": None}, out))[-1]


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
    lines = list(reporting.told({"step": dropped}, speed(2.0, 1.0, beyond=INT8), BOUND))
    assert lines == [
        "step: all in float32: no faster.",
        f"{FP32}: 2000.0 ms a cycle.",
        f"{INT8}: 1000.0 ms a cycle, beyond the bound: step SNR 20.00 dB, rather than 25 at least.",
        "OpenVINO was not tried: it is not installed.",
    ]
    assert list(reporting.told({}, None, BOUND)) == []


def test_what_the_bound_allows_is_no_result_yet() -> None:
    one = stage(("a",))
    one.mixer = SimpleNamespace(names=("a", "b"))
    one.reach = stage_work.Reach("lowest to highest", ())
    assert reporting.told_of_stage("step", one) == (
        "step: within the bound, 1 of 2 convolutions may compute in 8 bits, with ranges of lowest "
        "to highest."
    )
    one.names = ()
    assert reporting.told_of_stage("step", one).endswith(
        "0 of 2 convolutions may compute in 8 bits."
    )


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
        return {way.name: Price(1.0, NO_ERROR, (0.5,) if way.without else ()) for way in ways}

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
