#!/bin/sh
# A variable bit rate MP3 that python-soundfile reads in blocks loses sound at the blocks' borders.
#
# Versions    soundfile 0.14.0 (its wheel brings libsndfile 1.2.2), numpy 2.4.6, Python 3.11,
#             Linux x86-64
# Expected    Reading a file in blocks gives the samples that one read of the whole file gives, as
#             it does for WAV, FLAC and Ogg.
# Seen        It does not. `SoundFile.read` ends with `self.seek(curr + frames)`, a seek to where
#             the file already is. An MP3 frame may use bits that stand in the frames before it,
#             and the decoder drops those it keeps when it is told to seek: the first frames of the
#             next block are silent or wrong, with no error raised. A subclass of SoundFile that
#             says it is not seekable, so that nothing seeks, gives every sample.
# Output seen
#   soundfile 0.14.0, libsndfile 1.2.2, numpy 2.4.6
#   one read of the whole file: 264600 samples
#   blocks of 65536: 264600 samples, 3499 differ by up to 0.4, the first at 65536
#   blocks of 65536, nothing seeks: 264600 samples, 0 differ
#   as found: blocks lose sound, and blocks without a seek do not
#
# Run it with: sh findings/soundfile-mp3-blocks.sh
# It needs a network for pip, makes its input itself, and writes into a temporary folder only.
# Exit status: 0 as long as the behaviour is as found, 1 when it has changed.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check \
    soundfile==0.14.0 numpy==2.4.6

"$folder/environment/bin/python" - "$folder/music.mp3" <<'PROGRAM'
import sys

import numpy as np
import soundfile

RATE, SECONDS, BLOCK = 44_100, 6, 65_536
path = sys.argv[1]


class Forward(soundfile.SoundFile):
    """Says that it cannot seek, so `read` does not."""

    def seekable(self):
        return False


def read(opened, block):
    parts = []
    with opened as file:
        while len(part := file.read(block, dtype="float32", always_2d=True)):
            parts.append(part)
    return np.concatenate(parts)


# Two seconds of a tone, then the tone in noise: frames of very different sizes.
time = np.arange(SECONDS * RATE) / RATE
music = 0.3 * np.sin(2 * np.pi * 440 * time)
music[2 * RATE :] += np.random.default_rng(0).uniform(-0.3, 0.3, len(music) - 2 * RATE)
soundfile.write(
    path,
    np.stack([music, music], axis=1).astype("float32"),
    RATE,
    format="MP3",
    bitrate_mode="VARIABLE",
    compression_level=0.3,
)

print(
    f"soundfile {soundfile.__version__}, libsndfile {soundfile.__libsndfile_version__}, "
    f"numpy {np.__version__}"
)
whole, _ = soundfile.read(path, dtype="float32", always_2d=True)
print(f"one read of the whole file: {len(whole)} samples")


def compare(label, got):
    if len(got) != len(whole):
        print(f"{label}: {len(got)} samples")
        return None
    apart = np.abs(got - whole).max(axis=1)
    wrong = np.flatnonzero(apart > 1e-6)
    more = f" by up to {apart.max():.1f}, the first at {wrong[0]}" if len(wrong) else ""
    print(f"{label}: {len(got)} samples, {len(wrong)} differ{more}")
    return len(wrong)


seeking = compare(f"blocks of {BLOCK}", read(soundfile.SoundFile(path), BLOCK))
forward = compare(f"blocks of {BLOCK}, nothing seeks", read(Forward(path), BLOCK))
if not seeking or forward != 0:
    sys.exit("changed: this is not what was found")
print("as found: blocks lose sound, and blocks without a seek do not")
PROGRAM
