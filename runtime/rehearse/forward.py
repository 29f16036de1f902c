"""Sound files that are read from beginning to end without a seek."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from soundfile import SoundFile


def open_forward(source: Path | BinaryIO) -> SoundFile:
    """Open a sound file for reading in blocks, of which none seeks.

    python-soundfile seeks after every read, to where the file is already. To a decoder of MP3 that
    is a jump: a frame may hold bits of the frames that follow it, and those that were read before
    the jump are forgotten, so sound is lost at every block's beginning.

    Args:
        source: path, or the file's bytes as a stream.

    Raises:
        soundfile.LibsndfileError: it is no sound file.
    """
    file: SoundFile = _forward()(source)
    return file


@cache
def _forward() -> type[SoundFile]:
    """The class; made late, because soundfile is imported late."""
    import soundfile

    class Forward(soundfile.SoundFile):  # type: ignore[misc]  # it tells no types
        def seekable(self) -> bool:
            return False

    return Forward
