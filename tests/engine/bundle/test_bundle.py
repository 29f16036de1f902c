from __future__ import annotations

import json
from pathlib import Path

import pytest

from sideman.engine.bundle.bundle import Bundle, sha256, write_manifest
from sideman.engine.errors import BundleError


def test_a_bundle_comes_back_as_it_was_written(paper_bundle: Path) -> None:
    manifest = Bundle.open(paper_bundle).manifest
    assert manifest.stems == ("bass", "drums")
    assert manifest.grid.trained_masks == (0, 16, 32)
    assert manifest.stages["step"].inputs[0].shape == ("batch", 3)
    assert set(manifest.files) == {"encode.onnx", "step.onnx", "decode.onnx"}
    assert manifest.files["step.onnx"].sha256 == sha256(paper_bundle / "step.onnx")


def test_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"has no manifest\.json"):
        Bundle.open(tmp_path)


def test_every_faulty_file_is_named(paper_bundle: Path) -> None:
    (paper_bundle / "encode.onnx").unlink()
    (paper_bundle / "step.onnx").write_text("graph stop")  # one byte, same length
    (paper_bundle / "decode.onnx").write_text("longer than it was")
    with pytest.raises(BundleError) as error:
        Bundle.open(paper_bundle)
    for part in ("encode.onnx is missing", "step.onnx has another SHA-256", "decode.onnx has 18"):
        assert part in str(error.value)
    with pytest.raises(BundleError) as error:
        Bundle.open(paper_bundle, check=False)
    assert "step.onnx" not in str(error.value)


def change(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    data = json.loads(file.read_text())
    for path, value in changes.items():
        *parents, last = path.split("__")
        target = data
        for key in parents:
            target = target[key]
        if value is None:
            del target[last]
        else:
            target[last] = value
    file.write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": 2}, "schema 2 is not"),
        ({"schema": None}, "schema None is not"),
        ({"kind": "gan"}, "neither diffusion nor consistency"),
        ({"kind": 3}, "kind: found 3"),
        ({"stems": []}, "stems must be distinct"),
        ({"stems": ["bass", "bass"]}, "stems must be distinct"),
        ({"stems": "bass"}, "expected a list"),
        ({"stems": ["x/../../bass"]}, "no name that a file can have"),
        ({"stems": ["..\\bass"]}, "no name that a file can have"),
        ({"stems": [""]}, "no name that a file can have"),
        ({"stems": ["context"]}, "stem 'context' is taken"),
        ({"stems": ["ready"]}, "stem 'ready' is taken"),
        ({"stems": ["Kontrabaß"]}, "is no OSC address.*'ß'"),
        ({"stems": ["lead guitar"]}, "is no OSC address.*' '"),
        ({"sampler": None}, "missing field sampler"),
        ({"surprise": 1}, "unknown field surprise"),
        ({"grid__columns": "64"}, "grid: columns: found '64'"),
        ({"grid__columns": True}, "grid: columns: found True"),
        ({"grid__columns": 65}, "does not hold"),
        ({"grid__trained_masks": [65]}, "exceed"),
        ({"grid__sample_rate": 0}, "must be positive"),
        ({"grid__sample_rate": 0}, r"manifest\.json: grid: Every size"),
        ({"sampler__steps": 2.5}, "steps: found 2.5"),
        ({"sampler__sigma_max": float("nan")}, "sigma_max: nan is not a finite number"),
        ({"sampler__rho": float("inf")}, "rho: inf is not a finite number"),
        ({"sigma_data": 10**400}, "is not a finite number"),
        ({"sigma_data": True}, "sigma_data: found True"),
        ({"trained": 0}, "trained: found 0"),
        ({"stages__step": None}, "stages must be"),
        ({"stages__step__file": "other.onnx"}, "which files lacks"),
        ({"files": {"../escape.onnx": {"bytes": 1, "sha256": ""}}}, "leaves the bundle"),
        ({"files": {"/etc/passwd": {"bytes": 1, "sha256": ""}}}, "leaves the bundle"),
    ],
)
def test_a_manifest_is_checked_field_by_field(
    paper_bundle: Path, changes: dict, reason: str
) -> None:
    change(paper_bundle, **changes)
    with pytest.raises(BundleError, match=reason):
        Bundle.open(paper_bundle)


@pytest.mark.parametrize("text", ["", "[]", "{", "nonsense", "3", '"text"', "null"])
def test_what_is_no_manifest_is_refused(paper_bundle: Path, text: str) -> None:
    (paper_bundle / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Bundle.open(paper_bundle)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_before_a_manifest_is_no_fault(paper_bundle: Path, encoding: str) -> None:
    file = paper_bundle / "manifest.json"
    file.write_text(file.read_text(), encoding=encoding)
    assert Bundle.open(paper_bundle).manifest.name == "paper"


def test_a_field_that_stands_twice_is_refused_with_its_line(paper_bundle: Path) -> None:
    file = paper_bundle / "manifest.json"
    text = file.read_text()
    line = text[: text.index('"name"')].count("\n") + 2
    file.write_text(text.replace('  "name": "paper",', '  "name": "paper",\n  "name": "b",', 1))
    with pytest.raises(BundleError, match=rf"manifest\.json.*line {line}: 'name' stands"):
        Bundle.open(paper_bundle)


def test_bytes_that_are_no_text_are_refused(paper_bundle: Path) -> None:
    (paper_bundle / "manifest.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BundleError, match="Cannot read"):
        Bundle.open(paper_bundle)


def test_a_manifest_that_contradicts_its_files_is_not_written(
    paper_bundle: Path, tmp_path: Path
) -> None:
    manifest = Bundle.open(paper_bundle).manifest
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BundleError, match="which files lacks"):
        write_manifest(empty, **manifest.fields())
    assert list(empty.iterdir()) == []
