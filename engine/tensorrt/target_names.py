"""Names of what an engine is for: one architecture, or several that share a plan.

Several stand in one name, sorted and separated by commas ("sm89,sm120"), as `--target` takes them.
"""

from __future__ import annotations

from collections.abc import Iterable


def join_targets(names: Iterable[str]) -> str:
    """The one name of these architectures, the same in whatever order they come.

    A plan's bytes depend on the order in which the builder is told of them, hence one order.
    """
    return ",".join(sorted(set(names), key=lambda name: (len(name), name)))


def split_targets(target: str) -> tuple[str, ...]:
    """The architectures of a name."""
    return tuple(target.split(","))


def serves(built_for: str, wanted: str) -> bool:
    """Whether an engine that was built for one name can be taken where another is wanted."""
    return set(split_targets(wanted)) <= set(split_targets(built_for))
