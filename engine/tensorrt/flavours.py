"""The two flavours of TensorRT: everything in which they differ, and where they are imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sideman.engine.errors import BackendError, MissingExtraError
from sideman.engine.optional import found, install_command, require
from sideman.engine.tensorrt.target_names import split_targets


@dataclass(frozen=True)
class Flavour:
    """One of the libraries that build and run engines.

    Attributes:
        name: on the command line and in identities, and the extra that installs it.
        module: import name.
        title: for people.
        magic: how a serialised engine begins, at `magic_at`. TensorRT for RTX 1.7.1 writes
            "vtrt"; the classic library another first letter before the same three.
        magic_at: offset of `magic`.
        ahead_of_time: engines are compiled for a named target, with no GPU present. Otherwise the
            library measures on the GPU of this machine, and the engine is valid for that GPU model
            only.
        set_flags: builder flags that are set. With REQUIRE_USER_ALLOCATION the caller owns all
            memory, without which a stream of TensorRT for RTX cannot be captured.
        timing_cache: whether measured kernel times are kept for later builds. In TensorRT for RTX
            such a cache needs a GPU, and builds without one fail.
    """

    name: str
    module: str
    title: str
    magic: bytes
    magic_at: int
    ahead_of_time: bool
    set_flags: tuple[str, ...]
    timing_cache: bool

    @property
    def installed(self) -> bool:
        """Whether the library is there, without importing it."""
        return found(self.module)

    def require(self) -> ModuleType:
        """Import the library.

        Raises:
            MissingExtraError: it is not installed; the message names the pip command.
        """
        return require(self.module, "build and run engines")

    @property
    def flags(self) -> tuple[str, ...]:
        """All settings of the builder, as they are written in an engine's identity.

        TF32 is cleared so that float32 engines really compute in float32. The verbosity lets the
        layers and their precisions be read from the engine.
        """
        return ("STRONGLY_TYPED", "-TF32", *self.set_flags, "PROFILING_DETAILED")

    def targets(self, library: ModuleType) -> tuple[str, ...]:
        """Targets that can be named, such as "sm89"; none if only the GPU present can be used."""
        if not self.ahead_of_time:
            return ()
        members: Mapping[str, Any] = library.ComputeCapability.__members__
        return tuple(name.lower() for name in members if name not in ("NONE", "CURRENT"))

    def network_flags(self, library: ModuleType) -> int:
        """Creation flags of a strongly typed network; later versions know no other kind."""
        members: Mapping[str, Any] = library.NetworkDefinitionCreationFlag.__members__
        strongly = members.get("STRONGLY_TYPED")
        return 0 if strongly is None else 1 << int(strongly)

    def configure(self, library: ModuleType, config: Any, target: str) -> None:
        """Set everything in a builder configuration that does not depend on shapes.

        Args:
            library: the imported module.
            config: its IBuilderConfig.
            target: such as "sm89", or several of them (`target_names`).

        Raises:
            BackendError: the library refuses a target.
        """
        config.clear_flag(library.BuilderFlag.TF32)
        for name in self.set_flags:
            config.set_flag(getattr(library.BuilderFlag, name))
        config.profiling_verbosity = library.ProfilingVerbosity.DETAILED
        if self.ahead_of_time:
            names = split_targets(target)
            config.num_compute_capabilities = len(names)
            for index, name in enumerate(names):
                capability = getattr(library.ComputeCapability, name.upper())
                if not config.set_compute_capability(capability, index):
                    raise BackendError(
                        f"{self.title} {library.__version__} refuses the target {name}.",
                        "Choose another --target.",
                    )


TENSORRT = Flavour(
    name="tensorrt",
    module="tensorrt",
    title="TensorRT",
    magic=b"trt",
    magic_at=1,
    ahead_of_time=False,
    set_flags=(),
    timing_cache=True,
)
TENSORRT_RTX = Flavour(
    name="tensorrt-rtx",
    module="tensorrt_rtx",
    title="TensorRT for RTX",
    magic=b"vtrt",
    magic_at=0,
    ahead_of_time=True,
    set_flags=("REQUIRE_USER_ALLOCATION",),
    timing_cache=False,
)
#: By name; the order is that in which `choose_flavour` looks for an installed one.
FLAVOURS = {flavour.name: flavour for flavour in (TENSORRT_RTX, TENSORRT)}


def choose_flavour(name: str | None) -> Flavour:
    """The flavour of a name, or the one that is installed.

    Args:
        name: a key of `FLAVOURS`. With None, TensorRT for RTX is preferred if both are installed,
            because only it builds without a GPU and for every card.

    Raises:
        BackendError: an unknown name.
        MissingExtraError: no name, and neither library is installed.
    """
    if name is not None:
        if name not in FLAVOURS:
            raise BackendError(
                f"No engines can be built for --backend {name}.",
                f"Known are: {', '.join(FLAVOURS)}.",
            )
        return FLAVOURS[name]
    for flavour in FLAVOURS.values():
        if flavour.installed:
            return flavour
    commands = " or ".join(install_command(flavour.name) for flavour in FLAVOURS.values())
    raise MissingExtraError(
        "Neither TensorRT for RTX nor TensorRT is installed.", f"Install one with: {commands}"
    )
