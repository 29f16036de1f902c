"""A graph and its weights, read into memory once and used from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sideman.engine.errors import BundleError


@dataclass(frozen=True)
class GraphFiles:
    """The files of one stage as they were when they were read.

    Libraries are given these bytes and not the path, for three reasons. A library that maps a file
    is killed by the system when another program shortens that file. What is used is what was
    verified, even if the file has changed since. And a library may refuse what its path is: onnx
    1.23 reads no weights through a symbolic or hard link, and such links are what backups, package
    caches and model hubs make.

    It costs memory: with 1.25 GB of weights on a CPU, 2.6 GB are resident instead of 1.5, and
    opening takes 4.3 s instead of 3.7 (ONNX Runtime 1.32.0, two cores, medians of three and four
    runs).

    Attributes:
        path: where the graph was read; for messages, and to name what is made of it.
        graph: the ONNX file.
        weights: files of external weights, by the name that the graph calls them.
    """

    path: Path
    graph: bytes
    weights: Mapping[str, bytes]

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return len(self.graph) + sum(map(len, self.weights.values()))

    @classmethod
    def read(cls, path: Path) -> GraphFiles:
        """Read a graph that belongs to no bundle, and its weights beside it; nothing is verified.

        Raises:
            BundleError: a file cannot be read.
        """
        graph = read_file(path)
        beside = [file.name for file in path.parent.iterdir() if file.is_file()]
        names = weight_files(graph, (name for name in beside if name != path.name))
        return cls(path, graph, {name: read_file(path.with_name(name)) for name in names})


def weight_files(graph: bytes, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the files that a graph may take weights from, in the order of their names.

    A graph names its files of weights in plain text, so every name that occurs in it counts. That
    may be one file too many, never one too few.
    """
    return tuple(name for name in sorted(names) if name.encode() in graph)


def read_file(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        BundleError: it cannot be read, or memory does not suffice.
    """
    try:
        return read_bytes(path)
    except OSError as error:
        raise BundleError(
            f"Cannot read {path}: {error.strerror or error}", "Copy or export it again."
        ) from error


def read_bytes(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        BundleError: memory does not suffice.
        OSError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except MemoryError as error:
        raise BundleError(
            f"{path} does not fit into memory ({path.stat().st_size / 1e6:,.0f} MB).",
            "Close other programs, or use a smaller bundle.",
        ) from error
