"""What is written: right in ONNX Runtime, clean, and the same every time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.bundle.manifest import STAGES
from sideman.engine.errors import ExportError
from sideman.engine.tensors import TensorSpec
from sideman.export import stages
from sideman.export.networks.unet import UNet
from sideman.export.onnx_export import check_stage, export_stage
from sideman.export.random_weights import random_weights
from sideman.export.weights import expected_shapes
from tests.export.demo.training.test_diffusion import SIZES

GRID = LatentGrid()


def run(path: Path, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def draw(
    specs: tuple[TensorSpec, ...], batch: int = 1, columns: int = 1, encoded: int = 64
) -> list[torch.Tensor]:
    sizes = GRID.free_sizes(batch, columns, encoded)
    generator = torch.Generator().manual_seed(batch * 100 + columns)
    values = []
    for spec in specs:
        shape = [sizes.get(size, size) for size in spec.shape]
        value = torch.randn(shape, generator=generator)
        if spec.name in ("keep", "known"):
            value = (value > 0).float()
        values.append(value * 0.1 if spec.name == "audio" else value)
    return values


def compare(path: Path, module: nn.Module, specs: tuple, values: list, error: Callable) -> float:
    found = run(path, {s.name: v.numpy() for s, v in zip(specs[0], values, strict=True)})
    wanted = module(*values)
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    assert len(found) == len(wanted) == len(specs[1])
    return max(error(f, w) for f, w in zip(found, wanted, strict=True))


@pytest.mark.parametrize("encoded", [64, 32, 5])
def test_encode(tiny_bundle: Path, codec, relative_error: Callable, encoded: int) -> None:
    specs = stages.encode_specs(GRID)
    stage = stages.encode_stage(codec)
    values = draw(specs[0], encoded=encoded)
    assert compare(tiny_bundle / "encode.onnx", stage, specs, values, relative_error) < 1e-4


@pytest.mark.parametrize("batch", [1, 2, 3, 4])
def test_step(tiny_bundle: Path, step_of: Callable, relative_error: Callable, batch: int) -> None:
    specs = stages.step_specs(GRID, 4)
    values = draw(specs[0], batch)
    values[-1] = torch.tensor([80.0, 80.0, 1.0, 0.5, -0.3, 1.0, 0.2])
    path = tiny_bundle / "step.onnx"
    assert compare(path, step_of("cd"), specs, values, relative_error) < 1e-5


@pytest.mark.parametrize("batch", [2, 3])
def test_each_row_may_have_a_context_of_its_own(
    tiny_bundle: Path, relative_error: Callable, batch: int
) -> None:
    specs = stages.step_specs(GRID, 4)[0]
    values = {s.name: v.numpy() for s, v in zip(specs, draw(specs, batch), strict=True)}
    values["coefficients"] = np.array([1.6, 1.6, 1.0, 0.5, -0.3, 1.0, 0.2], np.float32)
    values["mixture"] = np.random.default_rng(1).standard_normal((batch, 64, 64), np.float32)
    together = run(tiny_bundle / "step.onnx", values)
    for row in range(batch):
        own = {n: v if n == "coefficients" else v[row : row + 1] for n, v in values.items()}
        alone = run(tiny_bundle / "step.onnx", own)
        for found, wanted in zip(together, alone, strict=True):
            assert relative_error(found[row], wanted[0]) < 1e-5
        own["mixture"] = values["mixture"][row - 1 : row or None]
        other = run(tiny_bundle / "step.onnx", own)
        assert relative_error(other[0], alone[0]) > 1e-3, "the context is not heard"


@pytest.mark.parametrize(("batch", "columns"), [(1, 1), (1, 17), (2, 64), (3, 2), (4, 9)])
def test_decode(
    tiny_bundle: Path, codec, relative_error: Callable, batch: int, columns: int
) -> None:
    specs = stages.decode_specs(GRID)
    stage = stages.decode_stage(codec)
    values = draw(specs[0], batch, columns)
    path = tiny_bundle / "decode.onnx"
    assert compare(path, stage, specs, values, relative_error) < 2e-5


@pytest.fixture(scope="module")
def ldm_step(
    step_of: Callable, export_once: Callable, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("ldm")
    export_once("step", step_of("ldm"), *stages.step_specs(GRID, 4), GRID, folder)
    return folder / "step.onnx"


@pytest.mark.parametrize("sigma", [1e-4, 0.7, 50.0])
def test_diffusion_step(
    ldm_step: Path, step_of: Callable, relative_error: Callable, sigma: float
) -> None:
    specs = stages.step_specs(GRID, 4)
    values = draw(specs[0], 2)
    values[-1] = torch.tensor([sigma, sigma, 1.0, 1.0, 0.5, -0.5, 0.2])
    assert compare(ldm_step, step_of("ldm"), specs, values, relative_error) < 1e-5


def test_bytes_are_the_same_every_time(tmp_path: Path) -> None:
    """Shared exports rest on this; a network of every kind of layer and few of each is enough."""
    grid = LatentGrid(channels=16, columns=16, window_samples=67_072, trained_masks=(0, 4))
    written = []
    for name in ("first", "second"):
        unet = UNet(SIZES).eval()
        unet.load_state_dict(random_weights(expected_shapes(lambda: UNet(SIZES)), 0))
        stage = stages.StepStage(unet, "diffusion", sigma_data=1.0, sigma_min=0.0)
        folder = tmp_path / name
        folder.mkdir()
        export_stage("step", stage, *stages.step_specs(grid, 4), grid, folder)
        written.append([(folder / f"step.onnx{end}").read_bytes() for end in ("", ".data")])
    assert written[0] == written[1]


@pytest.mark.parametrize("stage", STAGES)
def test_graph_is_clean(tiny_bundle: Path, stage: str) -> None:
    path = tiny_bundle / f"{stage}.onnx"
    data = path.read_bytes()
    for private in (b"stack_trace", b"torch", b"fx_node", b".py"):
        assert private not in data
    assert str(Path(__file__).parents[2]).encode() not in data
    model = onnx.load(path, load_external_data=False)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 21)]
    assert not model.functions
    assert not model.metadata_props
    assert not any(node.metadata_props or node.doc_string for node in model.graph.node)
    names = [node.name for node in model.graph.node]
    assert len(names) == len(set(names))
    weights = {tensor.name for tensor in model.graph.initializer}
    assert {value.name for value in model.graph.value_info} <= weights
    used = {name for node in model.graph.node for name in node.input}
    used |= {value.name for value in model.graph.output}
    assert {tensor.name for tensor in model.graph.initializer} <= used
    types = {node.op_type for node in model.graph.node}
    assert not types & {"Identity", "DFT", "STFT", "Loop", "If", "RandomNormal", "Dropout"}


def test_operations_are_named_after_their_layers(tiny_bundle: Path) -> None:
    model = onnx.load(tiny_bundle / "step.onnx", load_external_data=False)
    names = {node.name for node in model.graph.node}
    assert "unet.enc.64x64_block0.norm0/InstanceNormalization" in names
    assert "unet.dec.8x8_in0.qkv/Conv" in names


@pytest.mark.parametrize("stage", STAGES)
def test_weights_are_external_and_stored_once(tiny_bundle: Path, stage: str) -> None:
    path = tiny_bundle / f"{stage}.onnx"
    model = onnx.load(path, load_external_data=False)
    outside = [t for t in model.graph.initializer if t.data_location == onnx.TensorProto.EXTERNAL]
    for tensor in outside:
        entries = {entry.key: entry.value for entry in tensor.external_data}
        assert entries["location"] == f"{stage}.onnx.data"
    inside = [t for t in model.graph.initializer if t.data_location != onnx.TensorProto.EXTERNAL]
    assert all(len(tensor.raw_data) <= 1024 for tensor in inside)
    values = onnx.load(path).graph.initializer
    large = [t.raw_data for t in values if math.prod(t.dims) > 64]
    assert len(large) == len(set(large))


def test_encode_and_decode_hold_their_share_of_the_codec(tiny_bundle: Path, codec) -> None:
    """No noise-level network, no unused projection, no second copy of anything."""
    parts = {
        "encode": codec.encoder.parameters(),
        "decode": (
            p
            for n, p in codec.named_parameters()
            if not n.startswith(("encoder.", "emb_proj", "scale_")) and "proj_emb" not in n
        ),
    }
    for stage, parameters in parts.items():
        values = onnx.load(tiny_bundle / f"{stage}.onnx").graph.initializer
        stored = sum(math.prod(t.dims) for t in values if t.data_type == onnx.TensorProto.FLOAT)
        # What is stored beyond weights: windows and factors of the transform, scales.
        assert 0 < stored - sum(p.numel() for p in parameters) < 160_000


class _Twice(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2


def test_a_graph_that_differs_from_its_specification_is_refused(tmp_path: Path) -> None:
    spec = TensorSpec("x", ("batch", 3))
    out = TensorSpec("y", ("batch", 3))
    export_stage("twice", _Twice(), (spec,), (out,), GRID, tmp_path)
    path = tmp_path / "twice.onnx"
    check_stage(path, (spec,), (out,))
    wrong = (
        dataclasses.replace(out, name="z"),
        dataclasses.replace(out, shape=("batch", 4)),
        dataclasses.replace(out, dtype="float16"),
    )
    for other in wrong:
        with pytest.raises(ExportError, match=r"twice\.onnx has tensors"):
            check_stage(path, (spec,), (other,))


def test_an_invalid_graph_is_refused(tmp_path: Path) -> None:
    spec = TensorSpec("x", ("batch", 3))
    export_stage("twice", _Twice(), (spec,), (TensorSpec("y", ("batch", 3)),), GRID, tmp_path)
    path = tmp_path / "twice.onnx"
    model = onnx.load(path)
    model.graph.node[0].op_type = "NoSuchOperation"
    onnx.save(model, path)
    with pytest.raises(ExportError, match="not a valid graph"):
        check_stage(path, (spec,), (TensorSpec("y", ("batch", 3)),))


@pytest.mark.parametrize(
    ("channels", "groups", "shape"),
    [
        (8, 2, (1, 8, 40, 1024)),
        (64, 16, (2, 64, 5)),
        (16, 4, (1, 16, 64, 64)),
        (8, 2, (3, 8, 9, 7)),
    ],
)
def test_group_norm_is_precise(
    tmp_path: Path, relative_error: Callable, channels: int, groups: int, shape: tuple[int, ...]
) -> None:
    from sideman.export.networks.layers import GroupNorm

    generator = torch.Generator().manual_seed(0)
    norm = GroupNorm(channels, groups, 1e-5)
    norm.weight.copy_(torch.randn(channels, generator=generator))
    norm.bias.copy_(torch.randn(channels, generator=generator))
    for free in (False, True):
        spec = TensorSpec("x", (*shape[:-1], "decoded_columns" if free else shape[-1]))
        grid = LatentGrid(window_samples=5_000_000, columns=1200)
        out = dataclasses.replace(spec, name="y")
        export_stage(f"norm{free:d}", norm, (spec,), (out,), grid, tmp_path)
        x = torch.randn(shape, generator=generator) * 3 + 2
        wanted = torch.nn.functional.group_norm(
            x.double(), groups, norm.weight.double(), norm.bias.double(), 1e-5
        )
        (found,) = run(tmp_path / f"norm{free:d}.onnx", {"x": x.numpy()})
        assert relative_error(found, wanted) < 2e-6
