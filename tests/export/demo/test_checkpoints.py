"""The checkpoints fit the configurations beside them, and the bundle that ships is made of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from sideman.engine.backends.once import run_once
from sideman.engine.bundle.bundle import Bundle
from sideman.engine.onnxruntime.cpu import OnnxRuntimeBackend
from sideman.export import stages, weights
from sideman.export.checkpoint import read_checkpoint
from sideman.export.codec_config import CodecConfig
from sideman.export.config import read_config
from sideman.export.demo import make
from sideman.export.demo.scoring.codec import score_codec
from sideman.export.demo.training.channels import PERIOD, difference, turn_channels
from sideman.export.demo.training.examples import draw_codec_batch, draw_tracks
from sideman.export.demo.world.harmony import ROOTS
from sideman.export.demo.world.song import STEMS
from sideman.export.networks.unet import UNet
from sideman.runtime.listening.pitch import RANGES, pitch_class
from sideman.runtime.listening.truth import SAMPLE_RATE
from sideman.runtime.rehearse.demo import demo_bundle
from tests.export.test_onnx_export import draw

#: Beside the package's source and no part of the package: who installs sideman has the bundle.
CHECKPOINTS = Path(__file__).parents[3] / "export" / "demo" / "checkpoints"
CODEC, STUDENT = CHECKPOINTS / "codec.pt", CHECKPOINTS / "student.ckpt"
TEACHER = CHECKPOINTS / "diffusion.ckpt"


def test_the_codec_keeps_pitch() -> None:
    tensors = read_checkpoint(CODEC).codec()
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    scores = score_codec(tensors, CodecConfig.read(make.HERE / "codec.json"), songs=2)
    # In 16 songs 0.99 of the beats of either fit; by chance 0.4 do.
    assert scores["bass"]["chord_fit"] > 0.9
    assert scores["piano"]["chord_fit"] > 0.9


@pytest.mark.parametrize("root", ROOTS)
def test_the_codec_keeps_every_root(root: int) -> None:
    """Rare ones have come out as their neighbours."""
    random = np.random.default_rng(0)

    def middle(audio: np.ndarray) -> int:
        start = len(audio) // 2
        return pitch_class(audio[start : start + SAMPLE_RATE // 4], *RANGES["bass"])

    # It may play the fifth there.
    drawn = (draw_tracks(16, random, root)[STEMS.index("bass")] for _ in range(20))
    basses = np.stack(list(islice((bass for bass in drawn if middle(bass) == root), 4)))
    network = make.Making(CHECKPOINTS).autoencoder()
    noise = torch.randn((4, 2, 1024, 128), generator=torch.Generator().manual_seed(root))
    with torch.no_grad():
        sounds = network.decode(network.encode(torch.from_numpy(basses)), noise).numpy()
    # Of all roots 0.96 were kept; before, of E, A# and B hardly any.
    assert sum(middle(sound) == root for sound in sounds) >= 3


def test_a_quarter_of_the_codec_s_rows_tells_nearly_everything() -> None:
    network = make.Making(CHECKPOINTS).autoencoder()
    with torch.no_grad():
        latent = network.encode(draw_codec_batch(32, 16, torch.Generator().manual_seed(3)))
    assert difference(latent) < 0.05
    rows = latent.square().mean((0, 2))[:PERIOD]
    # Largest first, but for what these pieces differ from those that they were sorted by.
    assert (rows[1:] < 1.3 * rows[:-1]).all()
    assert rows[:8].sum() > 0.9 * rows.sum()


def test_sorted_channels_do_not_change_the_sound() -> None:
    """The largest come nearest to where a tanh bends: in any other order they are smaller."""
    network = make.Making(CHECKPOINTS).autoencoder()
    generator = torch.Generator().manual_seed(3)
    audio = draw_codec_batch(2, 16, generator)
    noise = torch.randn((2, 2, 1024, 128), generator=generator)
    matrix, _ = torch.linalg.qr(torch.randn((64, 64), generator=generator).double())
    with torch.no_grad():
        sound = network.decode(network.encode(audio), noise)
        turn_channels(network.codec, matrix)
        another = network.decode(network.encode(audio), noise)
    assert (another - sound).norm() < 0.03 * sound.norm()


def test_the_student_is_of_the_diffusion_model_beside_it() -> None:
    """Distilling changes little; another training's weights have nothing in common with it."""
    read = {
        name: read_checkpoint(path).unet(read_config(make.HERE / f"{name}.yaml").kind)
        for name, path in (("diffusion", TEACHER), ("student", STUDENT))
    }
    for name, tensors in read.items():
        sizes = read_config(make.HERE / f"{name}.yaml").unet
        weights.load(lambda sizes=sizes: UNet(sizes), tensors, name)
        assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    pairs = [
        (read["diffusion"][name].float(), tensor.float())
        for name, tensor in read["student"].items()
    ]
    changed = sum((after - before).square().sum() for before, after in pairs)
    assert changed < 1e-3 * sum(before.square().sum() for before, _ in pairs)


@pytest.mark.parametrize("sigma", [0.1, 80.0])
def test_half_precision_changes_little_of_what_was_trained(
    relative_error: Callable[..., float], sigma: float
) -> None:
    model = read_config(make.HERE / "student.yaml")
    tensors = read_checkpoint(STUDENT).unet(model.kind)
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    full = stages.step_stage(weights.load(lambda: UNet(model.unet), tensors, STUDENT.name), model)
    bundle = Bundle.open(demo_bundle())
    specs = bundle.manifest.stages["step"].inputs
    values = {spec.name: value for spec, value in zip(specs, draw(specs), strict=True)}
    values["x"] *= (1 + sigma**2) ** 0.5
    values["label"] = torch.tensor([[0.0, 1.0, 0.0, 0.0]])
    values["coefficients"] = torch.tensor([sigma, sigma, 1.0, 0.5, -0.3, 1.0, 0.2])
    wanted = full(*values.values())
    with OnnxRuntimeBackend(threads=1) as backend:
        stage = backend.load("step", bundle.read_stage("step"), bundle.manifest.stages["step"])
        found = run_once(backend, stage, {name: value.numpy() for name, value in values.items()})
    for each, reference in zip(found.values(), wanted, strict=True):
        assert relative_error(each, reference) < 1e-2
