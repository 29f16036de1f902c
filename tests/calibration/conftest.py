"""Graphs to rewrite: the small bundle's, the recordings' where they are, and small made ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.bundle.grid import LatentGrid
from tests.models.places import BUNDLE

GOLDEN = Path(__file__).parents[3] / "shared" / "golden"
COLUMNS = 2
#: Sizes that stay free in the graphs. Batches of one would hide wrong broadcasting.
SIZES = LatentGrid.free_sizes(2, COLUMNS, 64)


@pytest.fixture(scope="session")
def small() -> Path:
    """The small bundle, in float32."""
    return BUNDLE


@pytest.fixture(scope="session")
def recorded(request, tmp_path_factory) -> Callable[[str, str], Path]:
    """A stage of the recordings' model "cd" or "ldm"; the small bundle's without recordings."""

    def stage(kind: str, name: str) -> Path:
        if not GOLDEN.is_dir():
            return BUNDLE / f"{name}.onnx"
        torch = pytest.importorskip("torch", reason="recorded models need the extra 'export'")
        with torch.no_grad():
            # Asked for here, because it skips where torch is missing.
            export_once = request.getfixturevalue("export_once")
            return _export(kind, name, tmp_path_factory.mktemp(f"recorded-{kind}"), export_once)

    return stage


def _export(kind: str, name: str, folder: Path, export_once: Callable[..., None]) -> Path:
    """Export one stage of a recorded model; a whole bundle would take several times as long."""
    from sideman.export import stages, weights
    from sideman.export.checkpoint import read_checkpoint
    from sideman.export.codec_config import CodecConfig
    from sideman.export.config import read_config
    from sideman.export.networks.codec import Codec
    from sideman.export.networks.unet import UNet

    model = read_config(GOLDEN / f"{kind}-tiny.yaml")
    if name == "step":
        tensors = read_checkpoint(GOLDEN / f"{kind}-tiny.ckpt").unet(model.kind)
        unet = weights.load(lambda: UNet(model.unet), tensors, kind)
        module, specs = (
            stages.step_stage(unet, model),
            stages.step_specs(model.grid, len(model.stems)),
        )
    else:
        config = CodecConfig.read(GOLDEN / "music2latent-tiny.json")
        tensors = read_checkpoint(GOLDEN / "music2latent-tiny.pt").codec()
        codec = weights.load(lambda: Codec(config), tensors, "codec")
        module = getattr(stages, f"{name}_stage")(codec)
        specs = getattr(stages, f"{name}_specs")(model.grid)
    export_once(name, module, *specs, model.grid, folder)
    return folder / f"{name}.onnx"


@pytest.fixture(scope="session")
def rewritten(small, tmp_path_factory) -> Callable[..., Path]:
    """A stage of the small bundle in a precision, rewritten once a session."""
    from tests.calibration.rewriting import rewrite

    made: dict[tuple, Path] = {}

    def stage(name: str, precision: str, *, convolve_products: bool = False) -> Path:
        key = (name, precision, convolve_products)
        if key not in made:
            folder = tmp_path_factory.mktemp("rewritten")
            source = small / f"{name}.onnx"
            made[key] = rewrite(source, folder, precision, convolve_products=convolve_products)
        return made[key]

    return stage


@pytest.fixture(scope="session")
def run() -> Callable[[Path, dict], dict]:
    """Run a graph on the processor: outputs by name."""
    ort = pytest.importorskip("onnxruntime", reason="running graphs needs the extra 'cpu'")

    def outputs(path: Path, feed: dict) -> dict:
        options = ort.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        names = [value.name for value in session.get_outputs()]
        return dict(zip(names, session.run(None, feed), strict=True))

    return outputs


@pytest.fixture(scope="session")
def emulate() -> Callable[[Path, dict], tuple[dict, dict]]:
    """Run a graph with every stored value rounded: outputs, and largest low magnitudes."""
    pytest.importorskip("onnxruntime", reason="running graphs needs the extra 'cpu'")
    from tests.calibration.emulator import emulate

    return emulate


@pytest.fixture(scope="session")
def feed() -> Callable[..., dict]:
    """Inputs of a stage of a bundle, at a noise level."""
    from sideman.engine.bundle.bundle import Bundle

    def inputs(bundle: Path, stage: str, sigma: float = 1.0, seed: int = 0) -> dict:
        rng = np.random.default_rng(seed)
        made = {}
        for spec in Bundle.open(bundle, check=False).manifest.stages[stage].inputs:
            shape = [SIZES.get(size, size) for size in spec.shape]
            made[spec.name] = rng.standard_normal(shape).astype(np.float32)
        for name in {"known", "keep"} & made.keys():
            made[name] = (made[name] > 0).astype(np.float32)
        if "audio" in made:
            made["audio"] = np.clip(made["audio"] * 0.1, -1, 1)
        if "gain" in made:
            made["gain"][:] = 1
        if "x" in made:
            made["x"] *= sigma
            made["label"] = np.eye(made["label"].shape[1], dtype=np.float32)[: SIZES["batch"]]
            made["coefficients"] = np.array([sigma, sigma, 1, 0.1, 0.2, 0.7, 0.3], np.float32)
        return made

    return inputs


@pytest.fixture(scope="session")
def redrawn(tmp_path_factory) -> Callable[[Path, int], Path]:
    """A graph with other random weights of the same spread: an independent sample."""
    import onnx
    from onnx import numpy_helper

    def redraw(path: Path, seed: int) -> Path:
        rng = np.random.default_rng(seed)
        model = onnx.load(path)
        for tensor in model.graph.initializer:
            # Constants of transforms are no weights.
            if not tensor.name.endswith((".weight", ".bias", "_weight")):
                continue
            values = numpy_helper.to_array(tensor)
            drawn = rng.standard_normal(values.shape) * values.std() + values.mean()
            tensor.CopyFrom(numpy_helper.from_array(drawn.astype(np.float32), tensor.name))
        target = tmp_path_factory.mktemp("redrawn") / path.name
        onnx.save(model, target, save_as_external_data=True, location=f"{path.name}.data")
        return target

    return redraw


@pytest.fixture(scope="session")
def build() -> Callable[..., Path]:
    """Write a small float32 graph: nodes, inputs and outputs with shapes, constants."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def write(path, nodes, inputs, outputs, constants, opset=21):
        values = [
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in ends.items()]
            for ends in (inputs, outputs)
        ]
        tensors = [numpy_helper.from_array(np.asarray(v), n) for n, v in constants.items()]
        graph = helper.make_graph(nodes, path.stem, *values, tensors)
        opsets = [helper.make_opsetid("", opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        onnx.checker.check_model(model, full_check=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, path)
        return path

    return write


@pytest.fixture
def copy_of(tmp_path) -> Callable[[Path], Path]:
    """A copy of a stage or bundle that a test may damage."""

    def copy(path: Path) -> Path:
        target = tmp_path / "copy"
        if path.is_dir():
            shutil.copytree(path, target)
            return target
        target.mkdir()
        for file in (path, path.with_name(f"{path.name}.data")):
            shutil.copy(file, target)
        return target / path.name

    return copy
