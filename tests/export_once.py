"""Stages that are exported once a test run, whichever test and process asks for them first.

Tracing takes half a minute for a decoder, however small its weights: it is the number of
operations that counts. The same stage of the same weights gives the same bytes
(`test_bytes_are_the_same_every_time` holds that), so several tests may share them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn


def share_exports(temporary: pytest.TempPathFactory) -> Callable[..., None]:
    """Something to call in place of `export_stage`, with the same arguments.

    It waits for a process that is exporting the same stage. Who needs several stages calls its
    attribute `begin` for each of them first, and so has exported others in that time.
    """
    pytest.importorskip("torch", reason="exporting needs the extra 'export'")
    from filelock import FileLock, Timeout  # comes with torch

    from sideman.export.onnx_export import export_stage

    base = temporary.getbasetemp()
    # Processes of pytest-xdist have a folder each, in one that they share.
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "exported-stages"
    root.mkdir(exist_ok=True)

    def keep(name: str, module: nn.Module, sizes: list[Any], timeout: float) -> Path:
        kept = root / f"{name}-{_key(module, *sizes)}"
        with FileLock(f"{kept}.lock", timeout):
            if not kept.exists():
                partial = kept.with_name(f"{kept.name}.partial")
                partial.mkdir(exist_ok=True)
                export_stage(name, module, *sizes, partial)
                partial.rename(kept)
        return kept

    def export(name: str, module: nn.Module, *rest: Any) -> None:
        *sizes, folder = rest  # inputs, outputs and grid, on which the bytes depend as well
        for file in keep(name, module, sizes, -1).iterdir():
            shutil.copyfile(file, folder / file.name)

    def begin(name: str, module: nn.Module, *rest: Any) -> None:
        """Export it unless another process is about it; leaves empty files."""
        *sizes, folder = rest
        with suppress(Timeout):
            keep(name, module, sizes, 0)
        for end in ("", ".data"):
            (folder / f"{name}.onnx{end}").touch()

    export.begin = begin  # type: ignore[attr-defined]
    return export


def _key(module: nn.Module, *others: object) -> str:
    """A digest of everything that an export depends on: classes, attributes, weights and sizes.

    Raises:
        TypeError: an attribute is of a kind whose text does not tell its value.
    """
    from torch import nn

    kept_by_torch = vars(nn.Module()).keys()  # parameters, modules, hooks
    digest = hashlib.sha256(repr(others).encode())
    for name, part in module.named_modules():
        own = {k: v for k, v in vars(part).items() if k not in kept_by_torch}
        for attribute, value in own.items():
            if not _is_plain(value):
                raise TypeError(f"{type(part).__qualname__}.{attribute} is a {type(value)}")
        kind = f"{type(part).__module__}.{type(part).__qualname__}"
        digest.update(repr((name, kind, part.training, sorted(own.items()))).encode())
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        digest.update(repr((name, tensor.dtype, tuple(tensor.shape))).encode())
        digest.update(tensor.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def _is_plain(value: object) -> bool:
    """Whether a value's text tells it from every other one, in every process."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return all(_is_plain(getattr(value, field.name)) for field in dataclasses.fields(value))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)
