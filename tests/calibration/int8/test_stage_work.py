"""Of the ranges that are tried, those count with which a whole stage errs least."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from sideman.calibration.int8.judging import Error
from sideman.calibration.int8.stage_work import StageWork


class Measured(StageWork):
    """Knows what each mixer's errors are."""

    def _measure(self, mixer, names, cases, progress=lambda _: None):
        self.measured.append(tuple(names))
        return {("bass", 0.0): mixer.error}


def work(stage: str, folder: Path) -> Measured:
    made = Measured(stage, None, (), folder, folder, None, lambda *_: None)
    made.measured = []
    return made


def mixer(snr: float, distance: float):
    scheme = SimpleNamespace(unsigned=True, weight_bits=8, outputs=True, bias=True)
    return SimpleNamespace(
        names=("a", "b"), error=Error(snr, distance), quantised=SimpleNamespace(scheme=scheme)
    )


@pytest.mark.parametrize(
    ("stage", "best"), [("encode", "wide"), ("step", "wide"), ("decode", "most")]
)
def test_latents_by_their_ratio_and_sound_by_its_distance(tmp_path, stage, best) -> None:
    mixers = {"wide": mixer(20.0, 5.0), "most": mixer(15.0, 3.0)}
    found = work(stage, tmp_path)
    reach = found.closest(mixers, [])
    assert reach.name == best
    assert [(tried.name, tried.snr) for tried in reach.tried] == [("wide", 20.0), ("most", 15.0)]
    assert found.measured == [("a", "b"), ("a", "b")]


def test_what_was_compared_is_not_measured_again(tmp_path) -> None:
    mixers = {"wide": mixer(20.0, 5.0), "most": mixer(15.0, 3.0)}
    first = work("encode", tmp_path).closest(mixers, [])
    again = work("encode", tmp_path)
    assert again.closest(mixers, []) == first
    assert again.measured == []
