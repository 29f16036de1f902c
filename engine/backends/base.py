"""The interface behind which every inference library stands.

A backend loads stages; a stage tells its tensors and binds preallocated buffers; a binding runs.
Public methods check their arguments and wrap a `_method` that a backend implements, so that no
backend repeats the checks or forgets one.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError


class Buffer:
    """Memory that stages read and write, with a view from the host.

    On the CPU the host's view is the memory itself and the copies do nothing. A backend for a
    device subclasses this with pinned host memory and copies that are enqueued.

    Attributes:
        host: C-contiguous array that the host reads and writes.
    """

    def __init__(self, host: NDArray[Any]) -> None:
        self.host = host

    def upload(self) -> None:
        """Make what the host wrote visible to the stages."""

    def download(self) -> None:
        """Make what the stages wrote visible to the host."""

    def __getitem__(self, index: int) -> Buffer:
        """The buffer of one entry of the first axis."""
        return Buffer(self.host[index])


class Binding(abc.ABC):
    """A stage with all its tensors bound; running it allocates nothing of ours."""

    @abc.abstractmethod
    def run(self) -> None:
        """Run the stage on the bound buffers.

        Raises:
            BackendError: the library failed; outputs are then undefined.
        """


class Stage(abc.ABC):
    """A loaded graph."""

    def __init__(self, name: str, spec: StageSpec) -> None:
        self.name = name
        self.spec = spec

    def bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        """Bind a buffer to every input and output.

        Args:
            buffers: by tensor name; shapes and dtypes as the stage's spec says. Sizes that the
                spec names ("batch") must agree among all tensors.

        Raises:
            BackendError: a tensor is missing, unknown, or of another shape, dtype or layout.
        """
        tensors = (*self.spec.inputs, *self.spec.outputs)
        wanted = {tensor.name for tensor in tensors}
        if wanted != set(buffers):
            difference = ", ".join(sorted(wanted ^ set(buffers)))
            raise BackendError(f"Stage {self.name}: bound and needed tensors differ: {difference}.")
        sizes: dict[str, int] = {}
        for tensor in tensors:
            host = buffers[tensor.name].host
            fits = tensor.accepts(host.shape, str(host.dtype)) and host.flags.c_contiguous
            for size, value in zip(tensor.shape, host.shape, strict=False):
                if isinstance(size, str):
                    fits = fits and sizes.setdefault(size, value) == value
            if not fits:
                raise BackendError(
                    f"Stage {self.name}: {tensor.name} must be a contiguous {tensor.dtype} array "
                    f"of shape {tensor.shape}, not {host.dtype} {host.shape} (sizes so far: "
                    f"{sizes})."
                )
        return self._bind(buffers)

    @abc.abstractmethod
    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        """Bind buffers that have been checked."""


class Backend(abc.ABC):
    """A library on a device.

    Used as a context manager, or closed by hand; stages and buffers of a closed backend must not
    be used any more.
    """

    #: Name on the command line.
    name: str

    @abc.abstractmethod
    def describe(self) -> str:
        """One line that says library, version, device and threads; printed before serving."""

    def load(self, name: str, path: Path, spec: StageSpec) -> Stage:
        """Load one stage.

        Raises:
            BackendError: the library refuses the graph, or the graph's tensors are not those
                that the manifest promises.
        """
        if not path.is_file():
            raise BackendError(f"Stage {name}: {path} does not exist.", "Export the bundle again.")
        return self._load(name, path, spec)

    @abc.abstractmethod
    def _load(self, name: str, path: Path, spec: StageSpec) -> Stage:
        """Load a graph that exists."""

    def allocate(self, shape: tuple[int, ...], dtype: str = "float32") -> Buffer:
        """Allocate a zeroed buffer that stages of this backend can be bound to."""
        return Buffer(np.zeros(shape, dtype=dtype))

    def close(self) -> None:  # noqa: B027 - most backends hold nothing but Python objects
        """Free what the backend holds."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
