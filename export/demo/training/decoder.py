"""Training the codec's decoder further, alone, until rare notes come out as well as common ones.

Neighbouring low notes are a few hertz apart and differ by little in the latent, so a decoder that
is trained on songs as they come decodes a rare note as its common neighbour. After the codec's
training, 0.56 of 48 bass notes, six of each root, kept their pitch: all E3, A#2 and B2 came out as
F3, A2 and C3. That alone limited the bass to three right chords in four, in songs that have such
notes. With all roots equally often, and more of the bass, 0.96 of the notes keep their pitch.

The encoder is not changed, so models that were trained on its latents stay valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor

from sideman.export.codec_config import CodecConfig
from sideman.export.demo.training.codec import TURNING, autoencoder_of, go_on, weights_of
from sideman.export.demo.training.examples import draw_codec_batch
from sideman.export.demo.training.loop import Recipe

#: One after the other.
RECIPES = (
    Recipe(steps=700, rate=1e-3, average=0.98, seed=31),
    Recipe(steps=500, rate=7e-4, average=0.98, seed=32),
)
#: Arguments of `draw_codec_batch`: mostly single stems, because only those are decoded; most bass,
#: because low notes are the hardest, then drums.
DRAWING: dict[str, Any] = {"shares": (0.5, 0.2, 0.15, 0.15), "alone": 0.9, "every_root": True}


def train_decoder(
    config: CodecConfig, weights: Mapping[str, Tensor], state: Path, device: str = "cpu"
) -> dict[str, Tensor]:
    """Train the decoder of a trained codec, or go on with it.

    Args:
        config: the codec's sizes.
        weights: tensors of its `gen_state_dict`.
        state: folder that the trainings are kept in.
        device: where to train, as PyTorch calls it.

    Returns:
        The tensors of a `gen_state_dict`; the encoder's are those that were given.

    Raises:
        ExportError: the weights are not of these sizes, or a gradient is not finite.
    """
    network = autoencoder_of(config, weights).to(device)
    draw = partial(draw_codec_batch, **DRAWING)
    for index, recipe in enumerate(RECIPES):
        network.requires_grad_(True)
        network.codec.encoder.requires_grad_(False)
        network = go_on(network, recipe, state / f"decoder-{index}.state", TURNING, draw)
    return weights_of(network.to("cpu"))
