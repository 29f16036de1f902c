"""Who takes part: every bundle with every backend and precision, and yardsticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sideman.engine.backends.base import Backend, Stage
from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.loading.registry import BACKENDS, check_choice
from sideman.engine.loading.stages import load_stages
from sideman.runtime.bench.contest.yardsticks import ALL, Yardstick
from sideman.runtime.playing.shortcuts import OWN, Shortcuts

#: The exact one first, for others are compared with the first.
_ORDER = ("fp32", "fp16", "bf16", "int8")


@dataclass(frozen=True)
class Contestant:
    """One that is timed.

    Attributes:
        bundle: the bundle's folder.
        choice: what runs it; of a yardstick the threads alone count.
        yardstick: what runs it, where that is no backend of sideman.
        sources: folders in which a yardstick looks for what the bundle was exported from.
        shortcuts: what is left out of every cycle.
    """

    bundle: Path
    choice: BackendChoice
    yardstick: Yardstick | None = None
    sources: tuple[Path, ...] = ()
    shortcuts: Shortcuts = OWN

    @property
    def runs_on(self) -> str:
        """What runs it and how, as options name it: "openvino bf16, 1 evaluation"."""
        name = " ".join(filter(None, (self.choice.name, self.choice.precision)))
        if self.yardstick is not None:
            name = self.yardstick.name
        return ", ".join(filter(None, (name, str(self.shortcuts))))

    @property
    def installed(self) -> bool:
        """Whether the library is there that runs it; of a yardstick its loading tells."""
        return self.yardstick is not None or BACKENDS[self.choice.name].installed

    def load(self) -> tuple[Manifest, Backend, dict[str, Stage]]:
        """Load the stages; takes seconds to minutes.

        Raises:
            SidemanError: they cannot be run here, or not with what is left out.
        """
        manifest = Bundle.open(self.bundle, check=False).manifest
        self.shortcuts.check(manifest, self.choice.name)
        if self.yardstick is None:
            return load_stages(self.bundle, self.choice)
        manifest = Bundle.open(self.bundle).manifest
        return manifest, *self.yardstick.load(manifest, self.sources, self.choice.threads)


def choose(
    bundles: Sequence[Path],
    backend: BackendChoice,
    yardsticks: Sequence[Yardstick] = (),
    sources: Sequence[Path] = (),
    shortcuts: Sequence[Shortcuts] = (OWN,),
) -> list[Contestant]:
    """Every bundle with every choice of a backend, then every yardstick of every bundle.

    Args:
        bundles: their folders.
        backend: one, or all of them by the name `ALL`. All follow those of its options that they
            can follow.
        yardsticks: that are installed.
        sources: folders in which they look for what a bundle was exported from; without any, in
            the one that the bundle lies in.
        shortcuts: with each of which all of them play.

    Raises:
        BackendError: all backends in one precision; or one that does not exist, or an option that
            it cannot follow.
    """
    if backend.name == ALL:
        backend.refuse(precision="It times every precision that a backend has.")
        choices = list(_all_choices(backend))
    else:
        check_choice(backend)
        choices = [backend]
    found = [
        Contestant(bundle, choice, shortcuts=each)
        for choice in choices
        for bundle in bundles
        for each in shortcuts
    ]
    threads = BackendChoice("yardstick", backend.threads)
    return found + [
        Contestant(bundle, threads, yardstick, tuple(sources) or (bundle.absolute().parent,), each)
        for yardstick in yardsticks
        for bundle in bundles
        for each in shortcuts
    ]


def _all_choices(asked: BackendChoice) -> Iterator[BackendChoice]:
    for name, info in BACKENDS.items():
        fixed = "precision" in info.refuses
        for precision in [None] if fixed else sorted(info.precisions, key=_ORDER.index):
            yield BackendChoice(
                name,
                None if "threads" in info.refuses else asked.threads,
                precision,
                0 if "device" in info.refuses else asked.device,
            )
