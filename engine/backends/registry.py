"""Backends by their name on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sideman.engine.backends.base import Backend
from sideman.engine.errors import BackendError
from sideman.engine.optional import found, install_command


@dataclass(frozen=True)
class BackendInfo:
    """What can be said of a backend without importing its library.

    Attributes:
        module: import name of the library.
        summary: one line for people.
        create: makes it; takes the number of threads.
    """

    module: str
    summary: str
    create: Callable[[int | None], Backend]

    @property
    def installed(self) -> bool:
        """Whether the library is there."""
        return found(self.module)

    @property
    def install_command(self) -> str:
        """The pip command that brings the library."""
        return install_command(self.module)


def _onnxruntime(threads: int | None) -> Backend:
    from sideman.engine.backends.onnxruntime import OnnxRuntimeBackend

    return OnnxRuntimeBackend(threads)


BACKENDS = {
    "onnxruntime": BackendInfo("onnxruntime", "ONNX Runtime on the CPU", _onnxruntime),
}


def create_backend(name: str, threads: int | None = None) -> Backend:
    """Make a backend; nothing falls back to another one.

    Args:
        name: a key of `BACKENDS`.
        threads: threads inside an operator, for backends on the CPU; None lets it choose.

    Raises:
        BackendError: an unknown name.
        MissingExtraError: its library is not installed; the message names the pip command.
    """
    if name not in BACKENDS:
        raise BackendError(
            f"There is no backend {name!r}.", f"Known are: {', '.join(sorted(BACKENDS))}."
        )
    return BACKENDS[name].create(threads)
