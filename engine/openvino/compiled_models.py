"""Compiled models on disk, under a key of everything that could make one wrong.

OpenVINO's own cache (CACHE_DIR) does not look at external weights: after they have changed it gives
the old answers. It also loads a file with flipped bytes (2026.4.1).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.cache.blobs import BlobStore
from sideman.engine.errors import BackendError
from sideman.engine.openvino.rewriting import REVISION

logger = logging.getLogger(__name__)

#: What of the processor OpenVINO tells, and may compile for.
_PROCESSOR = ("FULL_DEVICE_NAME", "DEVICE_ARCHITECTURE", "OPTIMIZATION_CAPABILITIES")


@dataclass(frozen=True)
class ModelIdentity:
    """Everything that decides whether a compiled model is valid.

    Attributes:
        graph: SHA-256 of the ONNX file.
        weights: SHA-256 of each file of external weights, in the order of their names.
        version: of OpenVINO, with its build number.
        processor: what it tells of the CPU.
        config: what it was told when it compiled.
        revision: of the changes that are made to graphs.
        sideman: version of sideman.
        pinned: sizes of the inputs that have no free ones although the graph has, by name.
    """

    graph: str
    weights: tuple[str, ...]
    version: str
    processor: str
    config: Mapping[str, Any]
    revision: int
    sideman: str
    pinned: Mapping[str, tuple[int, ...]]


def identify(
    core: Any,
    version: str,
    config: Mapping[str, Any],
    graph: str,
    weights: tuple[str, ...],
    pinned: Mapping[str, tuple[int, ...]] | None = None,
) -> ModelIdentity:
    """What a stage's compiled model has to be valid for, here.

    Args:
        core: the library's Core.
        version: of the library.
        config: properties for compiling.
        graph: SHA-256 of the ONNX file.
        weights: SHA-256 of each file of external weights, in the order of their names.
        pinned: sizes of the inputs that have no free ones although the graph has, by name.
    """
    processor = "; ".join(str(core.get_property("CPU", name)) for name in _PROCESSOR)
    return ModelIdentity(
        graph,
        weights,
        version,
        processor,
        dict(config),
        REVISION,
        installed_version("sideman"),
        dict(pinned or {}),
    )


def digests(files: GraphFiles) -> tuple[str, tuple[str, ...]]:
    """SHA-256 of a graph, and of each of its files of weights in the order of their names."""
    graph, *weights = (
        hashlib.sha256(content).hexdigest()
        for content in (files.graph, *(files.weights[name] for name in sorted(files.weights)))
    )
    return graph, tuple(weights)


class CompiledModels:
    """The compiled models of a cache.

    Args:
        library: the openvino module.
        core: its Core.
        root: the cache's folder.
    """

    def __init__(self, library: Any, core: Any, root: Path) -> None:
        self._library = library
        self._core = core
        self._store = BlobStore(root, "openvino")

    def load(
        self, identity: ModelIdentity, config: dict[str, Any]
    ) -> tuple[Any, NDArray[np.uint8]] | None:
        """Load a compiled model.

        Args:
            identity: what it has to be valid for.
            config: properties, as they were when it was compiled.

        Returns:
            The library's CompiledModel, and the memory that holds its weights, which has to live as
            long; None where there is none, or a damaged one.
        """
        content = self._store.load(asdict(identity))
        if content is None:
            return None
        memory = np.frombuffer(content, np.uint8)
        try:
            # Given as a tensor it is used where it is; given as a stream, it is copied.
            tensor = self._library.Tensor(memory, shared_memory=True)
            return self._core.import_model(tensor, "CPU", config), memory
        except Exception as error:  # the library raises RuntimeError and its own
            path = self._store.path(asdict(identity))
            logger.warning("OpenVINO takes %s no more; it is made again. %s", path, error)
            return None

    def save(self, identity: ModelIdentity, compiled: Any) -> None:
        """Keep a compiled model; where that is impossible, the next start takes longer.

        Args:
            identity: what it is valid for.
            compiled: the library's CompiledModel.
        """
        try:
            self._store.save(asdict(identity), compiled.export_model().getbuffer())
        except BackendError as error:
            logger.warning("A compiled stage is not kept for the next start. %s", error)
