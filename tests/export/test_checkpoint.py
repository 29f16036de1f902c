"""Reading checkpoints: no code runs, and the right weights are found."""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import decimal
import enum
import functools
import json
import os
import pickle
import random
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
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


def test_a_namespace_of_settings_is_read(tmp_path: Path) -> None:
    before = set(torch.serialization.get_safe_globals())
    names = argparse.Namespace(model=argparse.Namespace(width=3))
    data = {"state_dict": {"a": torch.zeros(1)}, "hyper_parameters": {"cfg": names}}
    file = read_checkpoint(save(tmp_path / "x.ckpt", data))
    assert file.hyper_parameters["cfg"].model.width == 3
    assert file.stubbed == ()
    assert set(torch.serialization.get_safe_globals()) == before


class Settings(dict):
    """Settings of a trainer that is not installed here, in more ways than one."""

    def __init__(self, trap: Path, **values: object) -> None:
        super().__init__(values)
        self.trap = trap

    def __setitem__(self, name: str, value: object) -> None:
        (self.trap / "setitem").mkdir()

    def __setstate__(self, state: dict) -> None:
        (state["trap"] / "setstate").mkdir()


class Numbers(list):
    """A list of a trainer's own."""


class Level(enum.Enum):
    HIGH = "high"


@dataclass
class Loop:
    step: int


def foreign(trap: Path) -> dict[str, object]:
    """What trainers leave beside weights, by the name that the listing is to tell."""
    return {
        "PosixPath": PurePosixPath("/data/set"),
        "WindowsPath": PureWindowsPath("C:/data"),
        "numpy": {"score": np.float64(0.5), "array": np.arange(3), "dtype": np.dtype("f4")},
        "Settings": Settings(trap, width=3),
        "Numbers": Numbers([1, 2]),
        "Loop": Loop(7),
        "Level": Level.HIGH,
        "deque": collections.deque([1, 2], maxlen=3),
        "date": dt.date(2026, 11, 28),
        "partial": functools.partial(int, base=2),
        "Decimal": decimal.Decimal("0.1"),
    }


@pytest.mark.parametrize("new_format", [True, False])
@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("name", foreign(Path()))
def test_what_weights_do_not_need_is_not_run(
    tmp_path: Path, name: str, protocol: int, new_format: bool
) -> None:
    data = {
        "state_dict": collections.OrderedDict({"model.unet.a": torch.arange(3.0)}),
        "hyper_parameters": {"lr": 1e-4, "other": foreign(tmp_path)[name]},
    }
    path = save(
        tmp_path / "x.ckpt",
        data,
        pickle_protocol=protocol,
        _use_new_zipfile_serialization=new_format,
    )
    file = read_checkpoint(path)
    assert file.tensors["model.unet.a"].tolist() == [0.0, 1.0, 2.0]
    assert set(file.hyper_parameters) == {"lr", "other"}
    assert any(name in stubbed for stubbed in file.stubbed)
    notes = next(line for line in describe(file).splitlines() if "not run" in line)
    assert file.stubbed[0] in notes
    assert sorted(tmp_path.iterdir()) == [path]


