"""The two flavours of TensorRT: everything in which they differ, and where they are imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sideman.engine.errors import BackendError, MissingExtraError
from sideman.engine.optional import found, install_command, require


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
        ahead_of_time: engines are compiled for a named target, with no GPU present. Without it
            the library measures on the GPU at hand, and the engine belongs to that model of GPU.
        set_flags: builder flags that are set. With REQUIRE_USER_ALLOCATION the caller owns all
            memory, without which a stream of TensorRT for RTX cannot be captured.
        timing_cache: measured kernel times are worth keeping. In TensorRT for RTX such a cache
            asks for a GPU and breaks builds without one.
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
        """Everything that the builder is told, as it stands in an engine's identity.

        TF32 is cleared because what claims to be float32 must be. The verbosity lets the layers
        and their precisions be read from the engine.
        """
        return ("STRONGLY_TYPED", "-TF32", *self.set_flags, "PROFILING_DETAILED")

    def targets(self, library: ModuleType) -> tuple[str, ...]:
        """Targets that can be named, such as "sm89"; none where only the GPU at hand will do."""
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
            target: such as "sm89".

        Raises:
            BackendError: the library refuses the target.
        """
        config.clear_flag(library.BuilderFlag.TF32)
        for name in self.set_flags:
            config.set_flag(getattr(library.BuilderFlag, name))
        config.profiling_verbosity = library.ProfilingVerbosity.DETAILED
        if self.ahead_of_time:
            capability = getattr(library.ComputeCapability, target.upper())
            config.num_compute_capabilities = 1
            if not config.set_compute_capability(capability, 0):
                raise BackendError(
                    f"{self.title} {library.__version__} refuses the target {target}.",
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
#: By name; where both are installed and none is named, the first one that is here is taken.
FLAVOURS = {flavour.name: flavour for flavour in (TENSORRT_RTX, TENSORRT)}


def choose_flavour(name: str | None) -> Flavour:
    """The flavour of a name, or the one that is installed.

    Args:
        name: a key of `FLAVOURS`. With None TensorRT for RTX goes before TensorRT where both are
            installed, because it alone builds without a GPU and for every card at once.

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
