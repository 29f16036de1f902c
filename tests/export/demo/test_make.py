"""The whole way at toy sizes: every stage runs, is kept, and is not run again."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from dataclasses import asdict, replace
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from typer.testing import CliRunner

from sideman.engine.bundle.bundle import Bundle, sha256
from sideman.engine.errors import ExportError
from sideman.export import pipeline
from sideman.export.codec_config import CodecConfig
from sideman.export.demo import make
from sideman.export.demo.scoring import session
from sideman.export.demo.training import channels, codec, decoder, diffusion, latents, student
from sideman.export.demo.training.loop import Recipe
from sideman.export.demo.world.song import Song
from sideman.runtime.commandline.frame import build_app
from tests.export.demo.test_recipe import write_codec
from tests.models.places import BUNDLE

QUICK = Recipe(steps=2, rate=1e-4, average=0.5)


@pytest.fixture
def toy(tmp_path: Path, tiny: CodecConfig, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Configurations and recipes that take seconds."""
    here = tmp_path / "configurations"
    here.mkdir()
    for model in make.MODELS:
        config = yaml.safe_load((make.HERE / f"{model}.yaml").read_text())
        config["model"] |= {"model_channels": 4, "channel_mult": [1, 2], "attn_resolutions": [32]}
        (here / f"{model}.yaml").write_text(yaml.safe_dump(config))
    (here / "codec.json").write_text(json.dumps(asdict(tiny)))
    monkeypatch.setattr(make, "HERE", here)
    # One export takes as long as everything else; the other model's differs by its files' names.
    monkeypatch.setattr(make, "MODELS", ("student",))
    # It cannot be taken back from the process that all tests run in.
    monkeypatch.setattr(make, "keep_memory", lambda: True)
    monkeypatch.setattr(make, "WINDOWS", 2)
    monkeypatch.setattr(make, "SONGS", 1)
    monkeypatch.setattr(make, "OTHERS", 1)
    for module in (make, latents):
        monkeypatch.setattr(module, "SHARD", 2)
    # A codec that has learnt nothing, sorted by one piece, may have rows that differ.
    monkeypatch.setattr(channels, "_PIECES", 1)
    monkeypatch.setattr(make, "_DIFFERENT", 1.0)
    monkeypatch.setattr(codec, "RECIPES", (QUICK, QUICK))
    monkeypatch.setattr(decoder, "RECIPES", (QUICK, QUICK))
    phases = tuple(replace(phase, recipe=replace(QUICK, muon=True)) for phase in diffusion.PHASES)
    monkeypatch.setattr(diffusion, "PHASES", phases)
    monkeypatch.setattr(student, "RECIPE", QUICK)
    monkeypatch.setattr(session, "REGIMES", (1,))
    monkeypatch.setattr(session, "_BARS", 6)
    monkeypatch.setattr(make, "score_codec", lambda *_: {"bass": CODEC_SCORE})
    return tmp_path / "made"


def copied(*arguments: object) -> None:
    """A command of `sideman` in this process, of which an export takes the small model's graphs.

    Weights are read and fitted as they are in an export, and the manifest is that of one. Tracing,
    which takes a minute, is left out.
    """

    def copy(name: str, *rest: Any) -> None:
        for end in (".onnx", ".onnx.data"):
            shutil.copy(BUNDLE / f"{name}{end}", rest[-1])

    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(pipeline, "export_stage", copy)
        result = CliRunner().invoke(build_app(), list(map(str, arguments)))
    assert result.exit_code == 0, result.output


CODEC_SCORE = {"si_sdr": 0.0, "log_spectral_distance": 1.0, "level": 0.0, "onset_f": 1.0}


