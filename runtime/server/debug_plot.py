"""Draws what `debug` wrote; run as a program, so that the server never loads matplotlib."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from sideman.engine.disk import why_not_written
from sideman.engine.streams import bear_any_encoding

PICTURES = ("waveforms.png", "latents.png")


def draw(folder: Path) -> None:
    """Draw `waveforms.png` and `latents.png` into a folder that `debug` wrote.

    Args:
        folder: holds context.wav, output_<stem>.wav for each stem, and generated.npy.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import soundfile

    files = [folder / "context.wav", *sorted(folder.glob("output_*.wav"))]
    figure, axes = plt.subplots(len(files), 1, squeeze=False, figsize=(12, 2.5 * len(files)))
    for axis, file in zip(axes[:, 0], files, strict=True):
        audio, rate = soundfile.read(file, dtype="float32")
        axis.plot(np.arange(len(audio)) / rate, audio, linewidth=0.4)
        axis.set(title=file.stem, xlabel="seconds", xlim=(0, max(1, len(audio)) / rate))
    figure.tight_layout()
    figure.savefig(folder / "waveforms.png", dpi=120)
    plt.close(figure)

    latents = np.load(folder / "generated.npy")
    count = len(latents)
    figure, axes = plt.subplots(1, count, squeeze=False, figsize=(4 * count, 4))
    for index, (axis, latent) in enumerate(zip(axes[0], latents, strict=True)):
        image = axis.imshow(latent, origin="lower", aspect="auto", cmap="magma")
        axis.set(title=f"generated latent {index}", xlabel="column", ylabel="channel")
        figure.colorbar(image, ax=axis)
    figure.tight_layout()
    figure.savefig(folder / "latents.png", dpi=120)
    plt.close(figure)


def _whole(picture: Path) -> bool:
    """Whether a PNG was written to its end."""
    return picture.is_file() and picture.read_bytes()[-8:-4] == b"IEND"


def main(folder: Path) -> int:
    """Draw; 1 and one sentence where the disk takes no more."""
    try:
        draw(folder)
    # soundfile and matplotlib have errors of their own for files that are not whole.
    except (OSError, RuntimeError, ValueError, EOFError) as error:
        bear_any_encoding()
        sys.stderr.write(f"error: {folder} was not drawn: {why_not_written(error)}.\n")
        for name in PICTURES:
            # Half a picture is none. What cannot even be read or removed was told above.
            with suppress(OSError):
                if not _whole(folder / name):
                    (folder / name).unlink(missing_ok=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
