"""The measurement itself, on the CPU: nothing of it should be found wrong on a GPU's time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.gpu import measure
from tests.gpu.measuring.job import Job
from tests.gpu.measuring.models import full_models, provide_bundle, small_model
from tests.gpu.measuring.parts import PARTS
from tests.gpu.measuring.records import (
    Journal,
    latest,
    read_records,
)
from tests.gpu.measuring.timing import wait
from tests.gpu.measuring.variants import Setting, Variant, without_graphs
from tests.models.places import BUNDLE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    """A folder of bundles that holds the small one."""
    (tmp_path / "small").symlink_to(BUNDLE, target_is_directory=True)
    return tmp_path


@pytest.mark.parametrize("text", measure.VARIANTS.split(","))
def test_every_variant_that_is_measured_by_default_is_one(text: str) -> None:
    variant = Variant.parse(text)
    assert variant.plain == text.endswith(":plain")
    assert variant.choice().precision == (variant.precision if variant.builds else None)


@pytest.mark.parametrize("text", ["tensorrt", "tensorrt:int8", "tensorrt:fp16:fast"])
def test_other_variants_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no variant|not enough values"):
        Variant.parse(text)
    with pytest.raises(SystemExit):
        measure.parse(["out", "--variants", text])


def test_a_plain_variant_switches_graphs_off_and_leaves_the_switch_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sideman.engine.cuda.graph import graphs_allowed

    monkeypatch.delenv("SIDEMAN_NO_CUDA_GRAPH", raising=False)
    with without_graphs(True):
        assert not graphs_allowed()
    assert graphs_allowed()
    with without_graphs(False):
        assert graphs_allowed()


def test_waiting_keeps_the_device_warm_only_where_it_is_asked_to() -> None:
    class Counting:
        warmed = 0

        def keep_warm(self) -> None:
            self.warmed += 1

    for warm in (False, True):
        runnable = Counting()
        wait(runnable, 0.1, warm)  # type: ignore[arg-type]
        assert (runnable.warmed > 0) == warm


def test_every_part_has_a_limit_within_the_budget() -> None:
    assert set(measure.SECONDS) == set(PARTS)
    options = measure.parse(["out"])
    assert options.budget < 600
    before = list(PARTS)[: list(PARTS).index("cycles")]
    first = sum(2 * measure.SECONDS[part] for part in before)
    assert first + measure.SECONDS["cycles"] <= options.budget


def test_a_part_that_fails_or_hangs_is_a_reason_and_takes_nothing_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["measure", str(tmp_path / "no" / "such"), "--small"])
    Journal(tmp_path / measure.RECORDS, "parity", "small").note("ours", "worst", 0.0)
    measure.run_part("parity", "small", tmp_path, 120)
    monkeypatch.setattr(sys, "argv", ["measure", str(tmp_path), "--small", "--rounds", "1"])
    measure.run_part("cycles", "small", tmp_path, 1.0)
    measure.run_part("path", "small", tmp_path, 0.0)
    kept, *records = read_records(tmp_path / measure.RECORDS)
    failed, slow, none = (one for one in records if one.variant == "all")
    assert kept.value == 0.0
    assert failed.note.startswith("ended with 1: ")
    assert slow.note.startswith("not done within 1 s")
    assert "--budget" in none.note


def test_bundles_are_found_converted_or_missing_with_a_way_out(
    bundles: Path, tmp_path: Path
) -> None:
    model = small_model(bundles)
    assert provide_bundle(model) == "found"
    assert provide_bundle(model, "fp16") == "converted to fp16"
    assert (bundles / "small-fp16" / "manifest.json").is_file()
    (absent,) = full_models(["cd"], None, tmp_path)
    with pytest.raises(FileNotFoundError, match="--bundles"):
        provide_bundle(absent)


def test_parts_measure_on_the_cpu(bundles: Path, tmp_path: Path) -> None:
    """Every part but the yardsticks', with the small bundle; slow variants stay out."""
    out = tmp_path / "out"
    out.mkdir()
    variants = (Variant("onnxruntime", "fp32"), Variant("tensorrt", "fp16"))
    setting = Setting(r=0.125, device="cpu")
    job = Job(small_model(bundles), variants, setting, rounds=2, cycles=1, pauses=1, pause=0.01)
    for name in ("parity", "cycles", "pauses", "path"):
        PARTS[name](job, Journal(out / "records.jsonl", name, "small"))
    records = latest(read_records(out / "records.jsonl"))
    values = {(r.part, r.variant, r.figure): r.value for r in records}
    ours = "onnxruntime fp32"
    assert [values["parity", ours, stage] for stage in ("encode", "step", "decode")] == [0, 0, 0]
    assert values["cycles", ours, "ratio"] == 1
    assert values["cycles", ours, "p50_ms"] > values["cycles", ours, "step_p50_ms"] * 0.2
    assert values["pauses", f"{ours} kept warm", "p50_ms"] > 0
    assert values["path", ours, "p50_ms"] > 0
    # Pauses ask for no other one than the first that opens.
    parts = {r.part for r in records if r.variant == "tensorrt fp16"}
    assert parts == {"parity", "cycles", "path"}
    assert all(r.value is None and r.note for r in records if r.variant == "tensorrt fp16")


