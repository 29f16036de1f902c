"""CUDA's runtime library, imported lazily, and the exceptions for its error codes."""

from __future__ import annotations

from typing import Any

from sideman.engine.errors import BackendError, DeviceLostError
from sideman.engine.optional import require

RESTART = "End this process and start it again. If it comes back, the driver's log knows more."
_BUSY = "Another process may hold the GPU for itself: end it, then end this one and start it again."
_UPDATED = "Restart the machine: after an update the driver's parts are of different versions."

#: After these, every further call in the process fails too (the runtime's documentation: "the
#: process must be terminated and relaunched"), or the device itself is out of reach.
_LOST = {
    "cudaErrorCudartUnloading": RESTART,
    "cudaErrorDevicesUnavailable": _BUSY,
    "cudaErrorECCUncorrectable": RESTART,
    "cudaErrorNvlinkUncorrectable": RESTART,
    "cudaErrorContained": RESTART,
    "cudaErrorIllegalAddress": RESTART,
    "cudaErrorLaunchTimeout": RESTART,
    "cudaErrorContextIsDestroyed": RESTART,
    "cudaErrorAssert": RESTART,
    "cudaErrorHardwareStackError": RESTART,
    "cudaErrorIllegalInstruction": RESTART,
    "cudaErrorMisalignedAddress": RESTART,
    "cudaErrorInvalidAddressSpace": RESTART,
    "cudaErrorInvalidPc": RESTART,
    "cudaErrorLaunchFailure": RESTART,
    "cudaErrorTensorMemoryLeak": RESTART,
    "cudaErrorMpsRpcFailure": RESTART,
    "cudaErrorMpsServerNotReady": RESTART,
    "cudaErrorMpsClientTerminated": RESTART,
    "cudaErrorExternalDevice": RESTART,
    "cudaErrorUnknown": RESTART,
}
_CAPTURE = "Set SIDEMAN_NO_CUDA_GRAPH=1 to run without graphs, and report this."
_WAYS_OUT = {
    "cudaErrorMemoryAllocation": "End other programs that use the GPU, or play fewer stems.",
    "cudaErrorNoDevice": "Is there an NVIDIA GPU? CUDA_VISIBLE_DEVICES may hide it.",
    "cudaErrorStubLibrary": "A stub of the driver's library is found before the driver itself: "
    "take the toolkit's 'stubs' folder out of the library path.",
    "cudaErrorSystemDriverMismatch": _UPDATED,
    "cudaErrorSystemNotReady": "Start the services that the driver needs, then start this again.",
    "cudaErrorCompatNotSupportedOnDevice": "Update the NVIDIA driver: CUDA's forward "
    "compatibility package does not serve this GPU.",
    "cudaErrorNoKernelImageForDevice": "Build for this GPU, or use a newer library.",
    "cudaErrorStreamCaptureUnsupported": _CAPTURE,
    "cudaErrorStreamCaptureInvalidated": _CAPTURE,
    "cudaErrorStreamCaptureUnjoined": _CAPTURE,
    "cudaErrorStreamCaptureIsolation": _CAPTURE,
    "cudaErrorStreamCaptureImplicit": _CAPTURE,
}


def cudart() -> Any:
    """The bindings of CUDA's runtime; their import name is the same in versions 12.8 to 13.

    Raises:
        MissingExtraError: cuda-python is not installed.
    """
    return require("cuda.bindings.runtime", "use an NVIDIA GPU")


def values_of(action: str, result: tuple[Any, ...]) -> Any:
    """Check the error code that a function of the runtime returned, and return its values.

    Args:
        action: what was to be done, as it should stand after "could not".
        result: error code, then values.

    Returns:
        The value, or a tuple of several; None where there is none.

    Raises:
        DeviceLostError: nothing on the device works any more.
        BackendError: anything else.
    """
    error, *values = result
    if error.value:
        raise failure(action, error)
    if len(values) < 2:
        return values[0] if values else None
    return tuple(values)


def failure(action: str, error: Any, detail: str = "") -> BackendError:
    """The exception that an error code stands for.

    Args:
        action: what was to be done, as it should stand after "could not".
        error: a `cudaError_t`.
        detail: more of what happened, as a sentence of its own.
    """
    runtime = cudart()
    # CUDA keeps the last error until it is read. Read it here: a library that checks for errors
    # after a launch of its own would otherwise find this one.
    runtime.cudaGetLastError()
    _, text = runtime.cudaGetErrorString(error)
    meaning = text.decode(errors="replace") if text else "no description"
    what = f"CUDA could not {action}: {error.name} ({meaning})."
    if detail:
        what = f"{what} {detail}"
    if error.name in _LOST:
        return DeviceLostError(f"The GPU is lost. {what}", _LOST[error.name])
    return BackendError(what, _WAYS_OUT.get(error.name, ""))
