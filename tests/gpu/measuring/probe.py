"""What TensorRT for RTX answers on a GPU that it does not list: asked directly, past our checks."""

from __future__ import annotations

from typing import Any

from sideman.engine.cuda.device import DeviceInfo
from sideman.engine.optional import require
from tests.gpu.measuring.models import Model


def ask_rtx(model: Model, device: DeviceInfo) -> list[str]:
    """Build the encode stage for the GPU that is there, load it and make a context.

    Args:
        model: whose float32 bundle is asked about.
        device: the GPU.

    Returns:
        What happened, step by step, and every warning and error of the library, word for word.

    Raises:
        MissingExtraError: the library is not installed.
    """
    library = require("tensorrt_rtx", "ask TensorRT for RTX")
    log = _logger(library)
    said = [f"TensorRT for RTX {library.__version__} on {device.name}, {device.target}"]
    listed = [name for name in dir(library.ComputeCapability) if name.startswith("SM")]
    said.append(f"it lists {', '.join(sorted(listed))}")
    try:
        said.append(_try(library, log, str(model.bundle() / "encode.onnx")))
    except Exception as error:  # whatever it raises is the answer
        said.append(f"{type(error).__name__}: {error}")
    return said + log.lines


def _try(library: Any, log: Any, path: str) -> str:
    builder = library.Builder(log)
    network = builder.create_network(0)
    parser = library.OnnxParser(network, log)
    if not parser.parse_from_file(path):
        return f"the parser failed: {parser.get_error(0)}"
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    if plan is None:
        return "build_serialized_network returned None"
    engine = library.Runtime(log).deserialize_cuda_engine(plan)
    if engine is None:
        return "it built an engine, and deserialize_cuda_engine returned None"
    if engine.create_execution_context() is None:
        return "it built and loaded an engine, and create_execution_context returned None"
    return "it built an engine, loaded it and made a context"


def _logger(library: Any) -> Any:
    class Log(library.ILogger):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.lines: list[str] = []

        def log(self, severity: Any, message: str) -> None:
            if severity in (
                library.ILogger.INTERNAL_ERROR,
                library.ILogger.ERROR,
                library.ILogger.WARNING,
            ):
                self.lines.append(f"{str(severity).rpartition('.')[2]}: {message.strip()}")

    return Log()