def test_the_yardstick_computes_what_the_engine_computes(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("yaml")
    from sideman.engine.comparing.deviation import relative_error
    from sideman.engine.loading.stages import load_stages
    from sideman.runtime.playing.cycle import Cycle
    from sideman.runtime.playing.geometry import Geometry
    from sideman.runtime.playing.samplers import make_table
    from tests.gpu.torch_cycle import TorchCycle, random_inputs
    from tests.gpu.torch_stages import make_modules

    manifest, backend, stages = load_stages(BUNDLE)
    grid, table_ = manifest.grid, make_table(manifest.sampler)
    geometry = Geometry.reference(grid, 0.25, 1, 0.0)
    arrays = random_inputs(grid, geometry, table_, len(manifest.stems))
    with backend:
        cycle = Cycle(backend, stages, grid, geometry, table_, (0,), len(manifest.stems))
        for name in ("audio", "source", "keep"):
            getattr(cycle, name).host[...] = arrays[name]
        for name, key in (("source", "source_noise"), ("step", "noise"), ("decoder", "decoder")):
            getattr(cycle.noise, name).host[...] = arrays[key]
        cycle.noise.initial.host[...] = arrays["initial"] / table_.initial_sigma
        cycle.prepare()
        cycle.run(lambda name, seconds: None)
        wanted = cycle.output.copy()
    model = small_model(tmp_path)
    assert model.config is not None
    yardstick = TorchCycle(make_modules(model.config, model.codec, 0, "cpu"), table_, arrays, "cpu")
    yardstick.run()
    played = slice(geometry.out_start, geometry.out_start + geometry.out_samples)
    assert relative_error(yardstick.output["decoded"].numpy()[:, played], wanted) < 1e-3


def test_low_precision_is_of_products_only_and_ends_with_the_network() -> None:
    torch = pytest.importorskip("torch")
    from tests.gpu.torch_stages import lower

    class Inner(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(8, 8, 3, padding=1)
            self.norm = torch.nn.GroupNorm(2, 8)

        def forward(self, x):
            self.seen = self.conv(x)
            return self.norm(self.seen)

    class Stage(torch.nn.Module):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name
            setattr(self, name, Inner())

        def forward(self, x):
            return getattr(self, self.name)(x)

    names = {"encode": "encoder", "step": "unet", "decode": "decoder"}
    modules = {stage: Stage(name) for stage, name in names.items()}
    x = torch.randn(1, 8, 16, 16)
    with torch.no_grad():
        wanted = {stage: module(x) for stage, module in modules.items()}
        lower(modules, "bf16")
        for stage, module in modules.items():
            found, inner = module(x), getattr(module, names[stage]).network
            assert found.dtype == torch.float32
            assert inner.seen.dtype == inner.conv.weight.dtype == torch.bfloat16
            assert inner.norm.weight.dtype == torch.float32
            assert 0 < float((found - wanted[stage]).abs().max()) < 0.1


def test_the_command_line_explains_itself() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tests.gpu.measure", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--bundles" in result.stdout
    assert "--part " not in result.stdout
