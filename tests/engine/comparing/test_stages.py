from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from sideman.engine.backends.base import Binding, Buffer, Stage
from sideman.engine.bundle.graph_files import GraphFiles
from sideman.engine.bundle.manifest import Manifest
from sideman.engine.comparing.cases import CaseMaker
from sideman.engine.comparing.stages import Loaded, check_comparable, compare_stages
from sideman.engine.errors import BackendError, MissingExtraError
from tests.models.places import BUNDLE

Reference = tuple[Manifest, Loaded]
needs_polygraphy = pytest.mark.skipif(
    importlib.util.find_spec("polygraphy") is None,
    reason="polygraphy, of the calibration extra, compares",
)


def compare(reference: Reference, tested: Loaded, sizes: Mapping[str, int], rows, tolerance=1e-3):
    manifest, loaded = reference
    return list(compare_stages(loaded, tested, manifest, sizes, rows, tolerance))


@needs_polygraphy
def test_a_backend_is_exactly_itself_and_nothing_is_printed(
    reference: Reference, sizes, rows, capfd: pytest.CaptureFixture[str]
) -> None:
    results = compare(reference, reference[1], sizes, rows, tolerance=0.0)
    assert [result.stage for result in results] == ["encode", "step", "decode"]
    assert all(result.passed and result.relative == 0 for result in results)
    assert set(results[1].deviations) == {"next", "denoised", "merged"}
    assert set(results[1].deviations["next"]) == {"sigma 80", "sigma 2.4"}
    assert capfd.readouterr() == ("", "")


@needs_polygraphy
@pytest.mark.parametrize(
    ("stage", "output"),
    [("encode", "mixture"), ("step", "denoised"), ("step", "merged"), ("decode", "audio")],
)
def test_a_spoiled_output_is_found_in_its_stage_alone(
    reference: Reference, spoiled: Callable[..., Loaded], sizes, rows, stage: str, output: str
) -> None:
    def spoil(arrays: dict[str, np.ndarray]) -> None:
        arrays[output] *= 1.01

    for result in compare(reference, spoiled(stage, spoil), sizes, rows):
        assert result.passed == (result.stage != stage)
        for name in result.deviations:
            error = result.worst(name)[1].relative
            wanted = 0.01 if (result.stage, name) == (stage, output) else 0.0
            assert error == pytest.approx(wanted, rel=1e-3)


@needs_polygraphy
def test_a_single_spoiled_noise_level_is_named(
    reference: Reference, spoiled: Callable[..., Loaded], sizes, rows
) -> None:
    def spoil(arrays: dict[str, np.ndarray]) -> None:
        if arrays["coefficients"][0] < 10:
            arrays["next"][0, 0, 0] = np.nan

    result = compare(reference, spoiled("step", spoil), sizes, rows)[1]
    assert not result.passed
    assert result.worst("next")[0] == "sigma 2.4"
    assert result.deviations["next"]["sigma 80"]
    assert "next inf at sigma 2.4" in str(result)


def test_the_same_seed_gives_the_same_cases_and_another_one_others(
    reference: Reference, sizes
) -> None:
    def audio(seed: int) -> np.ndarray:
        return CaseMaker(reference[0], sizes, seed).audio()

    assert np.array_equal(audio(1), audio(1))
    assert not np.array_equal(audio(1), audio(2))


def test_cases_are_what_a_performance_brings(reference: Reference, sizes, rows) -> None:
    manifest = reference[0]
    make = CaseMaker(manifest, sizes)
    audio = make.encode()[0].inputs["audio"]
    assert 20 * np.log10(np.sqrt(np.mean(audio**2))) == pytest.approx(-20, abs=0.1)
    latent = np.ones((1, manifest.grid.channels, manifest.grid.columns), np.float32)
    for row, case in zip(rows, make.step(rows, latent, latent), strict=True):
        state = case.inputs["x"]
        assert np.std(state - 1) == pytest.approx(row[0], rel=0.1)
        assert case.inputs["label"].sum(1).tolist() == [1, 1]
        assert set(np.unique(case.inputs["keep"])) == {0, 1}
        assert case.inputs["coefficients"].tolist() == pytest.approx(row)


