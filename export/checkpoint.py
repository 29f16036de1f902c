"""Reading checkpoints from disk without running code.

Checkpoints are pickles, and a pickle can run anything. They are read with torch's restricted
unpickler and a short list of further names; everything else is refused by name.
"""

from __future__ import annotations

import argparse
import pickle
import re
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sideman.engine.bundle.manifest import Kind
from sideman.engine.errors import ExportError

#: Types that a checkpoint may name beyond torch's own list; the student's hyper-parameters are a
#: Namespace.
ALLOWED: tuple[type, ...] = (argparse.Namespace,)
#: Prefix of the weights to export, by kind of model.
PREFIXES: Mapping[Kind, str] = {"diffusion": "model.unet.", "consistency": "net.model.unet."}
#: A tensor that every U-Net has and nothing else, used to find U-Nets in a checkpoint.
_MARK = "map_layer0.weight"
#: Prefix of a codec's tensors in listings.
_CODEC = "gen_state_dict"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint's tensors and hyper-parameters.

    Attributes:
        path: the file.
        tensors: by name; mapped from the file rather than read where its format allows.
        is_codec: whether it holds a codec instead of a model.
        hyper_parameters: what the trainer kept beside the weights.
    """

    path: Path
    tensors: Mapping[str, Tensor]
    is_codec: bool
    hyper_parameters: Mapping[str, Any]

    @property
    def kind(self) -> Kind | None:
        """The kind of model by its layout; None for a codec or an unknown layout."""
        if PREFIXES["consistency"] + _MARK in self.tensors:
            return "consistency"
        return "diffusion" if PREFIXES["diffusion"] + _MARK in self.tensors else None

    def unet_prefixes(self) -> list[str]:
        """Prefixes of all U-Nets: the model's own, and copies with other weights (teacher, EMA)."""
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
        found = {
            name.removeprefix(wanted): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(wanted)
        }
        if found:
            return found
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
        path: what `torch.save` or Lightning wrote.
        trust_pickle: allow it to run code while it is read.

    Raises:
        ExportError: unreadable, not a checkpoint, or one that names something that may run
            code; each such name is in the error.
    """
    data = _load(path, trust_pickle)
    if not isinstance(data, Mapping):
        raise ExportError(f"{path.name} holds a {type(data).__name__}, not a checkpoint.")
    is_codec = _CODEC in data
    state = data.get(_CODEC if is_codec else "state_dict")
    if not isinstance(state, Mapping) or not state:
        keys = ", ".join(sorted(map(str, data))[:8])
        raise ExportError(
            f"{path.name} holds neither state_dict (a model) nor gen_state_dict (a codec), "
            f"but: {keys}."
        )
    wrong = [
        repr(name)
        for name, value in state.items()
        if not (isinstance(name, str) and isinstance(value, Tensor))
    ]
    if wrong:
        raise ExportError(f"{path.name}: these are no named tensors: {', '.join(wrong[:8])}.")
    parameters = data.get("hyper_parameters")
    return Checkpoint(path, state, is_codec, parameters if isinstance(parameters, Mapping) else {})


def _load(path: Path, trust_pickle: bool) -> Any:
    """Unpickle, mapping the tensors from the file where it is of torch's zip format."""
    if not path.is_file():
        raise ExportError(f"{path} is not a file.")
    mapped = _is_zip(path)
    with torch.serialization.safe_globals(list(ALLOWED)), warnings.catch_warnings():
        # Warnings that the file's format is old; if it cannot be read, the next lines raise.
        warnings.simplefilter("ignore")
        if mapped and not trust_pickle:
            _refuse_globals(path)
        try:
            return torch.load(path, map_location="cpu", weights_only=not trust_pickle, mmap=mapped)
        except _UNREADABLE as error:
            # Files of the old format have no list of names that could be checked before reading.
            found = re.search(r"GLOBAL (\S+) (?:was not an allowed|whose module)", str(error))
            if found:
                raise _refusal(path, [found.group(1)]) from error
            reason = str(error).strip().partition("\n")[0]
            raise ExportError(f"{path.name} cannot be read as a checkpoint: {reason}") from error


def _is_zip(path: Path) -> bool:
    """Whether a file is of torch's zip format."""
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:  # damaged at its very end; torch says so
        return False


#: What a damaged or foreign file makes torch raise.
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
)


def _refuse_globals(path: Path) -> None:
    """Refuse a checkpoint that names anything beyond the allowed list, before it is read."""
    try:
        names = sorted(torch.serialization.get_unsafe_globals_in_checkpoint(path))
    except _UNREADABLE as error:
        raise ExportError(f"{path.name} is not a checkpoint that torch wrote: {error}") from error
    if names:
        raise _refusal(path, names)


def _refusal(path: Path, names: list[str]) -> ExportError:
    return ExportError(
        f"{path.name} names code that is not on the list of what a checkpoint may hold: "
        f"{', '.join(names)}.",
        "If you made this file yourself or trust who did, read it with --trust-pickle: "
        "it may then run any code on this machine.",
    )
