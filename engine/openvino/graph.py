"""From an ONNX stage to what OpenVINO compiles of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.cache.places import temporary_folder
from sideman.engine.errors import BackendError
from sideman.engine.openvino.exact import keep_front
from sideman.engine.openvino.precision import has_exact_front
from sideman.engine.openvino.rewriting import rewrite


def compile_graph(
    library: Any,
    core: Any,
    name: str,
    files: GraphFiles,
    precision: str,
    config: dict[str, Any],
    root: Path,
    pinned: Mapping[str, Sequence[int]],
) -> Any:
    """Read and compile a stage.

    OpenVINO takes weights from a file only, and reads them when it compiles, not before. So that it
    computes with what was verified, and no other program can shorten a file that it has mapped, the
    bytes are written into a folder of our own, read rather than mapped, and removed again.

    Args:
        library: the openvino module.
        core: its Core.
        name: of the stage.
        files: its graph and weights.
        precision: "fp32" or "bf16".
        config: properties for compiling.
        root: the cache's folder, in which the files lie meanwhile.
        pinned: sizes of those inputs that are to have no free ones, by name.

    Returns:
        The library's CompiledModel.

    Raises:
        BackendError: the library refuses the graph, or the disk takes no more.
    """
    with temporary_folder(root) as folder:
        graph = _write(Path(folder), files)
        try:
            model = core.read_model(str(graph), config={"ENABLE_MMAP": False})
            if pinned:
                model.reshape({input_: list(sizes) for input_, sizes in pinned.items()})
            rewrite(library, model, precision)
            if has_exact_front(name, precision):
                model = keep_front(library, core, model, Path(folder))
            return core.compile_model(model, "CPU", config)
        except Exception as error:  # the library raises RuntimeError, TypeError and its own
            raise BackendError(
                f"OpenVINO cannot load stage {name} from {files.path}: {error}",
                "Check the bundle with 'sideman inspect', or export it again.",
            ) from error


def _write(folder: Path, files: GraphFiles) -> Path:
    graph = folder / files.path.name
    try:
        graph.write_bytes(files.graph)
        for name, content in files.weights.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise BackendError(
            f"{files.path.name} cannot be copied to {folder}: {error.strerror or error}.",
            "Make room there, or set SIDEMAN_CACHE to another folder.",
        ) from error
    return graph