def test_every_row_has_a_latent_of_its_own(reference: Reference, sizes) -> None:
    grid = reference[0].grid
    latent = np.random.default_rng(0).normal(size=(1, grid.channels, grid.columns))
    sample = CaseMaker(reference[0], sizes).decode(latent.astype(np.float32))[0].inputs["sample"]
    assert not np.array_equal(sample[0], sample[1])


class FussyStage(Stage):
    def _bind(self, buffers: Mapping[str, Buffer]) -> Binding:
        raise AssertionError("it refused these sizes")

    def check_sizes(self, sizes: Mapping[str, int]) -> None:
        raise BackendError(f"no engine for {sizes['batch']} rows")


def test_sizes_that_were_not_built_are_refused_before_anything_runs(
    reference: Reference, sizes, rows
) -> None:
    loaded = reference[1]
    decode = loaded.stages["decode"]
    stages = {**loaded.stages, "decode": FussyStage("decode", decode.spec)}
    with pytest.raises(BackendError, match="no engine for 2 rows"):
        compare(reference, Loaded(loaded.backend, stages), sizes, rows)


@needs_polygraphy
def test_a_failing_stage_is_its_own_error_and_not_polygraphys(
    reference: Reference, spoiled: Callable[..., Loaded], sizes, rows
) -> None:
    def fail(arrays: dict[str, np.ndarray]) -> None:
        raise BackendError("the GPU is on fire")

    with pytest.raises(BackendError, match="on fire"):
        compare(reference, spoiled("step", fail), sizes, rows)


def test_without_polygraphy_the_pip_command_is_told(
    reference: Reference, sizes, rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sideman.engine import optional

    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(optional.importlib, "import_module", missing)
    with pytest.raises(MissingExtraError, match="pip install"):
        compare(reference, reference[1], sizes, rows)


def test_bundles_with_other_tensors_are_refused(reference: Reference) -> None:
    manifest = reference[0]
    check_comparable(manifest, manifest)
    step = manifest.stages["step"]
    fewer = dataclasses.replace(step, inputs=step.inputs[1:])
    other = dataclasses.replace(manifest, stages={**manifest.stages, "step": fewer})
    with pytest.raises(BackendError, match="Stage step"):
        check_comparable(manifest, other)


def test_the_precision_is_the_engines_own_or_the_coarsest_of_the_graphs(
    reference: Reference,
) -> None:
    class Coarse:
        precision = "bf16"

    loaded = reference[1]
    assert loaded.precision() == "fp32"
    assert Loaded(Coarse(), loaded.stages).precision() == "bf16"  # type: ignore[arg-type]
    step = loaded.stages["step"]
    half = FussyStage("step", dataclasses.replace(step.spec, precision="float16"))
    assert Loaded(loaded.backend, {**loaded.stages, "step": half}).precision() == "fp16"
    eight = FussyStage("step", dataclasses.replace(step.spec, precision="int8"))
    in_bf16 = Loaded(Coarse(), {**loaded.stages, "step": eight})  # type: ignore[arg-type]
    assert in_bf16.precision() == "int8"


@needs_polygraphy
def test_a_bundle_in_half_precision_errs_a_little(
    reference: Reference, sizes, rows, tmp_path: Path
) -> None:
    """Every stage in float16 differs, but by less than what passes in it."""
    pytest.importorskip("onnx", reason="onnx, of the calibration extra, writes precisions")
    precision = pytest.importorskip("sideman.calibration.precision")
    from sideman.engine.comparing.deviation import tolerance_of

    manifest, loaded = reference
    folder = BUNDLE
    halves = {
        name: loaded.backend.load(
            name,
            GraphFiles.read(
                precision.rewrite(GraphFiles.read(folder / spec.file), tmp_path, "fp16")
            ),
            spec,
        )
        for name, spec in manifest.stages.items()
    }
    tested = Loaded(loaded.backend, halves)
    for result in compare(reference, tested, sizes, rows, tolerance_of("fp16")):
        assert result.passed, str(result)
        assert result.relative > 1e-6, str(result)
