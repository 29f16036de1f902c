"""What stands in the place of weights is told by what it is, never by an invitation to trust it."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from sideman.engine.errors import ExportError
from sideman.export.checkpoint import read_checkpoint


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, content in files.items():
            target.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()


def torch_file() -> bytes:
    stream = io.BytesIO()
    torch.save({"state_dict": {"a": torch.zeros(5_000)}}, stream)
    return stream.getvalue()


def numpy_archive() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, a=np.zeros(3))
    return stream.getvalue()


def tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as target:
        target.addfile(tarfile.TarInfo("x.ckpt"))
    return stream.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32
#: What begins a file of ONNX: the version of its format, then who wrote it.
ONNX = b"\x08\x0a\x12\x07pytorch\x1a\x052.1.0\x3a\x9e\x1e\x0a\x10"

KINDS = [
    ("empty", b"", "is empty", "Download it again"),
    ("zeros", bytes(9_000), "begin with zeros", "Download it again"),
    ("pointer", POINTER + b"\nsize 424242424\n", "Git LFS.*424,242,424 bytes", "git lfs pull"),
    ("annex", b"/annex/objects/MD5E-s42--ab.ckpt\n", "git-annex", "git annex get"),
    (
        "page",
        b"<!DOCTYPE html>\n<html><head><title>Just a \x1b[1mmoment</title></head></html>\n",
        r"web page \('Just a .x1b\[1mmoment'\)",
        "log in",
    ),
    ("old page", b"\xef\xbb\xbf <HTML><body>", "web page", "log in"),
    ("answer", b'<?xml version="1.0"?><Error>NoSuchKey</Error>', "XML", "Download"),
    ("JSON", json.dumps({"error": "not found"}).encode(), "JSON text.*not found", "trainer"),
    ("text", "model:\n  größe: 3\n".encode(), "text that begins with 'model:'", "trainer"),
    ("half", torch_file()[:10_000], "cut short", "Download it again"),
    ("half of a page", torch_file()[: -len(torch_file()) // 50], "cut short", "Download it again"),
    ("wrapped", archive(x_dot_yaml=b"", x_dot_ckpt=b"x"), "holds x.ckpt", "Unpack"),
    ("zip", archive(a_dot_txt=b"", b_dot_txt=b""), "2 files, none", "trainer"),
    (
        "program",
        archive(m__constants_dot_pkl=b"", m__data_dot_pkl=b""),
        "TorchScript",
        "state_dict",
    ),
    ("numpy", numpy_archive(), "NumPy", "trainer"),
    ("gzip", gzip.compress(torch_file()), "gzip", "Unpack"),
    ("tar", tar(), "tar archive", "Unpack"),
    ("graph", ONNX, "ONNX graph", "checkpoint that it was made from"),
    ("sound", b"RIFF\x24\0\0\0WAVEfmt ", "sound file", "trainer"),
    ("noise", bytes(range(200, 256)) * 9, "no kind that sideman knows", "trainer"),
]


@pytest.mark.parametrize(
    ("content", "what", "remedy"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS]
)
@pytest.mark.parametrize("trust", [False, True])
def test_what_is_no_checkpoint_is_told_by_what_it_is(
    tmp_path: Path, content: bytes, what: str, remedy: str, trust: bool
) -> None:
    path = tmp_path / "MODEL.ckpt"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=rf"MODEL\.ckpt is no checkpoint: it is .*{what}|{what}"):
        read_checkpoint(path, trust_pickle=trust)
    try:
        read_checkpoint(path, trust_pickle=trust)
    except ExportError as error:
        assert remedy in error.remedy
        assert "trust" not in str(error)
        assert all(c.isprintable() or c == "\n" for c in str(error))


def test_half_of_a_file_in_the_old_format(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    torch.save({"a": torch.zeros(99)}, path, _use_new_zipfile_serialization=False)
    whole = path.read_bytes()
    for length in range(2, len(whole), 37):
        path.write_bytes(whole[:length])
        with pytest.raises(ExportError, match=r"x\.pt.*cut short") as caught:
            read_checkpoint(path)
        assert "trust" not in str(caught.value)


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a file"):
        read_checkpoint(tmp_path)
