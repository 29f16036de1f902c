"""The codec's score: stems of held-out songs, encoded and decoded again.

Songs are held out as combinations of stems: each of their stems alone is in songs of training too.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import numpy as np
import torch

from sideman.engine.bundle.grid import LatentGrid
from sideman.export.codec_config import CodecConfig
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS, draw_songs
from sideman.export.demo.world.truth import truth_of
from sideman.export.networks.codec import Codec
from sideman.export.stages import decode_stage, encode_stage
from sideman.export.weights import load
from sideman.runtime.listening.fidelity import log_spectral_distance, si_sdr
from sideman.runtime.listening.judge import judge
from sideman.runtime.listening.pitch import RANGES

#: Columns of the pieces that are encoded: the window of the accompaniment models.
_COLUMNS = 64
#: Samples at both ends, where frames of the STFT do not overlap fully.
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
        By stem: "si_sdr", "log_spectral_distance" and "level" (found over wanted) in decibels,
        medians of the songs; "onset_f" and, for bass and piano, "chord_fit" from 0 to 1, means.
    """
    codec = load(lambda: Codec(config), weights, "The codec")
    encode, decode = encode_stage(codec), decode_stage(codec)
    generator = torch.Generator().manual_seed(seed)
    measured: dict[str, list[tuple[float, ...]]] = {stem: [] for stem in STEMS}
    everything = torch.ones(1, _COLUMNS)
    for song in islice(draw_songs(seed, held_out=True, bars=4), songs):
        for stem, track in zip(STEMS, render(song), strict=True):
            wanted = track[: LatentGrid.decoded_samples(_COLUMNS)]
            noise = torch.randn((1, 2, 1024, _COLUMNS, 8), generator=generator)
            with torch.no_grad():
                latent = encode(torch.from_numpy(wanted[None]), everything)
                gain = torch.ones(len(wanted))
                _, sound = decode(latent, latent, torch.zeros(1, _COLUMNS), noise, gain)
            found, inner = sound[0].numpy(), slice(_EDGE, -_EDGE)
            ours, theirs = (judge(audio, truth_of(song), stem) for audio in (found, wanted))
            measured[stem].append(
                (
                    si_sdr(found[inner], wanted[inner]),
                    log_spectral_distance(found[inner], wanted[inner]),
                    ours.level - theirs.level,
                    ours.onset_f,
                    ours.chord_fit,
                )
            )
    scores = {}
    for stem, rows in measured.items():
        ratio, distance, loudness = np.median([row[:3] for row in rows], axis=0).tolist()
        onsets, fit = np.mean([row[3:] for row in rows], axis=0).tolist()
        scores[stem] = {"si_sdr": ratio, "log_spectral_distance": distance, "level": loudness}
        scores[stem] |= {"onset_f": onsets} | ({"chord_fit": fit} if stem in RANGES else {})
    return scores
