"""Names, shapes and dtypes of what goes in and out of a stage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TensorSpec:
    """One input or output of a stage.

    Attributes:
        name: as in the ONNX graph.
        shape: sizes; a string names a size that is chosen when buffers are bound
            ("batch", "decoded_columns").
        dtype: numpy's name of the element type.
    """

    name: str
    shape: tuple[int | str, ...]
    dtype: str = "float32"

    def accepts(self, shape: tuple[int, ...], dtype: str) -> bool:
        """Tell whether an array of this shape and dtype may be bound."""
        return (
            dtype == self.dtype
            and len(shape) == len(self.shape)
            and all(isinstance(w, str) or w == s for w, s in zip(self.shape, shape, strict=True))
        )
