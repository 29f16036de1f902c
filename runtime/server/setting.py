"""What a loaded model works with from one step to the next."""

from __future__ import annotations

from dataclasses import dataclass

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.playing.geometry import Geometry


@dataclass(frozen=True)
class Setting:
    """What a client's parameters come to, once a model is loaded.

    Attributes:
        geometry: every index of a cycle.
        grid: the model's window.
        stems: names of all stems that the model knows, in the order of its label.
        rows: indices of the stems to be generated.
    """

    geometry: Geometry
    grid: LatentGrid
    stems: tuple[str, ...]
    rows: tuple[int, ...]

    @property
    def generated(self) -> tuple[str, ...]:
        """Names of the stems to be generated, in the order of `rows`."""
        return tuple(self.stems[row] for row in self.rows)

    @property
    def deadline_seconds(self) -> float:
        """Seconds from a step's last datagram in which it has to be answered."""
        return self.geometry.deadline_samples / self.grid.sample_rate

    @property
    def step_seconds(self) -> float:
        """Seconds between two steps."""
        return self.geometry.step_samples / self.grid.sample_rate

    def __str__(self) -> str:
        stems = ", ".join(self.generated) or "no stem"
        return f"{stems} in steps of {self.geometry.step_samples} samples"
