"""The stages as PyTorch modules with the weights of a bundle that was made from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from sideman.export import stages, weights
from sideman.export.codec_config import CodecConfig
from sideman.export.config import read_config
from sideman.export.networks.codec import Codec
from sideman.export.networks.unet import UNet
from sideman.export.random_weights import random_weights

Modules = Mapping[str, nn.Module]
#: What runs in low precision where there is one, by stage: the networks alone. Noise levels, STFT
#: and companding around them stay float32, as in the engines.
_NETWORKS = {"encode": "encoder", "step": "unet", "decode": "decoder"}
LOW = {"fp16": torch.float16, "bf16": torch.bfloat16}


def make_modules(config: Path, codec: Path | None, seed: int, device: str) -> dict[str, nn.Module]:
    """The three stages, with the weights that `sideman export --random-weights SEED` draws.

    Args:
        config: the model's YAML file.
        codec: codec values that differ from the published ones.
        seed: of the weights.
        device: where they go, as PyTorch calls it.
    """
    model = read_config(config)
    codec_config = CodecConfig.read(codec) if codec else CodecConfig()

    def make_codec() -> Codec:
        return Codec(codec_config)

    def make_unet() -> UNet:
        return UNet(model.unet)

    drawn = random_weights(weights.expected_shapes(make_codec), seed)
    network = weights.load(make_codec, drawn, "random weights")
    drawn = random_weights(weights.expected_shapes(make_unet), seed)
    unet = weights.load(make_unet, drawn, "random weights")
    made = {
        "encode": stages.encode_stage(network),
        "step": stages.step_stage(unet, model),
        "decode": stages.decode_stage(network),
    }
    return {name: module.to(device) for name, module in made.items()}


def lower(modules: Modules, precision: str) -> None:
    """Let the networks of float32 stages run in a low precision; in place.

    Weights of convolutions and products are stored in it, so that nothing is converted while a
    cycle runs; autocast leaves normalisation and softmax in float32.

    Args:
        modules: the stages, in float32.
        precision: "fp16" or "bf16".
    """
    for stage, name in _NETWORKS.items():
        module = modules[stage]
        setattr(module, name, _Lowered(getattr(module, name), LOW[precision]))


class _Lowered(nn.Module):
    def __init__(self, network: nn.Module, kind: torch.dtype) -> None:
        super().__init__()
        self.network = network
        self.kind = kind
        for name, parameter in network.named_parameters():
            if name.endswith("weight") and parameter.dim() > 1:
                parameter.data = parameter.data.to(kind)

    def forward(self, *inputs: Tensor) -> Tensor:
        with torch.autocast(inputs[0].device.type, self.kind):
            output: Tensor = self.network(*inputs)
        return output.float()
