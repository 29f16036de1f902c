"""The one place where optional libraries are imported.

A lean install lacks most of them; importing a missing one raises an error that names the extra.
"""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from sideman.engine.errors import MissingExtraError

#: Import name of a library, to the smallest extra of sideman that installs it.
EXTRA_OF = {
    "cuda": "cuda",
    "nvtx": "cuda",
    "onnxruntime": "cpu",
    "openvino": "openvino",
    "tensorrt": "tensorrt",
    "tensorrt_rtx": "tensorrt-rtx",
    "polygraphy": "calibration",
    "sounddevice": "jam",
    "ray": "fleet",
    "prometheus_client": "fleet",
    "torch": "export",
    "onnx": "calibration",
    "onnx_ir": "export",
    "onnxscript": "export",
    "yaml": "export",
}


def found(module: str) -> bool:
    """Tell whether a library is installed, without importing it."""
    return importlib.util.find_spec(module) is not None


def install_command(extra: str) -> str:
    """The pip command that brings an extra of sideman, and where to give it.

    Sideman is installed from its folder, as the README does. The extra is in double quotes: zsh
    needs quotes around brackets, and cmd knows no other kind.
    """
    return f'pip install ".[{extra}]" in sideman\'s folder'


def extra_of(module: str) -> str:
    """The extra that brings a library, such as "cpu".

    Several extras bring the libraries that `EXTRA_OF` lists under `cuda`. If TensorRT is installed,
    its extra is returned: `cuda` would install onnxruntime-gpu beside a TensorRT user's
    onnxruntime.

    Args:
        module: a key of `EXTRA_OF`.
    """
    if EXTRA_OF[module] == "cuda":
        for backend in ("tensorrt_rtx", "tensorrt"):
            if found(backend):
                return EXTRA_OF[backend]
    return EXTRA_OF[module]


def require(module: str, purpose: str, extra: str | None = None) -> ModuleType:
    """Import an optional library.

    Args:
        module: import name, a key of `EXTRA_OF` (a submodule of one is accepted too).
        purpose: what it is needed for, as it should stand in the error ("run a stage").
        extra: the extra that brings everything this purpose needs; None takes `extra_of`.

    Raises:
        MissingExtraError: it is not installed; the message names the pip command.
    """
    root = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != root:
            raise
        raise MissingExtraError(
            f"{root} is needed to {purpose} and is not installed.",
            f"Install it with: {install_command(extra or extra_of(root))}",
        ) from error
