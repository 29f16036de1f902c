"""How well a stem was played, where the piece's chords and onsets are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from sideman.engine.bundle.manifest import Manifest
from sideman.runtime.listening.judge import judge_all
from sideman.runtime.listening.truth import Truth
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.rehearse.record import Rehearsal

if TYPE_CHECKING:
    from rich.console import Console

#: Fewest beats that a score is computed from; a share of fewer says nothing.
_FEWEST_BEATS = 8


class Judged(Protocol):
    """What of a plan is needed to judge what was played."""

    @property
    def manifest(self) -> Manifest:
        """Of the bundle."""

    @property
    def geometry(self) -> Geometry:
        """Of its cycles."""

    @property
    def truth(self) -> Truth | None:
        """The piece's chords and onsets, if they are known."""


def judge_rehearsal(plan: Judged, rehearsal: Rehearsal) -> None:
    """Score what was played, if the piece's chords and onsets are known.

    Before the window is full the model has heard less than it was trained with. Clients of the
    published server hear every reply late by the same time, which is not the model's fault and is
    removed.
    """
    if plan.truth is None:
        return
    first, late = plan.manifest.grid.window_samples, plan.geometry.late_samples
    length, rate = len(rehearsal.context), rehearsal.sample_rate
    rehearsal.judged_from, rehearsal.late = first / rate, late / rate
    if length - late < first + _FEWEST_BEATS * plan.truth.beat_samples:
        rehearsal.notes.append(
            f"Too short to judge what was played: nothing is judged before {first / rate:.0f} s, "
            f"and {_FEWEST_BEATS} beats are wanted after that."
        )
        return
    heard = {stem: samples[late:length] for stem, samples in rehearsal.stems.items()}
    rehearsal.scores = judge_all(heard, plan.truth, first)
    rehearsal.chance = {stem: plan.truth.chance[stem] for stem in rehearsal.scores}


def show_scores(rehearsal: Rehearsal, console: Console) -> None:
    """Print how well each stem was played."""
    for stem, score in rehearsal.scores.items():
        chance = rehearsal.chance[stem]
        fit = ""
        if not np.isnan(score.chord_fit):
            fit = (
                f"{score.chord_fit:.0%} of beats fit the chord ({chance.chord_fit:.0%} by chance), "
            )
        console.print(
            f"{stem}, from {rehearsal.judged_from:.0f} s on: {fit}onsets within 50 ms F = "
            f"{score.onset_f:.2f} ({chance.onset_f:.2f} by chance), level {score.level:.1f} dBFS.",
            markup=False,
        )
    if rehearsal.scores and rehearsal.late:
        console.print(
            f"(Judged without the {1000 * rehearsal.late:.0f} ms that the published placement is "
            "late by.)",
            markup=False,
        )
