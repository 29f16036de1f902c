"""Backends by their name on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sideman.engine.backends.base import Backend
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import BackendError, MissingExtraError
from sideman.engine.optional import found, install_command
from sideman.engine.tensorrt.precision import PRECISIONS

_OWN_PRECISION = (
    "It runs a bundle in the precision that it is in; 'sideman convert' makes one in another."
)
_NO_GPU = "It runs on the CPU; choose a backend for a GPU with --backend."
_NO_THREADS = "It runs on the GPU."


@dataclass(frozen=True)
class BackendInfo:
    """What can be said of a backend without importing its library.

    Attributes:
        module: import name of the library.
        extra: the extra of sideman that brings it.
        summary: one line for people.
        refuses: options that it cannot follow, and why; as `BackendChoice.refuse` takes them.
        create: makes it.
        precisions: that it can be asked for, where it can be asked for any.
        on_host: as `Backend.on_host`.
    """

    module: str
    extra: str
    summary: str
    refuses: Mapping[str, str]
    create: Callable[[BackendChoice], Backend]
    precisions: tuple[str, ...] = PRECISIONS
    on_host: bool = True

    @property
    def installed(self) -> bool:
        """Whether the library is there."""
        return found(self.module)

    @property
    def install_command(self) -> str:
        """The pip command that brings the library."""
        return install_command(self.extra)


def _onnxruntime(choice: BackendChoice) -> Backend:
    from sideman.engine.onnxruntime.cpu import OnnxRuntimeBackend

    return OnnxRuntimeBackend(choice.threads)


def _onnxruntime_cuda(choice: BackendChoice) -> Backend:
    from sideman.engine.onnxruntime.cuda import OnnxRuntimeCudaBackend

    return OnnxRuntimeCudaBackend(choice.device)


def _openvino(choice: BackendChoice) -> Backend:
    from sideman.engine.openvino.backend import OpenVinoBackend

    return OpenVinoBackend(
        choice.threads, choice.precision or "fp32", cache=choice.cache, cycles=choice.cycles
    )


def _tensorrt(choice: BackendChoice) -> Backend:
    from sideman.engine.tensorrt.running.backend import TensorRTBackend

    return TensorRTBackend(
        flavour=choice.name, precision=choice.precision or "fp16", device=choice.device
    )


BACKENDS = {
    "onnxruntime": BackendInfo(
        "onnxruntime",
        "cpu",
        "ONNX Runtime on the CPU",
        {"precision": _OWN_PRECISION, "device": _NO_GPU},
        _onnxruntime,
    ),
    "onnxruntime-cuda": BackendInfo(
        "onnxruntime",
        "cuda",
        "ONNX Runtime on an NVIDIA GPU",
        {"threads": _NO_THREADS, "precision": _OWN_PRECISION},
        _onnxruntime_cuda,
        on_host=False,
    ),
    "openvino": BackendInfo(
        "openvino",
        "openvino",
        "OpenVINO on the CPU",
        {"device": _NO_GPU},
        _openvino,
        precisions=("bf16", "fp32"),
    ),
    "tensorrt": BackendInfo(
        "tensorrt", "tensorrt", "TensorRT", {"threads": _NO_THREADS}, _tensorrt, on_host=False
    ),
    "tensorrt-rtx": BackendInfo(
        "tensorrt_rtx",
        "tensorrt-rtx",
        "TensorRT for RTX",
        {"threads": _NO_THREADS},
        _tensorrt,
        on_host=False,
    ),
}

#: Backends that compute on the CPU.
ON_THE_CPU = ("onnxruntime", "openvino")


def create_backend(choice: BackendChoice) -> Backend:
    """Make a backend; nothing falls back to another one.

    Args:
        choice: which, and how.

    Raises:
        BackendError: an unknown name, or an option that this backend cannot heed.
        MissingExtraError: its library is not installed; the message names the pip command.
    """
    check_choice(choice)
    return BACKENDS[choice.name].create(choice)


def check_choice(choice: BackendChoice) -> None:
    """Refuse what can never be, before anything starts.

    That is a backend that does not exist or whose library is missing, and what it cannot follow.

    Args:
        choice: which, and how.

    Raises:
        BackendError: an unknown name, or an option that this backend cannot follow.
        MissingExtraError: its library is not installed; the message names the pip command.
    """
    if choice.name not in BACKENDS:
        raise BackendError(
            f"There is no backend {choice.name!r}.", f"Known are: {', '.join(sorted(BACKENDS))}."
        )
    info = BACKENDS[choice.name]
    choice.refuse(**info.refuses)
    if choice.precision not in (None, *info.precisions):
        raise BackendError(
            f"There is no precision {choice.precision!r} for --backend {choice.name}.",
            f"Known are: {', '.join(info.precisions)}.",
        )
    if not info.installed:
        raise MissingExtraError(
            f"--backend {choice.name} needs {info.module}.", f"Install it: {info.install_command}"
        )
