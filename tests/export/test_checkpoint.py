"""Reading checkpoints: no code runs, and the right weights are found."""

from __future__ import annotations

import argparse
import os
import pickle
import random
from pathlib import Path

import pytest
import torch

from sideman.engine.errors import ExportError
from sideman.export.checkpoint import read_checkpoint
from sideman.export.checkpoint_listing import describe


class Malicious:
    """Unpickling this makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def save(path: Path, data: object, **options: object) -> Path:
    torch.save(data, path, **options)
    return path


@pytest.mark.parametrize("new_format", [True, False])
def test_code_is_refused_by_name(tmp_path: Path, new_format: bool) -> None:
    trap = tmp_path / "trap"
    data = {"state_dict": {"model.unet.a": torch.zeros(1)}, "hyper_parameters": Malicious(trap)}
    path = save(tmp_path / "x.ckpt", data, _use_new_zipfile_serialization=new_format)
    with pytest.raises(ExportError, match=r"posix\.mkdir|nt\.mkdir") as caught:
        read_checkpoint(path)
    assert "--trust-pickle" in caught.value.remedy
    assert not trap.exists()
    assert read_checkpoint(path, trust_pickle=True).tensors.keys() == {"model.unet.a"}
    assert trap.exists()


def test_only_namespaces_are_allowed(tmp_path: Path) -> None:
    before = set(torch.serialization.get_safe_globals())
    state = {"state_dict": {"a": torch.zeros(1)}}
    names = argparse.Namespace(model=argparse.Namespace(width=3))
    path = save(tmp_path / "x.ckpt", {**state, "hyper_parameters": {"cfg": names}})
    assert read_checkpoint(path).hyper_parameters["cfg"].model.width == 3
    path = save(tmp_path / "x.ckpt", {**state, "other": Path("x")})
    with pytest.raises(ExportError, match="pathlib"):
        read_checkpoint(path)
    assert set(torch.serialization.get_safe_globals()) == before


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps([1, 2])])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.ckpt"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=r"x\.ckpt"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    "data",
    [
        {"weights": 1},
        {"state_dict": {}},
        {"state_dict": {"a": 1}},
        {"state_dict": {1: torch.zeros(1)}},
        {"state_dict": 3},
        [1],
    ],
)
def test_pickles_that_are_no_checkpoint(tmp_path: Path, data: object) -> None:
    path = save(tmp_path / "x.ckpt", data)
    with pytest.raises(ExportError, match=r"x\.ckpt"):
        read_checkpoint(path)


@pytest.mark.parametrize("new_format", [True, False])
def test_damage_is_refused_or_harmless(tmp_path: Path, new_format: bool) -> None:
    """Whatever torch raises over a damaged file, the reader hears which file it is."""
    data = {"state_dict": {"model.unet.map_layer0.weight": torch.zeros(3, 2)}}
    path = save(tmp_path / "x.ckpt", data, _use_new_zipfile_serialization=new_format)
    whole = path.read_bytes()
    draw = random.Random(0)
    refused = 0
    for _ in range(200):
        broken = bytearray(whole)
        broken[draw.randrange(len(broken))] = draw.randrange(256)
        path.write_bytes(broken)
        try:
            describe(read_checkpoint(path))
        except ExportError as error:
            assert "x.ckpt" in error.what
            refused += 1
    assert refused > 20


def test_cut_short(golden: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.ckpt"
    path.write_bytes((golden / "cd-tiny.ckpt").read_bytes()[:100_000])
    with pytest.raises(ExportError, match=r"x\.ckpt"):
        read_checkpoint(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a file"):
        read_checkpoint(tmp_path / "x.ckpt")


def test_the_student_is_exported_and_nobody_else(golden: Path) -> None:
    file = read_checkpoint(golden / "cd-tiny.ckpt")
    assert file.kind == "consistency"
    student = file.unet("consistency")
    assert len(student) == 296
    for prefix in ("target_model.model.unet", "teacher_model.model.unet."):
        other = file.unet("consistency", prefix)
        assert other.keys() == student.keys()
        name = "enc.64x64_conv.weight"
        assert not torch.equal(other[name], student[name])
        assert torch.equal(other[name], file.tensors[prefix.rstrip(".") + "." + name])
    assert torch.equal(
        student["enc.64x64_conv.weight"], file.tensors["net.model.unet.enc.64x64_conv.weight"]
    )


def test_the_diffusion_model(golden: Path) -> None:
    file = read_checkpoint(golden / "ldm-tiny.ckpt")
    assert file.kind == "diffusion"
    assert len(file.unet("diffusion")) == 296
    with pytest.raises(ExportError, match="is the checkpoint of a diffusion model"):
        file.unet("consistency")


def test_unknown_prefix_names_those_there(golden: Path) -> None:
    file = read_checkpoint(golden / "cd-tiny.ckpt")
    with pytest.raises(ExportError, match=r"teacher_model\.model\.unet"):
        file.unet("consistency", "ema")


def test_a_model_is_no_codec(golden: Path) -> None:
    with pytest.raises(ExportError, match="gen_state_dict"):
        read_checkpoint(golden / "cd-tiny.ckpt").codec()
    assert len(read_checkpoint(golden / "music2latent-tiny.pt").codec()) == 427


def test_listing(golden: Path) -> None:
    lines = describe(read_checkpoint(golden / "cd-tiny.ckpt")).splitlines()
    assert "consistency student" in lines[0]
    exported = [line.split()[0] for line in lines if line.endswith("<- exported")]
    assert exported == ["net.model.unet."]
    teacher = next(line for line in lines if "teacher_model" in line)
    assert "296 tensors" in teacher
    assert "462,897 values" in teacher
    assert "float32" in teacher
    assert "cfg.project_name" in lines[-1]
    codec = describe(read_checkpoint(golden / "music2latent-tiny.pt"))
    assert "Music2Latent codec" in codec
    assert "encoder." in codec


def test_names_in_a_file_cannot_command_the_terminal_or_the_listing(tmp_path: Path) -> None:
    itself: dict[str, object] = {"weight": 1}
    itself["itself"] = itself
    content = {"state_dict": {"a\x1b[2Jb.c": torch.zeros(2)}, "hyper_parameters": itself}
    text = describe(read_checkpoint(save(tmp_path / "x.ckpt", content)))
    assert "\x1b" not in text
    assert "a?[2Jb." in text
    assert "itself.weight" in text


def test_listing_of_an_unknown_layout(tmp_path: Path) -> None:
    path = save(tmp_path / "x.ckpt", {"state_dict": {"other.thing": torch.zeros(2).half()}})
    text = describe(read_checkpoint(path))
    assert "no layout" in text
    assert "float16" in text
    assert "exported" not in text
