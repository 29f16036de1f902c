"""Ranges that hold nearly all values, from one histogram over all calls."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.calibration.int8 import histograms
from sideman.calibration.int8.histograms import find_most
from sideman.calibration.int8.ranges import find_ranges, prepare


@pytest.fixture
def many() -> list[dict[str, np.ndarray]]:
    """Normal numbers; the first call is silent, and one value of the fifth lies far out."""
    rng = np.random.default_rng(2)
    calls = [{"x": rng.normal(size=(1, 4, 16, 16)).astype(np.float32)} for _ in range(9)]
    calls[0]["x"] *= 1e-9
    calls[4]["x"][0, 0, 0, 0] = 20.0
    return calls


def found(made, calls, folder, **options) -> tuple[dict, dict]:
    graph = prepare(made, folder / "prepared")
    whole = find_ranges(graph, calls, folder / "ranges")
    return whole, find_most(graph, calls, whole, folder / "most", **options)


def test_what_lies_far_out_is_left_out(made, many, tmp_path, capsys) -> None:
    whole, most = found(made, many, tmp_path, share=0.99)
    assert whole["x"][1] == 20
    assert set(most) == set(whole)
    low, high = most["x"]
    values = np.concatenate([many[i]["x"].ravel() for i in (0, 4, 8)])
    width = (whole["x"][1] - whole["x"][0]) / 4096
    assert (low, high) == pytest.approx(np.quantile(values, [0.005, 0.995]), abs=2 * width)
    assert capsys.readouterr().out == ""


def test_all_of_the_values_are_the_whole_range_of_what_is_looked_at(made, many, tmp_path) -> None:
    many[1]["x"] *= 100  # of four calls one is looked at
    whole, most = found(made, many, tmp_path, share=1.0)
    seen = [many[i]["x"] for i in (0, 4, 8)]
    width = (whole["x"][1] - whole["x"][0]) / 4096
    assert most["x"][0] == pytest.approx(min(x.min() for x in seen), abs=width)
    assert most["x"][1] == pytest.approx(20, abs=width)


def test_a_tensor_that_is_always_the_same_has_a_range(made, many, tmp_path) -> None:
    for call in many:
        call["x"][:] = 0
    _, most = found(made, many, tmp_path)
    low, high = most["x"]
    assert low <= 0 <= high


def test_calls_that_were_counted_are_not_run_again(made, many, tmp_path, monkeypatch) -> None:
    graph = prepare(made, tmp_path / "prepared")
    whole = find_ranges(graph, many, tmp_path / "ranges")

    def stopping():
        yield from many[:6]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_most(graph, stopping(), whole, tmp_path / "most")
    counted = []
    histogram = np.histogram
    monkeypatch.setattr(
        histograms.np, "histogram", lambda *a, **k: counted.append(1) or histogram(*a, **k)
    )
    again = find_most(graph, many, whole, tmp_path / "most")
    assert len(counted) == len(whole)  # one call more
    monkeypatch.undo()
    assert again == find_most(graph, many, whole, tmp_path / "other")
    assert not (tmp_path / "most" / "graph").exists()
