from __future__ import annotations

from pathlib import Path

import pytest

from sideman.engine.bundle.bundle import Bundle, write_manifest
from sideman.engine.bundle.graph_files import GraphFiles, weight_files
from sideman.engine.errors import BundleError
from tests.engine.conftest import FIELDS


@pytest.fixture
def weighty(paper_bundle: Path) -> Bundle:
    """A bundle whose step has weights, beside a file that belongs to no stage."""
    (paper_bundle / "step.onnx").write_bytes(b"\0\xff location step.onnx.data \0")
    (paper_bundle / "step.onnx.data").write_bytes(b"weights")
    (paper_bundle / "LICENSE").write_text("words")
    write_manifest(paper_bundle, **FIELDS)
    return Bundle.open(paper_bundle)


def test_names_that_occur_in_a_graph_are_its_weights() -> None:
    names = ["step.onnx.data", "other.data", "a.data"]
    assert weight_files(b"\x12a.data\x00step.onnx.data\xff", names) == ("a.data", "step.onnx.data")


def test_each_stage_is_read_with_its_own_weights(weighty: Bundle) -> None:
    stages = weighty.read_stages()
    assert stages["step"] == weighty.read_stage("step")
    assert stages["step"].weights == {"step.onnx.data": b"weights"}
    assert stages["encode"] == GraphFiles(weighty.stage_path("encode"), b"graph encode", {})
    assert GraphFiles.read(weighty.stage_path("step")) == stages["step"]


def test_what_is_read_is_verified_and_every_fault_is_named(weighty: Bundle) -> None:
    (weighty.path / "step.onnx.data").write_bytes(b"weightz")
    (weighty.path / "LICENSE").unlink()
    with pytest.raises(BundleError) as error:
        weighty.read_stages()
    for part in ("step.onnx.data has another SHA-256", "LICENSE is missing"):
        assert part in str(error.value)
    with pytest.raises(BundleError, match=r"step\.onnx\.data has another SHA-256"):
        weighty.read_stage("step")
    assert weighty.read_stage("encode").graph == b"graph encode"


@pytest.mark.parametrize("link", ["hard", "symbolic"])
def test_links_are_files_like_others(weighty: Bundle, link: str, tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    for file in weighty.path.iterdir():
        place = tmp_path / "linked" / file.name
        place.hardlink_to(file) if link == "hard" else place.symlink_to(file)
    linked = Bundle.open(tmp_path / "linked").read_stages()
    assert linked["step"].weights == {"step.onnx.data": b"weights"}


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"Cannot read .*absent\.onnx: No such file"):
        GraphFiles.read(tmp_path / "absent.onnx")


def test_a_file_that_memory_does_not_hold_is_named(
    weighty: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr(Path, "read_bytes", full)
    with pytest.raises(BundleError, match=r"LICENSE does not fit into memory \(0 MB\)"):
        weighty.read_stages()
