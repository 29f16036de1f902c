"""The loop that ships with the demo: a song that no U-Net was trained on, without its bass.

The bass line is what the demo asks the model for. Everything is synthesised here, so no third party
holds rights in it. A JSON file beside the sound holds its chords and onsets, by which the demo
judges what was played along.

Run it as `python -m sideman.export.demo.loop FOLDER`.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.engine.disk import naming_a_full_disk
from sideman.engine.errors import SidemanError
from sideman.engine.streams import bear_any_encoding
from sideman.export.demo.instruments import SAMPLE_RATE
from sideman.export.demo.scoring.session import other_songs
from sideman.export.demo.world.render import render, turned
from sideman.export.demo.world.song import STEMS, Song, draw_songs
from sideman.export.demo.world.truth import truth_of
from sideman.runtime.listening.judge import judge
from sideman.runtime.listening.truth import Chance, Truth

#: Which of the held-out songs.
_SEED = 2
BARS = 8
#: How many other songs' stems the score of chance is the mean of.
_OTHERS = 32
#: The stem that is left out.
MISSING = "bass"


def loop_song() -> Song:
    """The song."""
    return next(draw_songs(_SEED, held_out=True, bars=BARS))


def make_loop() -> npt.NDArray[np.int16]:
    """The loop, the same on every call, as loud as in training.

    Returns:
        [samples] int16, mono at 44.1 kHz.
    """
    mix = np.delete(render(loop_song()), STEMS.index(MISSING), axis=0).sum(0)
    loop: npt.NDArray[np.int16] = np.round(mix * 32767).astype(np.int16)
    return loop


def loop_truth() -> Truth:
    """Chords of the loop, and onsets of the stem that is missing: only that one can be judged."""
    truth = truth_of(loop_song())
    truth = replace(truth, onsets={MISSING: truth.onsets[MISSING]})
    return replace(truth, chance=chance_of(truth))


def chance_of(truth: Truth) -> dict[str, Chance]:
    """Mean scores of other songs' stems, each song rotated in time, to two digits.

    Args:
        truth: of the piece that they are held to.

    Returns:
        For every stem that the piece has onsets of.
    """
    random = np.random.default_rng(0)
    others = [turned(render(song), random) for song in other_songs(_OTHERS)]
    found = {}
    for stem in truth.onsets:
        scores = [judge(song[STEMS.index(stem)], truth, stem) for song in others]
        found[stem] = Chance(
            chord_fit=round(float(np.mean([score.chord_fit for score in scores])), 2),
            onset_f=round(float(np.mean([score.onset_f for score in scores])), 2),
        )
    return found


def main(arguments: list[str]) -> int:
    """Write the loop as 16 bit FLAC, and what it is made of as JSON, to the folder given."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m sideman.export.demo.loop FOLDER\n")
        return 2
    import soundfile

    bear_any_encoding()
    folder = Path(arguments[0])
    loop = make_loop()
    sound, truth = folder / "loop.flac", folder / "loop.json"
    try:
        with naming_a_full_disk():
            soundfile.write(sound, loop, SAMPLE_RATE, subtype="PCM_16", format="FLAC")
            truth.write_text(loop_truth().to_json() + "\n", "utf-8")
    except SidemanError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    size = sound.stat().st_size
    sys.stdout.write(f"{sound}: {len(loop) / SAMPLE_RATE:.2f} s, {size:,} bytes\n{truth}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
