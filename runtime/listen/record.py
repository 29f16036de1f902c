"""The record of a page: everything that it shows, as plain data.

The page is written from the record alone, so that a later page can be compared with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from sideman.runtime.listen.figures import measure
from sideman.runtime.listen.pictures import loudest
from sideman.runtime.listen.plan import Cell, Plan, Row, digest
from sideman.runtime.listen.players import Player
from sideman.runtime.listen.playing import Played
from sideman.runtime.listen.setting import setting_of
from sideman.runtime.listen.sounds import in_kind, turned_down, write_sound
from sideman.runtime.listen.store import FORMAT, Store
from sideman.runtime.listen.takes import Take
from sideman.runtime.system.machine import describe_machine

Samples = npt.NDArray[np.float32]

#: Digits of a key in a file's name: enough to tell the cells of a folder apart.
_KEY = 10


class Recorder:
    """Writes sounds as they come, and tells at any time what there is.

    Args:
        plan: of the page.
        store: of its folder.
        kind: of the sound files, a key of `sounds.FORMATS`.
    """

    def __init__(self, plan: Plan, store: Store, kind: str) -> None:
        self._plan, self._store, self._kind = plan, store, kind
        self._machine = describe_machine()
        self._loudest: dict[str, float] = {}
        self._rows: dict[str, dict[str, Any]] = {}
        self._take_over()

    def _take_over(self) -> None:
        """Bring what is there already to the kind of file that is asked for, as far as it can be.

        What cannot is played again.
        """
        cells = self._store.cells
        for key in [cell.key for cell in self._plan.cells if cell.key in cells]:
            sound = in_kind(self._plan.out, cells[key]["sound"], self._kind)
            if sound is None:
                del cells[key]
            else:
                cells[key] = {**cells[key], "sound": sound}

    def write_rows(self) -> None:
        """Write every context and ground truth that is not there yet.

        Raises:
            SidemanError: the disk is full.
        """
        for row in self._plan.rows:
            self._rows[row.id] = self._row(row)

    def write_cell(self, cell: Cell, played: Played, runs_on: str) -> None:
        """Write what was played, with its figures.

        Args:
            cell: which.
            played: all of it, the lead-in too.
            runs_on: one line that says what ran it.

        Raises:
            SidemanError: the disk is full.
        """
        row, take = cell.row, cell.row.take
        sound = played.sound[take.lead_in :]
        context = row.context[take.lead_in :]
        truth = None if row.truth is None else row.truth[take.lead_in :]
        figures = measure(
            sound, truth, take.truth, row.stem, take.rate, judged_from(self._plan, take),
            take.lead_in,
        )  # fmt: skip
        written = self._write(f"{row.id}-{cell.regime.id}-{cell.key[:_KEY]}", sound, row)
        told = turned_down(written)
        self._store.keep(
            {
                "key": cell.key,
                "sound": written,
                "figures": figures,
                "mix_peak": float(np.abs(context + sound).max(initial=0.0)),
                "cycles": [round(seconds, 6) for seconds in played.cycles],
                "worked": round(played.worked, 3),
                "waited": None if played.waited is None else round(played.waited, 3),
                "notes": [told] if told else [],
                "runs_on": runs_on,
                "backend": cell.player.choice.name,
                "setting": self._setting(cell),
                "version": version("sideman"),
                "made": _now(),
            }
        )

    def fresh(self, cell: Cell) -> bool:
        """Whether a cell is there, and its cycle times are of what would run it now."""
        found = self._store.cells.get(cell.key)
        return found is not None and bool(found["setting"] == self._setting(cell))

    def _setting(self, cell: Cell) -> dict[str, Any]:
        return setting_of(cell.player.choice, self._machine)

    def record(self, notes: Iterable[str] = ()) -> dict[str, Any]:
        """Everything so far.

        Args:
            notes: sentences for people, beside those of the plan.
        """
        plan = self._plan
        cells = [
            {
                **self._store.cells[cell.key],
                "id": cell.id,
                "row": cell.row.id,
                "player": cell.player.id,
                "regime": cell.regime.id,
            }
            for cell in plan.cells
            if cell.key in self._store.cells
        ]
        return {
            "format": FORMAT,
            "version": version("sideman"),
            "made": _now(),
            "machine": self._machine,
            "rate": plan.takes[0].rate,
            "seed": plan.seed,
            "notes": [*plan.notes, *notes],
            "wanted": len(plan.cells),
            "takes": [self._take(take) for take in plan.takes],
            "rows": [self._rows[row.id] for row in plan.rows],
            "players": [self._player(player, cells) for player in plan.players],
            "regimes": [regime.timing(plan.players[0].manifest.grid) for regime in plan.regimes],
            "cells": cells,
        }

    def _take(self, take: Take) -> dict[str, Any]:
        first = judged_from(self._plan, take)
        return {
            "id": take.id,
            "title": take.title,
            "notes": list(take.notes),
            "seconds": take.samples / take.rate,
            "judged_from": first / take.rate,
        }

    def _row(self, row: Row) -> dict[str, Any]:
        take = row.take
        context, truth = (
            None if each is None else each[take.lead_in :] for each in (row.context, row.truth)
        )
        assert context is not None
        self._loudest[row.id] = loudest(context, truth, rate=take.rate)
        figures = {}
        if truth is not None:
            first = judged_from(self._plan, take)
            figures = measure(truth, None, take.truth, row.stem, take.rate, first, take.lead_in)
        chance = take.chance.get(row.stem)
        return {
            "id": row.id,
            "take": take.id,
            "stem": row.stem,
            "digest": digest(row.context),
            "context": self._once(f"{row.id}-context", context, row),
            "truth": None if truth is None else self._once(f"{row.id}-truth", truth, row),
            "figures": figures,
            "mix_peak": float(np.abs(context + (0 if truth is None else truth)).max(initial=0.0)),
            "chance": {}
            if chance is None
            else {name: v for name, v in asdict(chance).items() if math.isfinite(v)},
        }

    def _once(self, name: str, sound: Samples, row: Row) -> dict[str, Any]:
        named = f"{name}-{digest(sound)[:_KEY]}"
        there = self._store.row_sound(named)
        found = there and in_kind(self._plan.out, there, self._kind)
        return found or self._write(named, sound, row)

    def _write(self, name: str, sound: Samples, row: Row) -> dict[str, Any]:
        return write_sound(
            self._plan.out, name, sound, row.take.rate, self._loudest[row.id], self._kind
        )

    def _player(self, player: Player, cells: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        own = [cell for cell in cells if cell["player"] == player.id]
        return {
            "id": player.id,
            "name": player.name,
            "bundle": player.manifest.name,
            "digest": player.digest,
            "backend": player.choice.name,
            "kind": player.manifest.kind,
            "trained": player.manifest.trained,
            "precision": player.precision,
            "evaluations": player.evaluations,
            "stems": list(player.manifest.stems),
            "runs_on": "; ".join(dict.fromkeys(cell["runs_on"] for cell in own))
            or player.choice.name,
        }


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def judged_from(plan: Plan, take: Take) -> int:
    """Sample of the page's sounds before which nothing is judged: no window was full before.

    Nor anything if that leaves less than a second.
    """
    grid = plan.players[0].manifest.grid
    first = max(0, grid.window_samples - take.lead_in)
    return first if take.samples - first >= take.rate else 0
