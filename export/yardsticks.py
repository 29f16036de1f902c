"""PyTorch as a yardstick for `sideman bench`: what a user would run without sideman.

`sideman.runtime` finds the three functions as entry points (`sideman.yardsticks`). The networks are
those of the checkpoint, without the changes that an export makes for speed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sideman.engine.bundle.bundle import sha256
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import ExportError
from sideman.engine.optional import require

if TYPE_CHECKING:
    from sideman.engine.backends.base import Backend, Stage

    Loaded = tuple[Backend, dict[str, Stage]]

#: Where the demonstration's own files lie.
_DEMO = ("", "checkpoints")


def eager(manifest: Manifest, sources: Sequence[Path], threads: int | None) -> Loaded:
    """PyTorch as it is, in float32; as `load`."""
    return load(manifest, sources, threads, "eager")


def autocast(manifest: Manifest, sources: Sequence[Path], threads: int | None) -> Loaded:
    """PyTorch as it is, the networks under autocast to bfloat16; as `load`."""
    return load(manifest, sources, threads, "bf16")


def compiled(manifest: Manifest, sources: Sequence[Path], threads: int | None) -> Loaded:
    """PyTorch in float32 with `torch.compile`, which needs a C++ compiler; as `load`."""
    return load(manifest, sources, threads, "compiled")


def load(manifest: Manifest, sources: Sequence[Path], threads: int | None, how: str) -> Loaded:
    """Load what a bundle was exported from, to be run by PyTorch on the CPU.

    Args:
        manifest: of the bundle; its `origin` names the files with their SHA-256.
        sources: folders in which the files may lie, beside those of the demonstration.
        threads: inside an operator; None takes one a core.
        how: "eager", "bf16" or "compiled".

    Raises:
        MissingExtraError: PyTorch is not installed.
        ExportError: a file is in none of the folders, or is another one.
    """
    for module in ("torch", "yaml"):
        require(module, "run a bundle's networks in PyTorch", "export")
    from sideman.export.pipeline import Request
    from sideman.export.torch_backend import TorchBackend
    from sideman.export.torch_stages import plain_stages

    found = find_files(manifest.origin, sources)
    request = Request(
        config=found["config"],
        out=Path(),
        checkpoint=found.get("checkpoint"),
        codec=found.get("codec"),
        codec_hparams=found.get("codec_hparams"),
        seed=manifest.origin.get("random_weights_seed"),
        prefix=manifest.origin.get("weights"),
    )
    backend = TorchBackend(how, threads)
    return backend, backend.wrap(plain_stages(request), manifest.stages)


def find_files(origin: Mapping[str, Any], sources: Sequence[Path]) -> dict[str, Path]:
    """The files that a bundle was exported from, by role ("config", "checkpoint", …).

    Args:
        origin: of the manifest.
        sources: folders to look in, not below them.

    Raises:
        ExportError: the manifest names none, or one is not there with the bytes that it names.
    """
    wanted = origin.get("files")
    if not isinstance(wanted, Mapping) or "config" not in wanted:
        raise ExportError("The bundle's manifest does not say what it was exported from.")
    demo = files("sideman.export.demo")
    folders = [*sources, *(Path(str(demo.joinpath(below))) for below in _DEMO)]
    return {
        role: _find(str(each["name"]), str(each["sha256"]), folders)
        for role, each in wanted.items()
    }


def _find(name: str, digest: str, folders: Sequence[Path]) -> Path:
    # A manifest of unknown origin may name files elsewhere.
    places = [folder / Path(name).name for folder in folders]
    for place in places:
        if place.is_file() and sha256(place) == digest:
            return place
    raise ExportError(
        f"{name}, which the bundle was exported from, is not to be found, or has changed since.",
        "Name the folder that it lies in with --sources.",
    )
