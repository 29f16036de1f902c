from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sideman.engine.errors import BackendError, SidemanError
from sideman.engine.loading.registry import BACKENDS
from sideman.runtime.commandline.frame import build_app
from tests.models.places import BUNDLE


def verify(*arguments: object):
    return CliRunner().invoke(build_app(), ["verify", *map(str, arguments), "--threads", "1"])


@pytest.fixture
def louder_decoder(tmp_path: Path) -> Path:
    """The small bundle, but its decoder's first large weight is a quarter larger."""
    import onnx
    from onnx import numpy_helper

    from sideman.engine.bundle.bundle import Bundle, write_manifest

    folder = tmp_path / "spoiled"
    shutil.copytree(BUNDLE, folder)
    graph = onnx.load(folder / "decode.onnx")
    name = max(graph.graph.initializer, key=lambda t: len(t.raw_data)).name
    for tensor in graph.graph.initializer:
        if tensor.name == name:
            values = numpy_helper.to_array(tensor)
            assert np.abs(values).max() > 0
            tensor.CopyFrom(numpy_helper.from_array(values * np.float32(1.25), name))
    (folder / "decode.onnx").unlink()
    (folder / "decode.onnx.data").unlink()
    onnx.save(graph, folder / "decode.onnx")
    fields = Bundle.open(BUNDLE).manifest.fields()
    write_manifest(folder, **(fields | {"name": "spoiled"}))
    return folder


@pytest.fixture(scope="module")
def half(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small bundle in float16."""
    from sideman.calibration.convert import convert_bundle

    folder = tmp_path_factory.mktemp("verify") / "half"
    convert_bundle(tiny_bundle, folder, "fp16")
    return folder


def test_one_line_for_each_recording(tiny_bundle: Path, golden: Path) -> None:
    files = [golden / "cd-tiny-session0.npz", golden / "codec-tiny.npz"]
    result = verify(tiny_bundle, *files)
    assert result.exit_code == 0, result.output
    first, second, last = result.output.splitlines()
    assert first.startswith("cd-tiny-session0.npz  ok")
    assert "session: context" in first
    assert second.startswith("codec-tiny.npz        ok")
    assert "All 2 recordings within 0.001" in last


def test_recordings_verify_with_openvino(
    tiny_bundle: Path, golden: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session in which the context's latent errs most: the music is quiet."""
    if not BACKENDS["openvino"].installed:
        pytest.skip("OpenVINO is not installed; the extra 'openvino' brings it")
    monkeypatch.setenv("SIDEMAN_CACHE", str(tmp_path))
    names = ("cd-tiny-session1.npz", "cd-tiny-denoiser.npz", "codec-tiny.npz")
    result = verify(tiny_bundle, *(golden / name for name in names), "--backend", "openvino")
    assert result.exit_code == 0, result.output
    assert "OpenVINO" in result.output
    assert "products in f32), against ONNX Runtime" in result.output
    assert "All 3 stages within 0.001 and 3 recordings within 0.001" in result.output


def test_beyond_the_tolerance_is_exit_1(tiny_bundle: Path, golden: Path) -> None:
    result = verify(tiny_bundle, golden / "codec-tiny.npz", "--tolerance", "1e-6")
    assert result.exit_code == 1
    assert "FAILED" in result.output


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_an_unreadable_recording_fails_and_the_others_are_still_checked(
    tiny_bundle: Path, golden: Path, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad.npz"
    bad.write_bytes(content)
    result = verify(tiny_bundle, bad, golden / "codec-tiny.npz")
    assert result.exit_code == 1
    assert "bad.npz" in result.output
    assert "ok" in result.output.splitlines()[1]
    assert "1 of 2 unreadable or beyond" in result.output


def test_a_reference_is_compared_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    result = verify(BUNDLE, "--rows", "2", "--reference", BUNDLE)
    assert result.exit_code == 0, result.output
    said, *lines, last = result.output.splitlines()
    assert said.count("ONNX Runtime") == 2
    assert [line.split()[:3] for line in lines] == [
        ["encode", "ok", "0.0e+00"],
        ["step", "ok", "0.0e+00"],
        ["decode", "ok", "0.0e+00"],
    ]
    assert last == "All 3 stages within 0.001."


def test_the_reference_is_not_compared_with_itself() -> None:
    result = verify(BUNDLE)
    assert isinstance(result.exception, SidemanError)
    assert "--reference" in result.exception.remedy


def test_only_float32_is_a_reference(half: Path) -> None:
    result = verify(half, "--reference", half)
    assert isinstance(result.exception, BackendError)
    assert "float16" in result.exception.what


def test_with_a_recording_and_no_torch_the_pip_command_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    result = verify(BUNDLE, tmp_path / "any.npz")
    assert result.exit_code != 0
    assert 'pip install ".[export]"' in str(result.exception)


def test_a_spoiled_stage_is_named_with_its_output(louder_decoder: Path) -> None:
    result = verify(louder_decoder, "--reference", BUNDLE)
    assert result.exit_code == 1, result.output
    _, encode, step, decode, last = result.output.splitlines()
    assert encode.split()[1] == step.split()[1] == "ok"
    assert decode.startswith("decode  FAILED")
    assert "audio " in decode
    assert last.startswith("1 of 3 unreadable or beyond")


def test_stages_and_recordings_are_counted_together(tiny_bundle: Path, golden: Path) -> None:
    result = verify(tiny_bundle, golden / "codec-tiny.npz", "--reference", tiny_bundle)
    assert result.exit_code == 0, result.output
    assert "All 3 stages within 0.001 and 1 recording within 0.001." in result.output


def test_a_converted_bundle_passes_within_what_its_precision_allows(
    tiny_bundle: Path, golden: Path, half: Path
) -> None:
    files = [golden / "cd-tiny-denoiser.npz", golden / "cd-tiny-session0.npz"]
    result = verify(half, *files, "--reference", tiny_bundle)
    assert result.exit_code == 0, result.output
    assert "All 3 stages within 0.01 and 2 recordings within 0.1." in result.output
    result = verify(half, "--reference", tiny_bundle, "--tolerance", "1e-5")
    assert result.exit_code == 1
    assert "3 of 3 unreadable or beyond" in result.output
