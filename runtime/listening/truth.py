"""The ground truth that playing is scored against: a piece's chords and onsets."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sideman.engine.errors import SidemanError

#: Sample rate of all audio that is scored, in hertz.
SAMPLE_RATE = 44_100
BEATS_PER_BAR = 4


@dataclass(frozen=True)
class Chance:
    """Scores that playing another piece reaches by chance.

    Attributes:
        chord_fit: share of beats whose note is of the chord; NaN for stems without pitch.
        onset_f: F-measure of onsets at 50 ms.
    """

    chord_fit: float
    onset_f: float


@dataclass(frozen=True)
class Truth:
    """Chords and onsets of a piece that is repeated without end.

    Attributes:
        beat_samples: length of a beat at 44.1 kHz.
        chords: pitch classes (C = 0) of the chord of each bar of four beats; the piece is as many
            bars long, and then begins again.
        onsets: by stem, the samples at which something is struck, from the piece's beginning.
        chance: by stem, where it is known.
    """

    beat_samples: int
    chords: tuple[tuple[int, ...], ...]
    onsets: Mapping[str, tuple[int, ...]]
    chance: Mapping[str, Chance] = field(default_factory=dict)

    @property
    def samples(self) -> int:
        """Length of the piece."""
        return len(self.chords) * BEATS_PER_BAR * self.beat_samples

    def chord(self, beat: int) -> tuple[int, ...]:
        """Pitch classes of the chord that sounds in a beat, counted from 0 without end."""
        return self.chords[beat // BEATS_PER_BAR % len(self.chords)]

    def onsets_between(self, stem: str, start: int, end: int) -> list[int]:
        """Samples in [start, end) at which a stem is struck, counted over all repetitions."""
        length = self.samples
        return [
            sample
            for turn in range(start // length, -(-end // length))
            for sample in (turn * length + onset for onset in self.onsets[stem])
            if start <= sample < end
        ]

    def to_json(self) -> str:
        """JSON text that `read` accepts."""
        return json.dumps(
            {
                "beat_samples": self.beat_samples,
                "chords": self.chords,
                "onsets": dict(self.onsets),
                # JSON knows no NaN.
                "chance": {
                    stem: {k: None if math.isnan(v) else v for k, v in asdict(chance).items()}
                    for stem, chance in self.chance.items()
                },
            }
        )

    @classmethod
    def read(cls, path: Path) -> Truth:
        """Read it from a file.

        Raises:
            SidemanError: the file is missing or holds something else.
        """
        try:
            fields: Any = json.loads(path.read_text("utf-8"))
            return cls(
                beat_samples=int(fields["beat_samples"]),
                chords=tuple(tuple(map(int, chord)) for chord in fields["chords"]),
                onsets={
                    str(stem): tuple(map(int, onsets)) for stem, onsets in fields["onsets"].items()
                },
                chance={
                    str(stem): Chance(_number(chance["chord_fit"]), float(chance["onset_f"]))
                    for stem, chance in fields["chance"].items()
                },
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SidemanError(
                f"{path} does not tell what is played: {error}", "Install sideman again."
            ) from error


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
