"""Step, lead and fade turned into every index that a cycle uses.

All arithmetic on the window lives here; nothing else computes an index. There are two
constructors. `Geometry.reference` repeats the arithmetic of the published server, which existing
`multi_track` clients rely on. `Geometry.columnar` steps by whole latent columns, which places
audio to the sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sideman.engine.bundle.grid import COLUMN_SAMPLES, TAIL_SAMPLES, LatentGrid
from sideman.engine.errors import GeometryError

#: The published defaults, which hold wherever nothing else is asked for: the step as a fraction of
#: the window, w, and the fade in seconds.
DEFAULT_R, DEFAULT_W, DEFAULT_FADE = 0.25, 1, 0.02
#: Columns that are decoded before those that are needed where steps are whole columns, so that the
#: decoder hears what precedes them. Without any, steps hardly agree where they overlap, and a note
#: seems to begin at every seam (onsets of the demonstration's bass, steps of 4 columns: F = 0.76
#: without, 0.87 with four; docs/look-ahead.md). The published system decodes none.
DECODER_CONTEXT = 4


@dataclass(frozen=True)
class Geometry:
    """Indices of one cycle; all in samples unless the name says columns.

    Attributes:
        window_samples: length of the context window.
        step_samples: audio that a step brings, and by which the window shifts.
        write_start: where in the window the step's audio is written.
        known_columns: mixture columns before this one are shown to the model.
        step_columns: columns that a cycle generates anew, and by which the latents shift.
        keep_columns: columns before this one are kept from earlier cycles.
        decoded_columns: columns at the window's end that are decoded.
        out_start: where, in the decoded audio, the samples to be played begin.
        out_samples: samples to be played, the fade-in included.
        fade_samples: leading samples of these that are faded in over what was played before.
        slack_samples: time between the newest sample's arrival and the first sample's playing;
            not positive in regimes without time to reply, which serve offline use only.
    """

    window_samples: int
    step_samples: int
    write_start: int
    known_columns: int
    step_columns: int
    keep_columns: int
    decoded_columns: int
    out_start: int
    out_samples: int
    fade_samples: int
    slack_samples: int

    @property
    def decoded_samples(self) -> int:
        """Samples that the decode stage returns for each row."""
        return LatentGrid.decoded_samples(self.decoded_columns)

    @property
    def columns(self) -> int:
        """All latent columns of the window."""
        return self.keep_columns + self.step_columns

    def free_sizes(self, rows: int, *, contexts: int = 1) -> dict[str, int]:
        """The sizes that graphs leave free, by name, where so many stems are generated.

        Args:
            rows: how many.
            contexts: 1 where all hear the same, else one for each.
        """
        return LatentGrid.free_sizes(rows, self.decoded_columns, self.columns, contexts=contexts)

    @property
    def deadline_samples(self) -> int:
        """Samples from the newest sample's arrival until a reply is late."""
        return deadline_samples(self.slack_samples, self.step_samples)

    @property
    def late_samples(self) -> int:
        """Samples by which a reply is heard later than the place that the model made it for.

        A client plays the first sample after the fade `slack_samples + fade_samples` after the
        newest one; this is how much later that is than the position it was generated for.
        """
        newest = self.write_start + self.step_samples
        made_for = (self.columns - self.decoded_columns) * COLUMN_SAMPLES + self.out_start
        return newest + self.slack_samples - made_for

    @classmethod
    def reference(
        cls, grid: LatentGrid, r: float, w: int, fade: float, *, exact_mask: bool = False
    ) -> Geometry:
        """The published server's window, whose steps are T·r samples.

        Its audio is late by up to a column and a half (41 ms at r = 0.25), because steps are not a
        multiple of a latent column's 4,096 samples; clients expect that.

        Args:
            grid: window and latent sizes of the model.
            r: step as a fraction of the window.
            w: −1 retrospective, 0 immediate, 1 look-ahead.
            fade: fade-in as a fraction of the sample rate, so in seconds.
            exact_mask: hide exactly the unknown columns rather than the next trained number.

        Raises:
            GeometryError: values outside their ranges, and those with which the published server
                hangs or returns nothing.
        """
        _check_reference(r, w, fade)
        window, columns = grid.window_samples, grid.columns
        pair = f"r = {r:g} with w = {w}"
        step_samples, step_columns = int(window * r), int(columns * r)
        if step_columns < 1:
            raise GeometryError(
                f"r = {r:g} is less than one latent column.", f"The smallest r is 1/{columns}."
            )
        if (w + 2) * r > 1:
            raise GeometryError(
                f"{pair} would write the step before the window's start.",
                f"(w + 2)·r must not exceed 1: with w = {w}, r may be up to {1 / (w + 2):.4g}.",
            )
        write_start = min(int(window * (1 - (w + 2) * r)), window - step_samples)
        fade_samples = int(fade * grid.sample_rate)
        wanted = step_samples + fade_samples
        # The published server decodes one column more than the step, and returns nothing if that is
        # too short for step and fade. Here as many columns more are decoded as are needed.
        for decoded in range(step_columns + 1, columns + 1):
            cropped = min(int(decoded * window / columns), grid.decoded_samples(decoded))
            if cropped >= wanted:
                break
        else:
            raise GeometryError(
                f"r = {r:g} with a fade of {fade:g} s needs {wanted} decoded samples; "
                f"all {columns} columns hold {grid.codec_samples}.",
                "Choose a smaller r or a shorter fade.",
            )
        known = int(columns * (1 - (w + 1) * r))
        return cls(
            window_samples=window,
            step_samples=step_samples,
            write_start=write_start,
            known_columns=_known(grid, known, exact_mask),
            step_columns=step_columns,
            keep_columns=columns - step_columns,
            decoded_columns=decoded,
            out_start=cropped - wanted,
            out_samples=wanted,
            fade_samples=fade_samples,
            slack_samples=w * step_samples - fade_samples,
        )

    @classmethod
    def columnar(
        cls, grid: LatentGrid, step: int, lead: int, overlap: int, *, exact_mask: bool = False
    ) -> Geometry:
        """A window that steps by whole latent columns.

        The newest known sample sits 1,536 samples past a column boundary, because N columns take
        4,096·N + 1,536 samples. Only samples that four STFT frames cover are played. Time from the
        newest sample to the first one played: 4,096·lead − 1,536 − overlap samples.

        Args:
            grid: window and latent sizes of the model.
            step: columns generated in a cycle, at least 1.
            lead: columns between the newest known column and the first generated one; −step for
                offline use with nothing unknown.
            overlap: samples before the step that the step before has, too. They are not faded: who
                plays them does it, once for both steps.
            exact_mask: hide exactly the unknown columns rather than the next trained number.

        Raises:
            GeometryError: the window cannot hold them.
        """
        columns = grid.columns
        if step < 1 or lead < -step or overlap < 0:
            raise GeometryError(
                f"step {step}, lead {lead}, overlap {overlap} make no cycle.",
                "step ≥ 1, lead ≥ −step and overlap ≥ 0 are needed.",
            )
        if 2 * step + lead > columns:
            raise GeometryError(
                f"A step of {step} columns with a lead of {lead} does not fit in {columns}.",
                "2·step + lead must not exceed the number of columns.",
            )
        # Fewer than four frames cover the first 1,536 decoded samples.
        decoded = step + max(1, math.ceil((overlap + TAIL_SAMPLES) / COLUMN_SAMPLES))
        if decoded <= columns:
            decoded = min(columns, decoded + DECODER_CONTEXT)
        if decoded > columns:
            raise GeometryError(
                f"A step of {step} columns and an overlap of {overlap} samples need {decoded} "
                f"decoded columns of {columns}.",
                "Choose a smaller step or overlap.",
            )
        step_samples = step * COLUMN_SAMPLES
        known = columns - step - lead
        return cls(
            window_samples=grid.codec_samples,
            step_samples=step_samples,
            write_start=grid.decoded_samples(known) - step_samples,
            known_columns=_known(grid, known, exact_mask),
            step_columns=step,
            keep_columns=columns - step,
            decoded_columns=decoded,
            out_start=(decoded - step) * COLUMN_SAMPLES - overlap,
            out_samples=step_samples + overlap,
            fade_samples=0,
            slack_samples=lead * COLUMN_SAMPLES - TAIL_SAMPLES - overlap,
        )


def deadline_samples(slack: int, step: int) -> int:
    """Samples that a reply may take: its slack, or a step if it has none.

    Args:
        slack: samples between the newest sample and the first one played.
        step: samples of a step. In a regime without slack, replies only have to keep pace: one
            reply a step.
    """
    return slack if slack > 0 else step


def _check_reference(r: float, w: int, fade: float) -> None:
    if not (math.isfinite(r) and 0 < r <= 1):
        raise GeometryError(f"r = {r:g} is not a fraction of the window.", "Use 0 < r ≤ 1.")
    if w not in (-1, 0, 1):
        raise GeometryError(f"w = {w} is not a regime.", "Use −1, 0 or 1.")
    if not (math.isfinite(fade) and fade >= 0):
        raise GeometryError(f"A fade of {fade:g} s makes no sense.", "Use 0 or more seconds.")


def _known(grid: LatentGrid, known: int, exact_mask: bool) -> int:
    if exact_mask:
        return known
    return grid.columns - grid.masked_columns(grid.columns - known)
