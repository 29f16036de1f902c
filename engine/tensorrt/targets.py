"""What an engine is built for: a named architecture, or the GPU of this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Protocol

from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.flavours import Flavour


class Device(Protocol):
    """What has to be known of a GPU."""

    @property
    def name(self) -> str:
        """As its driver calls it."""

    @property
    def capability(self) -> tuple[int, int]:
        """Compute capability, such as (8, 9)."""


#: Finds this machine's GPU; raises BackendError where there is none.
FindDevice = Callable[[], Device]


@dataclass(frozen=True)
class Target:
    """What an engine is for.

    Attributes:
        name: architecture, such as "sm89".
        gpu: name of the GPU where the engine belongs to that model; empty where it belongs to the
            architecture.
    """

    name: str
    gpu: str = ""


def find_device() -> Device:
    """This machine's GPU.

    Raises:
        BackendError: there is no driver or no GPU.
    """
    from sideman.engine.cuda.device import find_device as find

    return find()


def resolve_targets(
    flavour: Flavour,
    library: ModuleType,
    wanted: Sequence[str],
    find: FindDevice = find_device,
) -> tuple[Target, ...]:
    """Targets of a build; this machine's GPU is looked up only if it matters.

    Args:
        flavour: which library.
        library: the imported module.
        wanted: names such as "sm89"; none means this machine's GPU.
        find: finds this machine's GPU.

    Raises:
        BackendError: an unknown target, no GPU where one is needed, or one that the library does
            not know.
    """
    known = flavour.targets(library)
    names = tuple(dict.fromkeys(name.lower() for name in wanted))
    if flavour.ahead_of_time and names:
        for name in names:
            _check_known(flavour, library, name, known, "")
        return tuple(map(Target, names))
    try:
        device = find()
    except BackendError as error:
        raise _no_device(flavour, known, error) from error
    name = f"sm{device.capability[0]}{device.capability[1]}"
    if flavour.ahead_of_time:
        _check_known(flavour, library, name, known, f", this machine's {device.name}")
        return (Target(name),)
    others = [other for other in names if other != name]
    if others:
        raise BackendError(
            f"{flavour.title} builds for the GPU at hand, a {device.name} ({name}), and not for "
            f"{', '.join(others)}.",
            "Build on a machine with that GPU, or with --backend tensorrt-rtx.",
        )
    return (Target(name, device.name),)


def _check_known(
    flavour: Flavour, library: ModuleType, name: str, known: Sequence[str], who: str
) -> None:
    if name not in known:
        raise BackendError(
            f"{flavour.title} {library.__version__} does not build for {name}{who}.",
            f"Known are: {', '.join(known)}.",
        )


def _no_device(flavour: Flavour, known: Sequence[str], error: BackendError) -> BackendError:
    if known:
        return BackendError(
            f"There is no GPU here to build for: {error.what}",
            f"Say what to build for with --target; known are: {', '.join(known)}.",
        )
    return BackendError(
        f"{flavour.title} builds on the GPU that will run the engine, and there is none here: "
        f"{error.what}",
        "Build on that machine, or with --backend tensorrt-rtx, which needs no GPU.",
    )
