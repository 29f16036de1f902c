"""The chords and onsets by which playing is judged."""

from __future__ import annotations

from sideman.export.demo.world.render import onset_sample
from sideman.export.demo.world.song import FRAME_SAMPLES, STEMS, Song
from sideman.runtime.listening.truth import Truth

#: Strokes within so many samples count as one: the strings of a strummed chord.
_TOGETHER = 4 * FRAME_SAMPLES


def truth_of(song: Song) -> Truth:
    """Chords and onsets of a song.

    Args:
        song: of a multiple of four bars, if it is to go round.
    """
    onsets: dict[str, tuple[int, ...]] = {}
    for stem in STEMS:
        struck: list[int] = []
        for sample in sorted({onset_sample(e, song) for e in song.events() if e.stem == stem}):
            if not struck or sample - struck[-1] > _TOGETHER:
                struck.append(sample)
        onsets[stem] = tuple(struck)
    chords = tuple(song.chord(bar).pitch_classes for bar in range(song.bars))
    return Truth(song.beat_samples, chords, onsets)
