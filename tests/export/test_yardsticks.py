"""PyTorch as a yardstick computes what the bundle's graphs compute."""

from __future__ import annotations

import shutil

import pytest

pytest.importorskip("torch", reason="yardsticks need the extra 'export'")

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.errors import BackendError, ExportError
from sideman.export.torch_backend import TorchBackend
from sideman.export.yardsticks import find_files
from sideman.runtime.bench.contest.contestants import Contestant, choose
from sideman.runtime.bench.contest.rounds import Contest, run
from sideman.runtime.bench.contest.yardsticks import find_yardsticks
from tests.models.places import BUNDLE, CODEC, CONFIG


def test_pytorch_plays_what_the_bundle_plays() -> None:
    names = ("pytorch-eager", "pytorch-bf16")
    everyone = choose([BUNDLE], BackendChoice(), find_yardsticks(names), [CONFIG.parent])
    options = {"cycles": 1, "warm_up": 0, "r": 0.125, "seed": 0}
    outcome = run(Contest(contestants=everyone, **options))
    assert not outcome.absent
    graphs, eager, low = outcome.figures
    assert [each.yardstick for each in outcome.figures] == [False, True, True]
    assert graphs.error == 0
    assert 0 < eager.error < 1e-3
    assert eager.error < low.error < 0.5
    assert "autocast" in low.line


def test_files_are_found_by_their_bytes(tmp_path) -> None:
    origin = Bundle.open(BUNDLE).manifest.origin
    assert find_files(origin, [CONFIG.parent])["config"] == CONFIG
    shutil.copy(CODEC, tmp_path)
    (tmp_path / CONFIG.name).write_text("another: file")
    with pytest.raises(ExportError, match=r"small\.yaml.* changed"):
        find_files(origin, [tmp_path])
    with pytest.raises(ExportError, match="does not say"):
        find_files({}, [])


def test_a_name_that_leaves_the_folder_is_not_followed(tmp_path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "secret").write_text("")
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    origin = {"files": {"config": {"name": "../secret", "sha256": digest}}}
    with pytest.raises(ExportError, match="not to be found"):
        find_files(origin, [tmp_path / "inner"])


def test_a_compiler_that_is_missing_is_a_reason(monkeypatch) -> None:
    def fail(*_):
        raise RuntimeError("No C++ compiler.\nA long trace.")

    monkeypatch.setattr("torch.compile", lambda module, dynamic: fail)
    (stick,) = find_yardsticks(["pytorch-compiled"])
    contestant = Contestant(BUNDLE, BackendChoice(), stick, (CONFIG.parent,))
    usual = Contestant(BUNDLE, BackendChoice())
    outcome = run(Contest(contestants=(usual, contestant), cycles=1, warm_up=0, r=0.125))
    assert [each.name for each in outcome.figures] == ["onnxruntime"]
    assert outcome.absent[0].reason == "PyTorch cannot run stage encode: No C++ compiler."


def test_graphs_are_refused() -> None:
    with pytest.raises(BackendError, match="graphs"):
        TorchBackend("eager").load("encode", None, None)
