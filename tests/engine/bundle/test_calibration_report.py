"""The report of a calibration as inspect shows it, and reports that are none."""

from __future__ import annotations

import json

import pytest

from sideman.engine.bundle.calibration_report import (
    REPORT,
    describe_report,
    keeps_bound,
    read_report,
    report_json,
)
from sideman.engine.errors import BundleError

ROW = {"stem": "bass", "sigma": 80.0, "snr_db": float("inf"), "distance_db": float("nan")}
MADE = {
    "version": 1,
    "target": "tensorrt",
    "unsigned": False,
    "weight_bits": 8,
    "tool": "a tool",
    "audio": {"pieces": 2, "seconds": 61.0, "sha256": "ab" * 32},
    "cycles": {"calibrate": 32, "judge": 16, "seed": 0},
    "bound": {"snr_db": 25.0, "distance_db": 1.0},
    "stages": {
        "step": {
            "convolutions": 9,
            "quantised": 8,
            "integer_kernels": None,
            "note": "a note",
            "ranges": "99.999 % of the values",
            "errors": [ROW, ROW | {"sigma": None, "snr_db": 27.06, "distance_db": 0.5}],
        }
    },
    "speed": None,
    "forced": ["It falls short."],
}


def test_every_part_is_told(tmp_path) -> None:
    (tmp_path / REPORT).write_text(report_json(MADE))
    report = read_report(tmp_path)
    assert report is not None
    text = "\n".join(describe_report(report))
    for said in (
        "for tensorrt: symmetric", "2 pieces, 61 s, SHA-256 abab", "32 played", "at least 25 dB",
        "8 of 9 convolutions in 8 bits, ranges of 99.999 % of the values; a note",
        "bass at sigma 80: SNR no error", "bass: SNR 27.1 dB, 0.50 dB away",
        "speed       not measured", "FORCED      It falls",
    ):  # fmt: skip
        assert said in text


def test_what_decided_is_told_where_8_bits_were_kept_and_ranges_only_there() -> None:
    row = {
        "way": "int8 in A", "seconds": 0.0157, "seconds_without": 0.0159, "rounds": 9, "faster": 8,
        "needed": 7, "ratios": [0.9, 0.98, 1.1],
    }  # fmt: skip
    step = MADE["stages"]["step"] | {"note": "", "compared": [row], "disturbed": True}
    text = "\n".join(describe_report(MADE | {"stages": {"step": step}}))
    assert (
        "int8 in A was faster in 8 of 9 rounds (15.7 ms rather than 15.9; median of the rounds "
        "0.98 times as long, 0.90 to 1.10)" in text
    )
    assert "the machine was busy" in text
    none = step | {"quantised": 0, "note": "all in float32, for a reason"}
    text = "\n".join(describe_report(MADE | {"stages": {"step": none}}))
    assert "0 of 9 convolutions in 8 bits; all in float32" in text


def test_one_piece_that_is_short() -> None:
    audio = MADE["audio"] | {"pieces": 1, "enough_seconds": 105.4}
    text = "\n".join(describe_report(MADE | {"audio": audio}))
    assert "1 piece, 61 s" in text
    assert "16 others to judge, which hear in part the same: apart from 105 s on" in text


def test_a_report_from_before_ranges_were_chosen_is_read() -> None:
    step = {key: value for key, value in MADE["stages"]["step"].items() if key != "ranges"}
    text = "\n".join(describe_report(MADE | {"stages": {"step": step}}))
    assert "in 8 bits, ranges of lowest to highest; a note" in text


def test_what_each_way_costs_is_told() -> None:
    latent = {"seconds": 0.1, "snr_db": 26.04, "distance_db": None}
    stages = {"encode": latent, "decode": latent | {"seconds": 0.2, "distance_db": 1.789}}
    exact = {"encode": latent | {"snr_db": None}}
    speed = {
        "ways": [
            {"name": "int8 in A", "keeps_bound": False, "cycle": 0.4, "stages": stages},
            {"name": "fp32 in A", "keeps_bound": True, "cycle": 0.5, "stages": exact},
        ],
        "why_not": {"bf16": "no bfloat16"},
        "machine": {"processor": "a processor", "cores": 2},
    }
    text = "\n".join(describe_report(MADE | {"speed": speed}))
    for said in (
        "int8 in A: 400.0 ms a cycle (encode 100.0, decode 200.0), beyond the bound: "
        "decode 1.79 dB away, rather than 1 at most",
        "worst error: encode SNR 26.0 dB, decode 1.79 dB away",
        "worst error: encode none",
        "bf16: not measured, no bfloat16",
        "on a processor, 2 cores",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("backend", "precision", "forced", "kept"),
    [
        ("onnxruntime", None, [], True),
        ("openvino", "bf16", [], False),
        # Nobody has measured that.
        ("openvino", None, [], False),
        ("onnxruntime", None, ["It is slow."], False),
    ],
)
def test_a_bound_is_kept_by_those_who_were_measured(backend, precision, forced, kept) -> None:
    ways = [
        {"backend": "onnxruntime", "precision": "", "eight_bits": True, "keeps_bound": True},
        {"backend": "openvino", "precision": "bf16", "eight_bits": False, "keeps_bound": True},
        {"backend": "openvino", "precision": "bf16", "eight_bits": True, "keeps_bound": False},
    ]
    report = {"forced": forced, "speed": {"ways": ways}}
    assert keeps_bound(report, backend, precision) == kept
    assert keeps_bound(report | {"speed": None}, backend, precision) != bool(forced)


def test_a_bundle_without_one_has_none(tmp_path) -> None:
    assert read_report(tmp_path) is None


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"version": 2}'])
def test_what_is_no_report_is_refused(tmp_path, text) -> None:
    (tmp_path / REPORT).write_text(text)
    with pytest.raises(BundleError, match=REPORT):
        read_report(tmp_path)


@pytest.mark.parametrize("missing", [name for name in MADE if name != "version"])
def test_a_report_that_lacks_a_part_is_refused(missing) -> None:
    report = json.loads(report_json({n: v for n, v in MADE.items() if n != missing}))
    with pytest.raises(BundleError, match="is no report of a calibration"):
        describe_report(report)