@pytest.mark.usefixtures("gradients")
@pytest.mark.parametrize("graphs", ["copied", pytest.param("traced", marks=pytest.mark.long)])
def test_every_stage_is_made_once(
    toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], graphs: str
) -> None:
    if graphs == "copied":
        monkeypatch.setattr(make, "_sideman", copied)
    judged: list[bool] = []
    scores: list[dict[int, session.Scores]] = []

    def score(bundle: Path, songs: list[Song], **options: Any) -> dict[int, session.Scores]:
        judged.extend(song.held_out for song in songs)
        # Whatever it plays, once is enough.
        if not scores or graphs == "traced":
            scores.append(session.score_bundle(bundle, songs, **options))
        return scores[-1]

    monkeypatch.setattr(make, "score_bundle", score)
    assert make.main([str(toy), "--until", "first_rows"]) == 0
    first = diffusion.STATES[: diffusion.FIRST]
    assert sorted(path.name for path in toy.glob("diffusion*")) == sorted(first)
    assert make.main([str(toy), "--until", "diffusion"]) == 0
    assert not (toy / "student.ckpt").exists()
    made = ("codec.pt", *diffusion.STATES, "diffusion.ckpt")
    before = [(toy / name).stat().st_mtime_ns for name in made]
    assert make.main([str(toy)]) == 0
    assert [(toy / name).stat().st_mtime_ns for name in made] == before
    assert judged == [True, False]
    manifest = Bundle.open(toy / "student").manifest
    assert (manifest.kind, manifest.trained, manifest.name) == ("consistency", True, "demo")
    assert manifest.grid.trained_masks == tuple(range(33))
    assert {spec.precision for spec in manifest.stages.values()} == {"float16"}
    rows = json.loads((toy / "scores.json").read_text())["played"]
    assert len(rows) == 2 + 1 + 1
    for model in ("diffusion", "student"):
        tensors = torch.load(toy / f"{model}.ckpt", weights_only=True)["state_dict"]
        assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    table = (toy / "scores.md").read_text()
    assert "student, look-ahead (w = 1)" in table
    assert "student, songs of training, look-ahead (w = 1)" in table
    lines = (toy / "times.jsonl").read_text().splitlines()
    stages = [json.loads(line)["stage"] for line in lines]
    assert stages == [*make.STAGES[:4], *make.STAGES[:5], *make.STAGES]
    assert all(json.loads(line)["finished"] for line in lines)
    assert "== score" in capsys.readouterr().out


def test_a_stage_of_another_recipe_is_refused_and_those_before_it_are_not(
    toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {
        "first_rows": diffusion.STATES[diffusion.FIRST - 1],
        "diffusion": "diffusion.ckpt",
        "student": "student.ckpt",
        "export": "student/manifest.json",
    }

    def write(making: make.Making, stage: str) -> None:
        path = making.folder / made.get(stage, stage)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"always the same")

    for stage in make.STAGES:
        monkeypatch.setattr(make.Making, stage, partialmethod(write, stage))
    toy.mkdir()
    write_codec(toy / "codec.pt")
    assert make.main([str(toy)]) == make.main([str(toy)]) == 0
    monkeypatch.setattr(make, "WINDOWS", 4)
    assert make.main([str(toy), "--until", "codec"]) == 0
    assert make.main([str(toy)]) == 1
    assert "The stage latents" in capsys.readouterr().err