def test_plain_containers_and_values_are_no_stubs(tmp_path: Path) -> None:
    counts = collections.defaultdict(int, {"n": 1})
    parameters = {
        "counts": collections.Counter("aab"),
        "default": counts,
        "ordered": collections.OrderedDict(a=1),
        "size": torch.zeros(2, 3).size(),
        "device": torch.device("cpu"),
        "set": {1, 2},
        "bytes": b"\xff",
        "dtype": torch.float16,
        "number": -(2**70),
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
    data = {"state_dict": {"a": torch.zeros(1)}, "hyper_parameters": parameters}
    file = read_checkpoint(save(tmp_path / "x.ckpt", data))
    assert file.stubbed == ()
    read = file.hyper_parameters
    assert read["counts"] == {"a": 2, "b": 1}
    assert read["default"] == {"n": 1}
    assert read["size"] == (2, 3)
    assert read["dtype"] is torch.float16
    assert read["number"] == -(2**70)
    assert read["parameter"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("new_format", [True, False])
def test_tensors_come_back_as_torch_reads_them(tmp_path: Path, new_format: bool) -> None:
    base = torch.arange(24.0)
    state = {
        "transposed": base.reshape(4, 6).t(),
        "part": base[5:9],
        "expanded": torch.ones(1).expand(3),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        **{
            str(dtype): torch.ones(3).to(dtype)
            for dtype in (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.bool)
        },
        "float8": torch.ones(3).to(torch.float8_e4m3fn),
        "uint16": torch.ones(3).to(torch.uint16),
    }
    path = save(
        tmp_path / "x.ckpt", {"state_dict": state}, _use_new_zipfile_serialization=new_format
    )
    for name, tensor in read_checkpoint(path).tensors.items():
        assert tensor.dtype == state[name].dtype, name
        assert tensor.shape == state[name].shape, name
        assert tensor.stride() == state[name].stride(), name
        assert torch.equal(tensor.float(), state[name].float()), name


def test_weights_of_a_foreign_kind_are_named(tmp_path: Path) -> None:
    state = {"a.weight": np.zeros(3), "b": torch.zeros(1).to_sparse()}
    path = save(tmp_path / "x.ckpt", {"state_dict": state})
    with pytest.raises(ExportError, match=r"'a\.weight' \(numpy.*'b' \(torch.*sparse"):
        read_checkpoint(path)


def test_a_whole_network_is_told_from_its_weights(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="Linear, which was not run") as caught:
        read_checkpoint(save(tmp_path / "x.pt", Wrapped(torch.nn.Linear(2, 2))))
    assert "state_dict()" in caught.value.remedy


class Wrapped:
    """Is saved as what stands in it."""

    def __init__(self, inner: object) -> None:
        self.inner = inner

    def __reduce__(self):
        return type(self.inner), ()


def test_commands_are_refused_in_whatever_words(tmp_path: Path) -> None:
    for command in (eval, exec, subprocess.Popen, open):
        state = {"state_dict": {"a": torch.zeros(1)}, "x": Calls(command)}
        path = save(tmp_path / "x.ckpt", state)
        with pytest.raises(ExportError, match=f"{command.__name__}.*None of them was run"):
            read_checkpoint(path)


class Calls:
    """Unpickling this calls something with no argument."""

    def __init__(self, command: object) -> None:
        self.command = command

    def __reduce__(self):
        return self.command, ()


def test_nothing_is_imported(tmp_path: Path) -> None:
    (tmp_path / "sprung_trap.py").write_text("raise SystemExit")
    pickled = b"\x80\x02}(X\x01\x00\x00\x00acsprung_trap\nthing\n)Ru."
    path = save(tmp_path / "x.ckpt", {"state_dict": {"a": torch.zeros(1)}})
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "y.ckpt", "w") as other:
        for name in whole.namelist():
            other.writestr(name, pickled if name.endswith("data.pkl") else whole.read(name))
    with pytest.raises(ExportError, match="but: a"):
        read_checkpoint(tmp_path / "y.ckpt")
    assert "sprung_trap" not in sys.modules


def test_an_archive_of_the_other_byte_order(tmp_path: Path) -> None:
    path = save(tmp_path / "x.ckpt", {"state_dict": {"a": torch.arange(99.0)}})
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "y.ckpt", "w") as other:
        for name in whole.namelist():
            content = whole.read(name)
            if name.endswith("byteorder"):
                content = b"big" if sys.byteorder == "little" else b"little"
            elif name.endswith("data/0"):
                content = np.frombuffer(content, np.float32).byteswap().tobytes()
            other.writestr(name, content)
    assert read_checkpoint(tmp_path / "y.ckpt").tensors["a"].tolist() == list(range(99))


def test_an_archive_packed_again_with_compression_is_read(tmp_path: Path) -> None:
    path = save(tmp_path / "x.ckpt", {"state_dict": {"a": torch.arange(99.0)}})
    with (
        zipfile.ZipFile(path) as whole,
        zipfile.ZipFile(tmp_path / "y.ckpt", "w", zipfile.ZIP_DEFLATED) as other,
    ):
        for name in whole.namelist():
            other.writestr(name, whole.read(name))
    assert read_checkpoint(tmp_path / "y.ckpt").tensors["a"].sum() == 99 * 49


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


