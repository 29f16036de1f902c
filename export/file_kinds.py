"""Tells what a file is that stands in the place of weights or of a configuration.

A download that failed leaves files of all kinds under the name that was wanted. What such a file is
says better what to do than any library's complaint about its bytes.
"""

from __future__ import annotations

import re
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

#: Bytes of a file's beginning that are looked at.
_HEAD = 4096
#: Most characters of a file that an error quotes.
_QUOTE = 60
_AGAIN = "Download it again, and compare its size with that of the original."


@dataclass(frozen=True)
class FileKind:
    """What a file is.

    Attributes:
        what: with an article, to stand in a sentence.
        remedy: how to come by the file that was meant.
    """

    what: str
    remedy: str = "Give the file that the trainer wrote."


#: Kinds by their first bytes.
_BEGINNINGS: dict[bytes, FileKind] = {
    b"\x1f\x8b": FileKind("a file compressed with gzip", "Unpack it first."),
    b"BZh": FileKind("a file compressed with bzip2", "Unpack it first."),
    b"\xfd7zXZ\0": FileKind("a file compressed with xz", "Unpack it first."),
    b"\x28\xb5\x2f\xfd": FileKind("a file compressed with Zstandard", "Unpack it first."),
    b"7z\xbc\xaf\x27\x1c": FileKind("a 7z archive", "Unpack it first."),
    b"Rar!\x1a\x07": FileKind("a RAR archive", "Unpack it first."),
    b"\x89HDF\r\n": FileKind("an HDF5 file, as Keras writes"),
    b"GGUF": FileKind("a GGUF file"),
    b"\x93NUMPY": FileKind("an array of NumPy"),
    b"RIFF": FileKind("a sound file (WAV)"),
    b"fLaC": FileKind("a sound file (FLAC)"),
    b"%PDF": FileKind("a PDF document"),
}
#: What follows the version in an ONNX file: the tag of producer, its version, domain, model
#: version, documentation, graph, or opset.
_ONNX = re.compile(rb"\x08[\x01-\x1f][\x12\x1a\x22\x28\x32\x3a\x42]")


def foreign_text(data: bytes) -> FileKind | None:
    """The kind of a text that a server or a tool left in place of the file; None for any other.

    Args:
        data: the text's beginning.
    """
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    lower = head.lower()
    if head.startswith(b"version https://git-lfs"):
        size = re.search(rb"^size (\d+)", head, re.MULTILINE)
        bytes_ = f" of {int(size[1]):,} bytes" if size else ""
        return FileKind(
            f"a pointer of Git LFS to a file{bytes_}, not the file itself",
            "Run 'git lfs pull' where the repository was cloned, or download the file itself.",
        )
    if re.match(rb"\S*/annex/objects/\S+\s*\Z", head):
        return FileKind(
            "a pointer of git-annex, not the file itself",
            "Run 'git annex get' on it where the repository was cloned.",
        )
    if lower.startswith((b"<!doctype html", b"<html")) or (
        lower.startswith((b"<", b"<!--")) and b"<html" in lower
    ):
        title = re.search(rb"<title[^>]*>\s*([^<]*?)\s*</title>", head, re.IGNORECASE)
        named = f" ({_quote(title[1])})" if title and title[1] else ""
        return FileKind(
            f"a web page{named}, saved in place of the file",
            "Open its address in a browser, log in or agree where it asks, and download the file "
            "from there.",
        )
    if lower.startswith(b"<?xml"):
        return FileKind(
            "an XML document, perhaps a server's answer that it has no such file", _AGAIN
        )
    return None


def checkpoint_kind(path: Path) -> FileKind:
    """What a file is that is neither torch's nor a safetensors file.

    Args:
        path: a file that can be read.

    Raises:
        OSError: it cannot be.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        return FileKind("empty", _AGAIN)
    if not any(head):
        return FileKind(
            f"{size:,} bytes that begin with zeros: a download that reserved its space and did "
            "not end",
            _AGAIN,
        )
    if head.startswith(b"PK"):
        return _archive(path, size)
    for beginning, kind in _BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    if head[257:262] == b"ustar" or (not head.startswith(b"\x80") and _is_tar(path)):
        return FileKind("a tar archive", "Unpack it, and give the checkpoint in it.")
    if _ONNX.match(head):
        return FileKind(
            "an ONNX graph", "Give the checkpoint that it was made from: an export makes graphs."
        )
    if foreign := foreign_text(head):
        return foreign
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The beginning may end within a character.
        text = "" if error.start < len(head) - 4 else head[: error.start].decode("utf-8")
    if text and "\0" not in text:
        language = "JSON text" if text.lstrip()[:1] in ("{", "[") else "text"
        return FileKind(f"{language} that begins with {_quote(text.encode())}")
    return FileKind("of no kind that sideman knows")


def _archive(path: Path, size: int) -> FileKind:
    """What a zip archive is that holds no checkpoint."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return FileKind(
            f"a zip archive, as torch writes, that is cut short or damaged: after {size:,} bytes "
            "it does not end as one",
            _AGAIN,
        )
    if any(name.endswith("/constants.pkl") for name in names):
        return FileKind(
            "a program of TorchScript (torch.jit.save), which holds code beside its weights",
            "Save the weights alone where the program came from: "
            "torch.save(model.state_dict(), FILE).",
        )
    if any(name.endswith(".npy") for name in names):
        return FileKind("an archive of NumPy arrays (.npz)")
    inner = [name for name in names if name.endswith((".ckpt", ".pt", ".pth", ".safetensors"))]
    if inner:
        return FileKind(
            f"a zip archive that holds {', '.join(inner[:4])}", "Unpack it, and give that file."
        )
    return FileKind(f"a zip archive of {len(names)} files, none of which is a checkpoint")


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except OSError:
        return False


def _quote(data: bytes) -> str:
    """The first line, as a string in quotes."""
    line = data.decode("utf-8", "replace").strip().partition("\n")[0].strip()
    return repr(line[:_QUOTE] + ("…" if len(line) > _QUOTE else ""))
