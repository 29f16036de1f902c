from __future__ import annotations

import json

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.export.demo.scoring import __main__ as command
from sideman.export.demo.world.song import STEMS
from sideman.runtime.listening.judge import Score
from tests.models.places import BUNDLE


def test_scores_of_a_bundle_in_another_precision(monkeypatch, capsys, tmp_path) -> None:
    asked = {}

    def score(bundle, songs, *, report, backend):
        asked.update(bundle=bundle, songs=len(songs), backend=backend)
        report("half way")
        return {1: {stem: Score(0.75, 0.5, -3.0) for stem in STEMS}}

    monkeypatch.setattr(command, "score_bundle", score)
    options = ["--backend", "openvino", "--precision", "bf16", "--threads", "2", "--songs", "1"]
    assert command.main([str(BUNDLE), *options, "--json", str(tmp_path / "s.json")]) == 0
    assert (asked["bundle"], asked["songs"]) == (BUNDLE, 1)
    assert asked["backend"] == BackendChoice("openvino", 2, "bf16")
    said = capsys.readouterr()
    assert "| look-ahead (w = 1) | 0.75 |" in said.out
    assert said.err == "half way\n"
    played = json.loads((tmp_path / "s.json").read_text())["played"]
    assert played["look-ahead (w = 1)"]["bass"]["onset_f"] == 0.5


@pytest.mark.parametrize("options", [["--backend", "nothing"], ["--precision", "int4"]])
def test_what_cannot_be_run_is_said(options, capsys) -> None:
    assert command.main([str(BUNDLE), *options, "--songs", "1"]) == 1
    assert capsys.readouterr().err.startswith("error: ")
