"""The codec's score: stems of held-out songs, encoded and decoded again."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import numpy as np
import torch

from sideman.export.codec_config import CodecConfig
from sideman.export.demo.scoring.fidelity import level, log_spectral_distance, si_sdr
from sideman.export.demo.scoring.pitch import RANGES, chord_fit
from sideman.export.demo.training.examples import samples_of
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS, draw_songs
from sideman.export.networks.codec import Codec
from sideman.export.stages import decode_stage, encode_stage
from sideman.export.weights import load

#: Columns of the pieces that are encoded: the window of the accompaniment models.
_COLUMNS = 64
#: Samples at both ends that have no full overlap.
_EDGE = 2048


def score_codec(
    weights: Mapping[str, torch.Tensor], config: CodecConfig, songs: int = 16, seed: int = 0
) -> dict[str, dict[str, float]]:
    """Measure a codec as it is exported.

    Args:
        weights: tensors of a `gen_state_dict`, of any floating point.
        config: sizes.
        songs: how many of the held-out ones.
        seed: which ones, and of the decoder's noise.

    Raises:
        ExportError: the weights are not of these sizes.

    Returns:
        By stem: "si_sdr", "log_spectral_distance" and "level" (found over wanted) in decibels, and
        for bass and piano "chord_fit" from 0 to 1; each the median of the songs, the fit the mean.
    """
    codec = load(lambda: Codec(config), weights, "The codec")
    encode, decode = encode_stage(codec), decode_stage(codec)
    generator = torch.Generator().manual_seed(seed)
    measured: dict[str, list[tuple[float, float, float]]] = {stem: [] for stem in STEMS}
    fits: dict[str, list[float]] = {stem: [] for stem in RANGES}
    everything = torch.ones(1, _COLUMNS)
    for song in islice(draw_songs(seed, held_out=True, bars=4), songs):
        for stem, track in zip(STEMS, render(song), strict=True):
            wanted = track[: samples_of(_COLUMNS)]
            noise = torch.randn((1, 2, 1024, _COLUMNS, 8), generator=generator)
            with torch.no_grad():
                latent = encode(torch.from_numpy(wanted[None]), everything)
                gain = torch.ones(len(wanted))
                _, sound = decode(latent, latent, torch.zeros(1, _COLUMNS), noise, gain)
            found, inner = sound[0].numpy(), slice(_EDGE, -_EDGE)
            if stem in fits:
                fits[stem].append(chord_fit(found, song, stem))
            measured[stem].append(
                (
                    si_sdr(found[inner], wanted[inner]),
                    log_spectral_distance(found[inner], wanted[inner]),
                    level(found[inner]) - level(wanted[inner]),
                )
            )
    names = ("si_sdr", "log_spectral_distance", "level")
    scores = {
        stem: dict(zip(names, map(float, np.median(rows, axis=0)), strict=True))
        for stem, rows in measured.items()
    }
    for stem, shares in fits.items():
        scores[stem]["chord_fit"] = float(np.mean(shares))
    return scores
