"""Inference libraries on a GPU, each where it is installed and serves this GPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.comparing.deviation import relative_error, tolerance_of
from sideman.engine.comparing.stages import Loaded, compare_stages
from sideman.engine.cuda.graph import NO_GRAPH
from sideman.engine.errors import MissingExtraError, SidemanError
from sideman.engine.loading.stages import load_stages
from sideman.runtime.playing.samplers import make_table
from tests.gpu.test_session import nothing, play, sizes_of
from tests.models.places import BUNDLE

pytestmark = pytest.mark.gpu


def open_small(choice: BackendChoice) -> Loaded:
    """What is not installed or not for this GPU is skipped; everything else has to load."""
    try:
        _, backend, stages = load_stages(BUNDLE, choice)
    except MissingExtraError as error:
        pytest.skip(error.what)
    except SidemanError as error:
        if "has no engines for" in error.what or "has no CUDA provider" in error.what:
            pytest.skip(error.what)
        raise
    return Loaded(backend, stages)


def build(flavour: str, precision: str, manifest) -> None:
    from sideman.engine.tensorrt.building.build import build_bundle
    from sideman.engine.tensorrt.building.request import BuildRequest
    from sideman.engine.tensorrt.flavours import FLAVOURS

    kind = FLAVOURS[flavour]
    if not kind.installed:
        pytest.skip(f"{flavour} is not installed")
    columns = sizes_of(manifest)["decoded_columns"]
    request = BuildRequest(
        flavour=kind, rows=(1, 2), decoded_columns=(columns,), precision=precision
    )
    try:
        build_bundle(BUNDLE, request)
    except SidemanError as error:
        if "does not build for" in error.what:
            pytest.skip(error.what)
        raise


@pytest.fixture(scope="session", autouse=True)
def engine_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Engines of the tests are nobody else's."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("SIDEMAN_CACHE", str(folder))
        yield folder


KINDS = [
    BackendChoice("onnxruntime-cuda"),
    *(
        BackendChoice(flavour, precision=precision)
        for flavour in ("tensorrt", "tensorrt-rtx")
        for precision in ("fp16", "fp32")
    ),
]


@pytest.fixture(scope="module", params=KINDS, ids=lambda c: f"{c.name} {c.precision or 'fp32'}")
def choice(request, device, reference) -> BackendChoice:
    wanted: BackendChoice = request.param
    if wanted.precision is not None:
        build(wanted.name, wanted.precision, reference[0])
    return wanted


def test_every_stage_is_the_references(choice: BackendChoice, reference) -> None:
    manifest, loaded = reference
    tested = open_small(choice)
    tolerance = tolerance_of(choice.precision or "fp32")
    rows = make_table(manifest.sampler).coefficients().tolist()
    with tested.backend:
        for result in compare_stages(loaded, tested, manifest, sizes_of(manifest), rows, tolerance):
            assert result.passed, str(result)


def test_a_graph_plays_what_no_graph_plays(
    choice: BackendChoice, reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = reference[0]
    played = []
    for switch in ("0", "1"):
        monkeypatch.setenv(NO_GRAPH, switch)
        loaded = open_small(choice)
        with loaded.backend:
            played.append(play(manifest, loaded.backend, loaded.stages, nothing))
    # The same kernels; sums may be ordered differently.
    assert relative_error(played[0], played[1]) < tolerance_of(choice.precision or "fp32")


def test_a_session_plays_what_the_cpu_plays(choice: BackendChoice, reference) -> None:
    manifest, cpu = reference
    wanted = play(manifest, cpu.backend, cpu.stages, nothing)
    loaded = open_small(choice)
    with loaded.backend:
        played = play(manifest, loaded.backend, loaded.stages, nothing)
    # Three cycles in a row, each on what the ones before made.
    assert relative_error(played, wanted) < 5 * tolerance_of(choice.precision or "fp32")


def test_what_rtx_compiles_is_kept_for_the_next_start(
    device, reference, engine_cache: Path
) -> None:
    build("tensorrt-rtx", "fp16", reference[0])
    loaded = open_small(BackendChoice("tensorrt-rtx", precision="fp16"))
    with loaded.backend:
        play(reference[0], loaded.backend, loaded.stages, nothing)
    kept = [file for file in (engine_cache / "runtime").rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in kept) > 0