def test_a_codec_that_was_brought_along_is_not_trained(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("train_codec", "train_decoder"):
        monkeypatch.delattr(make, name)
    toy.mkdir()
    write_codec(toy / "codec.pt")
    before = (toy / "codec.pt").read_bytes()
    for _ in range(2):
        assert make.main([str(toy), "--until", "decoder"]) == 0
    assert (toy / "codec.pt").read_bytes() == before
    notes = json.loads((toy / "recipe.json").read_text())
    assert notes == {"decoder": {"given": sha256(toy / "codec.pt")}}


def test_a_teacher_that_was_brought_along_is_not_trained(
    toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr(make, "train_diffusion")
    monkeypatch.setattr(make.Making, "latents", lambda _: None)
    toy.mkdir()
    write_codec(toy / "codec.pt")
    (toy / "diffusion.ckpt").write_bytes(b"as it ships")
    assert make.main([str(toy), "--until", "diffusion"]) == 0
    assert "== first_rows: not needed, diffusion.ckpt was" in capsys.readouterr().out
    notes = json.loads((toy / "recipe.json").read_text())
    assert set(notes) == {"decoder", "latents", "diffusion"}
    assert notes["diffusion"] == {"given": sha256(toy / "diffusion.ckpt")}
    # Nobody could say whose student it is.
    (toy / "student.ckpt").write_bytes(b"as it ships")
    assert make.main([str(toy)]) == 1
    assert "student.ckpt in" in capsys.readouterr().err


def test_a_codec_of_another_recipe_is_trained_anew_as_the_advice_says(
    toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def train(*_: object) -> dict[str, torch.Tensor]:
        return {"encoder.weight": torch.tensor([float(codec.RECIPES[1].seed)])}

    for name in ("train_codec", "train_decoder"):
        monkeypatch.setattr(make, name, train)
    arguments = [str(toy), "--until", "decoder"]
    assert make.main(arguments) == make.main(arguments) == 0
    before = (toy / "codec.pt").read_bytes()
    monkeypatch.setattr(codec, "RECIPES", (QUICK, replace(QUICK, seed=7)))
    # Each stage that depends on it is refused in its turn, and says what to delete.
    for stage in ("codec", "decoder"):
        assert make.main(arguments) == 1
        said = capsys.readouterr().err
        assert f"The stage {stage}" in said
        for name in re.findall(r"[\w-]+\.(?:state|pt)", said):
            (toy / name).unlink(missing_ok=True)
        notes = json.loads((toy / "recipe.json").read_text())
        del notes[stage]
        (toy / "recipe.json").write_text(json.dumps(notes))
    assert make.main(arguments) == 0
    assert (toy / "codec.pt").read_bytes() != before


def test_a_codec_in_place_of_what_was_made_is_refused(
    toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write_raw(making: make.Making) -> None:
        write_codec(making.folder / "codec-raw.pt")

    def interrupt(_: make.Making) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(make.Making, "codec", write_raw)
    monkeypatch.setattr(make.Making, "decoder", interrupt)
    assert make.main([str(toy)]) == 130
    write_codec(toy / "codec.pt")
    assert make.main([str(toy)]) == 1
    assert "is not what the stage decoder made there" in capsys.readouterr().err


def test_what_is_impossible_is_said_and_nothing_begun(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    assert make.main([str(file)]) == 1
    assert "cannot be made" in capsys.readouterr().err
    assert make.main([str(toy), "--device", "abacus"]) == 1
    assert "Nothing can be trained on 'abacus'" in capsys.readouterr().err
    assert not toy.exists()
    toy.mkdir()
    (toy / "codec.pt").write_text("no checkpoint")
    assert make.main([str(toy), "--until", "latents"]) == 1
    assert "codec.pt" in capsys.readouterr().err

    def fail(_: make.Making) -> None:
        raise subprocess.CalledProcessError(3, ["python", "-m", "sideman.runtime", "export"])

    monkeypatch.setattr(make.Making, "decoder", fail)
    assert make.main([str(toy), "--until", "decoder"]) == 1
    assert "sideman export failed (exit 3)" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interruption_is_noted_with_its_time(
    toy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def interrupt(_: make.Making) -> None:
        signal.raise_signal(getattr(signal, name))

    monkeypatch.setattr(make.Making, "codec", interrupt)
    assert make.main([str(toy)]) == 130
    assert "goes on" in capsys.readouterr().err
    (line,) = (toy / "times.jsonl").read_text().splitlines()
    assert json.loads(line)["finished"] is False
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_codec_whose_rows_do_not_repeat_is_refused(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was brought along may be from before they did."""
    monkeypatch.setattr(make, "_DIFFERENT", 0.2)
    making = make.Making(toy)
    monkeypatch.setattr(making, "encoder", lambda: None)
    random = torch.randn((2, 4, 64, 64), generator=torch.Generator().manual_seed(0))
    heard = torch.ones((2, 4, 4), dtype=torch.bool)
    made, asked = latents.Latents(random, random, heard), []
    monkeypatch.setattr(make, "WINDOWS", 6)
    monkeypatch.setattr(make, "make_latents", lambda _, count, __: asked.append(count) or made)
    with pytest.raises(ExportError, match=r"75% of the energy .*\n.*not made by this version"):
        making.latents()
    assert asked == [2]  # before hours are spent on the others
    repeating = random[:, :, :16].repeat(1, 1, 4, 1)
    made = latents.Latents(repeating, random, heard)
    assert making.latents() is made
    assert asked == [2, 2, 6]


def test_help_names_the_stages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make.main(["--help"])
    said = capsys.readouterr().out
    assert all(stage in said for stage in ("folder", "--until", *make.STAGES))
