"""Stages whose engines were built beforehand, in fixed shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sideman.engine.backends.base import Binding, Buffer, Stage
from sideman.engine.bundle.contexts import CONTEXTS
from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.cuda.buffers import CudaBuffer
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.running.context import Scratch, StageContext
from sideman.engine.tensorrt.running.engine import LoadedEngine
from sideman.engine.tensorrt.shapes import Shape, free_sizes

#: "The pointer must have at least 256-byte alignment" (`IExecutionContext::setTensorAddress`).
#: A whole buffer has it; a part of a buffer has it if its offset has.
ALIGNMENT = 256


class EngineSlot:
    """One shape of a loaded engine, and the context that all bindings in this shape share.

    Args:
        engine: on the device.
        shape: one that it holds.
        scratch: of the backend.
    """

    def __init__(self, engine: LoadedEngine, shape: Shape, scratch: Scratch) -> None:
        self.shape = shape
        self._engine = engine
        self._scratch = scratch
        self._shared: StageContext | None = None

    def shared(self) -> StageContext:
        """The context for runs that follow one another; made when it is first asked for.

        Raises:
            BackendError: there is not enough memory.
        """
        # Only a context that is whole is kept: after a failure the next call tries again.
        if self._shared is None:
            self._shared = StageContext(self._engine, self.shape, self._scratch)
        return self._shared

    def own_graph(self) -> StageContext:
        """A context for one binding alone, whose runs the library captures by itself.

        The library's graph is bound to addresses. In a context that evaluations share, it would be
        captured anew for each of them.

        Raises:
            BackendError: there is not enough memory.
        """
        return StageContext(self._engine, self.shape, self._scratch, own_graph=True)


class TensorRTStage(Stage):
    """A stage with an engine for every shape that was built.

    Args:
        name: of the stage.
        spec: its tensors.
        slots: loaded engines by shape.
        command: makes the command that builds more, of options.
    """

    def __init__(
        self,
        name: str,
        spec: StageSpec,
        slots: Mapping[Shape, EngineSlot],
        command: Callable[[str], str],
    ) -> None:
        super().__init__(name, spec)
        self._slots = dict(slots)
        self._command = command
        self._free = free_sizes(spec)

    def check_sizes(self, sizes: Mapping[str, int]) -> None:
        """Refuse sizes for which no engine was built; may be called from any thread.

        Args:
            sizes: by the names that the spec uses, and others.

        Raises:
            BackendError: no engine holds them; the message names the command that builds one.
        """
        self._slot(Shape.of({name: sizes[name] for name in self._free}))

    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        sizes = {
            size: value
            for tensor in self.spec.inputs
            for size, value in zip(tensor.shape, buffers[tensor.name].host.shape, strict=True)
            if isinstance(size, str)
        }
        slot = self._slot(Shape.of(sizes))
        return TensorRTBinding(slot, {n: self._checked(n, b) for n, b in buffers.items()})

    def _slot(self, shape: Shape) -> EngineSlot:
        if shape in self._slots:
            return self._slots[shape]
        built = "; ".join(str(one) for one in sorted(self._slots))
        sizes = shape.as_dict()
        options = [f"--rows {sizes['batch']}"] if "batch" in sizes else []
        if sizes.get(CONTEXTS, 1) > 1:
            options = [f"--batch {sizes[CONTEXTS]}"]
        step = ""
        if "decoded_columns" in sizes:
            options.append("--r R --w W --fade FADE --columns K")
            step = ", with the values that are to be played (columns are the native protocol's)"
        raise BackendError(
            f"Stage {self.name}: no engine is built for {shape}, only for {built}.",
            f"Build it: {self._command(' '.join(options))}{step}.",
        )

    def _checked(self, name: str, buffer: Buffer) -> CudaBuffer:
        if not isinstance(buffer, CudaBuffer):
            raise BackendError(
                f"Stage {self.name}: {name} is bound to memory that is not on the GPU."
            )
        if buffer.address % ALIGNMENT:
            raise BackendError(
                f"Stage {self.name}: {name} is bound to a part of a buffer that does not begin at "
                f"a multiple of {ALIGNMENT} bytes.",
                "Allocate a buffer for it alone.",
            )
        return buffer


class TensorRTBinding(Binding):
    """An execution context and the addresses of its tensors.

    Args:
        slot: the engine in the buffers' shape.
        buffers: by tensor name.

    Raises:
        BackendError: there is not enough memory for a context.
    """

    def __init__(self, slot: EngineSlot, buffers: Mapping[str, CudaBuffer]) -> None:
        self._slot = slot
        # The library knows addresses only: the memory must live as long as they are bound.
        self._buffers = dict(buffers)
        self._addresses = {name: buffer.address for name, buffer in buffers.items()}
        self._shared = slot.shared()
        self._own: StageContext | None = None
        #: Whether `run` takes the context whose runs the library replays, where there is one.
        self.replaying = True

    def run(self) -> None:
        """Enqueue the stage on the backend's stream.

        Raises:
            BackendError: it cannot be enqueued.
        """
        context = self._own if self._own is not None and self.replaying else self._shared
        context.run(self._addresses)

    @property
    def capturable(self) -> bool:
        """Whether runs can be recorded in a CUDA graph of sideman's own."""
        return self._shared.capturable(self._addresses)

    @property
    def bound_to(self) -> object:
        """Changes whenever a recorded run becomes invalid, except when scratch memory moves."""
        return self._shared, self._addresses

    def capture_by_itself(self) -> None:
        """Let the library itself capture and replay this binding's runs.

        The shared context is kept for runs without a graph.

        Raises:
            BackendError: there is not enough memory for another context.
        """
        if self._own is None:
            self._own = self._slot.own_graph()
