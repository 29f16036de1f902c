"""An engine on the device, checked against what the manifest promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.running.kernels import KernelCache
from sideman.engine.tensorrt.running.library import BUILD_AGAIN, Library, UnfitEngineError
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensors import TensorSpec

#: TensorRT's names of element types.
_DTYPES = {"FLOAT": "float32", "HALF": "float16", "INT64": "int64", "BOOL": "bool"}


class LoadedEngine:
    """The weights and kernels of a stage, for one or more shapes.

    Attributes:
        library: that runs it.
        stage: name of the stage.
        spec: its tensors.
        shapes: that it holds, in the order of its profiles.

    Args:
        library: that runs it.
        stage: name of the stage.
        spec: its tensors.
        shapes: as the sidecar tells them.
        plan: the serialised engine, not needed any more afterwards.
        kernels: keeps what is compiled just in time; None where the flavour compiles nothing.

    Raises:
        UnfitEngineError: it is not for this library, device or bundle.
        BackendError: there is not enough memory, or the library fails.
    """

    def __init__(
        self,
        library: Library,
        stage: str,
        spec: StageSpec,
        shapes: Sequence[Shape],
        plan: bytes,
        kernels: KernelCache | None,
    ) -> None:
        self.library = library
        self.stage = stage
        self.spec = spec
        self.shapes = tuple(shapes)
        self.kernels = kernels
        self._engine = library.deserialise(stage, plan)
        with library.doing(f"look into the engine of stage {stage}"):
            fault = self._fault()
        if fault:
            raise UnfitEngineError(f"Stage {stage}: the engine has {fault}.", BUILD_AGAIN)

    @property
    def scratch_bytes(self) -> int:
        """Bytes of device memory for intermediate results: the largest of all shapes, which the
        library requires whichever profile runs.
        """
        return int(self._engine.device_memory_size_v2)

    def profile(self, shape: Shape) -> int:
        """Index of the optimisation profile that was built for a shape."""
        return self.shapes.index(shape)

    def create_context(self, *, own_graph: bool) -> tuple[Any, Any]:
        """Make an execution context whose scratch memory sideman provides.

        Args:
            own_graph: the library captures and replays by itself; only where it `configures`.

        Returns:
            The context, and the configuration that has to live as long; None where there is none.

        Raises:
            BackendError: the library makes none, for want of memory most of the time.
        """
        if self._engine is None:
            raise BackendError(f"Stage {self.stage} is used after its backend was closed.")
        what = f"make an execution context of stage {self.stage}"
        with self.library.doing(what) as errors:
            config = self._configure(own_graph) if self.library.configures else None
            strategy = self.library.module.ExecutionContextAllocationStrategy.USER_MANAGED
            context = self._engine.create_execution_context(strategy if config is None else config)
            if context is None:
                raise self.library.failure(what, errors or ["out of memory, most likely"])
        return context, config

    def close(self) -> None:
        """Let go of the library's objects; all contexts are gone by then."""
        if self.kernels is not None:
            self.kernels.close()
        self._engine = None

    def _configure(self, own_graph: bool) -> Any:
        """Settings of TensorRT for RTX.

        Shapes are fixed, so their kernels are compiled at the first run (eager) rather than in the
        background (lazy): a graph that was captured during that would replay the slower fallback
        kernels for ever. The library's own capture and sideman's exclude each other.
        """
        module = self.library.module
        config = self._engine.create_runtime_config()
        config.set_execution_context_allocation_strategy(
            module.ExecutionContextAllocationStrategy.USER_MANAGED
        )
        graphs = module.CudaGraphStrategy
        config.cuda_graph_strategy = graphs.WHOLE_GRAPH_CAPTURE if own_graph else graphs.DISABLED
        config.dynamic_shapes_kernel_specialization_strategy = (
            module.DynamicShapesKernelSpecializationStrategy.EAGER
        )
        if self.kernels is not None:
            self.kernels.attach(config)
        return config

    def _fault(self) -> str:
        """What of the engine differs from the manifest; empty where nothing does."""
        engine, modes = self._engine, self.library.module.TensorIOMode
        wanted = {tensor.name: (tensor, modes.INPUT) for tensor in self.spec.inputs}
        wanted |= {tensor.name: (tensor, modes.OUTPUT) for tensor in self.spec.outputs}
        names = {engine.get_tensor_name(index) for index in range(engine.num_io_tensors)}
        if names != set(wanted):
            return f"tensors {', '.join(sorted(names))}, not {', '.join(sorted(wanted))}"
        if engine.num_optimization_profiles != len(self.shapes):
            return f"{engine.num_optimization_profiles} profiles, not {len(self.shapes)}"
        for name, (tensor, mode) in wanted.items():
            if engine.get_tensor_mode(name) != mode:
                return f"{name} on the wrong side"
            dtype = _name_of(engine.get_tensor_dtype(name))
            if dtype != tensor.dtype:
                return f"{name} in {dtype}, not {tensor.dtype}"
            fault = self._shape_fault(tensor, is_input=mode == modes.INPUT)
            if fault:
                return fault
        return ""

    def _shape_fault(self, tensor: TensorSpec, *, is_input: bool) -> str:
        shape = tuple(self._engine.get_tensor_shape(tensor.name))
        for profile, one in enumerate(self.shapes):
            sizes = one.resolve(tensor)
            # A size that the engine leaves open until inputs are set is -1.
            fits = len(shape) == len(sizes) and all(
                real in (-1, size) for real, size in zip(shape, sizes, strict=True)
            )
            if not fits:
                return f"{tensor.name} of shape {shape}, not {sizes}"
            if is_input and -1 in shape:
                limits = self._engine.get_tensor_profile_shape(tensor.name, profile)
                if any(tuple(limit) != sizes for limit in limits):
                    return f"{tensor.name} in profile {profile} for {limits}, not {sizes}"
        return ""


def _name_of(dtype: Any) -> str:
    return _DTYPES.get(dtype.name, str(dtype.name))