def refusals(path: Path, rounds: int) -> int:
    """How often a file is refused with one byte altered; each time with its name."""
    whole, draw = path.read_bytes(), random.Random(0)
    refused = 0
    for _ in range(rounds):
        broken = bytearray(whole)
        broken[draw.randrange(len(broken))] = draw.randrange(256)
        path.write_bytes(broken)
        try:
            describe(read_checkpoint(path))
        except ExportError as error:
            assert path.name in error.what
            refused += 1
    return refused


@pytest.mark.parametrize("new_format", [True, False])
def test_damage_is_refused_or_harmless(tmp_path: Path, new_format: bool) -> None:
    """Whatever torch raises over a damaged file, the reader hears which file it is."""
    data = {"state_dict": {"model.unet.map_layer0.weight": torch.zeros(3, 2)}}
    path = save(tmp_path / "x.ckpt", data, _use_new_zipfile_serialization=new_format)
    refused = refusals(path, 200)
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
    assert "a\\x1b[2Jb." in text
    assert "itself.weight" in text


def test_listing_of_an_unknown_layout(tmp_path: Path) -> None:
    path = save(tmp_path / "x.ckpt", {"state_dict": {"other.thing": torch.zeros(2).half()}})
    text = describe(read_checkpoint(path))
    assert "no layout" in text
    assert "float16" in text
    assert "exported" not in text


UNET = "net.model.unet."


def weights() -> dict[str, torch.Tensor]:
    return {
        f"{UNET}map_layer0.weight": torch.arange(6.0).reshape(2, 3),
        f"{UNET}enc.64x64_conv.weight": torch.ones(2, 2),
        "teacher_model.model.unet.map_layer0.weight": torch.zeros(2, 3),
    }


def write_safetensors(path: Path, tensors: dict[str, torch.Tensor], **notes: str) -> Path:
    """A safetensors file, as their published description says."""
    table: dict[str, object] = {"__metadata__": notes} if notes else {}
    content = b""
    for name, tensor in tensors.items():
        data = tensor.contiguous().numpy().tobytes()
        table[name] = {
            "dtype": {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(content), len(content) + len(data)],
        }
        content += data
    header = json.dumps(table).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + content)
    return path


@pytest.mark.parametrize("suffix", ["safetensors", "ckpt"])
def test_safetensors_are_read_by_what_they_are(tmp_path: Path, suffix: str) -> None:
    tensors = {**weights(), "half": torch.ones(3).half(), "count": torch.tensor(7)}
    path = write_safetensors(tmp_path / f"x.{suffix}", tensors, format="pt")
    file = read_checkpoint(path)
    assert file.kind == "consistency"
    assert all(torch.equal(file.tensors[name], tensor) for name, tensor in tensors.items())
    assert file.tensors.keys() == tensors.keys()
    assert "weights alone" in describe(file)


def test_a_safetensors_file_that_is_cut_short(tmp_path: Path) -> None:
    whole = write_safetensors(tmp_path / "x.safetensors", weights()).read_bytes()
    for length in (9, 40, len(whole) - 1):
        (tmp_path / "half.safetensors").write_bytes(whole[:length])
        with pytest.raises(ExportError, match=r"half\.safetensors.*cut short") as caught:
            read_checkpoint(tmp_path / "half.safetensors")
        assert "again" in caught.value.remedy


def test_damage_of_safetensors_is_refused_or_harmless(tmp_path: Path) -> None:
    path = write_safetensors(tmp_path / "x.safetensors", weights())
    refusals(path, 300)


@pytest.mark.parametrize("new_format", [True, False])
def test_a_state_dict_alone_is_read(tmp_path: Path, new_format: bool) -> None:
    path = save(tmp_path / "x.pt", weights(), _use_new_zipfile_serialization=new_format)
    file = read_checkpoint(path)
    assert file.kind == "consistency"
    assert file.unet("consistency")["map_layer0.weight"][1].tolist() == [3.0, 4.0, 5.0]
    assert file.hyper_parameters == {}
    assert "weights alone, no settings" in describe(file)


def test_a_unet_alone_is_read_as_what_the_configuration_says(tmp_path: Path) -> None:
    state = {"map_layer0.weight": torch.zeros(2), "enc.x": torch.zeros(1)}
    file = read_checkpoint(save(tmp_path / "x.pt", state))
    assert file.unet("diffusion").keys() == file.unet("consistency").keys() == state.keys()
    assert "a U-Net alone" in describe(file)


