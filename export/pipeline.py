"""From a checkpoint and a codec to a bundle: one stage after the other, written atomically."""

from __future__ import annotations

import gc
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from sideman.engine.bundle.bundle import sha256, write_manifest
from sideman.engine.bundle.manifest import STAGES, Manifest, StageSpec
from sideman.engine.bundle.replacing import check_place, in_place_of
from sideman.engine.errors import ExportError
from sideman.export import stages, weights
from sideman.export.checkpoint import Checkpoint, read_checkpoint
from sideman.export.codec_config import CodecConfig
from sideman.export.config import ModelConfig, read_config
from sideman.export.networks.codec import Codec
from sideman.export.networks.unet import UNet
from sideman.export.onnx_export import export_stage
from sideman.export.random_weights import random_weights

#: Called with the name of what begins now.
Report = Callable[[str], None]
#: What `Report` is called with, in order.
PHASES = ("read", "encode", "decode", "step", "manifest")


@dataclass(frozen=True)
class Request:
    """What to export, and where to.

    Attributes:
        config: the model's YAML file.
        out: the bundle's folder.
        checkpoint: the model's weights; None with a seed.
        codec: the codec's weights; None with a seed.
        codec_hparams: JSON of codec values that differ from the published ones.
        seed: draws random weights in place of both files.
        prefix: another set of weights of the checkpoint than the model's own.
        trust_pickle: let checkpoints run code while they are read.
        name: what the bundle calls itself; by default the name of its folder.
        force: replace a bundle that is already there.
    """

    config: Path
    out: Path
    checkpoint: Path | None = None
    codec: Path | None = None
    codec_hparams: Path | None = None
    seed: int | None = None
    prefix: str | None = None
    trust_pickle: bool = False
    name: str | None = None
    force: bool = False


def export_bundle(request: Request, report: Report = lambda _: None) -> Manifest:
    """Export a bundle.

    The bundle is built in a temporary folder beside its place and moved there when it is complete.
    One network is in memory at a time.

    Raises:
        ExportError: something that the request names cannot be exported.
        BundleError: the folder exists and may not be replaced, or cannot be written.
    """
    _check_request(request)
    report("read")
    model = read_config(request.config)
    codec_config = (
        CodecConfig.read(request.codec_hparams) if request.codec_hparams else CodecConfig()
    )
    if codec_config.bottleneck_channels != model.grid.channels:
        raise ExportError(
            f"The codec has {codec_config.bottleneck_channels} latent channels and the model "
            f"({request.config.name}: model.img_resolution) {model.grid.channels}.",
            "Give the codec that the model was trained with, or its --codec-hparams.",
        )
    sources = Sources(request, model, codec_config)
    if request.checkpoint is not None:
        # Load the weights now, so that those that do not fit are refused before the codec takes
        # minutes.
        sources.unet()
    with in_place_of(request.out, replace=request.force) as folder:
        parameters = _write_codec(sources, folder, report)
        parameters |= _write_step(sources, folder, report)
        report("manifest")
        return write_manifest(
            folder,
            name=request.name or request.out.resolve().name,
            kind=model.kind,
            trained=request.seed is None,
            grid=model.grid,
            stems=model.stems,
            sampler=model.sampler,
            sigma_data=model.sigma_data,
            parameters=parameters,
            stages=_stage_specs(model),
            origin=_origin(request),
        )


def _check_request(request: Request) -> None:
    """Refuse what contradicts itself before anything takes time."""
    given = request.checkpoint is not None and request.codec is not None
    if request.seed is None and not given:
        raise ExportError(
            "An export needs --checkpoint and --codec.",
            "Or give --random-weights SEED for an untrained bundle.",
        )
    if request.seed is not None and (request.checkpoint or request.codec or request.prefix):
        raise ExportError(
            "--random-weights stands in place of --checkpoint, --codec and --weights.",
            "Leave out the one or the others.",
        )
    check_place(request.out, replace=request.force)


@dataclass(frozen=True)
class Sources:
    """Where the networks' weights come from."""

    request: Request
    model: ModelConfig
    codec_config: CodecConfig

    def codec(self) -> Codec:
        """The codec with its weights; raises ExportError where they do not fit."""

        def make() -> Codec:
            return Codec(self.codec_config)

        return self._load(make, self.request.codec, lambda file: file.codec())

    def unet(self) -> UNet:
        """The model's U-Net with its weights; raises ExportError where they do not fit."""

        def make() -> UNet:
            return UNet(self.model.unet)

        return self._load(
            make,
            self.request.checkpoint,
            lambda file: file.unet(self.model.kind, self.request.prefix),
        )

    def _load(
        self,
        make: Callable[[], weights.Network],
        path: Path | None,
        pick: Callable[[Checkpoint], dict[str, Tensor]],
    ) -> weights.Network:
        if path is None:
            assert self.request.seed is not None
            drawn = random_weights(weights.expected_shapes(make), self.request.seed)
            return weights.load(make, drawn, "random weights")
        file = read_checkpoint(path, trust_pickle=self.request.trust_pickle)
        return weights.load(make, pick(file), path.name)


def _count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def _write_codec(sources: Sources, folder: Path, report: Report) -> dict[str, int]:
    """Write encode and decode; returns the codec's number of parameters."""
    grid = sources.model.grid
    codec = sources.codec()
    count = _count(codec)
    report("encode")
    specs = stages.encode_specs(grid)
    export_stage("encode", stages.encode_stage(codec), *specs, grid, folder)
    report("decode")
    specs = stages.decode_specs(grid)
    export_stage("decode", stages.decode_stage(codec), *specs, grid, folder)
    return {"codec": count}


def _write_step(sources: Sources, folder: Path, report: Report) -> dict[str, int]:
    """Write step; returns the U-Net's number of parameters."""
    # Tracing leaves reference cycles, which would keep the codec's weights in memory beside the
    # U-Net's.
    gc.collect()
    report("step")
    model = sources.model
    unet = sources.unet()
    # Counted first: the stage's networks are folded, and hold other weights than the checkpoint.
    count = _count(unet)
    specs = stages.step_specs(model.grid, len(model.stems))
    export_stage("step", stages.step_stage(unet, model), *specs, model.grid, folder)
    return {"unet": count}


def _stage_specs(model: ModelConfig) -> dict[str, StageSpec]:
    tensors = {
        "encode": stages.encode_specs(model.grid),
        "step": stages.step_specs(model.grid, len(model.stems)),
        "decode": stages.decode_specs(model.grid),
    }
    return {name: StageSpec(f"{name}.onnx", "float32", *tensors[name]) for name in STAGES}


def _origin(request: Request) -> dict[str, Any]:
    """What made the bundle. No path and no time: the same files give the same bundle."""
    files = {
        "config": request.config,
        "checkpoint": request.checkpoint,
        "codec": request.codec,
        "codec_hparams": request.codec_hparams,
    }
    origin: dict[str, Any] = {
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("sideman", "torch", "onnx", "onnxscript")},
        },
        "files": {
            role: {"name": path.name, "sha256": sha256(path)}
            for role, path in files.items()
            if path is not None
        },
    }
    if request.seed is not None:
        origin["random_weights_seed"] = request.seed
    if request.prefix is not None:
        origin["weights"] = request.prefix
    return origin
