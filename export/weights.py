"""Loading weights into networks, and refusing those that do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from sideman.engine.errors import ExportError

Network = TypeVar("Network", bound=nn.Module)


def expected_shapes(make: Callable[[], nn.Module]) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor that a network needs; costs no memory."""
    with torch.device("meta"):
        state = make().state_dict()
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def load(make: Callable[[], Network], tensors: Mapping[str, Tensor], where: str) -> Network:
    """Make a network that uses these tensors, without a copy where they are float32.

    Args:
        make: makes the network.
        tensors: its state dict.
        where: the file they came from, for errors.

    Raises:
        ExportError: tensors are missing, unknown, misshapen, not of floating point, or hold
            values that are not finite; every one is listed.
    """
    with torch.device("meta"):
        network = make()
    wanted = network.state_dict()
    faults = _faults({name: tuple(tensor.shape) for name, tensor in wanted.items()}, tensors)
    if faults:
        raise ExportError(
            f"{where} does not fit the configuration:\n" + "\n".join(faults),
            "Give the configuration that this checkpoint was trained with; "
            "'sideman checkpoint FILE' lists what a checkpoint holds.",
        )
    converted = {name: tensors[name].detach().to(torch.float32) for name in wanted}
    network.load_state_dict(converted, strict=True, assign=True)
    return network.requires_grad_(False).eval()


def _faults(wanted: Mapping[str, tuple[int, ...]], found: Mapping[str, Tensor]) -> list[str]:
    """One line for each fault, grouped by kind."""
    shared = [name for name in wanted if name in found]
    floating = [name for name in shared if found[name].is_floating_point()]
    kinds: dict[str, Iterable[str]] = {
        "missing": (f"{name} {list(wanted[name])}" for name in wanted if name not in found),
        "unknown": (f"{name} {list(found[name].shape)}" for name in found if name not in wanted),
        "misshapen": (
            f"{name} {list(found[name].shape)} instead of {list(wanted[name])}"
            for name in shared
            if tuple(found[name].shape) != wanted[name]
        ),
        "not of floating point": (
            f"{name} {found[name].dtype}" for name in shared if name not in floating
        ),
        "not finite": (name for name in floating if not bool(found[name].isfinite().all())),
        # The networks resample by averaging and repeating, which only this filter describes.
        "not the resampling filter [1, 1]": (
            name
            for name in floating
            if name.endswith("resample_filter") and not bool((found[name] == 0.25).all())
        ),
    }
    return [f"  {kind}: {fault}" for kind, faults in kinds.items() for fault in faults]