def test_a_codec_alone_is_read(tmp_path: Path) -> None:
    state = {"encoder.conv_inp.weight": torch.zeros(2), "decoder.x": torch.zeros(1)}
    assert read_checkpoint(save(tmp_path / "x.pt", state)).codec().keys() == state.keys()
    path = write_safetensors(tmp_path / "x.safetensors", state)
    assert read_checkpoint(path).codec().keys() == state.keys()


def test_weights_under_another_name_are_read_where_they_are_the_only_ones(tmp_path: Path) -> None:
    file = read_checkpoint(save(tmp_path / "x.pt", {"model": weights(), "epoch": 3}))
    assert file.kind == "consistency"
    assert "weights under 'model'" in describe(file)
    path = save(tmp_path / "x.pt", {"model": weights(), "ema": weights(), "epoch": 3})
    with pytest.raises(ExportError, match=r"several sets of weights.*model, ema"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    ("prefix", "wrapped", "wrappers"),
    [
        ("net.", "net._orig_mod.", ("_orig_mod",)),
        ("", "_orig_mod.", ("_orig_mod",)),
        ("", "module.", ("module",)),
        ("net.model.unet.", "net.model.unet.module._orig_mod.", ("_orig_mod", "module")),
        ("net.model.unet.enc.", "net.model.unet.enc._orig_mod.", ("_orig_mod",)),
        ("net.model.unet.enc.64x64_conv.", "net.model.unet.enc.64x64_conv._orig_mod.", None),
        ("net.", "net._fsdp_wrapped_module.", ("_fsdp_wrapped_module",)),
        ("net.model.unet.enc.", "net.model.unet.enc._checkpoint_wrapped_module.", None),
    ],
)
def test_wrappers_are_seen_through_and_named(
    tmp_path: Path, prefix: str, wrapped: str, wrappers: tuple[str, ...] | None
) -> None:
    state = {
        wrapped + name.removeprefix(prefix) if name.startswith(prefix) else name: tensor
        for name, tensor in weights().items()
    }
    file = read_checkpoint(save(tmp_path / "x.ckpt", {"state_dict": state}))
    assert file.kind == "consistency"
    assert file.tensors.keys() == weights().keys()
    assert file.wrappers == (wrappers or file.wrappers)
    assert file.unet("consistency").keys() == {"map_layer0.weight", "enc.64x64_conv.weight"}
    given = "teacher_model.model.unet" if prefix else wrapped + "teacher_model.model.unet"
    assert not file.unet("consistency", given)["map_layer0.weight"].any()
    notes = next(line for line in describe(file).splitlines() if "seen through" in line)
    assert all(f"{part}. (" in notes for part in file.wrappers)


def test_a_wrapper_that_holds_other_weights_is_not_seen_through(tmp_path: Path) -> None:
    state = {"net.a": torch.zeros(2), "net._orig_mod.a": torch.ones(2)}
    file = read_checkpoint(save(tmp_path / "x.ckpt", {"state_dict": state}))
    assert file.tensors.keys() == state.keys()
    state = {"net.a": torch.zeros(2), "net._orig_mod.a": torch.zeros(2)}
    file = read_checkpoint(save(tmp_path / "x.ckpt", {"state_dict": state}))
    assert file.tensors.keys() == {"net.a"}


@pytest.fixture(scope="session")
def inputs() -> Path:
    folder = Path(__file__).parents[3] / "shared" / "inputs"
    if not folder.is_dir():
        pytest.skip("../shared/inputs is not there: these files are no part of the repository")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "ckpt-windowspath.ckpt",
        "ckpt-posixpath.ckpt",
        "ckpt-numpy-score.ckpt",
        "ckpt.safetensors",
        "ckpt-bare-state-dict.pt",
    ],
)
def test_files_that_were_met(inputs: Path, name: str) -> None:
    file = read_checkpoint(inputs / name)
    assert file.tensors
    assert bool(file.stubbed) == name.endswith(".ckpt")


@pytest.mark.parametrize("name", ["ckpt-lfs-pointer.ckpt", "ckpt-web-page.ckpt"])
def test_files_that_were_met_and_are_none(inputs: Path, name: str) -> None:
    with pytest.raises(ExportError, match="is no checkpoint: it is a") as caught:
        read_checkpoint(inputs / name)
    assert "trust" not in str(caught.value)
