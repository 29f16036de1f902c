"""Recordings of the original system through exported bundles, within what the recordings name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sideman.engine.backends.choice import BackendChoice
from sideman.engine.errors import SidemanError
from sideman.engine.loading.stages import load_stages
from sideman.export.replay import load_recording, relative_error, replay

#: Largest relative error by what is compared, as the recordings' own README names it.
TOLERANCES = {
    "denoiser": 1e-5,
    "encode": 5e-4,
    "decode": 1e-5,
    "context": 5e-4,
    "latent": 5e-4,
    "output": 5e-4,
}
RECORDINGS = {
    "cd": ("denoiser", "session0", "session1", "session2", "session3"),
    "ldm": ("denoiser", "session0", "session1", "session2", "session3"),
}


@pytest.fixture(scope="module")
def bundles(tiny_bundle: Path, tiny_diffusion_bundle: Path):
    loaded = {
        "cd": load_stages(tiny_bundle, BackendChoice(threads=1)),
        "ldm": load_stages(tiny_diffusion_bundle, BackendChoice(threads=1)),
    }
    yield loaded
    for _, backend, _ in loaded.values():
        backend.close()


@pytest.mark.parametrize(
    ("model", "recording"),
    [
        *((m, f"{m}-tiny-{r}") for m, names in RECORDINGS.items() for r in names),
        ("cd", "codec-tiny"),
        ("ldm", "codec-tiny"),
    ],
)
def test_a_recording_is_met(bundles, golden: Path, model: str, recording: str) -> None:
    result = replay(load_recording(golden / f"{recording}.npz"), *bundles[model])
    assert result.errors
    for name, error in result.errors.items():
        assert error <= TOLERANCES.get(name, TOLERANCES["denoiser"]), (name, error)


def test_another_model_is_not_taken_for_this_one(bundles, golden: Path) -> None:
    recording = load_recording(golden / "ldm-tiny-session0.npz")
    assert replay(recording, *bundles["cd"]).worst > 0.1


@pytest.mark.parametrize(
    ("name", "kind"),
    [("output_1", "output"), ("context_latent_0", "context")],
)
def test_one_changed_cycle_is_found(bundles, golden: Path, name: str, kind: str) -> None:
    recording = load_recording(golden / "cd-tiny-session0.npz")
    recording[name] = recording[name] * 1.01
    result = replay(recording, *bundles["cd"])
    assert result.errors[kind] == result.worst > 5e-3


def test_a_not_finite_output_counts_as_infinitely_wrong(bundles, golden: Path) -> None:
    recording = load_recording(golden / "cd-tiny-denoiser.npz")
    recording["x_2"] = np.full_like(recording["x_2"], np.nan)
    assert replay(recording, *bundles["cd"]).worst == np.inf


def test_a_not_finite_cycle_is_not_outdone_by_a_good_one(bundles, golden: Path) -> None:
    recording = load_recording(golden / "cd-tiny-session0.npz")
    recording["output_1"] = np.full_like(recording["output_1"], np.nan)
    assert replay(recording, *bundles["cd"]).errors["output"] == np.inf


def test_what_is_no_recording_is_refused(bundles, tmp_path: Path) -> None:
    with pytest.raises(SidemanError, match="Neither a denoiser"):
        replay({"x": np.zeros(3)}, *bundles["cd"])
    with pytest.raises(SidemanError, match="lacks 'mixture_0'"):
        replay({"denoised_0": np.zeros((1, 1)), "x_0": np.zeros((1, 1))}, *bundles["cd"])
    broken = {name: np.zeros(1) for name in ("denoised_0", "x_0", "mixture_0", "sigma_0")}
    with pytest.raises(SidemanError, match="holds what no such recording holds"):
        replay(broken, *bundles["cd"])
    with pytest.raises(SidemanError, match="holds what no such recording holds"):
        replay({"params": np.array("not JSON")}, *bundles["cd"])
    with pytest.raises(SidemanError, match="holds no cycle"):
        replay({"params": np.array('{"cycles": 0}')}, *bundles["cd"])


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 cut"])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.npz"
    file.write_bytes(content)
    with pytest.raises(SidemanError, match=r"x\.npz"):
        load_recording(file)


def test_a_single_array_is_no_recording(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros(3))
    with pytest.raises(SidemanError, match="a single array"):
        load_recording(tmp_path / "x.npy")


def test_pickled_content_is_refused(tmp_path: Path) -> None:
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, a=np.array([{"code": 1}], dtype=object))
    with pytest.raises(SidemanError, match="pickle"):
        load_recording(pickled)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_archive_is_refused(tmp_path: Path, seed: int) -> None:
    file = tmp_path / "x.npz"
    np.savez_compressed(file, a=np.arange(1000))
    content = bytearray(file.read_bytes())
    place = np.random.default_rng(seed).integers(30, len(content) - 200)
    content[place] ^= 0xFF
    file.write_bytes(content)
    try:
        load_recording(file)
    except SidemanError as error:
        assert "x.npz" in error.what


def test_shapes_that_differ_are_no_error_of_nothing() -> None:
    with pytest.raises(SidemanError, match="shape"):
        relative_error(np.zeros(3), np.zeros(4))
    assert relative_error(np.ones(3), np.zeros(3)) == pytest.approx(3**0.5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_infinitely_wrong(value: float) -> None:
    broken = np.array([1.0, value])
    for found, recorded in ((broken, np.ones(2)), (np.ones(2), broken), (broken, broken)):
        assert relative_error(found, recorded) == np.inf
