"""A stand-in for the CUDA runtime's bindings: real names and codes, answers by the test."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class FakeRuntime:
    """Answers every function with success, a number, or what the test put into `answers`.

    Constants and enumerations are the real library's, which imports without a driver.

    Attributes:
        answers: by function; error names ("cudaErrorNoDevice") or tuples of values.
        calls: (function, *arguments), in order.
    """

    def __init__(self, real: Any, **answers: Any) -> None:
        self._real = real
        properties = SimpleNamespace(
            name=b"NVIDIA GeForce RTX 4090",
            major=8,
            minor=9,
            totalGlobalMem=24 * 2**30,
            uuid=SimpleNamespace(bytes=bytes(range(16))),
        )
        self.answers: dict[str, Any] = {
            "cudaRuntimeGetVersion": (13000,),
            "cudaDriverGetVersion": (13010,),
            "cudaGetDeviceCount": (2,),
            "cudaGetDeviceProperties": (properties,),
            "cudaMemGetInfo": (2**30, 24 * 2**30),
            "cudaGraphGetNodes": ([None, None, None], 3),
            "cudaEventElapsedTime": (1.5,),
            "cudaStreamIsCapturing": (
                real.cudaStreamCaptureStatus.cudaStreamCaptureStatusInvalidated,
            ),
            **answers,
        }
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        is_function = callable(real) and not isinstance(real, type)
        if not is_function or name == "cudaGetErrorString":
            return real
        return self._function(name)

    def _function(self, name: str) -> Callable[..., tuple[Any, ...]]:
        def answer(*arguments: Any) -> tuple[Any, ...]:
            self.calls.append((name, *arguments))
            answered = self.answers.get(name, (0x700,))
            errors = self._real.cudaError_t
            if isinstance(answered, str):
                return getattr(errors, answered), None, None
            return errors.cudaSuccess, *answered

        return answer
