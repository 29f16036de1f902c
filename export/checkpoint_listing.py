"""What a checkpoint holds, for people."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from sideman.engine.errors import printable
from sideman.export.checkpoint import PREFIXES, WRAPPERS, Checkpoint

#: Most names of hyper-parameters that are listed.
_NAMES = 60
#: How deep their nesting is followed.
_DEPTH = 8


@dataclass
class _Group:
    """Tensors under one prefix."""

    tensors: int = 0
    parameters: int = 0
    dtypes: set[str] = field(default_factory=set)

    def add(self, tensor: Tensor) -> None:
        self.tensors += 1
        self.parameters += tensor.numel()
        self.dtypes.add(str(tensor.dtype).removeprefix("torch."))


def describe(checkpoint: Checkpoint) -> str:
    """Groups of tensors with counts and types, which of them an export takes, and the rest."""
    where = checkpoint.container
    lines = [f"{checkpoint.path.name}: {_title(checkpoint)}"]
    if where not in ("state_dict", "gen_state_dict"):
        lines.append(f"  weights under {where!r}" if where else "  weights alone, no settings")
    exported = PREFIXES[checkpoint.kind] if checkpoint.kind else None
    for name, group in _groups(checkpoint).items():
        whole = checkpoint.is_codec or (checkpoint.kind is None and checkpoint.is_unet)
        mark = "  <- exported" if whole or name == exported else ""
        dtypes = "/".join(sorted(group.dtypes))
        lines.append(
            f"  {name:<28} {group.tensors:>5} tensors {group.parameters:>13,} values {dtypes}{mark}"
        )
    names = list(_names(checkpoint.hyper_parameters))
    if names:
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        lines.append(f"  hyper-parameters: {', '.join(names[:_NAMES])}{more}")
    lines += _notes(checkpoint)
    # Names come from a file of unknown origin: they must not send control codes to the terminal,
    # nor begin a line of their own.
    return "\n".join(printable(line).replace("\n", "\\n") for line in lines)


def _notes(checkpoint: Checkpoint) -> list[str]:
    """What was not run, and what was seen through."""
    lines = []
    if checkpoint.wrappers:
        seen = ", ".join(f"{part}. ({WRAPPERS[part]})" for part in checkpoint.wrappers)
        lines.append(f"  seen through in names: {seen}")
    if checkpoint.stubbed:
        names = ", ".join(checkpoint.stubbed[:_NAMES])
        left = len(checkpoint.stubbed) - _NAMES
        more = f" and {left} more" if left > 0 else ""
        lines.append(f"  not run, for the weights do not need it: {names}{more}")
    return lines


def _title(checkpoint: Checkpoint) -> str:
    if checkpoint.is_codec:
        return "a Music2Latent codec"
    if checkpoint.kind is None and checkpoint.is_unet:
        return "a U-Net alone; its configuration says of which kind"
    if checkpoint.kind is None:
        return "no layout that sideman knows; name its weights with --weights PREFIX"
    return "a diffusion model" if checkpoint.kind == "diffusion" else "a consistency student"


def _groups(checkpoint: Checkpoint) -> dict[str, _Group]:
    """Tensors by U-Net, or by the first part of their name."""
    unets = checkpoint.unet_prefixes()
    groups: dict[str, _Group] = {}
    for name, tensor in checkpoint.tensors.items():
        prefix = next((p for p in unets if name.startswith(p)), name.partition(".")[0] + ".")
        groups.setdefault(prefix, _Group()).add(tensor)
    return groups


def _names(values: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[str]:
    """Dotted names of nested mappings and namespaces, which may contain themselves."""
    for name, value in values.items():
        inner = vars(value) if isinstance(value, argparse.Namespace) else value
        if isinstance(inner, Mapping) and inner and depth < _DEPTH:
            yield from _names(inner, f"{prefix}{name}.", depth + 1)
        else:
            yield f"{prefix}{name}"
