"""The stages as PyTorch modules, as they are without an export."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from sideman.export import stages
from sideman.export.codec_config import CodecConfig
from sideman.export.config import read_config
from sideman.export.networks.codec import OneStepDecoder
from sideman.export.pipeline import Request, Sources

#: What runs in low precision where there is one, by stage: the networks alone. Noise levels, STFT
#: and companding around them stay float32, as in the engines.
_NETWORKS = {"encode": "encoder", "step": "unet", "decode": "decoder"}


def plain_stages(request: Request) -> dict[str, nn.Module]:
    """The three stages with their weights; nothing is folded, upsampling repeats pixels.

    Args:
        request: where configuration and weights come from; its `out` is not used.

    Raises:
        ExportError: a file cannot be read, or does not fit.
    """
    model = read_config(request.config)
    hparams = request.codec_hparams
    config = CodecConfig.read(hparams) if hparams else CodecConfig()
    sources = Sources(request, model, config)
    codec, unet = sources.codec(), sources.unet()
    step = stages.StepStage(unet, model.kind, model.sigma_data, model.sigma_min)
    return {
        "encode": stages.EncodeStage(codec.encoder, config).eval(),
        "step": step.eval(),
        "decode": stages.DecodeStage(OneStepDecoder(codec), config).eval(),
    }


def lower(modules: Mapping[str, nn.Module], precision: torch.dtype) -> None:
    """Let the networks of float32 stages run in a low precision; in place.

    Weights of convolutions and products are stored in it, so that nothing is converted while a
    cycle runs; autocast leaves normalisation and softmax in float32.

    Args:
        modules: the stages, in float32.
        precision: of the networks.
    """
    for stage, name in _NETWORKS.items():
        module = modules[stage]
        setattr(module, name, _Lowered(getattr(module, name), precision))


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
