"""What may be left out of a cycle so that it takes less time, at the price of another answer.

Nothing is left out unless it is asked for: a bundle then plays as it was made to.
docs/shortcuts.md has what each of these brings and costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

from sideman.engine.bundle.bounds import STEPS
from sideman.engine.bundle.grid import COLUMN_SAMPLES
from sideman.engine.bundle.manifest import INT8, Manifest, SamplerSpec
from sideman.engine.errors import GeometryError, SidemanError
from sideman.engine.loading.registry import BACKENDS
from sideman.runtime.playing.encode_choice import Encode
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.playing.samplers import make_table

#: Columns before the new ones that are encoded with them, so that the encoder hears what precedes.
ENCODER_CONTEXT = 8
#: The one sampler whose evaluations each end in a whole answer.
_CONSISTENCY = "consistency"
#: Samples by which a step may miss whole columns where older columns are used again: they then lie
#: so much beside their audio.
_MOST_SLIP = COLUMN_SAMPLES // 4


@dataclass(frozen=True)
class Shortcuts:
    """What is left out of every cycle of a session.

    Attributes:
        evaluations: of the denoiser in a cycle of a consistency model; None takes the bundle's
            own number. With one, the answer comes straight from noise at the highest level.
        encode: "whole" encodes all columns of the window, "known" those that the model sees, and
            "new" of these the ones that have become visible since the last cycle, with some before
            them; older ones are used again.
    """

    evaluations: int | None = None
    encode: Encode = "whole"

    def check(self, manifest: Manifest, backend: str = "") -> None:
        """Refuse what a bundle cannot leave out.

        Args:
            manifest: of the bundle.
            backend: its name in `BACKENDS`, to refuse before it is made what it cannot leave out.

        Raises:
            SidemanError: names the option, and what to do instead.
        """
        if backend in BACKENDS:
            self.check_backend(backend, on_host=BACKENDS[backend].on_host)
        if self.evaluations is not None:
            self._check_evaluations(manifest, self.evaluations)
        if self.encode not in get_args(Encode):
            raise SidemanError(
                f"--encode {self.encode} is none of its values.",
                f"Use {', '.join(get_args(Encode))}.",
            )
        shapes = (each.shape for each in manifest.stages["encode"].inputs)
        if self.encode != "whole" and all(isinstance(n, int) for shape in shapes for n in shape):
            raise SidemanError(
                f"--encode {self.encode}: the encoder of {manifest.name} takes a whole window "
                "only, as an earlier version of sideman exported it.",
                "Export the bundle again with this version, or leave the option out.",
            )

    @staticmethod
    def _check_evaluations(manifest: Manifest, evaluations: int) -> None:
        option = f"--evaluations {evaluations}"
        spec = manifest.sampler
        if manifest.kind != _CONSISTENCY or spec.name != _CONSISTENCY:
            own = len(make_table(spec).evaluations)
            raise SidemanError(
                f"{option}: {manifest.name} is sampled by {spec.name} in {own} evaluations, each a "
                "part of one way from noise to the answer: with fewer, none is reached.",
                "Leave the option out, or take a consistency model, whose every evaluation ends in "
                "an answer.",
            )
        if not 1 <= evaluations <= STEPS:
            raise SidemanError(f"{option} is no number of evaluations.", f"Use 1 to {STEPS:,}.")

    def check_backend(self, name: str, *, on_host: bool) -> None:
        """Refuse what a backend cannot leave out.

        Args:
            name: of the backend.
            on_host: whether its stages work in the host's memory.

        Raises:
            SidemanError: names the option, and what to do instead.
        """
        if self.encode != "whole" and not on_host:
            raise SidemanError(
                f"--encode {self.encode} has no meaning for --backend {name}: a GPU replays the "
                "cycle as a whole, in sizes that its engines were built for.",
                "Leave it out, or take a backend on the CPU.",
            )

    def check_geometry(self, geometry: Geometry) -> None:
        """Refuse steps with which older columns cannot be used again.

        Args:
            geometry: of the cycles to come.

        Raises:
            GeometryError: steps are too far from whole columns.
        """
        slip = abs(geometry.step_samples - geometry.step_columns * COLUMN_SAMPLES)
        if self.encode == "new" and slip > _MOST_SLIP:
            raise GeometryError(
                f"--encode new: a step of {geometry.step_samples:,} samples is {slip:,} samples "
                f"from {geometry.step_columns} whole columns, so older columns would not lie where "
                "their sound is.",
                "Use the native protocol, an r that is a multiple of 1/64 up to 26/64, or "
                "--encode known.",
            )

    def sampler(self, manifest: Manifest) -> SamplerSpec:
        """The bundle's sampler with as many evaluations as are wanted.

        Raises:
            SidemanError: as `check`.
        """
        self.check(manifest)
        if self.evaluations is None:
            return manifest.sampler
        return replace(manifest.sampler, steps=self.evaluations)

    def notes(self, manifest: Manifest) -> tuple[str, ...]:
        """What makes the answer another than the bundle's own, a sentence each; none if nothing.

        Args:
            manifest: of a bundle that `check` let pass.
        """
        found = []
        own = manifest.sampler.steps
        if self.evaluations not in (None, own):
            plural = "" if self.evaluations == 1 else "s"
            found.append(
                f"{self.evaluations} evaluation{plural} a cycle (--evaluations), where "
                f"{manifest.name} is made for {own}: it answers differently."
            )
        eight = any(spec.precision == INT8 for spec in manifest.stages.values())
        if eight and (found or self.encode != "whole"):
            found.append(
                "The ranges of its 8 bits were recorded without that: what lies beyond them is cut "
                "off."
            )
        if self.encode != "whole":
            found.append(
                f"Only {self.encode} columns are encoded (--encode), where {manifest.name} is made "
                "for a whole window: it answers differently."
            )
        return tuple(found)

    def arguments(self) -> list[str]:
        """The options of `sideman serve` that ask for the same."""
        found = [] if self.evaluations is None else ["--evaluations", str(self.evaluations)]
        return found + ([] if self.encode == "whole" else ["--encode", self.encode])

    def __str__(self) -> str:
        """For tables: "1 evaluation, encode known"; empty where nothing is left out."""
        found = []
        if self.evaluations is not None:
            found.append(f"{self.evaluations} evaluation{'' if self.evaluations == 1 else 's'}")
        if self.encode != "whole":
            found.append(f"encode {self.encode}")
        return ", ".join(found)


#: Nothing is left out.
OWN = Shortcuts()
