from __future__ import annotations

import logging

import pytest

from sideman.engine import eight_bits as module
from sideman.engine.bundle.calibration_report import REPORT, report_json
from sideman.engine.eight_bits import Sums, sums_of_products, warn_of_overflow


@pytest.fixture
def flags(monkeypatch, tmp_path):
    """Make this a processor of Intel's or AMD's with these flags; None: nobody tells."""

    def use(text: str | None) -> None:
        file = tmp_path / "cpuinfo"
        if text is not None:
            file.write_text(f"flags : {text}")
        monkeypatch.setattr(module, "_CPUINFO", file)
        monkeypatch.setattr(module.platform, "machine", lambda: "x86_64")

    return use


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("avx2 avx512_vnni", Sums.EXACT),
        ("avx2 avx_vnni", Sums.EXACT),
        ("avx2", Sums.OVERFLOW),
        (None, Sums.UNKNOWN),
    ],
)
def test_vnni_is_what_makes_sums_exact(flags, text, sums) -> None:
    flags(text)
    assert sums_of_products() is sums


def test_other_processors_add_exactly(flags, monkeypatch) -> None:
    flags("")
    monkeypatch.setattr(module.platform, "machine", lambda: "arm64")
    assert sums_of_products() is Sums.EXACT


@pytest.mark.parametrize(
    ("text", "target", "bits", "warned"),
    [
        ("avx2", "cpu", 8, True),
        ("avx2", "cpu", 7, False),
        ("avx2", "tensorrt", 8, False),
        ("avx_vnni", "cpu", 8, False),
        (None, "cpu", 8, False),
    ],
)
def test_eight_bits_of_weights_without_vnni_are_warned_of(
    flags, tmp_path, caplog, text, target, bits, warned
) -> None:
    flags(text)
    report = {"version": 1, "target": target, "weight_bits": bits}
    (tmp_path / REPORT).write_text(report_json(report))
    with caplog.at_level(logging.WARNING):
        warn_of_overflow(tmp_path)
    assert ("lacks VNNI" in caplog.text) == warned


def test_other_bundles_are_not_looked_at(flags, tmp_path, caplog) -> None:
    flags("avx2")
    warn_of_overflow(tmp_path)
    assert not caplog.text
