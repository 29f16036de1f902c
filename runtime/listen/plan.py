"""All that is to be played, looked up and found possible before anything is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.engine.errors import SidemanError
from sideman.runtime.listen.players import Player
from sideman.runtime.listen.playing import cycles_of
from sideman.runtime.listen.regimes import Regime
from sideman.runtime.listen.takes import Take

Samples = npt.NDArray[np.float32]

#: Raised whenever the same cell would come out otherwise.
REVISION = 1


@dataclass(frozen=True)
class Row:
    """One instrument of one take.

    Attributes:
        take: of which.
        stem: the instrument.
        context: [lead_in + samples], what is accompanied.
        truth: [lead_in + samples], its own track; None where it was not given.
    """

    take: Take
    stem: str
    context: Samples
    truth: Samples | None

    @property
    def id(self) -> str:
        """Short name for files."""
        return f"{self.take.id}-{self.stem}"


@dataclass(frozen=True)
class Cell:
    """One sound that is to be generated.

    Attributes:
        row: instrument and take.
        player: who plays.
        regime: when.
        key: of everything that the sound depends on.
        cycles: how many it takes.
    """

    row: Row
    player: Player
    regime: Regime
    key: str
    cycles: int

    @property
    def id(self) -> str:
        """Short name for files."""
        return f"{self.row.id}-{self.player.id}-{self.regime.id}"


@dataclass(frozen=True)
class Plan:
    """A page.

    Attributes:
        out: its folder.
        rows: of all takes.
        players: who play.
        regimes: when.
        cells: in the order in which they are played: one player after the other.
        seed: of the noise.
        notes: sentences for people.
    """

    out: Path
    rows: tuple[Row, ...]
    players: tuple[Player, ...]
    regimes: tuple[Regime, ...]
    cells: tuple[Cell, ...]
    seed: int
    notes: tuple[str, ...] = field(default=())

    @property
    def takes(self) -> tuple[Take, ...]:
        """Each once, in order."""
        return tuple({row.take.id: row.take for row in self.rows}.values())


def make_plan(
    out: Path,
    takes: Sequence[Take],
    players: Sequence[Player],
    regimes: Sequence[Regime],
    stems: tuple[str, ...] | None,
    seed: int,
    notes: Sequence[str] = (),
) -> Plan:
    """Every player in every regime for every stem of every take.

    Args:
        out: the page's folder.
        takes: the music.
        players: who play; at least one.
        regimes: when; at least one.
        stems: names of those that are generated; None takes all that have something to be played
            to, and of a take that lacks some only those.
        seed: of the noise.
        notes: sentences for people.

    Raises:
        SidemanError: a stem that no bundle has, or that hears nothing; or a regime that a window
            cannot hold.
    """
    known = list(dict.fromkeys(stem for player in players for stem in player.manifest.stems))
    unknown = [stem for stem in stems or () if stem not in known]
    if unknown or stems == ():
        raise SidemanError(
            f"No bundle has a stem {', '.join(map(repr, unknown)) or 'of no name'}.",
            f"There are {', '.join(known)}.",
        )
    said = list(notes)
    rows = [row for take in takes for row in _rows(take, known, stems, said)]
    if not rows:
        raise SidemanError("There is nothing to play.", "Choose other --stems, or another --input.")
    geometries = {
        (player.id, regime): regime.geometry(player.manifest.grid)
        for player in players
        for regime in regimes
    }
    cells = [
        Cell(
            row,
            player,
            regime,
            _key(row, player, regime, seed),
            cycles_of(geometries[player.id, regime], len(row.context)),
        )
        for player in players
        for regime in regimes
        for row in rows
        if row.stem in player.manifest.stems
    ]
    return Plan(out, tuple(rows), tuple(players), tuple(regimes), tuple(cells), seed, tuple(said))


def _rows(
    take: Take, known: Sequence[str], stems: tuple[str, ...] | None, notes: list[str]
) -> list[Row]:
    rows = []
    for stem in known:
        if stems is not None and stem not in stems:
            continue
        if stems is None and take.lacks and stem not in take.lacks:
            continue
        context = take.context(stem)
        if context is None:
            if stems is not None:
                raise SidemanError(
                    f"{stem} has nothing to be played to: {take.title} holds only {stem} itself.",
                    "Give files of other instruments, too.",
                )
            notes.append(f"{stem} is not played: {take.title} holds only {stem} itself.")
            continue
        rows.append(Row(take, stem, context, take.tracks.get(stem)))
    return rows


def _key(row: Row, player: Player, regime: Regime, seed: int) -> str:
    """Of everything that the sound and its figures depend on, as far as it is known here."""
    choice = player.choice
    parts = [
        REVISION,
        player.digest,
        (choice.name, choice.precision),
        row.stem,
        digest(row.context),
        None if row.truth is None else digest(row.truth),
        None if row.take.truth is None else row.take.truth.to_json(),
        row.take.lead_in,
        row.take.rate,
        regime.settings,
        seed,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def digest(sound: Samples) -> str:
    """SHA-256 of samples."""
    return hashlib.sha256(np.ascontiguousarray(sound).tobytes()).hexdigest()
