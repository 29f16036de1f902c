"""The imported TensorRT library at run time: its runtime, and exceptions for its failures."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sideman.engine.cuda.stream import Stream
from sideman.engine.errors import BackendError, DeviceLostError
from sideman.engine.tensorrt.flavours import Flavour
from sideman.engine.tensorrt.messages import is_shortage, messages_of, tidy

logger = logging.getLogger(__name__)

_LESS_MEMORY = (
    "End other programs that use the GPU, play fewer stems, or remove engines for sizes that are "
    "not played ('sideman cache prune')."
)
BUILD_AGAIN = "Build it anew with 'sideman build --force'."
#: Diagnostics of `Runtime.get_engine_validity` that concern the engine itself, so that rebuilding
#: it helps; by the library's names.
_UNFIT = ("VERSION_MISMATCH", "UNSUPPORTED_CC", "MALFORMED_ENGINE")


class UnfitEngineError(BackendError):
    """An engine that was not built for this library, device or bundle; building it anew helps."""


class Library:
    """A flavour of TensorRT with its runtime, which makes engines of serialised ones.

    Attributes:
        flavour: which one.
        module: the imported library.
        stream: where its engines run.
        configures: contexts are made with a runtime configuration, as in TensorRT for RTX, which
            compiles just in time and can capture graphs by itself.

    Args:
        flavour: which one.
        module: the imported library.
        stream: of the backend.

    Raises:
        BackendError: the library cannot work here.
    """

    def __init__(self, flavour: Flavour, module: Any, stream: Stream) -> None:
        self.flavour = flavour
        self.module = module
        self.stream = stream
        self.configures = hasattr(module, "CudaGraphStrategy")
        self._messages = messages_of(module)
        with self.doing("start"):
            self._runtime = module.Runtime(self._messages.logger)

    def __str__(self) -> str:
        return f"{self.flavour.title} {self.module.__version__}"

    @contextmanager
    def doing(self, what: str) -> Iterator[list[str]]:
        """Turn exceptions of the library's bindings into `BackendError`; must not be nested.

        Args:
            what: what is done inside, worded to follow "could not".

        Yields:
            A list that the library's errors are added to, for `failure`.

        Raises:
            DeviceLostError: nothing on the device works any more.
            BackendError: the library raised something.
        """
        with self._messages.errors() as errors:
            try:
                yield errors
            except (RuntimeError, TypeError, ValueError, MemoryError) as error:
                raise self.failure(what, [*errors, str(error)]) from error

    def failure(self, what: str, errors: Sequence[str]) -> BackendError:
        """The exception for something that the library could not do.

        Args:
            what: as it should stand after "could not".
            errors: what the library said; the first is nearest to the cause.

        Raises:
            DeviceLostError: the cause is that nothing on the device works any more.
        """
        room = self._room()
        shortage = next((text for text in errors if is_shortage(text)), None)
        if shortage is not None:
            return BackendError(
                f"{self} could not {what}: memory ran out{room} ({tidy(shortage).rstrip('.')}).",
                _LESS_MEMORY,
            )
        line = tidy(errors[0]).rstrip(".") if errors else "it gave no reason"
        return BackendError(f"{self} could not {what}: {line}.")

    def _room(self) -> str:
        """How much GPU memory is free, as a part of a sentence; empty if unknown.

        Raises:
            DeviceLostError: the device is lost. The library has no error for that; CUDA does.
        """
        try:
            free, total = self.stream.driver.memory()
        except DeviceLostError:
            raise
        except BackendError:
            # The library's own error matters more than this failure to read the free memory.
            return ""
        return f"; of {total / 1e6:,.0f} MB on the GPU {free / 1e6:,.0f} MB are free"

    def deserialise(self, stage: str, plan: bytes) -> Any:
        """Bring a serialised engine to the device; the library keeps nothing of `plan`.

        Args:
            stage: for messages.
            plan: the engine's bytes.

        Raises:
            UnfitEngineError: it is for another version, device or format.
            BackendError: it cannot be loaded for another reason, such as too little memory.
        """
        what = f"load the engine of stage {stage}"
        with self.doing(what) as errors:
            self._check_validity(stage, plan, errors)
            engine = self._runtime.deserialize_cuda_engine(plan)
            if engine is None:
                raise self.failure(what, errors)
        return engine

    def close(self) -> None:
        """Let go of the runtime; all its engines are gone by then."""
        self._runtime = None

    def _check_validity(self, stage: str, plan: bytes, errors: list[str]) -> None:
        """Ask the library whether an engine suits it, where the flavour can tell (RTX)."""
        if not hasattr(self._runtime, "get_engine_validity"):
            return
        validity, bits = self._runtime.get_engine_validity(plan)
        kinds = self.module.EngineValidity
        if validity == kinds.SUBOPTIMAL:
            logger.warning("Stage %s: the engine runs here, but not as fast as it could.", stage)
        if validity != kinds.INVALID:
            return
        members = self.module.EngineInvalidityDiagnostics.__members__
        found = [name for name, value in members.items() if int(bits) & int(value)]
        reasons = [", ".join(found)] if found else []
        if any(name in _UNFIT for name in found):
            raise UnfitEngineError(
                f"Stage {stage}: the engine is not for this library or GPU ({reasons[0]}).",
                BUILD_AGAIN,
            )
        if "INSUFFICIENT_GPU_MEMORY" in found:
            reasons.insert(0, "insufficient memory")
        raise self.failure(f"use the engine of stage {stage}", [*reasons, *errors])
