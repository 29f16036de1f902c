"""Which backend runs the stages, and how, as the options of a command say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sideman.engine.errors import BackendError


@dataclass(frozen=True)
class BackendChoice:
    """A backend and what was asked of it.

    Attributes:
        name: a key of `sideman.engine.loading.registry.BACKENDS`.
        threads: threads inside an operator, for backends on the CPU; None takes one a core.
        precision: which of the built engines to run, or what to compute in; None takes the
            backend's default.
        device: index of the GPU, as the driver counts them.
        cache: where OpenVINO keeps what it compiles; None takes the user's own folder.
        cycles: that run at once, on threads of their own; a backend that has to know it is told.
    """

    name: str = "onnxruntime"
    threads: int | None = None
    precision: str | None = None
    device: int = 0
    cache: Path | None = None
    cycles: int = 1

    def refuse(self, threads: str = "", precision: str = "", device: str = "") -> None:
        """Refuse options that were given and that this backend cannot follow.

        Args:
            threads: why it cannot follow --threads, or what to do instead; empty where it can.
            precision: likewise for --precision.
            device: likewise for --device, if that names another GPU than the first.

        Raises:
            BackendError: such an option was given.
        """
        for option, given, reason in (
            ("--threads", self.threads is not None, threads),
            ("--precision", self.precision is not None, precision),
            ("--device", self.device != 0, device),
        ):
            if given and reason:
                raise BackendError(f"{option} has no meaning for --backend {self.name}.", reason)
