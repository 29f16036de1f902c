"""What `sideman listen` plays where nothing is named: a song of this world, a diffusion model.

`runtime` imports nothing of the export; it finds these by entry points (`sideman.demonstration`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

from sideman.export.demo.instruments import SAMPLE_RATE
from sideman.export.demo.loop import chance_of
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS, Song, draw_songs
from sideman.export.demo.world.truth import truth_of

#: Of the held-out songs; at another tempo, in another key and with another groove than the loop.
_SEED, _NUMBER = 2, 2
_BARS = 16
_HERE = Path(__file__).resolve().parent


def song() -> Song:
    """A song that nothing was trained on."""
    drawn = draw_songs(_SEED, held_out=True, bars=_BARS)
    return next(islice(drawn, _NUMBER, None))


def write_song(folder: Path, say: Callable[[str], None]) -> None:
    """Write its stems, and what it is made of, into a folder.

    Args:
        folder: made here.
        say: told what happens.
    """
    import soundfile

    folder.mkdir(parents=True)
    say("Rendering a song of the demonstration's world.")
    drawn = song()
    for stem, track in zip(STEMS, render(drawn), strict=True):
        soundfile.write(folder / f"{stem}.flac", track, SAMPLE_RATE, subtype="PCM_16")
    say("Scoring other songs against it: what comes by chance.")
    truth = truth_of(drawn)
    truth = replace(truth, chance=chance_of(truth))
    (folder / "truth.json").write_text(truth.to_json() + "\n", "utf-8")


def export_diffusion(folder: Path, say: Callable[[str], None]) -> None:
    """Export the diffusion model that the student was distilled from.

    Args:
        folder: the bundle's; made here.
        say: told what happens.

    Raises:
        MissingExtraError: the extra `export` is not installed.
    """
    from sideman.engine.optional import require

    for library in ("torch", "onnx", "onnx_ir", "onnxscript", "yaml"):
        require(library, "export the demonstration's diffusion model", "export")
    from sideman.export.pipeline import Request, export_bundle

    say("Exporting the demonstration's diffusion model: a minute or two, once for this folder.")
    request = Request(
        config=_HERE / "diffusion.yaml",
        checkpoint=_HERE / "checkpoints" / "diffusion.ckpt",
        codec=_HERE / "checkpoints" / "codec.pt",
        codec_hparams=_HERE / "codec.json",
        out=folder,
        name="demo-diffusion",
    )
    export_bundle(request, lambda phase: say(f"  {phase}"))
