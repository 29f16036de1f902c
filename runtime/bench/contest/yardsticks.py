"""What a user would otherwise run, timed beside the backends.

`runtime` imports no PyTorch. Who knows it registers yardsticks as entry points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.errors import SidemanError

#: Takes everything that is there.
ALL = "all"
#: Entry-point group of functions that load a yardstick.
GROUP = "sideman.yardsticks"
#: Takes a bundle's manifest, folders in which to look for what it was exported from, and threads
#: (None: one a core); returns stages that compute what the bundle's compute, and who runs them.
#: Raises a SidemanError where it cannot.
LoadYardstick = Callable[[Manifest, Sequence[Path], int | None], tuple[Backend, dict[str, Stage]]]


@dataclass(frozen=True)
class Yardstick:
    """What a user would otherwise run.

    Attributes:
        name: for people.
        load: makes it.
    """

    name: str
    load: LoadYardstick


def find_yardsticks(names: Sequence[str]) -> list[Yardstick]:
    """Those that are asked for, in that order.

    Args:
        names: of entry points, or `ALL` in place of every one.

    Raises:
        SidemanError: a name that nobody registered.
    """
    entries = {entry.name: entry for entry in entry_points(group=GROUP)}
    wanted = [each for name in names for each in (sorted(entries) if name == ALL else [name])]
    for name in wanted:
        if name not in entries:
            raise SidemanError(
                f"There is no yardstick {name!r}.", f"Known are: {', '.join(sorted(entries))}, all."
            )
    return [Yardstick(name, entries[name].load()) for name in dict.fromkeys(wanted)]
