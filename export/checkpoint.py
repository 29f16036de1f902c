"""Reading checkpoints from disk without running code.

Most checkpoints are pickles, and a pickle can run anything. They are read by an interpreter that
runs nothing: what the weights do not need becomes a stub, which the listing names. Names of
commands, which no trainer writes, are refused.
"""

from __future__ import annotations

import argparse
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sideman.engine.bundle.manifest import Kind
from sideman.engine.errors import ExportError
from sideman.export import tensor_files
from sideman.export.file_kinds import checkpoint_kind
from sideman.export.inert_pickle import Stub
from sideman.export.tensor_files import Contents

#: Prefix of the weights to export, by kind of model.
PREFIXES: Mapping[Kind, str] = {"diffusion": "model.unet.", "consistency": "net.model.unet."}
#: A tensor that every U-Net has and nothing else, used to find U-Nets in a checkpoint.
_MARK = "map_layer0.weight"
#: Where a codec's file keeps its tensors.
_CODEC = "gen_state_dict"
#: A tensor that every codec has and no model, used to know a codec whose tensors stand alone.
_CODEC_MARK = "encoder.conv_inp.weight"
#: Parts of names that wrappers around a network leave in its state dict, and whose they are.
WRAPPERS: Mapping[str, str] = {
    "_orig_mod": "torch.compile",
    "module": "DistributedDataParallel or another parallel wrapper",
    "_fsdp_wrapped_module": "FullyShardedDataParallel",
    "_checkpoint_wrapped_module": "activation checkpointing",
}
_DAMAGED = "Download it again, or copy it again from where it was trained."


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint's tensors and hyper-parameters.

    Attributes:
        path: the file.
        tensors: by name; mapped from the file rather than read where its format allows.
        is_codec: whether it holds a codec instead of a model.
        hyper_parameters: what the trainer kept beside the weights.
        container: under which name the file keeps the tensors; empty where they stand alone.
        stubbed: names of classes and functions in the file of which nothing was run.
        wrappers: parts that were taken out of the tensors' names, keys of `WRAPPERS`.
    """

    path: Path
    tensors: Mapping[str, Tensor]
    is_codec: bool
    hyper_parameters: Mapping[str, Any]
    container: str = "state_dict"
    stubbed: tuple[str, ...] = ()
    wrappers: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind | None:
        """The kind of model by its layout; None for a codec or an unknown layout."""
        if PREFIXES["consistency"] + _MARK in self.tensors:
            return "consistency"
        return "diffusion" if PREFIXES["diffusion"] + _MARK in self.tensors else None

    @property
    def is_unet(self) -> bool:
        """Whether it holds one U-Net's tensors alone, under no prefix."""
        return _MARK in self.tensors

    def unet_prefixes(self) -> list[str]:
        """Prefixes of all U-Nets: the model's own, and copies with other weights (teacher, EMA).

        A U-Net whose tensors stand alone has none.
        """
        return [name.removesuffix(_MARK) for name in self.tensors if name.endswith("." + _MARK)]

    def unet(self, kind: Kind, prefix: str | None = None) -> dict[str, Tensor]:
        """The U-Net's tensors, without their prefix.

        Args:
            kind: what the configuration says the model is.
            prefix: another set of weights than the model's own (teacher, target, EMA).

        Raises:
            ExportError: there are no such weights; names those that there are.
        """
        wanted = PREFIXES[kind] if prefix is None else prefix.rstrip(".") + "."
        if self.wrappers:
            wanted = _unwrapped(wanted)
        found = {
            name.removeprefix(wanted): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(wanted)
        }
        if found:
            return found
        if prefix is None and self.is_unet:
            return dict(self.tensors)
        if prefix is None and self.kind not in (kind, None):
            raise ExportError(
                f"{self.path.name} is the checkpoint of a {self.kind} model, "
                f"but the configuration is that of a {kind} model.",
                "Give the YAML file that belongs to this checkpoint.",
            )
        choices = ", ".join(self.unet_prefixes()) or "none"
        raise ExportError(
            f"{self.path.name} holds no weights under {wanted}",
            f"Sets of weights in it: {choices}. Choose one with --weights PREFIX.",
        )

    def codec(self) -> dict[str, Tensor]:
        """The codec's tensors.

        Raises:
            ExportError: this is no codec's checkpoint.
        """
        if not self.is_codec:
            raise ExportError(
                f"{self.path.name} holds no gen_state_dict, so it is no codec.",
                "Give music2latent.pt as --codec; 'sideman checkpoint FILE' tells what a file is.",
            )
        return dict(self.tensors)


def read_checkpoint(path: Path, *, trust_pickle: bool = False) -> Checkpoint:
    """Read a checkpoint file.

    Args:
        path: what `torch.save` or Lightning wrote, or a safetensors file.
        trust_pickle: allow it to run code while it is read.

    Raises:
        ExportError: unreadable, not a checkpoint, or one that names commands; each such name is
            in the error.
    """
    contents = _load(path, trust_pickle)
    if contents.acting:
        raise ExportError(
            f"{path.name} names commands, which neither weights nor settings need: "
            f"{', '.join(contents.acting)}. None of them was run.",
            "If you made this file yourself or trust who did, read it with --trust-pickle: "
            "it may then run any code on this machine.",
        )
    data = _entries(contents.data)
    if data is None:
        raise ExportError(
            f"{path.name} holds {_what(contents.data)}, not a checkpoint.",
            "Save the weights alone where it came from: torch.save(model.state_dict(), FILE).",
        )
    container, state = _state(path, data)
    tensors, wrappers = _unwrap(state)
    return Checkpoint(
        path,
        tensors,
        container == _CODEC or (container != "state_dict" and _CODEC_MARK in tensors),
        _entries(data.get("hyper_parameters")) or {} if container else {},
        container,
        contents.stubbed,
        wrappers,
    )


