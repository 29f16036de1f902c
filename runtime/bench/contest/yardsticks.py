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


def find_yardsticks() -> list[Yardstick]:
    """Those that are registered, in the order of their entry points' names.

    A number with a dash at the beginning of a name gives the order, and is left out of the name.
    """
    entries = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    return [Yardstick(entry.name.partition("-")[2], entry.load()) for entry in entries]
