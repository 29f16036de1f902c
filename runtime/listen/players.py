"""Who plays: every bundle, on every backend that is asked for."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.bundle.bundle import MANIFEST, Bundle
from sideman.engine.bundle.manifest import Manifest, short_name
from sideman.engine.errors import SidemanError
from sideman.engine.loading.registry import BACKENDS, check_choice
from sideman.runtime.listen.faults import Faults
from sideman.runtime.playing.samplers import make_table

#: Every backend that is installed, each in its usual precision.
ALL = "all"


@dataclass(frozen=True)
class Player:
    """A bundle and what runs it.

    Attributes:
        id: short name for files; told apart from the others of a page.
        name: for people.
        bundle: the bundle's folder.
        manifest: of it.
        choice: what runs it.
        digest: SHA-256 of the manifest, which holds those of all files.
    """

    id: str
    name: str
    bundle: Path
    manifest: Manifest
    choice: BackendChoice
    digest: str

    @property
    def precision(self) -> str:
        """What it computes in, as far as bundle and options tell."""
        graphs = {short_name(s.precision) for s in self.manifest.stages.values()}
        own = self.choice.precision
        return own if own and "int8" not in graphs else " and ".join(sorted(graphs))

    @property
    def evaluations(self) -> int:
        """Of the denoiser, in a cycle."""
        return len(make_table(self.manifest.sampler).evaluations)


def parse_backends(words: Sequence[str], threads: int | None, device: int) -> list[BackendChoice]:
    """Backends as `--backend` names them: NAME, or NAME:PRECISION; "all" takes what is installed.

    Raises:
        SidemanError: there is no such backend or precision, or its library is missing.
    """
    choices: list[BackendChoice] = []
    for word in words:
        name, _, precision = word.partition(":")
        names = [n for n, info in BACKENDS.items() if info.installed] if name == ALL else [name]
        for each in names:
            refused = BACKENDS[each].refuses if name == ALL else {}
            choices.append(
                BackendChoice(
                    each,
                    None if "threads" in refused else threads,
                    precision or None,
                    0 if "device" in refused else device,
                )
            )
            check_choice(choices[-1])
    return list(dict.fromkeys(choices))


def find_players(bundles: Sequence[Path], choices: Sequence[BackendChoice]) -> list[Player]:
    """Open every bundle, check its files, and name all so that they can be told apart.

    Args:
        bundles: their folders.
        choices: what runs each of them.

    Raises:
        SidemanError: a folder is no bundle or damaged, or two bundles cannot stand on one page;
            all such folders are named.
    """
    opened: list[Bundle] = []
    faults = Faults("bundles cannot be used")
    for path in dict.fromkeys(bundles):
        with faults.collect():
            opened.append(Bundle.open(path))
    for other in opened[1:]:
        with faults.collect():
            _refuse_another_window(opened[0], other)
    faults.raise_all()
    players = [_player(bundle, choice, len(choices) > 1) for bundle in opened for choice in choices]
    return _told_apart(players)


def _refuse_another_window(first: Bundle, other: Bundle) -> None:
    ours, theirs = (
        (each.manifest.grid.sample_rate, each.manifest.grid.window_samples,
         each.manifest.grid.columns)
        for each in (first, other)
    )  # fmt: skip
    if ours != theirs:
        raise SidemanError(
            f"{first.path} and {other.path} cannot stand on one page: windows of "
            f"{ours[1]:,} samples at {ours[0]:,} Hz in {ours[2]} columns, and of "
            f"{theirs[1]:,} at {theirs[0]:,} Hz in {theirs[2]}.",
            "Make a page of each, and compare them with --against.",
        )


def _player(bundle: Bundle, choice: BackendChoice, several: bool) -> Player:
    name = bundle.manifest.name
    if several or choice.precision or choice.name != BackendChoice().name:
        name += f", {' '.join(filter(None, (choice.name, choice.precision)))}"
    digest = hashlib.sha256((bundle.path / MANIFEST).read_bytes()).hexdigest()
    return Player("", name, bundle.path, bundle.manifest, choice, digest)


def _told_apart(players: Sequence[Player]) -> list[Player]:
    """Give ids, and to those of one name their precision, folder or number."""
    named = list(players)
    for tell in (
        lambda player: player.precision,
        lambda player: player.bundle.name,
        lambda player: str(player.bundle.parent / player.bundle.name),
    ):
        counts = Counter(player.name for player in named)
        named = [
            replace(p, name=f"{p.name} ({tell(p)})") if counts[p.name] > 1 else p for p in named
        ]
    return [replace(player, id=f"player-{n}") for n, player in enumerate(named, start=1)]