def _entries(value: object) -> Mapping[Any, Any] | None:
    """What something holds by name; None where it is nothing of that kind."""
    if isinstance(value, Stub):
        return value.entries or None
    if isinstance(value, argparse.Namespace):
        return vars(value)
    return value if isinstance(value, Mapping) else None


def _what(value: object) -> str:
    if isinstance(value, Stub):
        return f"an object of {value.name}, which was not run"
    return f"a {type(value).__name__}"


def _state(path: Path, data: Mapping[Any, Any]) -> tuple[str, Mapping[str, Tensor]]:
    """The tensors of a checkpoint, and under which name they stand."""
    for name in (_CODEC, "state_dict"):
        if name in data:
            return name, _tensors(path, name, data[name])
    if _are_tensors(data):
        return "", data
    named = [name for name, value in data.items() if _are_tensors(_entries(value))]
    if len(named) == 1 and isinstance(named[0], str):
        return named[0], _tensors(path, named[0], data[named[0]])
    if named:
        raise ExportError(
            f"{path.name} holds several sets of weights and no state_dict: "
            f"{', '.join(map(str, named))}.",
            "Save the one that you mean in a file of its own: "
            f"torch.save(torch.load(…)[{named[0]!r}], FILE).",
        )
    keys = ", ".join(sorted(map(str, data))[:8]) or "nothing"
    raise ExportError(
        f"{path.name} holds neither state_dict (a model) nor gen_state_dict (a codec), "
        f"but: {keys}.",
        "Give the file that the trainer wrote, or a state dict alone.",
    )


def _are_tensors(values: Mapping[Any, Any] | None) -> bool:
    return bool(values) and all(
        isinstance(name, str) and isinstance(value, Tensor)
        for name, value in (values or {}).items()
    )


def _tensors(path: Path, container: str, value: object) -> Mapping[str, Tensor]:
    """The named tensors under a name, or an error that tells what is there in their place."""
    state = _entries(value)
    if not state:
        raise ExportError(f"{path.name}: its {container} holds no tensors.", _DAMAGED)
    wrong = [
        f"{name!r} ({tensor.name})" if isinstance(tensor, Stub) else repr(name)
        for name, tensor in state.items()
        if not (isinstance(name, str) and isinstance(tensor, Tensor))
    ]
    if wrong:
        more = f" and {len(wrong) - 8} more" if len(wrong) > 8 else ""
        raise ExportError(
            f"{path.name}: these are no named tensors: {', '.join(wrong[:8])}{more}.",
            "Save the weights as plain tensors, in floating point.",
        )
    return state


def _unwrapped(name: str) -> str:
    """A tensor's name without what wrappers added to it."""
    return ".".join(part for part in name.split(".") if part not in WRAPPERS)


def _unwrap(state: Mapping[str, Tensor]) -> tuple[Mapping[str, Tensor], tuple[str, ...]]:
    """Tensors under the names that they have without wrappers, and which wrappers there were.

    Where a file holds other tensors under a name with a wrapper and under the same name without,
    all names stay as they are.
    """
    wrappers = tuple(w for w in WRAPPERS if any(w in name.split(".") for name in state))
    if not wrappers:
        return state, ()
    plain: dict[str, Tensor] = {}
    for name, tensor in state.items():
        other = plain.setdefault(_unwrapped(name), tensor)
        if other is not tensor and not (other.dtype == tensor.dtype and torch.equal(other, tensor)):
            return state, ()
    return plain, wrappers


#: What a damaged file makes the readers and torch raise.
_UNREADABLE = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    AttributeError,
    AssertionError,
    ImportError,
    OSError,
    TypeError,
    struct.error,
    zipfile.BadZipFile,
    MemoryError,
    OverflowError,
)


def _load(path: Path, trust_pickle: bool) -> Contents:
    """Read a file of whichever container, or tell what it is."""
    if not path.is_file():
        raise ExportError(f"{path} is not a file.")
    try:
        read = _reader(path, trust_pickle)
        kind = checkpoint_kind(path) if read is None else None
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror or error}.") from None
    if kind is not None:
        raise ExportError(f"{path.name} is no checkpoint: it is {kind.what}.", kind.remedy)
    assert read is not None
    try:
        return read(path)
    except _UNREADABLE as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise ExportError(
            f"{path.name} cannot be read as a checkpoint: {reason}.", _DAMAGED
        ) from error


def _reader(path: Path, trust_pickle: bool) -> Callable[[Path], Contents] | None:
    """What reads a file, by its beginning; None for what is no checkpoint."""
    if tensor_files.is_torch_zip(path):
        return _run if trust_pickle else tensor_files.read_torch_zip
    if tensor_files.is_legacy(path):
        return _run if trust_pickle else tensor_files.read_legacy
    return tensor_files.read_safetensors if tensor_files.is_safetensors(path) else None


def _run(path: Path) -> Contents:
    """Let torch read a file, and the file run what it names."""
    with path.open("rb") as stream:
        mapped = stream.read(2) == b"PK"
    with warnings.catch_warnings():
        # Warnings that the file's format is old.
        warnings.simplefilter("ignore")
        data = torch.load(str(path), map_location="cpu", weights_only=False, mmap=mapped)
    return Contents(data)
