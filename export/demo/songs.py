"""Songs of the demonstration's world as sound files: a folder a song, a file a stem.

For what needs music that the demonstration's models know, such as `sideman calibrate --audio`. They
are songs of training, so scores of held-out songs stay scores of songs that nothing has heard.

Run it as `python -m sideman.export.demo.songs FOLDER [COUNT]`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sideman.engine.disk import naming_a_full_disk
from sideman.engine.errors import SidemanError
from sideman.engine.streams import bear_any_encoding
from sideman.export.demo.instruments import SAMPLE_RATE
from sideman.export.demo.scoring.session import balanced_songs
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS

#: Two tempi, three keys, progressions and grooves each.
COUNT = 6


def write_songs(folder: Path, count: int = COUNT) -> None:
    """Write songs of training as 16-bit FLAC.

    Args:
        folder: made where it is missing; each song becomes a folder in it.
        count: how many songs.
    """
    import soundfile

    for number, song in enumerate(balanced_songs(count, held_out=False), start=1):
        place = folder / f"song-{number}"
        place.mkdir(parents=True, exist_ok=True)
        for stem, track in zip(STEMS, render(song), strict=True):
            soundfile.write(place / f"{stem}.flac", track, SAMPLE_RATE, subtype="PCM_16")


def main() -> None:
    """Write the songs into the folder that the command line names."""
    bear_any_encoding()
    arguments = sys.argv[1:]
    if not 1 <= len(arguments) <= 2 or (len(arguments) == 2 and not arguments[1].isdecimal()):
        print("usage: python -m sideman.export.demo.songs FOLDER [COUNT]", file=sys.stderr)
        sys.exit(2)
    try:
        with naming_a_full_disk():
            write_songs(Path(arguments[0]), int([*arguments, str(COUNT)][1]))
    except SidemanError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
