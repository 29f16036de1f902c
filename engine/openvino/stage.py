"""Stages that OpenVINO compiled, run on memory of ours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sideman.engine.backends.base import Binding, Buffer, Stage
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError


class OpenVinoStage(Stage):
    """A compiled model.

    Args:
        name: of the stage.
        spec: what the manifest promises.
        library: the openvino module.
        compiled: its CompiledModel.
        memory: what the compiled model uses without keeping it alive.
    """

    def __init__(
        self, name: str, spec: StageSpec, library: Any, compiled: Any, memory: Any = None
    ) -> None:
        super().__init__(name, spec)
        self._library = library
        self._compiled = compiled
        self._memory = memory

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        try:
            return OpenVinoBinding(self, self._library, self._compiled, buffers)
        except Exception as error:  # the library raises half a dozen unrelated types
            raise BackendError(
                f"OpenVINO cannot bind the buffers of stage {self.name}: {error}"
            ) from error


#: Compiles a stage for inputs of these sizes alone, by name; with none, for any.
Compile = Callable[[Mapping[str, tuple[int, ...]]], Stage]


class PinnedStage(Stage):
    """A stage that is compiled for its usual sizes, and again for any where others are bound.

    With open sizes OpenVINO computes elementwise operations one by one (encode in bf16: 1.15 times
    the time).

    Args:
        name: of the stage.
        spec: what the manifest promises.
        compile_for: compiles it, or loads it from the cache; seconds.
        usual: sizes of every input by name, compiled at once; None takes what is bound first.
    """

    def __init__(
        self,
        name: str,
        spec: StageSpec,
        compile_for: Compile,
        usual: Mapping[str, tuple[int, ...]] | None = None,
    ) -> None:
        super().__init__(name, spec)
        self._compile = compile_for
        self._usual: dict[str, tuple[int, ...]] | None = None
        self._pinned: Stage | None = None
        self._open: Stage | None = None
        # Sessions that play at once bind on threads of their own.
        self._lock = threading.Lock()
        if usual is not None:
            self._pin(usual)

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        sizes = {each.name: buffers[each.name].host.shape for each in self.spec.inputs}
        with self._lock:
            if self._pinned is None:
                self._pin(sizes)
            if self._pinned is not None and sizes == self._usual:
                return self._pinned.bind(buffers)
            if self._open is None:
                self._open = self._compile({})
            return self._open.bind(buffers)

    def _pin(self, sizes: Mapping[str, tuple[int, ...]]) -> None:
        self._pinned, self._usual = self._compile(sizes), dict(sizes)


class OpenVinoBinding(Binding):
    """An inference request whose tensors are the buffers' own memory.

    Args:
        stage: that is bound.
        library: the openvino module.
        compiled: its CompiledModel.
        buffers: by tensor name, contiguous.
    """

    def __init__(
        self, stage: OpenVinoStage, library: Any, compiled: Any, buffers: Mapping[str, Buffer]
    ) -> None:
        # In the order in which they may go: the request knows addresses only, of the arrays and of
        # the weights, which the stage keeps alive.
        self.request = compiled.create_infer_request()
        self._tensors = {
            name: library.Tensor(buffer.host, shared_memory=True)
            for name, buffer in buffers.items()
        }
        self._buffers = dict(buffers)
        self._stage = stage
        for name, tensor in self._tensors.items():
            self.request.set_tensor(name, tensor)
        # A compiled model keeps the memory of the largest size it ever ran in. The first run after
        # a change gives that back, and its own; the second one allocates again what it needs. Where
        # another cycle runs at that moment, it is kept.
        self._release: Any = compiled.release_memory

    def run(self) -> None:
        """Run on the library's own thread and wait.

        Its `infer` would run on this one, and copies every output into a new array.
        """
        try:
            self.request.start_async()
            self.request.wait()
            if self._release is not None:
                release, self._release = self._release, None
                with suppress(RuntimeError):  # "in a busy state"
                    release()
        except Exception as error:  # the library raises half a dozen unrelated types
            raise BackendError(f"OpenVINO failed in stage {self._stage.name}: {error}") from error


def check_tensors(name: str, spec: StageSpec, compiled: Any) -> None:
    """Check a graph's tensors against the manifest.

    Args:
        name: of the stage.
        spec: what the manifest promises.
        compiled: the library's CompiledModel.

    Raises:
        BackendError: names, element types or numbers of axes differ.
    """
    for promised, real in ((spec.inputs, compiled.inputs), (spec.outputs, compiled.outputs)):
        expected = {t.name: (t.dtype, len(t.shape)) for t in promised}
        found = {
            port.get_any_name(): (
                str(port.get_element_type().to_dtype()),
                port.get_partial_shape().rank.get_length(),
            )
            for port in real
        }
        if expected != found:
            raise BackendError(
                f"Stage {name}: the graph has {found}, the manifest promises {expected}.",
                "Export the bundle again.",
            )
