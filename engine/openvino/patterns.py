"""Looking at operations of an OpenVINO model."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def source(node: Any, index: int, *kinds: str) -> Any:
    """The operation that computes an input.

    Args:
        node: an operation, or None.
        index: of the input.
        kinds: names of operations that are looked for; none for any.

    Returns:
        The operation; None where there is none, or one of another kind.
    """
    if node is None or index >= node.get_input_size():
        return None
    found = node.input_value(index).get_node()
    return found if not kinds or found.get_type_name() in kinds else None


def constant(node: Any, index: int) -> NDArray[Any] | None:
    """The values of an input, or None where they are computed."""
    found = source(node, index, "Constant")
    return None if found is None else found.get_data()


def permutation(node: Any) -> list[int] | None:
    """The order of axes that a Transpose makes, or None for anything else."""
    if node is None or node.get_type_name() != "Transpose":
        return None
    order = constant(node, 1)
    return None if order is None else [int(axis) for axis in order]


def replace(node: Any, output: Any) -> None:
    """Let all who read an operation's first output read another one."""
    for reader in list(node.output(0).get_target_inputs()):
        reader.replace_source_output(output)
