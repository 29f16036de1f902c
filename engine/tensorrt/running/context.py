"""Execution contexts, and the scratch memory that all of them share."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.running.engine import LoadedEngine
from sideman.engine.tensorrt.shapes import Shape


class _Block:
    """Holds an allocation; the stream frees it when this is collected."""


class Scratch:
    """Device memory for intermediate results, which all contexts use in turn.

    Contexts run one after another on one stream, so none needs memory of its own, and the size is
    that of the largest need. The memory grows when a context needs more. Its address changes then,
    and CUDA graphs that were recorded with the old address have to be recorded anew.

    Attributes:
        address: on the device; 0 while there is none.
        nbytes: its size.

    Args:
        stream: on which all contexts run.
    """

    def __init__(self, stream: Stream) -> None:
        self.address = 0
        self.nbytes = 0
        self._stream = stream
        self._blocks: list[_Block] = []
        self._users: weakref.WeakSet[StageContext] = weakref.WeakSet()

    def attach(self, context: StageContext, nbytes: int) -> None:
        """Give a context scratch memory; if that has to grow, give the new one to all others too.

        Args:
            context: gets the new address whenever the memory grows later.
            nbytes: that it needs.

        Raises:
            BackendError: there is not enough; all contexts keep what they had.
        """
        if nbytes > self.nbytes:
            block = _Block()
            self.address = self._stream.allocate(block, nbytes)
            self.nbytes = nbytes
            self._blocks.append(block)
            for user in self._users:
                user.use_scratch(self.address, self.nbytes)
            # Only now no context refers to the old block, which is freed after all work that still
            # runs.
            self._blocks = [block]
        context.use_scratch(self.address, self.nbytes)
        self._users.add(context)

    def contexts(self) -> list[StageContext]:
        """Every context that is alive."""
        return list(self._users)

    def close(self) -> None:
        """Let go of the memory; no context may run any more."""
        self._blocks.clear()
        self.address = self.nbytes = 0


class StageContext:
    """An engine made ready to run in one shape: profile, input shapes and scratch memory set.

    Args:
        engine: on the device.
        shape: one that the engine holds.
        scratch: shared by all contexts of a stream.
        own_graph: the library captures and replays each run by itself.

    Raises:
        BackendError: there is not enough memory, or the engine refuses the shape.
    """

    def __init__(
        self, engine: LoadedEngine, shape: Shape, scratch: Scratch, *, own_graph: bool = False
    ) -> None:
        self.own_graph = own_graph
        self._engine = engine
        self._library = engine.library
        self._stream = engine.library.stream
        self._bound: Mapping[str, int] = {}
        self._addresses: dict[str, int] = {}
        self._handle, self._config = engine.create_context(own_graph=own_graph)
        with self._library.doing(f"prepare stage {engine.stage} for {shape}") as errors:
            if not self._choose(shape):
                raise self._library.failure(f"run stage {engine.stage} in {shape}", errors)
        scratch.attach(self, engine.scratch_bytes)

    def run(self, addresses: Mapping[str, int]) -> None:
        """Enqueue one run.

        Args:
            addresses: on the device, by tensor name. Pass the same mapping object for the same
                addresses: its identity is what is compared.

        Raises:
            BackendError: it cannot be enqueued, or the backend is closed.
        """
        handle, stage = self._open(), self._engine.stage
        with self._library.doing(f"run stage {stage}") as errors:
            self._point_to(handle, addresses)
            if not handle.execute_async_v3(self._stream.handle):
                raise self._library.failure(f"run stage {stage}", errors)

    def capturable(self, addresses: Mapping[str, int]) -> bool:
        """Whether runs can be recorded in a CUDA graph of ours.

        Args:
            addresses: as `run`'s.
        """
        handle = self._open()
        if self.own_graph or not self._library.configures:
            return not self.own_graph
        with self._library.doing(f"ask whether stage {self._engine.stage} can be captured"):
            self._point_to(handle, addresses)
            return bool(handle.is_stream_capturable(self._stream.handle))

    def use_scratch(self, address: int, nbytes: int) -> None:
        """Take scratch memory; nothing of this context is running.

        Raises:
            BackendError: the library refuses it.
        """
        handle, what = self._open(), f"give stage {self._engine.stage} {nbytes} bytes of memory"
        with self._library.doing(what) as errors:
            # It returns nothing: a refusal shows only as an error message.
            handle.set_device_memory(address, nbytes)
            if errors:
                raise self._library.failure(what, errors)

    def close(self) -> None:
        """Let go of the library's objects."""
        self._handle = self._config = None

    def _open(self) -> Any:
        if self._handle is None:
            raise BackendError(f"Stage {self._engine.stage} is used after its backend was closed.")
        return self._handle

    def _choose(self, shape: Shape) -> bool:
        """Set everything that stays as it is as long as the context lives."""
        profile = self._engine.profile(shape)
        handle = self._handle
        if handle.active_optimization_profile != profile:
            if not handle.set_optimization_profile_async(profile, self._stream.handle):
                return False
            self._stream.synchronize()
        spec = self._engine.spec
        for tensor in spec.inputs:
            free = any(isinstance(size, str) for size in tensor.shape)
            if free and not handle.set_input_shape(tensor.name, shape.resolve(tensor)):
                return False
        return all(
            tuple(handle.get_tensor_shape(tensor.name)) == shape.resolve(tensor)
            for tensor in (*spec.inputs, *spec.outputs)
        )

    def _point_to(self, handle: Any, addresses: Mapping[str, int]) -> None:
        """Set the addresses of the tensors, which differ between evaluations with one context."""
        if addresses is self._bound:
            return
        # If an error occurs below, the next run checks every tensor again.
        self._bound = {}
        for name, address in addresses.items():
            if self._addresses.get(name) != address:
                if not handle.set_tensor_address(name, address):
                    raise BackendError(
                        f"Stage {self._engine.stage}: {self._library} refuses the memory of {name}."
                    )
                self._addresses[name] = address
        self._bound = addresses
