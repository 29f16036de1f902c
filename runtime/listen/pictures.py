"""A sound's spectrogram as a bare picture: the page lays its own marks over it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from sideman.engine.files import file_in_place_of
from sideman.runtime.rehearse.spectrograms import spectrogram

Samples = npt.NDArray[np.float32]

#: Columns of a picture at the most; a card is hardly wider on any screen.
_COLUMNS = 800
#: Decibels from the loudest to the darkest, as in a rehearsal's picture.
_RANGE = 70.0


def loudest(*sounds: Samples | None, rate: int) -> float:
    """The highest level of the spectrograms of some sounds, in decibels; at least -60."""
    levels = [spectrogram(s, rate).max() for s in sounds if s is not None and len(s)]
    return max([-60.0, *map(float, levels)])


def draw(sound: Samples, rate: int, highest: float, path: Path) -> None:
    """Write a spectrogram as PNG, low tones at the bottom.

    Args:
        sound: [samples].
        rate: samples a second.
        highest: decibels that are brightest.
        path: file to write.

    Raises:
        OSError: it cannot be written.
    """
    from matplotlib import colormaps
    from PIL import Image

    levels = spectrogram(sound, rate)
    group = -(-levels.shape[1] // _COLUMNS)
    padded = np.pad(levels, ((0, 0), (0, -levels.shape[1] % group)), mode="edge")
    levels = padded.reshape(len(levels), -1, group).max(axis=2)
    shades = np.clip((levels - highest + _RANGE) / _RANGE, 0, 1)
    # 256 shades in a palette: a third of the size of a picture in colours.
    picture = Image.fromarray(np.round(255 * shades[::-1]).astype(np.uint8), mode="P")
    colours = colormaps["magma"](np.linspace(0, 1, 256))[:, :3]
    picture.putpalette(np.round(255 * colours).astype(np.uint8).tobytes())
    with file_in_place_of(path) as partial:
        picture.save(partial, format="PNG", optimize=True)
