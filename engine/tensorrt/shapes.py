"""Fixed shapes: the sizes that engines are built for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from sideman.engine.bundle.contexts import CONTEXTS, check_contexts
from sideman.engine.bundle.grid import ENCODED_SIZES, LatentGrid
from sideman.engine.bundle.manifest import Manifest, StageSpec
from sideman.engine.errors import BackendError
from sideman.engine.tensors import TensorSpec


@dataclass(frozen=True, order=True)
class Shape:
    """One value for every free size of a stage; empty for a stage that has none.

    Attributes:
        sizes: (name, value) pairs in the order of the names.
    """

    sizes: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, sizes: Mapping[str, int]) -> Self:
        """A shape from sizes by name, in any order."""
        return cls(tuple(sorted(sizes.items())))

    def as_dict(self) -> dict[str, int]:
        """Sizes by name."""
        return dict(self.sizes)

    def __str__(self) -> str:
        """For people: without what follows from the columns, or is as it always is."""
        shown = (
            f"{_LABELS.get(name, name)} {value}"
            for name, value in self.sizes
            if name not in _HIDDEN and (name, value) != (CONTEXTS, 1)
        )
        return ", ".join(shown) or "fixed"

    def resolve(self, tensor: TensorSpec) -> tuple[int, ...]:
        """A tensor's sizes in this shape.

        Raises:
            BackendError: the tensor has a free size that this shape does not name.
        """
        sizes = self.as_dict()
        missing = [size for size in tensor.shape if isinstance(size, str) and size not in sizes]
        if missing:
            raise BackendError(f"No value for size {', '.join(missing)} of tensor {tensor.name}.")
        return tuple(sizes[size] if isinstance(size, str) else size for size in tensor.shape)


_LABELS = {"batch": "rows", "decoded_columns": "columns"}
_HIDDEN = ENCODED_SIZES | {"decoded_samples"}


def free_sizes(spec: StageSpec) -> frozenset[str]:
    """Names of the sizes that a stage leaves open."""
    return frozenset(
        size for tensor in spec.inputs for size in tensor.shape if isinstance(size, str)
    )


def plan_shapes(
    manifest: Manifest, rows: Iterable[int], decoded_columns: Iterable[int], batch: int = 1
) -> dict[str, tuple[Shape, ...]]:
    """The shapes of every stage that a performance with these sizes uses.

    Args:
        manifest: of the bundle.
        rows: how many stems are generated at once.
        decoded_columns: lengths of decoded audio, in latent columns.
        batch: most rows of several sessions that are generated at once, each with a context of its
            own; 1 for none.

    Returns:
        Distinct shapes by stage, in the manifest's order of stages.

    Raises:
        BackendError: sizes that the bundle cannot have, or a free size of unknown meaning.
        BundleError: a batch is asked for, and all rows of the bundle hear the same context.
    """
    if batch > 1:
        check_contexts(manifest)
    columns, stems = manifest.grid.columns, len(manifest.stems)
    rows, decoded_columns = tuple(rows), tuple(decoded_columns)
    if not rows or any(not 1 <= row <= stems for row in rows):
        raise BackendError(
            f"{_listed(rows)} rows cannot be generated: {manifest.name} has {stems} stems.",
            f"Choose numbers from 1 to {stems}.",
        )
    if not decoded_columns or any(not 1 <= k <= columns for k in decoded_columns):
        raise BackendError(
            f"{_listed(decoded_columns)} columns cannot be decoded of a window of {columns}."
        )
    # Engines encode whole windows: for less, what is done between stages would have to be on a GPU.
    combinations = [LatentGrid.free_sizes(row, k, columns) for row in rows for k in decoded_columns]
    combinations += [
        LatentGrid.free_sizes(row, k, columns, contexts=row)
        for row in range(2, batch + 1)
        for k in decoded_columns
    ]
    return {name: _shapes(name, spec, combinations) for name, spec in manifest.stages.items()}


def _shapes(stage: str, spec: StageSpec, combinations: list[dict[str, int]]) -> tuple[Shape, ...]:
    free = free_sizes(spec)
    unknown = sorted(free - set(combinations[0]))
    if unknown:
        raise BackendError(
            f"Stage {stage} leaves the size {', '.join(unknown)} open, which means nothing here.",
            "Export the bundle again with this version of sideman.",
        )
    shapes = (Shape.of({name: sizes[name] for name in free}) for sizes in combinations)
    return tuple(dict.fromkeys(shapes))


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers)) or "no"
