"""The demonstration bundle is the student of its configuration, trained, and small."""

from __future__ import annotations

import pytest
import torch

from sideman.engine.bundle.bundle import Bundle, sha256
from sideman.export.codec_config import CodecConfig
from sideman.export.config import read_config
from sideman.export.demo import make
from sideman.export.demo.world.song import STEMS
from sideman.export.networks.codec import Codec
from sideman.export.networks.unet import UNet
from sideman.export.pipeline import _stage_specs
from sideman.runtime.rehearse.demo import demo_bundle
from tests.export.demo.test_checkpoints import CODEC, STUDENT

SHIPPED = demo_bundle()


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return Bundle.open(SHIPPED)


def test_it_says_what_its_configuration_says(bundle: Bundle) -> None:
    manifest, model = bundle.manifest, read_config(make.HERE / "student.yaml")
    assert (manifest.name, manifest.kind, manifest.trained) == ("demo", model.kind, True)
    assert manifest.grid == model.grid
    assert manifest.stems == model.stems == STEMS
    assert manifest.sampler == model.sampler
    # Look-ahead is learnt at any step and lead.
    assert manifest.grid.trained_masks == tuple(range(33))


def test_its_networks_have_the_sizes_of_their_configuration(bundle: Bundle) -> None:
    with torch.device("meta"):
        unet = UNet(read_config(make.HERE / "student.yaml").unet)
        codec = Codec(CodecConfig.read(make.HERE / "codec.json"))
    for name, network in (("unet", unet), ("codec", codec)):
        count = sum(parameter.numel() for parameter in network.parameters())
        assert bundle.manifest.parameters[name] == count


def test_its_stages_are_those_of_today(bundle: Bundle) -> None:
    model = read_config(make.HERE / "student.yaml")
    for name, wanted in _stage_specs(model).items():
        shipped = bundle.manifest.stages[name]
        assert (shipped.inputs, shipped.outputs) == (wanted.inputs, wanted.outputs), name
        assert shipped.precision == "float16"


def test_it_is_made_of_what_lies_beside_the_scripts(bundle: Bundle) -> None:
    files = bundle.manifest.origin["files"]
    for name, file in (
        ("config", make.HERE / "student.yaml"),
        ("codec_hparams", make.HERE / "codec.json"),
        ("codec", CODEC),
        ("checkpoint", STUDENT),
    ):
        assert files[name] == {"name": file.name, "sha256": sha256(file)}


def test_all_that_ships_is_small() -> None:
    """Bundle, loop and checkpoints, in mebibytes."""
    files = [file for folder in (SHIPPED.parent, CODEC.parent) for file in folder.rglob("*")]
    assert sum(file.stat().st_size for file in files if file.is_file()) < 30 * 2**20
