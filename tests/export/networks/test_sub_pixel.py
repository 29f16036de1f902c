"""Folding repetition into a convolution changes no sum, at no border, at no size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.tensors import TensorSpec
from sideman.export.networks.codec_blocks import Resample
from sideman.export.networks.layers import upsample
from sideman.export.networks.sub_pixel import SubPixelConv
from sideman.export.networks.unet import Block
from sideman.export.onnx_export import export_stage

#: Repetitions, kernel and padding of both kinds.
KINDS = [((2, 2), (3, 3), (1, 1)), ((4, 1), (5, 1), (2, 0))]


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


@pytest.mark.parametrize(("factors", "kernel", "padding"), KINDS)
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (3, 5), (8, 7), (16, 16)])
@pytest.mark.parametrize("batch", [1, 2, 3, 4])
def test_it_is_the_convolution_of_the_repeated_image(
    factors: tuple[int, int],
    kernel: tuple[int, int],
    padding: tuple[int, int],
    size: tuple[int, int],
    batch: int,
) -> None:
    weight, bias, x = draw(6, 5, *kernel), draw(6), draw(batch, 5, *size)
    wanted = nn.functional.conv2d(
        upsample(x.double(), *factors), weight.double(), bias.double(), padding=padding
    )
    found = SubPixelConv(weight, bias, factors)(x)
    assert found.shape == wanted.shape
    # Everywhere, so also at the borders; in units of the results' spread.
    assert (found - wanted).abs().max() < 2e-6 * wanted.std() + 2e-5


@pytest.mark.parametrize(("factors", "kernel", "padding"), KINDS)
def test_sums_of_whole_numbers_are_the_same_to_the_last_bit(
    factors: tuple[int, int], kernel: tuple[int, int], padding: tuple[int, int]
) -> None:
    """Small whole numbers are not rounded, so nothing hides behind a tolerance."""
    weight, x = (draw(4, 3, *kernel) * 9).round(), (draw(2, 3, 5, 7) * 9).round()
    bias = torch.tensor([1.0, -2.0, 3.0, 0.0])
    wanted = nn.functional.conv2d(upsample(x, *factors), weight, bias, padding=padding)
    assert torch.equal(SubPixelConv(weight, bias, factors)(x), wanted)


@pytest.mark.parametrize(
    ("kernel", "factors"), [((3, 3), (4, 1)), ((5, 1), (2, 2)), ((5, 5), (4, 4)), ((3, 3), (1, 1))]
)
def test_other_kernels_are_refused(kernel: tuple[int, int], factors: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no kernel of"):
        SubPixelConv(draw(2, 2, *kernel), draw(2), factors)


@pytest.mark.parametrize("frequency_only", [False, True])
def test_a_folded_resampling_is_the_same(relative_error: Callable, frequency_only: bool) -> None:
    layer = Resample(8, 4, "up", frequency_only=frequency_only)
    x = draw(2, 8, 6, 5)
    wanted = layer(x)
    layer.fold_repetition()
    folded = layer.c
    assert isinstance(folded, SubPixelConv)
    layer.fold_repetition()
    assert layer.c is folded
    assert relative_error(layer(x), wanted) < 1e-6


def test_resampling_down_is_left_alone() -> None:
    layer = Resample(8, 8, "down", frequency_only=False)
    layer.fold_repetition()
    assert isinstance(layer.c, nn.Conv2d)


@pytest.mark.parametrize("resample", ["up", "down", ""])
def test_a_folded_block_is_the_same(relative_error: Callable, resample: str) -> None:
    block = Block(8, 8, embedding=4, resample=resample)
    for parameter in block.parameters():
        parameter.copy_(draw(*parameter.shape))
    x, embedding = draw(2, 8, 4, 6), draw(2, 4)
    wanted = block(x, embedding)
    block.fold_repetition()
    assert isinstance(block.conv0, SubPixelConv) == (resample == "up")
    assert relative_error(block(x, embedding), wanted) < 1e-5


class _Summed(nn.Module):
    """Both kinds in a row; rows and columns are summed, so that their number may be free."""

    def __init__(self) -> None:
        super().__init__()
        self.both = SubPixelConv(draw(4, 3, 3, 3), draw(4), (2, 2))
        self.rows = SubPixelConv(draw(5, 4, 5, 1), draw(5), (4, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.rows(self.both(x)).flatten(2).square().mean(2)


def test_exported_it_is_a_convolution_moves_and_one_crop(
    tmp_path: Path, relative_error: Callable
) -> None:
    module = _Summed()
    sizes = [TensorSpec("x", ("batch", 3, 7, "decoded_columns"))], [TensorSpec("y", ("batch", 5))]
    export_stage("both", module, *sizes, LatentGrid(), tmp_path)
    graph = onnx.load(tmp_path / "both.onnx").graph
    kinds = [node.op_type for node in graph.node]
    assert {kind: kinds.count(kind) for kind in ("Conv", "DepthToSpace", "Slice")} == {
        "Conv": 2,
        "DepthToSpace": 1,
        "Slice": 2,
    }
    assert not {"Resize", "Pad", "ConvTranspose"} & set(kinds)
    session = onnxruntime.InferenceSession(
        tmp_path / "both.onnx", providers=["CPUExecutionProvider"]
    )
    for batch, columns in ((1, 1), (4, 9)):
        x = draw(batch, 3, 7, columns)
        (found,) = session.run(None, {"x": np.asarray(x)})
        assert relative_error(found, module(x)) < 1e-5


def test_no_stage_repeats_before_a_convolution(tiny_bundle: Path) -> None:
    """What is repeated is the U-Net's skip, behind its convolution of one pixel."""
    for stage in ("step", "decode"):
        graph = onnx.load(tiny_bundle / f"{stage}.onnx", load_external_data=False).graph
        repeated = {n.output[0] for n in graph.node if n.op_type == "Resize"}
        fed = {n.input[0] for n in graph.node if n.op_type == "Conv"}
        assert not repeated & fed
