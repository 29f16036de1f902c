"""Which layers stay in float32, by errors that are made up."""

from __future__ import annotations

import math

import pytest

from sideman.calibration.int8.judging import Error
from sideman.calibration.int8.sensitivity import (
    Bound,
    KnownErrors,
    blocks,
    fewest_kept,
    layers,
    measure_groups,
    worst_first,
)

NAMES = ("net.in_conv/Conv", "net.b0.conv0/Conv", "net.b0.conv1/Conv", "net.b1.skip/Conv")
NOISE = dict(zip(NAMES, (0.1, 0.001, 0.01, 0.0001), strict=True))


def measure(names) -> dict:
    """Noise adds up; the distance is its root."""
    noise = sum(NOISE[name] for name in names)
    snr = -10 * math.log10(noise) if noise else math.inf
    return {("bass", 80.0): Error(snr, math.sqrt(noise)), ("drums", 80.0): Error(99.0, 0.0)}


def test_blocks_are_scopes_that_hold_no_other() -> None:
    assert blocks(NAMES) == {
        "net.in_conv": NAMES[:1],
        "net.b0": NAMES[1:3],
        "net.b1": NAMES[3:],
    }
    assert len(layers(NAMES)) == 4


@pytest.mark.parametrize(
    ("snr", "kept"), [(5.0, 0), (15.0, 1), (25.0, 2), (35.0, 3), (60.0, 4)]
)  # fmt: skip
def test_the_worst_stay_in_float32_until_the_bound_holds(tmp_path, snr, kept) -> None:
    groups = measure_groups(layers(NAMES), measure, tmp_path / "alone.json")
    assert [group.name for group in worst_first("step", groups)] == [
        "net.in_conv", "net.b0.conv1", "net.b0.conv0", "net.b1.skip",
    ]  # fmt: skip
    trials, count = fewest_kept("step", groups, Bound(snr, 1.0), measure)
    assert count == kept
    assert [trial.kept for trial in trials] == sorted(trial.kept for trial in trials)


def test_sound_is_judged_by_its_distance(tmp_path) -> None:
    groups = measure_groups(layers(NAMES), measure, tmp_path / "alone.json")
    assert fewest_kept("decode", groups, Bound(200.0, 0.2), measure)[1] == 1


def test_choices_that_were_measured_are_not_measured_again(tmp_path) -> None:
    file, asked = tmp_path / "tried.json", []

    def measured() -> dict:
        asked.append(1)
        return measure(NAMES[:2]) | {("piano", 0.0): Error(math.inf, math.nan)}

    first = KnownErrors(file).of(NAMES[:2], measured)
    again = KnownErrors(file).of(tuple(reversed(NAMES[:2])), measured)
    assert again.keys() == first.keys()
    assert again["bass", 80.0] == first["bass", 80.0]
    assert math.isnan(again["piano", 0.0].distance)
    KnownErrors(file).of(NAMES[:1], measured)
    assert len(asked) == 2


def test_layers_that_were_measured_are_not_measured_again(tmp_path) -> None:
    count = []

    def stopping(names):
        if len(count) == 2:
            raise KeyboardInterrupt
        count.append(names)
        return measure(names)

    file = tmp_path / "alone.json"
    with pytest.raises(KeyboardInterrupt):
        measure_groups(layers(NAMES), stopping, file)
    again = []
    measure_groups(layers(NAMES), lambda names: again.append(names) or measure(names), file)
    assert again == [(NAMES[2],), (NAMES[3],)]
