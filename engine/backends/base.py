"""The interface through which every inference library is used.

A backend loads stages; a stage tells its tensors and binds preallocated buffers; a binding runs.
Public methods check their arguments and wrap a `_method` that a backend implements, so that no
backend repeats the checks or forgets one.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sideman.engine.backends.program import Program, Segment
from sideman.engine.backends.progress import READ, Progress, after_stage, nobody
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import STAGES, StageSpec
from sideman.engine.errors import BackendError


class Buffer:
    """Memory that stages read and write, with a view from the host.

    On the CPU the host's view is the memory itself and the copies do nothing. A backend for a
    device subclasses this with pinned host memory and copies of its own. Each copy comes in two
    forms: one is complete when it returns, the other is an operation of a `Program`.
    """

    def __init__(self, host: NDArray[Any]) -> None:
        self._host = host

    @property
    def host(self) -> NDArray[Any]:
        """C-contiguous array that the host reads and writes.

        Read this property again after every `upload`: a double-buffered buffer then has another
        array here.
        """
        return self._host

    def upload(self) -> None:
        """Copy `host` to where the stages read it; afterwards the host may write again."""

    def download(self) -> None:
        """Copy what the stages wrote into `host`, once all work enqueued so far is done."""

    def enqueue_upload(self) -> None:
        """Upload as an operation of a program; the host must not write until that has run."""

    def enqueue_download(self) -> None:
        """Download as an operation of a program; `host` is valid once that has run."""

    def __getitem__(self, index: int) -> Buffer:
        """The buffer of one entry of the first axis."""
        return Buffer(self.host[index])


class Binding(abc.ABC):
    """A stage with all its tensors bound; running it allocates no memory of sideman's own."""

    @abc.abstractmethod
    def run(self) -> None:
        """Run the stage on the bound buffers, or enqueue it where the backend has a stream.

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

    def check_sizes(self, sizes: Mapping[str, int]) -> None:  # noqa: B027 - most take any
        """Refuse sizes for which nothing was built; may be called from any thread.

        Args:
            sizes: by the names that the spec uses ("batch", "decoded_columns").

        Raises:
            BackendError: this stage cannot be bound to buffers of these sizes.
        """


class Backend(abc.ABC):
    """A library on a device.

    Used as a context manager, or closed by hand; stages and buffers of a closed backend must not
    be used any more.
    """

    #: Name on the command line.
    name: str
    #: Whether stages read and write the host's memory, so that the host may work between them.
    on_host = True

    @abc.abstractmethod
    def describe(self) -> str:
        """One line that says library, version, device and threads; printed before serving."""

    @abc.abstractmethod
    def load(self, name: str, files: GraphFiles, spec: StageSpec) -> Stage:
        """Load one stage.

        Args:
            name: of the stage.
            files: its graph and weights. A backend that uses their memory while the stage lives
                keeps them alive.
            spec: what the manifest promises.

        Raises:
            BackendError: the library refuses the graph, or the graph's tensors are not those
                that the manifest promises.
        """

    def load_bundle(self, bundle: Bundle, progress: Progress = nobody) -> dict[str, Stage]:
        """Verify a bundle and load every stage; takes seconds to minutes.

        Args:
            bundle: whose stages.
            progress: is told how far it is.

        Raises:
            BundleError: it is damaged or incomplete.
            BackendError: a stage cannot be loaded.
        """
        progress(0.0, "reading")
        files = bundle.read_stages()
        total, done = sum(each.size for each in files.values()), 0
        progress(READ, STAGES[0])
        stages: dict[str, Stage] = {}
        for i, name in enumerate(STAGES):
            done += files[name].size
            stages[name] = self.load(name, files.pop(name), bundle.manifest.stages[name])
            progress(after_stage(done, total), (*STAGES, "warming up")[i + 1])
        return stages

    def allocate(
        self, shape: tuple[int, ...], dtype: str = "float32", *, double: bool = False
    ) -> Buffer:
        """Allocate a zeroed buffer that stages of this backend can be bound to.

        Args:
            shape: of the array.
            dtype: numpy's name of the element type.
            double: use two host arrays in turn, so that the host can write the next content while
                the last is still being copied; `upload` then returns at once, and `host` is the
                other array. Where stages read host memory, as on the CPU, there is one array and
                nothing to wait for.

        Raises:
            BackendError: there is not enough memory.
        """
        return Buffer(np.zeros(shape, dtype=dtype))

    def program(self, segments: Sequence[Segment]) -> Program:
        """Make a program that runs operations of this backend in order.

        Args:
            segments: uploads, runs of bindings and downloads; all buffers are this backend's.
        """
        return Program(segments)

    def close(self) -> None:  # noqa: B027 - most backends hold nothing but Python objects
        """Free what the backend holds."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
