"""Which GPU there is, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sideman.engine.cuda.library import cudart, failure, values_of
from sideman.engine.errors import BackendError

DOWNLOADS = "https://www.nvidia.com/drivers"


@dataclass(frozen=True)
class DeviceInfo:
    """A GPU and the software under it.

    Attributes:
        name: as the driver calls it.
        capability: CUDA compute capability, major and minor.
        memory: bytes, all that it has.
        driver: newest CUDA version that the driver supports, "13.0".
        runtime: version of the CUDA runtime that the Python bindings bring, "13.0".
        uuid: as nvidia-smi prints it, "GPU-…".
        index: as CUDA counts, after CUDA_VISIBLE_DEVICES.
    """

    name: str
    capability: tuple[int, int]
    memory: int
    driver: str
    runtime: str
    uuid: str
    index: int

    @property
    def target(self) -> str:
        """The architecture as engines are named after it, "sm89"."""
        return f"sm{self.capability[0]}{self.capability[1]}"


def find_device(index: int = 0) -> DeviceInfo:
    """Describe a GPU without allocating memory on it.

    Args:
        index: which, from 0.

    Raises:
        MissingExtraError: cuda-python is not installed.
        BackendError: there is no driver, it is too old, or there is no such GPU.
    """
    runtime = cudart()
    version = values_of("ask for the runtime's version", runtime.cudaRuntimeGetVersion())
    supported = values_of("ask for the driver's version", runtime.cudaDriverGetVersion())
    count = _count_devices(runtime, supported, version)
    if not 0 <= index < count:
        there = "1 GPU" if count == 1 else f"{count} GPUs"
        raise BackendError(
            f"There is no GPU {index}: CUDA sees {there}, counted from 0.",
            "Choose another with --device; CUDA_VISIBLE_DEVICES may hide some.",
        )
    properties = values_of(f"look at GPU {index}", runtime.cudaGetDeviceProperties(index))
    return DeviceInfo(
        name=properties.name.decode(errors="replace").rstrip("\0"),
        capability=(properties.major, properties.minor),
        memory=properties.totalGlobalMem,
        driver=_version(supported),
        runtime=_version(version),
        uuid=f"GPU-{UUID(bytes=bytes(properties.uuid.bytes))}",
        index=index,
    )


def select_device(index: int = 0) -> DeviceInfo:
    """Make a GPU the one that libraries use on this thread.

    Args:
        index: which, from 0.

    Raises:
        MissingExtraError: cuda-python is not installed.
        BackendError: as `find_device`.
    """
    device = find_device(index)
    values_of(f"choose GPU {index}", cudart().cudaSetDevice(index))
    return device


def _count_devices(runtime: Any, supported: int, version: int) -> int:
    error, *counted = runtime.cudaGetDeviceCount()
    # Without any driver the count fails with "insufficient driver", just as with a driver that is
    # too old (measured with cuda-bindings 13); the driver's version, 0 for none, tells them apart.
    if error.name == "cudaErrorInsufficientDriver":
        if not supported:
            raise BackendError(
                "There is no NVIDIA driver on this machine.",
                f"Install one from {DOWNLOADS}, or run on the CPU: --backend onnxruntime.",
            )
        raise BackendError(
            f"The NVIDIA driver supports CUDA {_version(supported)} and the installed CUDA "
            f"runtime is {_version(version)}.",
            f"Update the driver from {DOWNLOADS}, or install a cuda-python of the driver's "
            f'version: pip install "cuda-python=={supported // 1000}.*"',
        )
    if error.value:
        raise failure("count the GPUs", error)
    return int(counted[0])


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"
