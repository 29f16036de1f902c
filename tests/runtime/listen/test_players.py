"""Bundles and backends, regimes and leads, and noise: what a page is made of."""

from __future__ import annotations

import numpy as np
import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import SidemanError
from sideman.runtime.listen.noise import SameNoise
from sideman.runtime.listen.players import find_players, parse_backends
from sideman.runtime.listen.regimes import parse_leads, parse_regimes
from sideman.runtime.playing.noise import Noise
from sideman.runtime.playing.samplers import make_table
from tests.fakes.backend import FakeBackend
from tests.fakes.manifest import CONSISTENCY, write_bundle
from tests.runtime.listen.conftest import GRID

GRID_6S = LatentGrid()


def test_players_are_told_apart(tmp_path) -> None:
    folders = [tmp_path / place / "mine" for place in ("one", "two")]
    for folder in folders:
        folder.parent.mkdir()
        write_bundle(folder, GRID, "same name")
    players = find_players(folders, [BackendChoice()])
    assert len({player.name for player in players}) == 2
    assert [player.id for player in players] == ["player-1", "player-2"]
    both = find_players(folders[:1], [BackendChoice(), BackendChoice("openvino", precision="bf16")])
    assert [player.name for player in both] == [
        "same name, onnxruntime",
        "same name, openvino bf16",
    ]
    assert [player.precision for player in both] == ["fp32", "bf16"]


def test_windows_of_two_sizes_are_refused(tmp_path) -> None:
    folders = [
        write_bundle(tmp_path / "six", GRID_6S, "six"),
        write_bundle(tmp_path / "one", GRID, "one"),
    ]
    with pytest.raises(SidemanError, match="cannot stand on one page"):
        find_players(folders, [BackendChoice()])


def test_every_folder_that_is_no_bundle_is_named(tmp_path) -> None:
    with pytest.raises(SidemanError, match=r"(?s)first is not a bundle.*second is not a bundle"):
        find_players([tmp_path / "first", tmp_path / "second"], [BackendChoice()])


def test_backends_by_name_and_precision() -> None:
    pytest.importorskip("openvino", reason="the extra 'openvino' is not installed")
    found = parse_backends(["onnxruntime", "openvino:bf16"], 1, 0)
    assert found == [BackendChoice("onnxruntime", 1), BackendChoice("openvino", 1, "bf16")]
    assert BackendChoice("openvino") in parse_backends(["all"], None, 0)


@pytest.mark.parametrize("word", ["pytorch", "onnxruntime:bf16", ""])
def test_backends_that_cannot_be(word: str) -> None:
    with pytest.raises(SidemanError):
        parse_backends([word], None, 0)


def test_regimes_and_what_is_heard_of_them_in_time() -> None:
    regimes = parse_regimes("-1, 0,look-ahead", 0.25, 0.02)
    timings = [regime.timing(GRID_6S) for regime in regimes]
    assert [t["name"] for t in timings] == ["retrospective", "immediate", "look-ahead"]
    assert [t["live"] for t in timings] == [False, False, True]
    assert timings[2]["deadline"] == pytest.approx(1.48)
    assert timings[0]["step"] == pytest.approx(1.5)
    (lead,) = parse_leads("1", 4)
    assert lead.timing(GRID_6S)["deadline"] == pytest.approx(0.04, abs=0.003)


@pytest.mark.parametrize("text", ["2", "", "1,1", "1,look-ahead", "ahead"])
def test_regimes_that_there_are_not(text: str) -> None:
    with pytest.raises(SidemanError, match="--regimes"):
        parse_regimes(text, 0.25, 0.02)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "4,4", "x"])
def test_leads_that_there_are_not(text: str) -> None:
    with pytest.raises(SidemanError, match="--leads"):
        parse_leads(text, 4)


def drawn(cycles: int, **sampler: int) -> Noise:
    import dataclasses

    table = make_table(dataclasses.replace(CONSISTENCY, **sampler))
    noise = Noise(FakeBackend(), GRID, table, 1, 3)
    source = SameNoise(5)
    for _ in range(cycles):
        source.fill(noise)
    return noise


def test_a_model_that_draws_more_begins_every_cycle_from_the_same() -> None:
    for cycle in (1, 2, 3):
        two, four = drawn(cycle, steps=2), drawn(cycle, steps=4)
        assert len(two.table.evaluations) != len(four.table.evaluations)
        for one, other in ((two.initial, four.initial), (two.decoder, four.decoder)):
            assert np.array_equal(one.host, other.host)
    assert not np.array_equal(drawn(1).initial.host, drawn(2).initial.host)
    assert drawn(1).decoder.host.std() == pytest.approx(1, abs=0.02)
