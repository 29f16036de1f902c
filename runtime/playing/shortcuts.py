"""What may be left out of a cycle so that it takes less time, at the price of another answer.

Nothing is left out unless it is asked for: a bundle then plays as it was made to.
docs/shortcuts.md has what each of these brings and costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sideman.engine.bundle.bounds import STEPS
from sideman.engine.bundle.manifest import Manifest, SamplerSpec
from sideman.engine.errors import SidemanError
from sideman.runtime.playing.samplers import make_table

#: The one sampler whose evaluations each end in a whole answer.
_CONSISTENCY = "consistency"


@dataclass(frozen=True)
class Shortcuts:
    """What is left out of every cycle of a session.

    Attributes:
        evaluations: of the denoiser in a cycle of a consistency model; None takes the bundle's
            own number. With one, the answer comes straight from noise at the highest level.
    """

    evaluations: int | None = None

    def check(self, manifest: Manifest) -> None:
        """Refuse what a bundle cannot leave out.

        Args:
            manifest: of the bundle.

        Raises:
            SidemanError: names the option, and what to do instead.
        """
        if self.evaluations is None:
            return
        option = f"--evaluations {self.evaluations}"
        spec = manifest.sampler
        if manifest.kind != _CONSISTENCY or spec.name != _CONSISTENCY:
            own = len(make_table(spec).evaluations)
            raise SidemanError(
                f"{option}: {manifest.name} is sampled by {spec.name} in {own} evaluations, each a "
                "part of one way from noise to the answer: with fewer, none is reached.",
                "Leave the option out, or take a consistency model, whose every evaluation ends in "
                "an answer.",
            )
        if not 1 <= self.evaluations <= STEPS:
            raise SidemanError(f"{option} is no number of evaluations.", f"Use 1 to {STEPS:,}.")

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
        return tuple(found)

    def arguments(self) -> list[str]:
        """The options of `sideman serve` that ask for the same."""
        return [] if self.evaluations is None else ["--evaluations", str(self.evaluations)]

    def __str__(self) -> str:
        """For tables: "1 evaluation"; empty where nothing is left out."""
        if self.evaluations is None:
            return ""
        return f"{self.evaluations} evaluation{'' if self.evaluations == 1 else 's'}"


#: Nothing is left out.
OWN = Shortcuts()
